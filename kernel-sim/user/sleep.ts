// SPDX-License-Identifier: GPL-2.0-or-later
/** sleep: pauses for the sum of its arguments: `1`, `0.5`, `2m`. */
import { complain, command, missingOperand, tryHelp } from './support/command.ts';
import { quoted } from './support/locale.ts';

const HELP = `Usage: sleep NUMBER[SUFFIX]...
  or:  sleep OPTION
Pause for NUMBER seconds.  SUFFIX may be 's' for seconds (the default),
'm' for minutes, 'h' for hours or 'd' for days.  NUMBER need not be an
integer.  Given two or more arguments, pause for the amount of time
specified by the sum of their values.

      --help        display this help and exit
`;

const NS_PER_S = 1_000_000_000;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const A_YEAR = 31_536_000 * NS_PER_S;

export const sleep = command({
  short: '',
  help: HELP,
  *main(c, { operands }) {
    if (operands.length === 0) return yield* missingOperand(c);
    let total = 0;
    let isValid = true;
    for (const operand of operands) {
      const nanoseconds = parseDuration(operand);
      if (nanoseconds === undefined) {
        isValid = false;
        yield* complain(c, `invalid time interval ${quoted(c, operand)}`);
      } else total += nanoseconds;
    }
    if (!isValid) return yield* tryHelp(c);
    // `sleep infinity` sleeps year after year.
    do {
      const failure = yield* c.nanosleep(Math.min(total, A_YEAR));
      if (failure < 0) return 1;
      total -= A_YEAR;
    } while (total > 0);
    return 0;
  },
});

/** Nanoseconds of `1.5m`, or nothing. */
export function parseDuration(text: string): number | undefined {
  const match = /^\+?(\d+\.?\d*|\.\d+|inf(?:inity)?)([smhd]?)$/.exec(text);
  if (match === null) return undefined;
  const [, number = '', unit = ''] = match;
  const value = number.startsWith('inf') ? Infinity : Number(number);
  return Math.round(value * (SECONDS[unit] ?? 1) * NS_PER_S);
}
