// SPDX-License-Identifier: GPL-2.0-or-later
/** vmstat: memory, processes and CPUs, now or again and again, as procps shows them. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import type { Libc } from './libc/libc.ts';
import { civilTime, strftime } from './support/civil-time.ts';
import { command, errorText, has, valueOf } from './support/command.ts';
import { parseSlabinfo } from './support/slabinfo.ts';
import { ratesOf, type Sample, takeSample } from './vmstat/sample.ts';
import {
  countLine,
  headings,
  momentRow,
  type RowStyle,
  SLAB_HEADING,
  slabRows,
  statistics,
} from './vmstat/table.ts';

const HELP = `
Usage:
 vmstat [options] [delay [count]]

Options:
 -a, --active           active/inactive memory
 -f, --forks            number of forks since boot
 -m, --slabs            slabinfo
 -n, --one-header       do not redisplay header
 -s, --stats            event counter statistics
 -S, --unit <char>      define display unit
 -w, --wide             wide output
 -t, --timestamp        show timestamp
 -y, --no-first         skips first line of output

 -h, --help     display this help and exit

For more details see vmstat(8).
`;

/** Bytes of what -S can name. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ['k', 1000],
  ['K', 1024],
  ['m', 1_000_000],
  ['M', 1_048_576],
]);
/** Rows of the screen that are not for what is between two headings. */
const HEADING_ROWS = 3;
const DEFAULT_ROWS = 24;

export const vmstat = command({
  short: 'afmnsS:wtyh',
  long: {
    active: 'a',
    forks: 'f',
    slabs: 'm',
    'one-header': 'n',
    stats: 's',
    unit: 'S:',
    wide: 'w',
    timestamp: 't',
    'no-first': 'y',
  },
  help: HELP,
  showsHelp: true,
  *main(c, args) {
    if (has(args, 'h')) {
      c.out(HELP);
      return 0;
    }
    const unit = valueOf(args, 'S')?.charAt(0) ?? 'K';
    const unitBytes = UNITS.get(unit);
    if (unitBytes === undefined) {
      return yield* c.die(c.program, '-S requires k, K, m or M (default is KiB)');
    }
    const numbers = args.operands.map(Number);
    const bad = numbers.findIndex((number) => !Number.isInteger(number));
    if (bad >= 0) {
      return yield* c.die(c.program, `failed to parse argument: '${args.operands[bad]}'`);
    }
    if (numbers.length > 2) {
      yield* c.err(HELP);
      return 1;
    }
    const [delay = 1, count = Infinity] = numbers;
    if (delay < 1) return yield* c.die(c.program, 'delay must be positive integer');
    const convert = (kib: number): number => Math.floor((kib * 1024) / unitBytes);
    if (has(args, 'm')) return yield* showSlabs(c);
    if (has(args, 's') || has(args, 'f')) {
      const sample = yield* takeSample(c);
      if (sample === undefined) return yield* noFiles(c);
      c.out(
        has(args, 's')
          ? statistics(sample, unit, convert)
          : countLine(sample.get('processes'), 'forks'),
      );
      return 0;
    }
    const style = {
      isWide: has(args, 'w'),
      showsActive: has(args, 'a'),
      hasTime: has(args, 't'),
      convert,
    };
    const repeatsHeading = !has(args, 'n');
    const skipsFirst = has(args, 'y');
    const rows = numbers.length === 0 ? 1 : Math.max(1, count);
    return yield* showMoments(c, style, { delay, rows, repeatsHeading, skipsFirst });
  },
});

function noFiles(c: Libc): Sleeping<number> {
  return c.die(c.program, 'Unable to create system stat structure');
}

interface Rounds {
  readonly delay: number;
  readonly rows: number;
  readonly repeatsHeading: boolean;
  /** The averages since boot are not shown. */
  readonly skipsFirst: boolean;
}

function* showMoments(c: Libc, style: RowStyle, rounds: Rounds): Sleeping<number> {
  const { delay, rows, repeatsHeading, skipsFirst } = rounds;
  const size = yield* c.get_winsize(1);
  const screen = typeof size === 'number' || size.rows === 0 ? DEFAULT_ROWS : size.rows;
  const height = Math.max(1, screen - HEADING_ROWS);
  let before: Sample | undefined;
  for (let round = skipsFirst ? -1 : 0; round < rows; round++) {
    if (before !== undefined) yield* c.nanosleep(delay * 1e9);
    const sample = yield* takeSample(c);
    if (sample === undefined) return yield* noFiles(c);
    const isHidden = round < 0;
    if (!isHidden && (round === 0 || (repeatsHeading && round % height === 0))) {
      c.out(headings(style, 'UTC'));
    }
    const rates = ratesOf(sample, before, delay);
    if (!isHidden) c.out(momentRow(sample, rates, style, yield* timestamp(c)));
    yield* c.flush();
    before = sample;
  }
  return 0;
}

function* timestamp(c: Libc): Sleeping<string> {
  const now = yield* c.clock_gettime();
  return strftime('%F %T', civilTime(typeof now === 'number' ? 0 : now.seconds));
}

function* showSlabs(c: Libc): Sleeping<number> {
  const bytes = yield* c.read_file('/proc/slabinfo');
  const caches = typeof bytes === 'number' ? undefined : parseSlabinfo(decodeUtf8(bytes));
  if (caches === undefined) {
    const why = typeof bytes === 'number' ? `: ${errorText(bytes)}` : '';
    return yield* c.die(c.program, `Unable to create slabinfo structure${why}`);
  }
  c.out([SLAB_HEADING, ...slabRows(caches)].join(''));
  return 0;
}
