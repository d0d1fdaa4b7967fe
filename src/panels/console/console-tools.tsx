// SPDX-License-Identifier: GPL-2.0-or-later
/** Copy, paste, clear: also for browsers that grant the keys no clipboard. */
import { ClipboardPaste, Copy, Ellipsis, Eraser, Search } from 'lucide-react';

import { usePageWidth } from '../../lib/use-width.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { IconButton } from '../../widgets/button.tsx';
import { Menu } from '../../widgets/menu.tsx';
import { useTerminals } from '../../xterm/use-terminal.ts';

export function ConsoleTools() {
  const terminal = useTerminals().at(useSelection((state) => state.terminal));
  const isFinding = useSelection((state) => state.isFinding);
  const { store } = usePlayground();
  const { notify, setFinding } = store.getState();

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

  if (usePageWidth() === 'phone') {
    const tools: Readonly<Record<string, () => void>> = {
      find: () => setFinding(!isFinding),
      copy: () => void copy(),
      paste: () => void paste(),
      clear: () => terminal.clear(),
    };
    return (
      <Menu
        label="More"
        className="icon-button"
        placement="bottom end"
        trigger={<Ellipsis size={20} strokeWidth={1.5} aria-hidden />}
        groups={[
          {
            choices: [
              { id: 'find', label: 'Find in this terminal' },
              { id: 'copy', label: 'Copy selection, or all' },
              { id: 'paste', label: 'Paste' },
              { id: 'clear', label: 'Clear' },
            ],
          },
        ]}
        onChoose={(id) => tools[id]?.()}
      />
    );
  }
  return (
    <>
      <IconButton
        icon={Search}
        label="Find in this terminal"
        isPressed={isFinding}
        onPress={() => setFinding(!isFinding)}
      />
      <IconButton icon={Copy} label="Copy selection, or all" onPress={() => void copy()} />
      <IconButton icon={ClipboardPaste} label="Paste" onPress={() => void paste()} />
      <IconButton icon={Eraser} label="Clear" onPress={() => terminal.clear()} />
    </>
  );
}
