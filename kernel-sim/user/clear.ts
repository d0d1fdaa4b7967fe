// SPDX-License-Identifier: GPL-2.0-or-later
/** clear: wipes the terminal's screen and its scrollback. */
import { defineProgram } from './libc/libc.ts';

export const clear = defineProgram(function* (c) {
  c.out('\x1b[H\x1b[2J');
  if (c.argv[1] !== '-x') c.out('\x1b[3J');
  return 0;
});
