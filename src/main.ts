// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The page starts here: the kernel and its terminal first, everything else once they have drawn a
 * prompt.
 */
import './app/styles/base.css';
import { ThemeKeeper } from './lib/theme.ts';
import { Playground } from './store/playground.ts';
import kernelSource from './worker/kernel-worker.ts?iife-source';
import { TerminalRack } from './xterm/terminal-rack.ts';
import { TerminalView } from './xterm/terminal-view.ts';

/** The app is fetched after this long even when the kernel is slow to say its first word. */
const APP_AFTER_MS = 2500;

const theme = new ThemeKeeper();
const playground = new Playground(kernelSource);
const terminals = new TerminalRack(
  (tty) =>
    new TerminalView(
      {
        onInput: (bytes) => playground.typed(tty, bytes),
        onResize: (rows, columns) => playground.resize(tty, rows, columns),
        onSourceLink: (file, line) => playground.openSource(undefined, file, line),
        onAddressLink: (address) => playground.openObject(address),
      },
      theme.current,
      playground.store.getState().terminalFontSize,
    ),
);
const terminal = terminals.at(0);
theme.watch((name) => terminals.set('theme', (each) => each.setTheme(name)));

let isAppAsked = false;
function askForApp(): void {
  if (isAppAsked) return;
  isAppAsked = true;
  void import('./app/mount.tsx').then(({ mountApp }) => mountApp({ playground, terminals, theme }));
}

playground.start({
  write: (tty, bytes, drawn) =>
    terminals.at(tty).write(bytes, () => {
      drawn();
      askForApp();
    }),
  send: (tty, text) => terminals.at(tty).send(text),
  halfLine: (tty) => terminals.at(tty).halfLine(),
  reset: () => terminals.each((each) => each.reset()),
  remove: (tty) => terminals.remove(tty),
});
document.querySelector('#boot-shell')?.append(terminal.element);
terminal.open();
terminal.focus();
setTimeout(askForApp, APP_AFTER_MS);
