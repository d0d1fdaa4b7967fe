// SPDX-License-Identifier: GPL-2.0-or-later
/** free: how much memory there is. */
import { ERRNO, strerror } from '../uapi/errno.ts';
import { command, has, lastOf, type ParsedCommandLine, valueOf } from './support/command.ts';
import { type Meminfo, readMeminfo } from './support/meminfo.ts';

const HELP = `
Usage:
 free [options]

Options:
 -b, --bytes         show output in bytes
 -k, --kibi          show output in kibibytes
 -m, --mebi          show output in mebibytes
 -g, --gibi          show output in gibibytes
 -h, --human         show human-readable output
 -l, --lohi          show detailed low and high memory statistics
 -t, --total         show total for RAM + swap
 -s N, --seconds N   repeat printing every N seconds
 -c N, --count N     repeat printing N times, then exit
 -w, --wide          wide output

     --help     display this help and exit

For more details see free(1).
`;

const LABEL_WIDTH = 9;
const COLUMN_WIDTH = 11;
const DEFAULT_INTERVAL_S = 1;
const HEADINGS = {
  narrow: ['total', 'used', 'free', 'shared', 'buff/cache', 'available'],
  wide: ['total', 'used', 'free', 'shared', 'buffers', 'cache', 'available'],
} as const;

export const free = command({
  short: 'bkmghtwls:c:',
  long: {
    bytes: 'b',
    kibi: 'k',
    mebi: 'm',
    gibi: 'g',
    human: 'h',
    lohi: 'l',
    total: 't',
    wide: 'w',
    seconds: 's:',
    count: 'c:',
  },
  help: HELP,
  showsHelp: true,
  *main(c, args) {
    const seconds = valueOf(args, 's');
    const interval = seconds === undefined ? DEFAULT_INTERVAL_S : Number(seconds);
    if (seconds?.trim() === '' || Number.isNaN(interval)) {
      const why = seconds === '' ? '' : `: ${strerror(ERRNO.EINVAL)}`;
      return yield* c.die(c.program, `seconds argument failed: '${seconds ?? ''}'${why}`);
    }
    if (interval <= 0) {
      return yield* c.die(c.program, `seconds argument \`${seconds}' is not positive number`);
    }
    const times = valueOf(args, 'c');
    const count = times === undefined ? undefined : Number(times);
    if (count !== undefined && !(count >= 1 && Number.isInteger(count))) {
      const why = Number.isInteger(count) ? `: ${strerror(ERRNO.ERANGE)}` : '';
      return yield* c.die(c.program, `failed to parse count argument: '${times}'${why}`);
    }
    if (args.operands.length > 0) {
      yield* c.err(HELP);
      return 1;
    }
    const repeats = count ?? (seconds === undefined ? 1 : Infinity);
    for (let round = 1; ; round++) {
      const memory = yield* readMeminfo(c);
      if (memory === undefined) {
        return yield* c.die(c.program, 'Memory information file /proc/meminfo does not exist');
      }
      c.out(table(memory, args));
      if (round >= repeats) return 0;
      c.out('\n');
      yield* c.flush();
      yield* c.nanosleep(interval * 1e9);
    }
  },
});

function table(memory: Meminfo, args: ParsedCommandLine): string {
  const { total, used, available, shared, buffers, cached, swapTotal, swapFree } = memory;
  const unit = lastOf(args, ['b', 'k', 'm', 'g']) ?? 'k';
  const shift = { b: 1024, k: 1, m: 1 / 1024, g: 1 / 1024 ** 2 }[unit];
  const show = (kib: number): string =>
    has(args, 'h') ? human(kib * 1024) : String(Math.floor(kib * shift));
  const line = (label: string, texts: readonly string[]): string =>
    `${label.padEnd(LABEL_WIDTH)}${texts.map((text) => text.padStart(COLUMN_WIDTH)).join(' ')}\n`;
  const row = (label: string, values: readonly number[]): string => line(label, values.map(show));
  const isWide = has(args, 'w');
  const caches = isWide ? [buffers, cached] : [buffers + cached];
  const swapUsed = swapTotal - swapFree;
  let text = line('', HEADINGS[isWide ? 'wide' : 'narrow']);
  text += row('Mem:', [total, used, memory.free, shared, ...caches, available]);
  if (has(args, 'l')) {
    text += row('Low:', [total, total - memory.free, memory.free]) + row('High:', [0, 0, 0]);
  }
  text += row('Swap:', [swapTotal, swapUsed, swapFree]);
  if (has(args, 't')) {
    text += row('Total:', [total + swapTotal, used + swapUsed, memory.free + swapFree]);
  }
  return text;
}

/** `1.1Gi`: at most three digits and a unit. */
function human(bytes: number): string {
  const units = ['B', 'Ki', 'Mi', 'Gi', 'Ti'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit + 1 < units.length) {
    value /= 1024;
    unit++;
  }
  const text = unit > 0 && value < 9.95 ? value.toFixed(1) : String(Math.floor(value));
  return text + (units[unit] ?? '');
}
