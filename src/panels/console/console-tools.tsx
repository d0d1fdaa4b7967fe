// SPDX-License-Identifier: GPL-2.0-or-later
/** Copy, paste, clear: also for browsers that grant the keys no clipboard. */
import { ClipboardPaste, Copy, Eraser } from 'lucide-react';

import { usePlayground } from '../../store/use-playground.ts';
import { IconButton } from '../../widgets/button.tsx';
import { useTerminal } from '../../xterm/use-terminal.ts';

export function ConsoleTools() {
  const terminal = useTerminal();
  const { store } = usePlayground();
  const { notify } = store.getState();

  const copy = async (): Promise<void> => {
    const isCopied = await terminal.copy();
    notify(
      isCopied
        ? 'Copied.'
        : 'This browser keeps the clipboard from pages. Select the text and press Ctrl C.',
    );
  };
  const paste = async (): Promise<void> => {
    if (!(await terminal.pasteFromClipboard())) {
      notify('This browser lets a page paste only by key: press Ctrl V in the shell.');
    }
  };

  return (
    <>
      <IconButton icon={Copy} label="Copy selection, or all" onPress={() => void copy()} />
      <IconButton icon={ClipboardPaste} label="Paste" onPress={() => void paste()} />
      <IconButton icon={Eraser} label="Clear" onPress={() => terminal.clear()} />
    </>
  );
}
