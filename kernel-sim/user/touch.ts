// SPDX-License-Identifier: GPL-2.0-or-later
/** touch: makes files, or sets their times. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { O } from '../uapi/fs.ts';
import type { Libc } from './libc/libc.ts';
import { command, complain, errorText, has, misuse, valueOf } from './support/command.ts';
import { parseDate } from './support/parse-date.ts';
import { quoted } from './support/locale.ts';
import { quoteAlways } from './support/quote.ts';

const HELP = `Usage: touch [OPTION]... FILE...
Update the access and modification times of each FILE to the current time.

A FILE argument that does not exist is created empty, unless -c or -h
is supplied.

  -a                     change only the access time
  -c, --no-create        do not create any files
  -d, --date=STRING      parse STRING and use it instead of current time
  -m                     change only the modification time
  -r, --reference=FILE   use this file's times instead of current time
      --help        display this help and exit
`;

interface Times {
  readonly atime: number;
  readonly mtime: number;
}

export const touch = command({
  short: 'acd:fmr:',
  long: { 'no-create': 'c', date: 'd:', reference: 'r:' },
  help: HELP,
  *main(c, args) {
    let times: Times | undefined;
    const date = valueOf(args, 'd');
    const reference = valueOf(args, 'r');
    if (reference !== undefined) {
      const stat = yield* c.stat(reference);
      if (typeof stat === 'number') {
        const name = quoteAlways(reference);
        return yield* c.die(c.program, `failed to get attributes of ${name}: ${errorText(stat)}`);
      }
      times = { atime: stat.atime, mtime: stat.mtime };
    } else if (date !== undefined) {
      const now = yield* c.clock_gettime();
      const seconds = parseDate(date, typeof now === 'number' ? 0 : now.seconds);
      if (seconds === undefined) {
        return yield* c.die(c.program, `invalid date format ${quoted(c, date)}`);
      }
      times = { atime: seconds, mtime: seconds };
    }
    if (args.operands.length === 0) return yield* misuse(c, 'missing file operand');
    let status = 0;
    for (const name of args.operands) {
      if (!(yield* touchFile(c, name, times, has(args, 'c')))) status = 1;
    }
    return status;
  },
});

function* touchFile(
  c: Libc,
  name: string,
  times: Times | undefined,
  keepsAway: boolean,
): Sleeping<boolean> {
  let failure = yield* c.utimens(name, times);
  if (failure === -ERRNO.ENOENT) {
    if (keepsAway) return true;
    const fd = yield* c.open(name, O.WRONLY | O.CREAT | O.NOCTTY | O.NONBLOCK, 0o666);
    if (fd < 0) {
      yield* complain(c, `cannot touch ${quoteAlways(name)}: ${errorText(fd)}`);
      return false;
    }
    yield* c.close(fd);
    failure = times === undefined ? 0 : yield* c.utimens(name, times);
  }
  if (failure === 0) return true;
  // The original opens the file first, which only goes well where times alone are refused.
  const isOpened = keepsAway || failure === -ERRNO.EPERM;
  const what = isOpened ? 'setting times of' : 'cannot touch';
  yield* complain(c, `${what} ${quoteAlways(name)}: ${errorText(failure)}`);
  return false;
}
