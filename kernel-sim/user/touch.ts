// SPDX-License-Identifier: GPL-2.0-or-later
/** touch: makes files, or sets their times. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { O } from '../uapi/fs.ts';
import type { Libc } from './libc/libc.ts';
import { civilTime } from './support/civil-time.ts';
import {
  command,
  complain,
  errorText,
  has,
  misuse,
  valueOf,
  type ParsedCommandLine,
} from './support/command.ts';
import { parseDate, type Moment } from './support/parse-date.ts';
import { quoted } from './support/locale.ts';
import { quoteAlways } from './support/quote.ts';
import { chooseWord } from './support/words.ts';

const HELP = `Usage: touch [OPTION]... FILE...
Update the access and modification times of each FILE to the current time.

A FILE argument that does not exist is created empty, unless -c or -h
is supplied.

  -a                     change only the access time
  -c, --no-create        do not create any files
  -d, --date=STRING      parse STRING and use it instead of current time
  -f                     (ignored)
  -h, --no-dereference   affect each symbolic link instead of any referenced
                         file
  -m                     change only the modification time
  -r, --reference=FILE   use this file's times instead of current time
  -t STAMP               use [[CC]YY]MMDDhhmm[.ss] instead of current time
      --time=WORD        change the specified time:
                           WORD is access, atime, or use: equivalent to -a
                           WORD is modify or mtime: equivalent to -m
      --help        display this help and exit
`;

type Field = 'atime' | 'mtime';

const FIELDS = new Map<string, Field>([
  ['atime', 'atime'],
  ['access', 'atime'],
  ['use', 'atime'],
  ['mtime', 'mtime'],
  ['modify', 'mtime'],
]);

/** To what the times are set, and of which files. */
interface Change {
  /** What both become; undefined for now. */
  readonly times: { readonly atime: Moment; readonly mtime: Moment } | undefined;
  /** The one that is kept. */
  readonly keeps: Field | undefined;
  readonly mayCreate: boolean;
  readonly follow: boolean;
}

export const touch = command({
  short: 'acd:fhmr:t:',
  long: {
    'no-create': 'c',
    date: 'd:',
    'no-dereference': 'h',
    reference: 'r:',
    time: 'time:',
  },
  help: HELP,
  *main(c, args) {
    const wanted = new Set<Field>();
    for (const { name, value = '' } of args.options) {
      if (name === 'a') wanted.add('atime');
      if (name === 'm') wanted.add('mtime');
      if (name !== 'time') continue;
      const chosen = chooseWord(c, FIELDS, value, '--time');
      if ('error' in chosen) return yield* misuse(c, chosen.error);
      wanted.add(chosen.value);
    }
    const times = yield* timesOf(c, args);
    if (typeof times === 'number') return times;
    if (args.operands.length === 0) return yield* misuse(c, 'missing file operand');
    const [only, other] = [...wanted];
    const change: Change = {
      times,
      keeps: only === undefined || other !== undefined ? undefined : OTHER[only],
      mayCreate: !has(args, 'c') && !has(args, 'h'),
      follow: !has(args, 'h'),
    };
    let status = 0;
    for (const name of args.operands) if (!(yield* touchFile(c, name, change))) status = 1;
    return status;
  },
});

const OTHER = { atime: 'mtime', mtime: 'atime' } as const;

function* timesOf(c: Libc, args: ParsedCommandLine): Sleeping<Change['times'] | number> {
  const stamp = valueOf(args, 't');
  const date = valueOf(args, 'd');
  const reference = valueOf(args, 'r');
  if (stamp !== undefined && (date !== undefined || reference !== undefined)) {
    return yield* misuse(c, 'cannot specify times from more than one source');
  }
  const clock = yield* c.clock_gettime();
  if (typeof clock === 'number') return yield* c.die(c.program, errorText(clock));
  let base: { atime: Moment; mtime: Moment } | undefined;
  if (reference !== undefined) {
    const stat = yield* has(args, 'h') ? c.lstat(reference) : c.stat(reference);
    if (typeof stat === 'number') {
      const name = quoteAlways(reference);
      return yield* c.die(c.program, `failed to get attributes of ${name}: ${errorText(stat)}`);
    }
    base = {
      atime: { seconds: stat.atime, nanoseconds: stat.atime_ns },
      mtime: { seconds: stat.mtime, nanoseconds: stat.mtime_ns },
    };
  }
  if (date === undefined && stamp === undefined) return base;
  const read = (now: Moment): Moment | undefined =>
    date === undefined ? parseStamp(stamp ?? '', now) : parseDate(date, now);
  // With a reference, `1 day ago` counts from its times.
  const atime = read(base?.atime ?? clock);
  const mtime = read(base?.mtime ?? clock);
  if (atime === undefined || mtime === undefined) {
    return yield* c.die(c.program, `invalid date format ${quoted(c, date ?? stamp ?? '')}`);
  }
  return { atime, mtime };
}

/** `[[CC]YY]MMDDhhmm[.ss]`. */
function parseStamp(text: string, now: Moment): Moment | undefined {
  const match = /^(\d\d)?(\d\d)?(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d\d))?$/.exec(text);
  if (match === null) return undefined;
  const [, first, second, month, day, hour, minute, seconds = '00'] = match;
  const short = Number(first) < 69 ? 2000 : 1900;
  const year =
    first === undefined
      ? civilTime(now.seconds).year
      : second === undefined
        ? short + Number(first)
        : Number(first) * 100 + Number(second);
  return parseDate(`${year}-${month}-${day} ${hour}:${minute}:${seconds}`, now);
}

function* touchFile(c: Libc, name: string, change: Change): Sleeping<boolean> {
  let failure = yield* setTimes(c, name, change);
  if (failure === -ERRNO.ENOENT && change.follow) {
    if (!change.mayCreate) return true;
    const fd = yield* c.open(name, O.WRONLY | O.CREAT | O.NOCTTY | O.NONBLOCK, 0o666);
    if (fd < 0) {
      yield* complain(c, `cannot touch ${quoteAlways(name)}: ${errorText(fd)}`);
      return false;
    }
    yield* c.close(fd);
    failure = yield* setTimes(c, name, change);
  }
  if (failure === 0) return true;
  // The original opens the file first, which only goes well where times alone are refused.
  const isOpened = !change.mayCreate || failure === -ERRNO.EPERM;
  const what = isOpened ? 'setting times of' : 'cannot touch';
  yield* complain(c, `${what} ${quoteAlways(name)}: ${errorText(failure)}`);
  return false;
}

function* setTimes(c: Libc, name: string, change: Change): Sleeping<number> {
  const { times, keeps, follow } = change;
  if (times === undefined && keeps === undefined) return yield* c.utimens(name, undefined, follow);
  const now = yield* c.clock_gettime();
  if (typeof now === 'number') return now;
  const set = times ?? { atime: now, mtime: now };
  if (keeps === undefined) return yield* c.utimens(name, set, follow);
  const stat = yield* follow ? c.stat(name) : c.lstat(name);
  if (typeof stat === 'number') return stat;
  const kept = { seconds: stat[keeps], nanoseconds: stat[`${keeps}_ns`] };
  return yield* c.utimens(name, { ...set, [keeps]: kept }, follow);
}
