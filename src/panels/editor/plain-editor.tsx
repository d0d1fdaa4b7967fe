// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A text area that edits a file: on phones, where Monaco is of no use, and everywhere until
 * Monaco has arrived, so that nobody waits to type.
 */
import { useEffect, useLayoutEffect, useRef } from 'react';

import { usePlayground, useSelection } from '../../store/use-playground.ts';

const LINE_HEIGHT = 20;

interface PlainEditorProps {
  readonly path: string;
  readonly text: string;
  readonly isReadOnly: boolean;
}

export function PlainEditor({ path, text, isReadOnly }: PlainEditorProps) {
  const playground = usePlayground();
  const mark = useSelection((state) => state.mark?.place);
  const reveal = useSelection((state) => state.reveal);
  const moveCursor = useSelection((state) => state.moveCursor);
  const scroller = useRef<HTMLDivElement>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const lines = text.split('\n').length;
  const widest = text.split('\n').reduce((most, line) => Math.max(most, line.length), 0);
  const markedLine = mark?.path === path ? mark.line : undefined;

  useLayoutEffect(() => {
    if (area.current !== null && area.current.value !== text) area.current.value = text;
  }, [text]);

  useEffect(() => {
    if (reveal?.path !== path || scroller.current === null) return;
    scroller.current.scrollTop =
      (reveal.line - 1) * LINE_HEIGHT - scroller.current.clientHeight / 3;
    moveCursor(reveal.line, reveal.column);
  }, [reveal, path, moveCursor]);

  const onSelect = (): void => {
    const before = (area.current?.value ?? '').slice(0, area.current?.selectionStart ?? 0);
    moveCursor(before.split('\n').length, before.length - before.lastIndexOf('\n'));
  };

  return (
    <div className="plain-editor" ref={scroller}>
      <div className="plain-page" style={{ height: lines * LINE_HEIGHT + 16 }}>
        {markedLine !== undefined && (
          <div className="plain-mark" style={{ top: 8 + (markedLine - 1) * LINE_HEIGHT }} />
        )}
        <div className="plain-numbers" aria-hidden>
          {Array.from({ length: lines }, (_, index) => index + 1).join('\n')}
        </div>
        <textarea
          key={path}
          ref={area}
          className="plain-text"
          defaultValue={text}
          style={{ minWidth: `${widest + 4}ch` }}
          readOnly={isReadOnly}
          wrap="off"
          spellCheck={false}
          autoCapitalize="off"
          autoCorrect="off"
          aria-label="Source"
          onChange={(event) => playground.workspace.edit(path, event.target.value)}
          onSelect={onSelect}
        />
      </div>
    </div>
  );
}
