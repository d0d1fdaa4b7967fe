// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Keys that work wherever the focus is. Taken before Monaco and xterm see them, so that they mean
 * one thing on the whole page; none is a single letter.
 */
import type { Playground } from '../store/playground.ts';
import type { TerminalRack } from '../xterm/terminal-rack.ts';
import type { TerminalView } from '../xterm/terminal-view.ts';

const PANES = ['editor', 'shell', 'views'] as const;

export function watchShortcuts(playground: Playground, terminals: TerminalRack): () => void {
  let before: HTMLElement | undefined;

  const terminal = (): TerminalView => terminals.at(playground.store.getState().terminal);
  const toggleTerminal = (): void => {
    if (terminals.hasFocus && before?.isConnected === true) {
      before.focus();
      return;
    }
    before = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
    playground.store.getState().arrange({ page: 'shell' });
    terminal().focus();
    // On small pages the shell has to come forward first.
    requestAnimationFrame(() => terminal().focus());
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      void playground.builder.buildAndLoad();
    } else if (isCommand && event.key.toLowerCase() === 's' && !event.shiftKey && !event.altKey) {
      playground.workspace.save();
      playground.store
        .getState()
        .notify('Saved in this browser and in the machine, as every edit is.');
    } else if (event.ctrlKey && event.code === 'Backquote') {
      toggleTerminal();
    } else if (event.key === 'F6') {
      focusNextPane(event.shiftKey ? -1 : 1, terminal());
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  addEventListener('keydown', onKeyDown, { capture: true });
  return () => removeEventListener('keydown', onKeyDown, { capture: true });
}

function focusNextPane(step: 1 | -1, terminal: TerminalView): void {
  const panes = PANES.flatMap((name) => {
    const pane = document.querySelector<HTMLElement>(`[data-pane=${name}]`);
    return pane === null ? [] : [pane];
  });
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  const next = panes.at((at + step + panes.length) % panes.length);
  if (next === undefined) return;
  if (next.contains(terminal.element)) {
    terminal.focus();
    return;
  }
  const inside =
    next.querySelector<HTMLElement>('.pane-body textarea, .pane-body [tabindex="0"]') ??
    next.querySelector<HTMLElement>('[role=tab][tabindex="0"]');
  inside?.focus();
}
