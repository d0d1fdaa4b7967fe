// SPDX-License-Identifier: GPL-2.0-or-later
/** The window: top bar, panes, caption. */
import { useEffect } from 'react';

import { usePageWidth } from '../lib/use-width.ts';
import { EditorContext } from '../monaco/use-editor.ts';
import { Caption } from '../panels/caption/caption.tsx';
import { usePlayground, useSelection } from '../store/use-playground.ts';
import { useTerminals } from '../xterm/use-terminal.ts';
import { Dialogs } from './dialogs.tsx';
import { Panes } from './panes.tsx';
import { PhonePages } from './phone-pages.tsx';
import { watchShortcuts } from './shortcuts.ts';
import { Toast } from './toast.tsx';
import { TopBar } from './top-bar.tsx';
import { useLazyEditor } from './use-lazy-editor.ts';

export function App({ onMounted }: { readonly onMounted: () => void }) {
  const playground = usePlayground();
  const terminals = useTerminals();
  const width = usePageWidth();
  const editor = useLazyEditor();
  const terminalFontSize = useSelection((state) => state.terminalFontSize);
  const isScreenReader = useSelection((state) => state.isScreenReader);

  useEffect(onMounted, [onMounted]);
  useEffect(() => watchShortcuts(playground, terminals), [playground, terminals]);
  useEffect(() => playground.startChecking(), [playground]);
  useEffect(
    () => terminals.set('size', (terminal) => terminal.setFontSize(terminalFontSize)),
    [terminals, terminalFontSize],
  );
  useEffect(
    () => terminals.set('reader', (terminal) => terminal.setScreenReader(isScreenReader)),
    [terminals, isScreenReader],
  );

  const isBlinking = useSelection((state) => state.isCursorBlinking);
  useEffect(
    () => terminals.set('blink', (terminal) => terminal.setCursorBlink(isBlinking)),
    [terminals, isBlinking],
  );

  return (
    <EditorContext value={editor}>
      <div className={`app ${width}`}>
        <TopBar />
        {width === 'phone' ? <PhonePages /> : <Panes />}
        {width !== 'phone' && <Caption />}
        <Toast />
        <Dialogs />
      </div>
    </EditorContext>
  );
}
