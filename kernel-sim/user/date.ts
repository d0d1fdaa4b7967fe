// SPDX-License-Identifier: GPL-2.0-or-later
/** date: prints the time. It is the machine's own, in UTC. */
import type { Sleeping } from '../uapi/coroutine.ts';
import type { Libc } from './libc/libc.ts';
import {
  command,
  complain,
  errorText,
  has,
  misuse,
  valueOf,
  type ParsedCommandLine,
} from './support/command.ts';
import { civilTime, strftime } from './support/civil-time.ts';
import { openInput } from './support/files.ts';
import { quoted } from './support/locale.ts';
import { parseDate, type Moment } from './support/parse-date.ts';
import { quoteName } from './support/quote.ts';
import { chooseWord } from './support/words.ts';

const HELP = `Usage: date [OPTION]... [+FORMAT]
Display date and time in the given FORMAT.

  -d, --date=STRING          display time described by STRING, not 'now'
  -f, --file=DATEFILE        like --date; once for each line of DATEFILE
  -I[FMT], --iso-8601[=FMT]  output date/time in ISO 8601 format.
                               FMT='date' for date only (the default),
                               'hours', 'minutes', 'seconds', or 'ns'
  -r, --reference=FILE       display the last modification time of FILE
  -R, --rfc-email            output date and time in RFC 5322 format.
      --rfc-3339=FMT         output date/time in RFC 3339 format.
                               FMT='date', 'seconds', or 'ns'
  -u, --utc, --universal     print or set Coordinated Universal Time (UTC)
      --help        display this help and exit
`;

const ISO: Readonly<Record<string, string>> = {
  date: '%Y-%m-%d',
  hours: '%Y-%m-%dT%H%:z',
  minutes: '%Y-%m-%dT%H:%M%:z',
  seconds: '%Y-%m-%dT%H:%M:%S%:z',
  ns: '%Y-%m-%dT%H:%M:%S,%N%:z',
};

const RFC_3339: Readonly<Record<string, string>> = {
  date: '%Y-%m-%d',
  seconds: '%Y-%m-%d %H:%M:%S%:z',
  ns: '%Y-%m-%d %H:%M:%S.%N%:z',
};

const USUAL = '%a %b %e %H:%M:%S %Z %Y';
const RFC_EMAIL = '%a, %d %b %Y %H:%M:%S %z';

export const date = command({
  short: 'd:f:I::r:Rus:',
  long: {
    date: 'd:',
    debug: 'debug',
    file: 'f:',
    'iso-8601': 'I::',
    reference: 'r:',
    'rfc-3339': 'rfc-3339:',
    'rfc-email': 'R',
    'rfc-2822': 'R',
    utc: 'u',
    universal: 'u',
    set: 's:',
  },
  help: HELP,
  *main(c, args) {
    const now = yield* c.clock_gettime();
    if (typeof now === 'number') return yield* c.die(c.program, errorText(now));
    const sources = ['d', 'f', 'r'].filter((name) => has(args, name));
    if (sources.length > 1) {
      return yield* misuse(c, 'the options to specify dates for printing are mutually exclusive');
    }
    const format = yield* formatOf(c, args);
    if (typeof format === 'number') return format;
    if (has(args, 's')) {
      return yield* c.die(c.program, 'cannot set date: Operation not permitted');
    }
    const print = ({ seconds, nanoseconds }: Moment): void => {
      c.out(`${strftime(format, civilTime(seconds, nanoseconds))}\n`);
    };
    const file = valueOf(args, 'f');
    if (file !== undefined) return yield* printFile(c, file, now, print);
    const text = valueOf(args, 'd');
    const reference = valueOf(args, 'r');
    if (text !== undefined) {
      const moment = parseDate(text, now);
      if (moment === undefined) return yield* c.die(c.program, `invalid date ${quoted(c, text)}`);
      print(moment);
    } else if (reference !== undefined) {
      const stat = yield* c.stat(reference);
      if (typeof stat === 'number') {
        return yield* c.die(c.program, `${quoteName(reference)}: ${errorText(stat)}`);
      }
      print({ seconds: stat.mtime, nanoseconds: stat.mtime_ns });
    } else print(now);
    return 0;
  },
});

/** The format that was asked for, or the exit status after a complaint. */
function* formatOf(c: Libc, args: ParsedCommandLine): Sleeping<string | number> {
  const [operand, extra] = args.operands;
  if (extra !== undefined) return yield* misuse(c, `extra operand ${quoted(c, extra)}`);
  let format: string | undefined;
  for (const { name, value } of args.options) {
    const formats = { I: ISO, 'rfc-3339': RFC_3339 }[name];
    if (formats === undefined && name !== 'R') continue;
    if (format !== undefined) {
      return yield* c.die(c.program, 'multiple output formats specified');
    }
    if (formats === undefined) {
      format = RFC_EMAIL;
      continue;
    }
    const words = new Map(Object.keys(formats).map((word) => [word, word]));
    const option = name === 'I' ? '--iso-8601' : '--rfc-3339';
    const chosen = chooseWord(c, words, value ?? 'date', option);
    if ('error' in chosen) return yield* misuse(c, chosen.error);
    format = formats[chosen.value];
  }
  if (operand === undefined) return format ?? USUAL;
  if (!operand.startsWith('+')) {
    return yield* c.die(c.program, `invalid date ${quoted(c, operand)}`);
  }
  if (format !== undefined) return yield* c.die(c.program, 'multiple output formats specified');
  return operand.slice(1);
}

/** -f: a date on each line. */
function* printFile(
  c: Libc,
  name: string,
  now: Moment,
  print: (moment: Moment) => void,
): Sleeping<number> {
  const fd = yield* openInput(c, name);
  if (fd === undefined) return 1;
  const lines = c.lines(fd);
  let status = 0;
  for (;;) {
    const line = yield* lines.next();
    if (line === undefined || typeof line === 'number') return status;
    const moment = parseDate(line, now);
    if (moment === undefined) {
      yield* complain(c, `invalid date ${quoted(c, line)}`);
      status = 1;
    } else print(moment);
  }
}
