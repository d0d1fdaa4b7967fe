// SPDX-License-Identifier: GPL-2.0-or-later
/** sync: asks the kernel to write what it holds; without a disk that is done at once. */
import { O } from '../uapi/fs.ts';
import { command, complain, errorText } from './support/command.ts';
import { quoteAlways } from './support/quote.ts';

export const sync = command({
  short: 'df',
  long: { data: 'd', 'file-system': 'f' },
  help: 'Usage: sync [OPTION] [FILE]...\nSynchronize cached writes to persistent storage\n',
  *main(c, args) {
    let status = 0;
    for (const name of args.operands) {
      const fd = yield* c.open(name, O.RDONLY | O.NONBLOCK);
      if (fd >= 0) {
        yield* c.close(fd);
        continue;
      }
      yield* complain(c, `error opening ${quoteAlways(name)}: ${errorText(fd)}`);
      status = 1;
    }
    return (yield* c.sync()) < 0 ? 1 : status;
  },
});
