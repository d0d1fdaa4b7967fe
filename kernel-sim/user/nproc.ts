// SPDX-License-Identifier: GPL-2.0-or-later
/** nproc: how many CPUs there are. */
import { decodeUtf8 } from '../lib/utf8.ts';
import { command, misuse, valueOf } from './support/command.ts';
import { quoted } from './support/locale.ts';

const HELP = `Usage: nproc [OPTION]...
Print the number of processing units available to the current process,
which may be less than the number of online processors

      --all      print the number of installed processors
      --ignore=N  if possible, exclude N processing units
      --help        display this help and exit
`;

export const nproc = command({
  short: '',
  long: { all: 'all', ignore: 'ignore:' },
  help: HELP,
  *main(c, args) {
    const [extra] = args.operands;
    if (extra !== undefined) return yield* misuse(c, `extra operand ${quoted(c, extra)}`);
    const bytes = yield* c.read_file('/proc/cpuinfo');
    const text = typeof bytes === 'number' ? '' : decodeUtf8(bytes);
    const cpus = Math.max(1, text.match(/^processor\s*:/gm)?.length ?? 1);
    c.out(`${Math.max(1, cpus - Number(valueOf(args, 'ignore') ?? 0))}\n`);
    return 0;
  },
});
