// SPDX-License-Identifier: GPL-2.0-or-later
/** The shell: adopts the terminal in front. */
import { useCallback } from 'react';

import { useSelection } from '../../store/use-playground.ts';
import { useTerminals } from '../../xterm/use-terminal.ts';
import { FindBar } from './find-bar.tsx';

export function ConsolePanel() {
  const terminals = useTerminals();
  const tty = useSelection((state) => state.terminal);
  const isFinding = useSelection((state) => state.isFinding);
  const adopt = useCallback(
    (place: HTMLElement | null) => {
      if (place === null) return;
      const view = terminals.at(tty);
      place.replaceChildren(view.element);
      view.open();
    },
    [terminals, tty],
  );
  return (
    <div className="console">
      <div className="console-screen" ref={adopt} key={tty} />
      {isFinding && <FindBar terminal={terminals.at(tty)} key={`find-${tty}`} />}
    </div>
  );
}
