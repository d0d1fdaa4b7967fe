// SPDX-License-Identifier: GPL-2.0-or-later
/** The terminals as tabs, with what runs in each, and a way to open another. */
import { Plus } from 'lucide-react';

import { Maximise } from './maximise.tsx';
import { ConsoleTools } from '../panels/console/console-tools.tsx';
import { foregroundOf, freeTerminal } from '../store/terminal-slice.ts';
import { usePlayground, useSelection } from '../store/use-playground.ts';
import { IconButton } from '../widgets/button.tsx';
import { TabBar } from '../widgets/tab-bar.tsx';
import { useTerminals } from '../xterm/use-terminal.ts';

export function ShellTabs() {
  const playground = usePlayground();
  const rack = useTerminals();
  const terminals = useSelection((state) => state.terminals);
  const terminal = useSelection((state) => state.terminal);
  const chooseTerminal = useSelection((state) => state.chooseTerminal);
  const isFull = useSelection((state) => freeTerminal(state) === undefined);
  // One text for all, so that only a new name draws them anew.
  const names = useSelection((state) =>
    state.terminals.map((tty) => foregroundOf(state, tty).name).join('\n'),
  ).split('\n');
  const tabs = terminals.map((tty, index) => ({
    id: String(tty),
    label: `ttyS${tty}`,
    note: names[index] ?? '',
    onClose: tty === 0 ? undefined : () => playground.closeTerminal(tty),
  }));
  const add = (): void => {
    playground.openTerminal();
    requestAnimationFrame(() => rack.at(playground.store.getState().terminal).focus());
  };
  return (
    <TabBar
      label="Terminals"
      tabs={tabs}
      active={String(terminal)}
      onChoose={(id) => chooseTerminal(Number(id))}
      controls="shell-body"
      after={!isFull && <IconButton icon={Plus} label="Another terminal" onPress={add} />}
    >
      <ConsoleTools />
      <Maximise pane="shell" />
    </TabBar>
  );
}
