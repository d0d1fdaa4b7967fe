// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The page starts here: the kernel and its terminal first, everything else once they have drawn a
 * prompt.
 */
import './app/styles/base.css';
import { ThemeKeeper } from './lib/theme.ts';
import { Playground } from './store/playground.ts';
import kernelSource from './worker/kernel-worker.ts?iife-source';
import { TerminalView } from './xterm/terminal-view.ts';

/** The app is fetched after this long even when the kernel is slow to say its first word. */
const APP_AFTER_MS = 2500;

const theme = new ThemeKeeper();
const playground = new Playground(kernelSource);
const terminal = new TerminalView(
  {
    onInput: (bytes) => playground.typed(bytes),
    onResize: (rows, columns) => playground.resize(rows, columns),
    onSourceLink: (file, line) => playground.openSource(undefined, file, line),
  },
  theme.current,
  playground.store.getState().terminalFontSize,
);
theme.watch((name) => terminal.setTheme(name));

let isAppAsked = false;
function askForApp(): void {
  if (isAppAsked) return;
  isAppAsked = true;
  void import('./app/mount.tsx').then(({ mountApp }) => mountApp({ playground, terminal, theme }));
}

playground.start({
  write: (bytes, drawn) =>
    terminal.write(bytes, () => {
      drawn();
      askForApp();
    }),
  send: (text) => terminal.send(text),
  halfLine: () => terminal.halfLine(),
  reset: () => terminal.reset(),
});
document.querySelector('#boot-shell')?.append(terminal.element);
terminal.open();
terminal.focus();
setTimeout(askForApp, APP_AFTER_MS);
