// SPDX-License-Identifier: GPL-2.0-or-later
/** Keeps Monaco showing what the store says: file, text, mark, problems, and where to look. */
import { useEffect } from 'react';

import { useAdopted } from '../../lib/use-adopted.ts';
import type { EditorView } from '../../monaco/editor-view.ts';
import { useSelection } from '../../store/use-playground.ts';

interface MonacoEditorProps {
  readonly view: EditorView;
  readonly path: string;
  readonly text: string;
  readonly isReadOnly: boolean;
}

export function MonacoEditor({ view, path, text, isReadOnly }: MonacoEditorProps) {
  const mark = useSelection((state) => state.mark?.place);
  const notes = useSelection((state) => state.notes);
  const reveal = useSelection((state) => state.reveal);
  const problems = useSelection((state) => state.diagnostics[path]);
  const fontSize = useSelection((state) => state.editorFontSize);
  const isScreenReader = useSelection((state) => state.isScreenReader);

  useEffect(() => view.open(path, text, isReadOnly), [view, path, text, isReadOnly]);
  useEffect(() => view.showProblems(path, problems ?? []), [view, path, problems]);
  useEffect(() => {
    const isHere = mark?.path === path;
    view.mark(isHere ? mark.line : undefined, isHere ? mark.note : undefined);
  }, [view, path, mark]);
  useEffect(() => {
    view.annotate(notes.filter((note) => note.path === path));
  }, [view, path, notes]);
  useEffect(() => {
    if (reveal?.path !== path) return;
    view.reveal(reveal.line, reveal.column);
    view.focus();
  }, [view, path, reveal]);
  useEffect(() => view.setFontSize(fontSize), [view, fontSize]);
  useEffect(() => view.setScreenReader(isScreenReader), [view, isScreenReader]);

  return <div className="adopted" ref={useAdopted(view.element)} />;
}
