// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * head: the first part of files. It reads no more than it needs, then ends, so that whoever writes
 * into the pipe gets SIGPIPE.
 */
import { WOULD_BLOCK, type Sleeping } from '../uapi/coroutine.ts';
import type { Libc } from './libc/libc.ts';
import { command, complain, errorText, lastOf, valueOf, has } from './support/command.ts';
import { closeInput, openInput } from './support/files.ts';
import { quoted } from './support/locale.ts';
import { parseSize } from './support/numbers.ts';
import { quoteAlways } from './support/quote.ts';

const BLOCK = 8192;
const NEWLINE = 10;
const DEFAULT_LINES = 10;

const HELP = `Usage: head [OPTION]... [FILE]...
Print the first 10 lines of each FILE to standard output.
With more than one FILE, precede each with a header giving the file name.

With no FILE, or when FILE is -, read standard input.

  -c, --bytes=[-]NUM       print the first NUM bytes of each file;
                             with the leading '-', print all but the last
                             NUM bytes of each file
  -n, --lines=[-]NUM       print the first NUM lines instead of the first 10;
                             with the leading '-', print all but the last
                             NUM lines of each file
  -q, --quiet, --silent    never print headers giving file names
  -v, --verbose            always print headers giving file names
  -z, --zero-terminated    line delimiter is NUL, not newline
      --help        display this help and exit
`;

interface Part {
  readonly unit: 'lines' | 'bytes';
  readonly count: number;
  /** All but the last `count`. */
  readonly isFromEnd: boolean;
  readonly separator: number;
}

export const head = command({
  short: 'n:c:qvz',
  long: {
    lines: 'n:',
    bytes: 'c:',
    quiet: 'q',
    silent: 'q',
    verbose: 'v',
    'zero-terminated': 'z',
  },
  help: HELP,
  rewrite: obsoleteCount,
  *main(c, args) {
    const unit = lastOf(args, ['n', 'c']) === 'c' ? 'bytes' : 'lines';
    const text = valueOf(args, unit === 'bytes' ? 'c' : 'n') ?? String(DEFAULT_LINES);
    const count = parseSize(text.replace(/^-/, ''));
    if (count === undefined) {
      return yield* c.die(
        c.program,
        `invalid number of ${unit}: ${quoted(c, text.replace(/^-/, ''))}`,
      );
    }
    const separator = has(args, 'z') ? 0 : NEWLINE;
    const part: Part = { unit, count, isFromEnd: text.startsWith('-'), separator };
    const names = args.operands.length > 0 ? args.operands : ['-'];
    const headers = lastOf(args, ['q', 'v']);
    const hasHeaders = headers === undefined ? names.length > 1 : headers === 'v';
    return yield* showAll(c, names, part, hasHeaders);
  },
});

/** `head -5` is `head -n 5`. */
function obsoleteCount(argv: readonly string[]): readonly string[] {
  const match = /^-(\d+)([cbkmlqvz]*)$/.exec(argv[1] ?? '');
  if (match === null) return argv;
  const [, count = '', letters = ''] = match;
  const unit = letters.includes('c') ? '-c' : '-n';
  const flags = letters.replaceAll(/[^qvz]/g, '');
  return [argv[0] ?? '', unit, count, ...(flags === '' ? [] : [`-${flags}`]), ...argv.slice(2)];
}

function* showAll(
  c: Libc,
  names: readonly string[],
  part: Part,
  hasHeaders: boolean,
): Sleeping<number> {
  let status = 0;
  let isFirst = true;
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
    if (hasHeaders) {
      c.out(`${isFirst ? '' : '\n'}==> ${name === '-' ? 'standard input' : name} <==\n`);
      if ((yield* c.flush()) < 0) return 1;
    }
    isFirst = false;
    const failure = part.isFromEnd ? yield* allButLast(c, fd, part) : yield* first(c, fd, part);
    if (failure < 0) {
      yield* complain(c, `error reading ${quoteAlways(name)}: ${errorText(failure)}`);
      status = 1;
    }
    yield* closeInput(c, fd);
    if (c.stdout.error < 0) return 1;
  }
  return status;
}

/** Copies the first part; answers a negative errno of reading, else 0. */
function* first(c: Libc, fd: number, part: Part): Sleeping<number> {
  const buffer = yield* c.memory.malloc(BLOCK);
  let left = part.count;
  while (left > 0) {
    const wanted = part.unit === 'bytes' ? Math.min(left, BLOCK) : BLOCK;
    let count = c.read_into(fd, buffer, wanted);
    if (count === WOULD_BLOCK) count = yield* c.wait();
    if (count <= 0) return count;
    if (part.unit === 'bytes') left -= count;
    else {
      const bytes = c.cpu.loadBytes(buffer, count);
      let end = 0;
      while (left > 0 && end < count) {
        const found = bytes.indexOf(part.separator, end);
        if (found >= 0) left--;
        end = found < 0 ? count : found + 1;
      }
      count = end;
    }
    for (let done = 0; done < count;) {
      let written = c.write_from(1, buffer + done, count - done);
      if (written === WOULD_BLOCK) written = yield* c.wait();
      if (written < 0) {
        // The end of the program reports it.
        c.stdout.error = written;
        return 0;
      }
      done += written;
    }
  }
  return 0;
}

function* allButLast(c: Libc, fd: number, part: Part): Sleeping<number> {
  const bytes = yield* c.read_to_end(fd);
  if (typeof bytes === 'number') return bytes;
  let end = bytes.length;
  if (part.unit === 'bytes') end -= part.count;
  else {
    // An unfinished last line counts as one.
    if (part.count > 0 && end > 0 && bytes[end - 1] !== part.separator) {
      end = bytes.lastIndexOf(part.separator) + 1;
      for (let i = 1; i < part.count && end > 0; i++) end = previousLine(bytes, end, part);
    } else for (let i = 0; i < part.count && end > 0; i++) end = previousLine(bytes, end, part);
  }
  c.out(bytes.subarray(0, Math.max(0, end)));
  yield* c.flush();
  return 0;
}

/** Where the line that ends at `end` begins. */
function previousLine(bytes: Uint8Array, end: number, part: Part): number {
  return end < 2 ? 0 : bytes.lastIndexOf(part.separator, end - 2) + 1;
}
