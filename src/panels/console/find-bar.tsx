// SPDX-License-Identifier: GPL-2.0-or-later
/** Finds text in what a terminal has shown. */
import { ArrowDown, ArrowUp, X } from 'lucide-react';
import { useState, type KeyboardEvent } from 'react';

import { useSelection } from '../../store/use-playground.ts';
import { IconButton } from '../../widgets/button.tsx';
import type { TerminalView } from '../../xterm/terminal-view.ts';

export function FindBar({ terminal }: { readonly terminal: TerminalView }) {
  const [text, setText] = useState('');
  const [isMissing, setMissing] = useState(false);
  const setFinding = useSelection((state) => state.setFinding);
  const find = async (wanted: string, isBackwards: boolean): Promise<void> => {
    setMissing(wanted !== '' && !(await terminal.find(wanted, isBackwards)));
  };
  const close = (): void => {
    setFinding(false);
    terminal.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') close();
    else if (event.key === 'Enter') void find(text, !event.shiftKey);
    else return;
    event.preventDefault();
  };
  return (
    <div className="find-bar" role="search">
      <input
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- the person has just asked for it
        autoFocus
        className="field mono"
        value={text}
        placeholder="Find in this terminal"
        aria-label="Find in this terminal"
        aria-invalid={isMissing}
        spellCheck={false}
        onChange={(event) => {
          setText(event.target.value);
          void find(event.target.value, true);
        }}
        onKeyDown={onKeyDown}
      />
      <span className="find-result" role="status">
        {isMissing ? 'Not there' : ''}
      </span>
      <IconButton icon={ArrowUp} label="Further up" onPress={() => void find(text, true)} />
      <IconButton icon={ArrowDown} label="Further down" onPress={() => void find(text, false)} />
      <IconButton icon={X} label="Close" onPress={close} />
    </div>
  );
}
