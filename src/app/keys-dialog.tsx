// SPDX-License-Identifier: GPL-2.0-or-later
/** The sheet of keyboard shortcuts. */
import { usePlayground } from '../store/use-playground.ts';
import { Button, Kbd } from '../widgets/button.tsx';
import { Dialog } from '../widgets/dialog.tsx';
import { useTerminals } from '../xterm/use-terminal.ts';
import { COMMAND_KEY, commandsOf, OTHER_KEYS } from './commands.ts';

export function KeysDialog({ onClose }: { readonly onClose: () => void }) {
  const playground = usePlayground();
  const terminals = useTerminals();
  const own = commandsOf(playground, terminals).flatMap(({ keys, label }) =>
    keys === undefined ? [] : [[keys, label] as const],
  );
  const page: readonly (readonly [string, string])[] = [
    ['F1', 'Commands and files'],
    [`${COMMAND_KEY} Shift P`, 'Commands and files'],
    [`${COMMAND_KEY} S`, 'Save, which every edit does by itself'],
    ['Ctrl `', 'Between the shell and where one was'],
    ['F6', 'The next pane; with Shift the one before'],
  ];
  return (
    <Dialog
      title="Keyboard shortcuts"
      sentence="They work wherever the focus is, in the editor and in the shell too."
      onClose={onClose}
      buttons={<Button onPress={onClose}>Close</Button>}
    >
      <dl className="keys">
        {[...page, ...own, ...OTHER_KEYS].map(([keys, what]) => (
          <div key={keys}>
            <dt>{what}</dt>
            <dd>
              <Kbd>{keys}</Kbd>
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
