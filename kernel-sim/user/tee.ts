// SPDX-License-Identifier: GPL-2.0-or-later
/** tee: copies its input to files and to standard output. */
import { O } from '../uapi/fs.ts';
import { SIG, SIGNAL } from '../uapi/signal.ts';
import { command, complain, errorText, has } from './support/command.ts';
import { quoteName } from './support/quote.ts';

const BLOCK = 65_536;

const HELP = `Usage: tee [OPTION]... [FILE]...
Copy standard input to each FILE, and also to standard output.

  -a, --append              append to the given FILEs, do not overwrite
  -i, --ignore-interrupts   ignore interrupt signals
      --help        display this help and exit
`;

export const tee = command({
  short: 'aip',
  long: { append: 'a', 'ignore-interrupts': 'i' },
  help: HELP,
  *main(c, args) {
    if (has(args, 'i')) yield* c.sigaction(SIGNAL.INT, SIG.IGN);
    let outputs: { name: string; fd: number }[] = [{ name: 'standard output', fd: 1 }];
    let status = 0;
    const mode = O.WRONLY | O.CREAT | (has(args, 'a') ? O.APPEND : O.TRUNC);
    for (const name of args.operands) {
      const fd = yield* c.open(name, mode, 0o666);
      if (fd >= 0) outputs.push({ name, fd });
      else {
        yield* complain(c, `${quoteName(name)}: ${errorText(fd)}`);
        status = 1;
      }
    }
    while (outputs.length > 0) {
      const bytes = yield* c.read(0, BLOCK);
      if (typeof bytes === 'number') {
        yield* complain(c, `read error: ${errorText(bytes)}`);
        return 1;
      }
      if (bytes.length === 0) break;
      const broken = new Set<number>();
      for (const output of outputs) {
        const failure = yield* c.write_all(output.fd, bytes);
        if (failure >= 0) continue;
        yield* complain(c, `${quoteName(output.name)}: ${errorText(failure)}`);
        broken.add(output.fd);
        status = 1;
      }
      outputs = outputs.filter(({ fd }) => !broken.has(fd));
    }
    return status;
  },
});
