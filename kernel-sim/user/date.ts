// SPDX-License-Identifier: GPL-2.0-or-later
/** date: prints the time. It is the machine's own, in UTC. */
import { command, errorText, has, misuse, valueOf } from './support/command.ts';
import { civilTime, strftime } from './support/civil-time.ts';
import { quoted } from './support/locale.ts';
import { parseDate } from './support/parse-date.ts';
import { quoteName } from './support/quote.ts';

const HELP = `Usage: date [OPTION]... [+FORMAT]
Display date and time in the given FORMAT.

  -d, --date=STRING          display time described by STRING, not 'now'
  -I[FMT], --iso-8601[=FMT]  output date/time in ISO 8601 format.
                               FMT='date' for date only (the default),
                               'hours', 'minutes', 'seconds', or 'ns'
  -r, --reference=FILE       display the last modification time of FILE
  -R, --rfc-email            output date and time in RFC 5322 format.
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

export const date = command({
  short: 'd:I::r:Rus:',
  long: {
    date: 'd:',
    'iso-8601': 'I::',
    reference: 'r:',
    'rfc-email': 'R',
    utc: 'u',
    universal: 'u',
    set: 's:',
  },
  help: HELP,
  *main(c, args) {
    const now = yield* c.clock_gettime();
    if (typeof now === 'number') return yield* c.die(c.program, errorText(now));
    let time = civilTime(now.seconds, now.nanoseconds);
    const text = valueOf(args, 'd');
    if (text !== undefined) {
      const seconds = parseDate(text, now.seconds);
      if (seconds === undefined) return yield* c.die(c.program, `invalid date ${quoted(c, text)}`);
      time = civilTime(seconds);
    }
    const reference = valueOf(args, 'r');
    if (reference !== undefined) {
      const stat = yield* c.stat(reference);
      if (typeof stat === 'number') {
        return yield* c.die(c.program, `${quoteName(reference)}: ${errorText(stat)}`);
      }
      time = civilTime(stat.mtime, stat.mtime_ns);
    }
    if (has(args, 's')) {
      return yield* c.die(c.program, 'cannot set date: Operation not permitted');
    }
    const [operand, extra] = args.operands;
    if (extra !== undefined) return yield* misuse(c, `extra operand ${quoted(c, extra)}`);
    if (operand !== undefined && !operand.startsWith('+')) {
      return yield* c.die(c.program, `invalid date ${quoted(c, operand)}`);
    }
    let format = operand?.slice(1) ?? '%a %b %e %H:%M:%S %Z %Y';
    if (has(args, 'I')) {
      const form = valueOf(args, 'I') ?? 'date';
      const name = Object.keys(ISO).find((candidate) => candidate.startsWith(form));
      const iso = name === undefined ? undefined : ISO[name];
      if (iso === undefined) {
        return yield* misuse(
          c,
          `invalid argument ${quoted(c, form)} for ${quoted(c, '--iso-8601')}`,
        );
      }
      format = iso;
    } else if (has(args, 'R')) format = '%a, %d %b %Y %H:%M:%S %z';
    c.out(`${strftime(format, time)}\n`);
    return 0;
  },
});
