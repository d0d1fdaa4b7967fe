// SPDX-License-Identifier: GPL-2.0-or-later
/** Under the text: what the checks say, whether what is loaded is this text, and the cursor. */
import {
  buildStanding,
  problemCount,
  STANDING_TEXT,
  type TypesState,
} from '../../store/build-slice.ts';
import { useSelection } from '../../store/use-playground.ts';
import { Kbd } from '../../widgets/button.tsx';
import { StateGlyph } from '../../widgets/state-glyph.tsx';
import { usePageWidth } from '../../lib/use-width.ts';
import { useEditor } from '../../monaco/use-editor.ts';

const UNCHECKED: Readonly<Record<Exclude<TypesState, 'ready'>, string>> = {
  waiting: 'Types are not loaded yet',
  loading: 'Types are loading',
  failed: 'The compiler did not start',
};

export function StatusLine() {
  const standing = useSelection(buildStanding);
  const cursor = useSelection((state) => state.cursor);
  const width = usePageWidth();
  const editor = useEditor();
  return (
    <div className="status-line">
      <Checks />
      <span className="status-standing">{STANDING_TEXT[standing]}</span>
      <span className="status-space" />
      {width !== 'phone' && (
        <span className="status-cursor">
          Ln {cursor.line}, Col {cursor.column}
        </span>
      )}
      {width !== 'phone' && editor !== undefined && (
        <span className="status-hint">
          Tab moves focus: <Kbd>Ctrl M</Kbd>
        </span>
      )}
    </div>
  );
}

function Checks() {
  const typesState = useSelection((state) => state.typesState);
  const problems = useSelection(problemCount);
  const arrange = useSelection((state) => state.arrange);
  if (typesState !== 'ready') return <span className="quiet">{UNCHECKED[typesState]}</span>;
  if (problems === 0) {
    return (
      <span className="status-checks">
        <StateGlyph state="checked" />
        Types checked
      </span>
    );
  }
  return (
    <button
      type="button"
      className="status-checks link-plain"
      onClick={() => arrange({ view: 'problems', page: 'kernel' })}
    >
      <StateGlyph state="error" />
      {problems === 1 ? '1 problem' : `${problems} problems`}
    </button>
  );
}
