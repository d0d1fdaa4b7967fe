// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Keys that work wherever the focus is. Taken before Monaco and xterm see them, so that they mean
 * one thing on the whole page; a single letter counts only where nothing can be typed.
 */
import type { Playground } from '../store/playground.ts';
import type { TerminalRack } from '../xterm/terminal-rack.ts';
import { paneInFocus } from './commands.ts';

const PANES = ['sidebar', 'editor', 'shell', 'views'] as const;

export function watchShortcuts(playground: Playground, terminals: TerminalRack): () => void {
  const toggleTerminal = terminalToggle(playground, terminals);
  const act = (event: KeyboardEvent): boolean => {
    const state = playground.store.getState();
    // A dialog has the keys to itself.
    if (document.querySelector('.overlay') !== null) return isTaken(event);
    if (event.key === 'F1') state.openDialog('palette');
    else if (event.key === 'F6') focusNextPane(event.shiftKey ? -1 : 1, playground, terminals);
    else if (event.ctrlKey && event.code === 'Backquote') {
      if (event.shiftKey) {
        playground.openTerminal();
        requestAnimationFrame(() => front(playground, terminals).focus());
      } else toggleTerminal();
    } else if (event.key === '?' && !isTyping(event.target)) state.openDialog('keys');
    else return actOnCommand(playground, event);
    return true;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!act(event)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  addEventListener('keydown', onKeyDown, { capture: true });
  return () => removeEventListener('keydown', onKeyDown, { capture: true });
}

/** Ctrl, or ⌘, with another key. */
function actOnCommand(playground: Playground, event: KeyboardEvent): boolean {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return false;
  const state = playground.store.getState();
  const { maximise, maximised, arrange, openDialog } = state;
  switch (`${event.shiftKey ? 'shift ' : ''}${event.key.toLowerCase()}`) {
    case 'enter':
      void playground.builder.build();
      return true;
    case 'shift enter':
      maximise(maximised === undefined ? paneInFocus() : undefined);
      return true;
    case 's':
      save(playground);
      return true;
    case 'shift p':
      openDialog('palette');
      return true;
    case 'shift f':
      arrange({ sidebar: 'search', page: 'code' });
      requestAnimationFrame(() => focusIn('sidebar', '.search-field input'));
      return true;
    case 'shift e':
      arrange({ sidebar: 'files', page: 'code' });
      requestAnimationFrame(() => focusIn('sidebar', '.tree-row[tabindex="0"]'));
      return true;
    case ',':
      openDialog('settings');
      return true;
    default:
      return false;
  }
}

/** What must not reach the browser even while a dialog is open. */
function isTaken(event: KeyboardEvent): boolean {
  return event.key === 'F1' || (event.ctrlKey && event.key.toLowerCase() === 's');
}

function save(playground: Playground): void {
  const { saveKey, notify } = playground.store.getState();
  playground.workspace.save();
  if (saveKey === 'build') void playground.builder.build();
  else notify('Saved in this browser and in the machine, as every edit is.');
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.closest('input, textarea, .monaco-editor, .xterm') !== null)
  );
}

function front(playground: Playground, terminals: TerminalRack): ReturnType<TerminalRack['at']> {
  return terminals.at(playground.store.getState().terminal);
}

function terminalToggle(playground: Playground, terminals: TerminalRack): () => void {
  let before: HTMLElement | undefined;
  return () => {
    if (terminals.hasFocus && before?.isConnected === true) {
      before.focus();
      return;
    }
    before = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
    playground.store.getState().arrange({ page: 'shell' });
    front(playground, terminals).focus();
    // On small pages the shell has to come forward first.
    requestAnimationFrame(() => front(playground, terminals).focus());
  };
}

function focusNextPane(step: 1 | -1, playground: Playground, terminals: TerminalRack): void {
  const panes = PANES.flatMap((name) => {
    const pane = document.querySelector<HTMLElement>(`[data-pane=${name}]`);
    return pane === null ? [] : [pane];
  });
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  const next = panes.at((at + step + panes.length) % panes.length);
  if (next === undefined) return;
  const terminal = front(playground, terminals);
  if (next.contains(terminal.element)) {
    terminal.focus();
    return;
  }
  const inside =
    next.querySelector<HTMLElement>('.pane-body textarea, .pane-body [tabindex="0"]') ??
    next.querySelector<HTMLElement>('[role=tab][tabindex="0"]');
  inside?.focus();
}

function focusIn(pane: string, selector: string): void {
  document.querySelector<HTMLElement>(`[data-pane=${pane}] ${selector}`)?.focus();
}
