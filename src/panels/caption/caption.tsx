// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The line at the foot: what just happened, in a sentence. A live region, and the place where a
 * kernel that does not answer is spoken of, calmly, with the one button that helps.
 */
import { useMemo } from 'react';

import { SILENCE_MS } from '../../session/kernel-session.ts';
import { firstProblem } from '../../store/build-slice.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { Button } from '../../widgets/button.tsx';
import { StateGlyph } from '../../widgets/state-glyph.tsx';
import { newsOf, type News as NewsOfMachine, type Part } from './sentence.ts';

export function Caption() {
  const playground = usePlayground();
  const isAnswering = useSelection((state) => state.isAnswering);
  const brokenBy = useSelection((state) => state.brokenBy);
  const isHalted = useSelection((state) => state.snapshot?.state === 'halted');
  const trouble = brokenBy ?? (isAnswering ? undefined : SILENCE);

  return (
    <footer className="caption">
      <div className="caption-live" aria-live="polite">
        {trouble === undefined ? (
          <News />
        ) : (
          <span className="caption-text trouble">
            <StateGlyph state={brokenBy === undefined ? 'warning' : 'error'} />
            {brokenBy === undefined ? SILENCE : `The simulator failed: ${firstLine(brokenBy)}`}
          </span>
        )}
      </div>
      {(trouble !== undefined || isHalted) && (
        <Button kind="filled" onPress={() => playground.restart()}>
          Restart the machine
        </Button>
      )}
    </footer>
  );
}

const SILENCE = `The kernel has not answered for ${SILENCE_MS / 1000} s.`;

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}

function News() {
  const happenings = useSelection((state) => state.happenings);
  const remark = useSelection((state) => state.remark);
  const log = useSelection((state) => state.log);
  const diagnostics = useSelection((state) => state.diagnostics);
  const news = useMemo(
    () => newsOf(happenings, log, firstProblem(diagnostics)),
    [happenings, log, diagnostics],
  );
  if (happenings.length === 0) return <span className="caption-text">{words(news.parts)}</span>;
  if (remark === undefined) return <Line {...news} />;
  return <Line parts={[{ kind: 'text', text: remark }]} next={undefined} />;
}

function Line({ parts, next }: NewsOfMachine) {
  const playground = usePlayground();
  return (
    <>
      <span className="caption-mark">What just happened</span>
      <span className="caption-text" title={words(parts)}>
        {parts.map((part, index) => {
          const key = index;
          return <PartOfLine key={key} part={part} />;
        })}
      </span>
      {next !== undefined && (
        <span className="caption-next">
          Try
          <button
            type="button"
            className="link mono"
            title="Types it into the shell"
            onClick={() => void playground.typist.typeAside(next)}
          >
            {next}
          </button>
        </span>
      )}
    </>
  );
}

function PartOfLine({ part }: { readonly part: Part }) {
  const playground = usePlayground();
  switch (part.kind) {
    case 'text':
      return <span>{part.text}</span>;
    case 'strong':
      return <strong>{part.text}</strong>;
    case 'object': {
      const { address, logSequence } = part.access;
      return <Link onPress={() => playground.openObject(address, logSequence)}>{part.text}</Link>;
    }
    case 'leaks':
      return <Link onPress={() => playground.openLeaks()}>{part.text}</Link>;
    case 'locks':
      return <Link onPress={() => playground.openLocks()}>{part.text}</Link>;
    case 'source': {
      const { module, file, line } = part.source;
      return (
        <Link isMono onPress={() => playground.openSource(module, file, line)}>
          {file}:{line}
        </Link>
      );
    }
  }
}

interface LinkProps {
  readonly isMono?: boolean;
  readonly onPress: () => void;
  readonly children: React.ReactNode;
}

function Link({ isMono = false, onPress, children }: LinkProps) {
  return (
    <button type="button" className={isMono ? 'link mono' : 'link'} onClick={onPress}>
      {children}
    </button>
  );
}

/** The sentence without its weights and links. */
function words(parts: readonly Part[]): string {
  return parts
    .map((part) => (part.kind === 'source' ? `${part.source.file}:${part.source.line}` : part.text))
    .join('');
}
