// SPDX-License-Identifier: GPL-2.0-or-later
/** What the compiler found, by file; each finding opens its place. */
import type { Diagnostic } from '../../../kernel-sim/uapi/hostcc.ts';
import { fileName } from '../../store/file-slice.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { StateGlyph } from '../../widgets/state-glyph.tsx';

const NOTHING_FOUND = {
  waiting: 'Checking starts as soon as the types are loaded.',
  loading: 'Types are loading; checking starts when they are here.',
  ready: 'The open files pass the checks.',
  failed: 'The compiler did not start, so nothing is checked. Reload the page to try again.',
} as const;

export function ProblemsPanel() {
  const diagnostics = useSelection((state) => state.diagnostics);
  const typesState = useSelection((state) => state.typesState);
  const found = Object.entries(diagnostics).filter(([, list]) => list.length > 0);
  if (found.length === 0) return <p className="empty">{NOTHING_FOUND[typesState]}</p>;
  return (
    <ul className="problems">
      {found.flatMap(([path, list]) =>
        list.map((problem) => (
          <Problem
            key={`${path}:${problem.line}:${problem.column}:${problem.code}`}
            path={path}
            problem={problem}
          />
        )),
      )}
    </ul>
  );
}

interface ProblemProps {
  readonly path: string;
  readonly problem: Diagnostic;
}

function Problem({ path, problem }: ProblemProps) {
  const { store } = usePlayground();
  const open = (): void => {
    const state = store.getState();
    state.openFile(path);
    state.revealLine(path, problem.line, problem.column);
    state.arrange({ page: 'code' });
  };
  return (
    <li>
      <button type="button" className="problem" onClick={open}>
        <StateGlyph state="error" label="error" />
        <span className="problem-text">
          {problem.message}
          {problem.help !== null && <span className="problem-help">Help: {problem.help}</span>}
        </span>
        <span className="problem-code">{problem.code}</span>
        <span className="link mono">
          {fileName(path)}:{problem.line}
        </span>
      </button>
    </li>
  );
}
