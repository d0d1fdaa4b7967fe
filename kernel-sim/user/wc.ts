// SPDX-License-Identifier: GPL-2.0-or-later
/** wc: counts lines, words, characters and bytes. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { S } from '../uapi/fs.ts';
import type { Libc } from './libc/libc.ts';
import { command, complain, errorText, has } from './support/command.ts';
import { closeInput, openInput } from './support/files.ts';
import { quoteName } from './support/quote.ts';

const BLOCK = 65_536;
const NEWLINE = 10;
const TAB_SIZE = 8;

const HELP = `Usage: wc [OPTION]... [FILE]...
Print newline, word, and byte counts for each FILE, and a total line if
more than one FILE is specified.

With no FILE, or when FILE is -, read standard input.

  -c, --bytes            print the byte counts
  -m, --chars            print the character counts
  -l, --lines            print the newline counts
  -L, --max-line-length  print the maximum display width
  -w, --words            print the word counts
      --help        display this help and exit
`;

const COUNTS = ['lines', 'words', 'chars', 'bytes', 'width'] as const;
type Count = (typeof COUNTS)[number];
type Counts = Record<Count, number>;
const LETTERS: Readonly<Record<Count, string>> = {
  lines: 'l',
  words: 'w',
  chars: 'm',
  bytes: 'c',
  width: 'L',
};

/** What is counted so far of one stream. */
export class Counter {
  readonly counts: Counts = { lines: 0, words: 0, chars: 0, bytes: 0, width: 0 };
  #inWord = false;
  #column = 0;

  add(bytes: Uint8Array): void {
    const { counts } = this;
    counts.bytes += bytes.length;
    for (const byte of bytes) {
      if ((byte & 0xc0) === 0x80) continue; // The rest of a character that is counted already.
      if (byte < 0x80 || (byte > 0xc1 && byte < 0xf5)) counts.chars++;
      const isSpace = byte === 32 || (byte >= 9 && byte <= 13);
      if (byte === NEWLINE) counts.lines++;
      if (isSpace) this.#inWord = false;
      else if (!this.#inWord && byte > 32 && byte !== 127) {
        this.#inWord = true;
        counts.words++;
      }
      this.#advance(byte);
    }
  }

  #advance(byte: number): void {
    if (byte === NEWLINE || byte === 12 || byte === 13) this.#column = 0;
    else if (byte === 9) this.#column += TAB_SIZE - (this.#column % TAB_SIZE);
    else if (byte >= 32 && byte !== 127) this.#column++;
    if (this.#column > this.counts.width) this.counts.width = this.#column;
  }
}

export const wc = command({
  short: 'clmLw',
  long: { bytes: 'c', chars: 'm', lines: 'l', 'max-line-length': 'L', words: 'w' },
  help: HELP,
  *main(c, args) {
    const asked = COUNTS.filter((count) => has(args, LETTERS[count]));
    const shown: readonly Count[] = asked.length > 0 ? asked : ['lines', 'words', 'bytes'];
    const names = args.operands.length > 0 ? args.operands : ['-'];
    const width = yield* numberWidth(c, args.operands, shown.length);
    const total: Counts = { lines: 0, words: 0, chars: 0, bytes: 0, width: 0 };
    let status = 0;
    for (const name of names) {
      const counter = new Counter();
      status |= yield* countFile(c, name, counter, shown, width, args.operands.length > 0);
      for (const count of COUNTS) {
        if (count === 'width') total.width = Math.max(total.width, counter.counts.width);
        else total[count] += counter.counts[count];
      }
    }
    if (names.length > 1) c.out(line(total, shown, width, 'total'));
    return status;
  },
});

function* countFile(
  c: Libc,
  name: string,
  counter: Counter,
  shown: readonly Count[],
  width: number,
  isNamed: boolean,
): Sleeping<number> {
  const fd = yield* openInput(c, name);
  if (fd === undefined) return 1;
  let status = 0;
  for (;;) {
    const bytes = yield* c.read(fd, BLOCK);
    if (typeof bytes === 'number') {
      yield* complain(c, `${quoteName(name)}: ${errorText(bytes)}`);
      status = 1;
      break;
    }
    if (bytes.length === 0) break;
    counter.add(bytes);
  }
  yield* closeInput(c, fd);
  yield* c.print(line(counter.counts, shown, width, isNamed ? quoteName(name) : ''));
  return status;
}

function line(counts: Counts, shown: readonly Count[], width: number, name: string): string {
  const numbers = shown.map((count) => String(counts[count]).padStart(width)).join(' ');
  return `${numbers}${name === '' ? '' : ` ${name}`}\n`;
}

/** Wide enough for the sum of all sizes; 7 where a size is not known beforehand. */
function* numberWidth(c: Libc, operands: readonly string[], columns: number): Sleeping<number> {
  if (operands.length <= 1 && columns === 1) return 1;
  let total = 0;
  let least = 1;
  for (const name of operands.length > 0 ? operands : ['-']) {
    const stat = name === '-' ? yield* c.fstat(0) : yield* c.stat(name);
    if (typeof stat === 'number') continue;
    if ((stat.mode & S.IFMT) === S.IFREG) total += stat.size;
    else least = 7;
  }
  return Math.max(least, String(total).length);
}
