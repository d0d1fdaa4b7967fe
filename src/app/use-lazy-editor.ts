// SPDX-License-Identifier: GPL-2.0-or-later
/** Loads Monaco after the app stands, and ties it to the store and the compiler. */
import { useEffect, useState } from 'react';

import { usePageWidth } from '../lib/use-width.ts';
import { useThemeKeeper } from '../lib/use-theme.ts';
import type { EditorView } from '../monaco/editor-view.ts';
import type { Playground } from '../store/playground.ts';
import { usePlayground } from '../store/use-playground.ts';

export function useLazyEditor(): EditorView | undefined {
  const playground = usePlayground();
  const theme = useThemeKeeper();
  const [view, setView] = useState<EditorView>();
  const isWanted = usePageWidth() !== 'phone';

  useEffect(() => {
    if (!isWanted) return;
    void loadEditor(playground, theme.current).then((loaded) => {
      theme.watch((name) => loaded.setTheme(name));
      setView(loaded);
    });
  }, [playground, theme, isWanted]);

  return view;
}

let loading: Promise<EditorView> | undefined;

function loadEditor(playground: Playground, theme: 'light' | 'dark'): Promise<EditorView> {
  loading ??= makeEditor(playground, theme);
  return loading;
}

async function makeEditor(playground: Playground, theme: 'light' | 'dark'): Promise<EditorView> {
  const { EditorView } = await import('../monaco/editor-view.ts');
  const { store, toolchain, workspace } = playground;
  const view = new EditorView(
    {
      onEdit: (path, text) => workspace.edit(path, text),
      onCursor: (line, column) => store.getState().moveCursor(line, column),
      onJump: (path, line, column, text) => {
        const state = store.getState();
        if (text === undefined) state.openFile(path);
        else state.showDeclaration({ path, text });
        state.revealLine(path, line, column);
      },
    },
    {
      complete: (path, offset) => toolchain.call('complete', path, offset),
      explainCompletion: (path, offset, name) =>
        toolchain.call('explainCompletion', path, offset, name),
      hover: (path, offset) => toolchain.call('hover', path, offset),
      signature: (path, offset) => toolchain.call('signature', path, offset),
      define: (path, offset) => toolchain.call('define', path, offset),
    },
    { theme, fontSize: store.getState().editorFontSize },
  );
  void document.fonts.load('400 13px "IBM Plex Mono"').then(() => view.remeasure());
  return view;
}
