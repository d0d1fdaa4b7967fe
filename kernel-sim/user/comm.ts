// SPDX-License-Identifier: GPL-2.0-or-later
/** comm: compares two sorted files line by line. */
import type { Libc } from './libc/libc.ts';
import type { LineReader } from './libc/stdio.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import {
  command,
  complain,
  errorText,
  has,
  misuse,
  missingOperand,
  valueOf,
} from './support/command.ts';
import { byBytes } from './support/files.ts';
import { quoted } from './support/locale.ts';
import { quoteName } from './support/quote.ts';

const HELP = `Usage: comm [OPTION]... FILE1 FILE2
Compare sorted files FILE1 and FILE2 line by line.

With no options, produce three-column output.  Column one contains
lines unique to FILE1, column two contains lines unique to FILE2,
and column three contains lines common to both files.

  -1                      suppress column 1 (lines unique to FILE1)
  -2                      suppress column 2 (lines unique to FILE2)
  -3                      suppress column 3 (lines that appear in both files)
      --nocheck-order     do not check that the input is correctly sorted
      --output-delimiter=STR  separate columns with STR
      --total             output a summary
      --help              display this help and exit
`;

export const comm = command({
  short: '123',
  long: { 'nocheck-order': 'nocheck', 'output-delimiter': 'delimiter:', total: 'total' },
  help: HELP,
  *main(c, args) {
    const [first, second, extra] = args.operands;
    if (first === undefined) return yield* missingOperand(c);
    if (second === undefined) {
      return yield* misuse(c, `missing operand after ${quoted(c, first)}`);
    }
    if (extra !== undefined) return yield* misuse(c, `extra operand ${quoted(c, extra)}`);
    const a = yield* Side.open(c, first, 1, !has(args, 'nocheck'));
    const b = yield* Side.open(c, second, 2, !has(args, 'nocheck'));
    if (a === undefined || b === undefined) return 1;
    const delimiter = valueOf(args, 'delimiter') ?? '\t';
    const shows = [!has(args, '1'), !has(args, '2'), !has(args, '3')];
    const totals = [0, 0, 0];
    yield* a.advance();
    yield* b.advance();
    while (a.line !== undefined || b.line !== undefined) {
      const order = compareSides(a.line, b.line);
      const column = order < 0 ? 0 : order > 0 ? 1 : 2;
      totals[column] = (totals[column] ?? 0) + 1;
      const line = order > 0 ? b.line : a.line;
      if (shows[column] === true) {
        const before = shows.slice(0, column).filter(Boolean).length;
        yield* c.print(`${delimiter.repeat(before)}${line ?? ''}\n`);
      }
      // An order that is wrong shows only where lines do not pair up.
      const isPaired = column === 2;
      if (order <= 0) yield* a.advance(!isPaired);
      if (order >= 0) yield* b.advance(!isPaired);
    }
    if (has(args, 'total')) yield* c.print(`${totals.join(delimiter)}${delimiter}total\n`);
    if (!a.isUnsorted && !b.isUnsorted) return 0;
    yield* complain(c, 'input is not in sorted order');
    return 1;
  },
});

function compareSides(a: string | undefined, b: string | undefined): number {
  if (a === undefined) return 1;
  return b === undefined ? -1 : byBytes(a, b);
}

class Side {
  readonly #c: Libc;
  readonly #reader: LineReader;
  readonly #number: number;
  readonly #checks: boolean;
  line: string | undefined;
  isUnsorted = false;

  private constructor(c: Libc, reader: LineReader, number: number, checks: boolean) {
    this.#c = c;
    this.#reader = reader;
    this.#number = number;
    this.#checks = checks;
  }

  static *open(c: Libc, name: string, number: number, checks: boolean): Sleeping<Side | undefined> {
    const fd = name === '-' ? 0 : yield* c.open(name);
    if (fd >= 0) return new Side(c, c.lines(fd), number, checks);
    yield* complain(c, `${quoteName(name)}: ${errorText(fd)}`);
    return undefined;
  }

  *advance(checks = true): Sleeping<void> {
    const before = this.line;
    const next = yield* this.#reader.next();
    this.line = typeof next === 'string' ? next : undefined;
    if (!this.#checks || !checks || this.isUnsorted || before === undefined) return;
    if (this.line === undefined || byBytes(before, this.line) <= 0) return;
    this.isUnsorted = true;
    yield* complain(this.#c, `file ${this.#number} is not in sorted order`);
  }
}
