// SPDX-License-Identifier: GPL-2.0-or-later
/** sync: asks the kernel to write what it holds; without a disk that is done at once. */
import { command } from './support/command.ts';

export const sync = command({
  short: 'df',
  long: { data: 'd', 'file-system': 'f' },
  help: 'Usage: sync [OPTION] [FILE]...\nSynchronize cached writes to persistent storage\n',
  *main(c) {
    return (yield* c.sync()) < 0 ? 1 : 0;
  },
});
