// SPDX-License-Identifier: GPL-2.0-or-later
/** slabtop: what the kernel's slab caches hold, as procps shows it. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO, strerror } from '../uapi/errno.ts';
import { SIGNAL } from '../uapi/signal.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import type { Libc } from './libc/libc.ts';
import { isOrder, slabTable, type SlabTable } from './slabtop/table.ts';
import { command, complain, errorText, has, misuse, valueOf } from './support/command.ts';
import { parseSlabinfo } from './support/slabinfo.ts';
import { CODE, hasSignal, Terminal } from './support/terminal.ts';

const HELP = `
Usage:
 slabtop [options]

Options:
 -d, --delay <secs>  delay updates
 -o, --once          only display once, then exit
 -s, --sort <char>   specify sort criteria by character (see below)

 -h, --help     display this help and exit

The following are valid sort criteria:
 a: sort by number of active objects
 b: sort by objects per slab
 c: sort by cache size
 l: sort by number of slabs
 v: sort by (non display) number of active slabs
 n: sort by name
 o: sort by number of objects (the default)
 p: sort by (non display) pages per slab
 s: sort by object size
 u: sort by cache utilization

For more details see slabtop(1).
`;

const DEFAULT_DELAY_S = 3;
const DEFAULT_ORDER = 'o';
/** Rows of the screen that show no cache: the sums, a blank one, the heading, the cursor's. */
const OTHER_ROWS = 8;

export const slabtop = command({
  short: 'd:os:h',
  long: { delay: 'd:', once: 'o', sort: 's:' },
  help: HELP,
  showsHelp: true,
  *main(c, args) {
    if (has(args, 'h')) {
      c.out(HELP);
      return 0;
    }
    const typed = valueOf(args, 'd');
    const delay = typed === undefined ? DEFAULT_DELAY_S : Number(typed);
    if (typed?.trim() === '' || !Number.isInteger(delay)) {
      return yield* c.die(c.program, `illegal delay: '${typed ?? ''}'`);
    }
    if (delay < 1) return yield* c.die(c.program, 'delay must be positive integer');
    if (args.operands.length > 0) {
      yield* c.err(HELP);
      return 1;
    }
    const once = has(args, 'o');
    if (once && typed !== undefined) {
      return yield* c.die(c.program, 'Cannot combine -d and -o options');
    }
    const order = (valueOf(args, 's') ?? DEFAULT_ORDER).charAt(0).toLowerCase();
    if (!once) return yield* watchSlabs(c, delay * 1000, order);
    const table = yield* readTable(c, order);
    if (table === undefined) return 1;
    const { summary, heading, rows } = table;
    c.out([...summary, '', heading, ...rows, ''].join('\n'));
    return 0;
  },
});

/** Undefined: it cannot be read, which was said. */
function* readTable(c: Libc, order: string): Sleeping<SlabTable | undefined> {
  const bytes = yield* c.read_file('/proc/slabinfo');
  const caches = typeof bytes === 'number' ? undefined : parseSlabinfo(decodeUtf8(bytes));
  if (caches !== undefined) return slabTable(caches, order);
  const why = typeof bytes === 'number' ? errorText(bytes) : strerror(ERRNO.ERANGE);
  yield* complain(c, `Unable to create slabinfo structure: ${why}`);
  return undefined;
}

function* watchSlabs(c: Libc, delayMs: number, firstOrder: string): Sleeping<number> {
  let order = firstOrder;
  // Before the screen is cleared, so that a complaint can be read.
  let table = yield* readTable(c, order);
  if (table === undefined) return 1;
  const terminal = yield* Terminal.open(c, 0);
  if (typeof terminal === 'number') return yield* misuse(c, errorText(terminal));
  yield* terminal.enter();
  yield* terminal.write(CODE.smcup);
  while (table !== undefined) {
    yield* terminal.measure();
    yield* draw(terminal, table);
    const key = yield* terminal.key(delayMs);
    const letter = typeof key !== 'string' && key.kind === 'text' ? key.text.toLowerCase() : '';
    const isOver = key === 'end' || hasSignal(c.take_signals(), SIGNAL.INT);
    if (letter === 'q' || isOver) break;
    if (isOrder(letter)) order = letter;
    table = yield* readTable(c, order);
  }
  yield* terminal.write(CODE.rmcup);
  yield* terminal.leave();
  return table === undefined ? 1 : 0;
}

function* draw(terminal: Terminal, { summary, heading, rows }: SlabTable): Sleeping<void> {
  const fit = (line: string): string => `${CODE.el}${line.slice(0, terminal.columns)}`;
  const head = `${CODE.el}${CODE.inverse}${heading.slice(0, terminal.columns)}${CODE.plain}`;
  const shown = rows.slice(0, Math.max(0, terminal.rows - OTHER_ROWS));
  const lines = [...summary.map(fit), fit(''), head, ...shown.map(fit)];
  const text = lines.slice(0, terminal.rows - 1).join('\n');
  yield* terminal.write(`${CODE.home}${text}\n${CODE.ed}`);
}
