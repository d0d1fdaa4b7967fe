// SPDX-License-Identifier: GPL-2.0-or-later
/** The palette: a few letters find a command or a file, Enter does it. */
import { useState, type KeyboardEvent } from 'react';
import { Dialog as AriaDialog, Modal, ModalOverlay } from 'react-aria-components';

import { fuzzySort } from '../lib/fuzzy.ts';
import { usePlayground } from '../store/use-playground.ts';
import { useTerminals } from '../xterm/use-terminal.ts';
import { commandsOf, type Command } from './commands.ts';

const SHOWN_MAX = 50;

export function Palette({ onClose }: { readonly onClose: () => void }) {
  const playground = usePlayground();
  const terminals = useTerminals();
  // As they were when it opened: nothing may move under the finger.
  const [commands] = useState(() => commandsOf(playground, terminals));
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const found = fuzzySort(text, commands, textOf).slice(0, SHOWN_MAX);
  const run = (command: Command | undefined): void => {
    onClose();
    // After the focus has gone back to where it was.
    if (command !== undefined) setTimeout(() => command.run());
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const last = Math.max(0, found.length - 1);
    if (event.key === 'ArrowDown') setAt(at === last ? 0 : at + 1);
    else if (event.key === 'ArrowUp') setAt(at === 0 ? last : at - 1);
    else if (event.key === 'Enter') run(found[at]?.[0]);
    else return;
    event.preventDefault();
  };
  return (
    <ModalOverlay
      className="overlay"
      isOpen
      isDismissable
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Modal className="modal palette">
        <AriaDialog aria-label="Commands and files">
          <input
            // oxlint-disable-next-line jsx-a11y/no-autofocus -- the person has just asked for it
            autoFocus
            className="palette-field"
            value={text}
            placeholder="Find a command or file"
            role="combobox"
            aria-label="Find a command or file"
            aria-expanded
            aria-controls="palette-list"
            aria-activedescendant={found[at] === undefined ? undefined : `palette-${at}`}
            spellCheck={false}
            onChange={(event) => {
              setText(event.target.value);
              setAt(0);
            }}
            onKeyDown={onKeyDown}
          />
          <div className="palette-list" id="palette-list" role="listbox" aria-label="Found">
            {found.map(([command, matched], index) => (
              // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the field has
              <div
                key={command.id}
                id={`palette-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === at}
                ref={index === at ? intoSight : null}
                className="palette-row"
                onPointerMove={() => setAt(index)}
                onClick={() => run(command)}
              >
                <Face command={command} matched={new Set(matched)} />
              </div>
            ))}
            {found.length === 0 && <p className="empty">No command and no file is called so.</p>}
          </div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

function Face(props: { readonly command: Command; readonly matched: ReadonlySet<number> }) {
  const { command, matched } = props;
  const objectAt = command.label.length + 1;
  return (
    <>
      <span>{underlined(command.label, 0, matched)}</span>
      {command.object !== undefined && (
        <span className="mono">{underlined(command.object, objectAt, matched)}</span>
      )}
      <span className="palette-space" />
      {command.keys !== undefined && <kbd className="kbd">{command.keys}</kbd>}
    </>
  );
}

/** Letters of `text`, which begins at `from` in what was matched. */
function underlined(text: string, from: number, matched: ReadonlySet<number>): React.ReactNode {
  return [...text].map((letter, index) => {
    const key = index;
    return matched.has(from + index) ? <u key={key}>{letter}</u> : letter;
  });
}

function textOf({ label, object = '' }: Command): string {
  return `${label} ${object}`;
}

function intoSight(row: HTMLElement | null): void {
  row?.scrollIntoView({ block: 'nearest' });
}
