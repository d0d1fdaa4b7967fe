// SPDX-License-Identifier: GPL-2.0-or-later
/** tail: the last part of files; `-f` goes on as the file grows. */
import type { Sleeping } from '../uapi/coroutine.ts';
import { S } from '../uapi/fs.ts';
import type { Libc } from './libc/libc.ts';
import { command, complain, errorText, has, lastOf, valueOf } from './support/command.ts';
import { closeInput, openInput } from './support/files.ts';
import { quoted } from './support/locale.ts';
import { parseSize } from './support/numbers.ts';
import { quoteAlways } from './support/quote.ts';

const BLOCK = 8192;
const NEWLINE = 10;
const NS_PER_S = 1_000_000_000;

const HELP = `Usage: tail [OPTION]... [FILE]...
Print the last 10 lines of each FILE to standard output.
With more than one FILE, precede each with a header giving the file name.

With no FILE, or when FILE is -, read standard input.

  -c, --bytes=[+]NUM       output the last NUM bytes; or use -c +NUM to
                             output starting with byte NUM of each file
  -f, --follow             output appended data as the file grows
  -n, --lines=[+]NUM       output the last NUM lines, instead of the last 10;
                             or use -n +NUM to output starting with line NUM
  -q, --quiet, --silent    never output headers giving file names
  -s, --sleep-interval=N   with -f, sleep for approximately N seconds
                             (default 1.0) between iterations
  -v, --verbose            always output headers giving file names
      --help        display this help and exit
`;

interface Part {
  readonly unit: 'lines' | 'bytes';
  readonly count: number;
  /** From the `count`-th on, instead of the last `count`. */
  readonly isFromStart: boolean;
}

export const tail = command({
  short: 'n:c:fFqs:v',
  long: {
    lines: 'n:',
    bytes: 'c:',
    follow: 'f::',
    quiet: 'q',
    silent: 'q',
    'sleep-interval': 's:',
    verbose: 'v',
  },
  help: HELP,
  rewrite: obsoleteCount,
  *main(c, args) {
    const unit = lastOf(args, ['n', 'c']) === 'c' ? 'bytes' : 'lines';
    const text = valueOf(args, unit === 'bytes' ? 'c' : 'n') ?? '10';
    const digits = text.replace(/^[-+]/, '');
    const count = parseSize(digits);
    if (count === undefined) {
      return yield* c.die(c.program, `invalid number of ${unit}: ${quoted(c, text)}`);
    }
    const part: Part = { unit, count, isFromStart: text.startsWith('+') };
    const names = args.operands.length > 0 ? args.operands : ['-'];
    const headers = lastOf(args, ['q', 'v']);
    const hasHeaders = headers === undefined ? names.length > 1 : headers === 'v';
    const interval = Number(valueOf(args, 's') ?? '1') * NS_PER_S;
    const follow = has(args, 'f') || has(args, 'F') ? { interval } : undefined;
    return yield* new Tail(c, part, hasHeaders).run(names, follow);
  },
});

/** `tail -5` is `tail -n 5`, and `tail +5` starts with line 5. */
function obsoleteCount(argv: readonly string[]): readonly string[] {
  const match = /^([-+]\d+)([cbl]?)(f?)$/.exec(argv[1] ?? '');
  if (match === null) return argv;
  const [, count = '', unit = '', follow = ''] = match;
  const rest = follow === '' ? [] : ['-f'];
  return [argv[0] ?? '', unit === 'c' ? '-c' : '-n', count, ...rest, ...argv.slice(2)];
}

class Tail {
  readonly #c: Libc;
  readonly #part: Part;
  readonly #hasHeaders: boolean;
  #shown: string | undefined;

  constructor(c: Libc, part: Part, hasHeaders: boolean) {
    this.#c = c;
    this.#part = part;
    this.#hasHeaders = hasHeaders;
  }

  *run(names: readonly string[], follow: { interval: number } | undefined): Sleeping<number> {
    const c = this.#c;
    const open: { name: string; fd: number }[] = [];
    let status = 0;
    for (const name of names) {
      const fd = yield* openInput(
        c,
        name,
        (file, failure) => `cannot open ${quoteAlways(file)} for reading: ${failure}`,
      );
      if (fd === undefined) {
        status = 1;
        continue;
      }
      yield* this.#header(name);
      const bytes = yield* c.read_to_end(fd);
      if (typeof bytes === 'number') {
        yield* complain(c, `error reading ${quoteAlways(name)}: ${errorText(bytes)}`);
        status = 1;
      } else yield* c.print(lastPart(bytes, this.#part));
      const stat = yield* c.fstat(fd);
      const grows = typeof stat !== 'number' && (stat.mode & S.IFMT) !== S.IFIFO;
      if (follow !== undefined && grows && name !== '-') open.push({ name, fd });
      else yield* closeInput(c, fd);
    }
    if (follow === undefined || open.length === 0) return status;
    yield* c.flush();
    for (;;) {
      yield* c.nanosleep(follow.interval);
      for (const { name, fd } of open) yield* this.#more(name, fd);
      if ((yield* c.flush()) < 0) return 1;
    }
  }

  *#header(name: string): Sleeping<void> {
    if (!this.#hasHeaders || this.#shown === name) return;
    const title = name === '-' ? 'standard input' : name;
    yield* this.#c.print(`${this.#shown === undefined ? '' : '\n'}==> ${title} <==\n`);
    this.#shown = name;
  }

  *#more(name: string, fd: number): Sleeping<void> {
    for (;;) {
      const bytes = yield* this.#c.read(fd, BLOCK);
      if (typeof bytes === 'number' || bytes.length === 0) return;
      yield* this.#header(name);
      yield* this.#c.print(bytes);
    }
  }
}

function lastPart(bytes: Uint8Array, { unit, count, isFromStart }: Part): Uint8Array {
  if (unit === 'bytes') {
    return bytes.subarray(isFromStart ? Math.max(0, count - 1) : Math.max(0, bytes.length - count));
  }
  if (isFromStart) {
    let start = 0;
    for (let line = 1; line < count; line++) {
      const end = bytes.indexOf(NEWLINE, start);
      if (end < 0) return bytes.subarray(bytes.length);
      start = end + 1;
    }
    return bytes.subarray(start);
  }
  if (count === 0 || bytes.length === 0) return bytes.subarray(bytes.length);
  // The newline at the very end closes the last line and opens none.
  let end = bytes.length - 1;
  for (let line = 0; line < count; line++) {
    if (end <= 0) return bytes;
    const found = bytes.lastIndexOf(NEWLINE, end - 1);
    if (found < 0) return bytes;
    end = found;
  }
  return bytes.subarray(end + 1);
}
