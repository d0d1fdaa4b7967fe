// SPDX-License-Identifier: GPL-2.0-or-later
/** nproc: how many CPUs there are. */
import { decodeUtf8 } from '../lib/utf8.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import type { Libc } from './libc/libc.ts';
import { command, has, misuse, valueOf } from './support/command.ts';
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
    const ignored = valueOf(args, 'ignore') ?? '0';
    if (!/^\d+$/.test(ignored)) {
      return yield* c.die(c.program, `invalid number: ${quoted(c, ignored)}`);
    }
    const cpus = has(args, 'all') ? yield* installed(c) : yield* allowed(c);
    c.out(`${Math.max(1, cpus - Number(ignored))}\n`);
    return 0;
  },
});

function* allowed(c: Libc): Sleeping<number> {
  let count = 0;
  for (let mask = yield* c.sched_getaffinity(0); mask > 0; mask >>>= 1) count += mask & 1;
  return Math.max(1, count);
}

function* installed(c: Libc): Sleeping<number> {
  const bytes = yield* c.read_file('/proc/cpuinfo');
  const text = typeof bytes === 'number' ? '' : decodeUtf8(bytes);
  return Math.max(1, text.match(/^processor\s*:/gm)?.length ?? 1);
}
