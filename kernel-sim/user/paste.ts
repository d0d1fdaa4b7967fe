// SPDX-License-Identifier: GPL-2.0-or-later
/** paste: puts the lines of files side by side. */
import { decodeUtf8 } from '../lib/utf8.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import type { Libc } from './libc/libc.ts';
import type { LineReader } from './libc/stdio.ts';
import { command, complain, errorText, has, valueOf } from './support/command.ts';
import { quoteName } from './support/quote.ts';

const HELP = `Usage: paste [OPTION]... [FILE]...
Write lines consisting of the sequentially corresponding lines from
each FILE, separated by TABs, to standard output.

With no FILE, or when FILE is -, read standard input.

  -d, --delimiters=LIST   reuse characters from LIST instead of TABs
  -s, --serial            paste one file at a time instead of in parallel
  -z, --zero-terminated    line delimiter is NUL, not newline
      --help        display this help and exit
`;

export const paste = command({
  short: 'd:sz',
  long: { delimiters: 'd:', serial: 's', 'zero-terminated': 'z' },
  help: HELP,
  *main(c, args) {
    const delimiters = parseDelimiters(valueOf(args, 'd') ?? '\t');
    const separator = has(args, 'z') ? 0 : 10;
    const readers: LineReader[] = [];
    const input = c.lines(0);
    for (const name of args.operands.length > 0 ? args.operands : ['-']) {
      const fd = name === '-' ? 0 : yield* c.open(name);
      if (fd < 0) {
        yield* complain(c, `${quoteName(name)}: ${errorText(fd)}`);
        return 1;
      }
      readers.push(fd === 0 ? input : c.lines(fd));
    }
    const end = String.fromCharCode(separator);
    if (has(args, 's')) {
      for (const reader of readers) yield* pasteSerial(c, reader, delimiters, separator);
      return 0;
    }
    for (;;) {
      const row: (string | undefined)[] = [];
      for (const reader of readers) row.push(yield* next(reader, separator));
      if (row.every((text) => text === undefined)) return 0;
      const joined = row.map((text, index) => {
        const isLast = index === row.length - 1;
        return (text ?? '') + (isLast ? end : (delimiters[index % delimiters.length] ?? ''));
      });
      yield* c.print(joined.join(''));
    }
  },
});

function* next(reader: LineReader, separator: number): Sleeping<string | undefined> {
  const bytes = yield* reader.next_bytes(separator);
  return typeof bytes === 'object' ? decodeUtf8(bytes) : undefined;
}

function* pasteSerial(
  c: Libc,
  reader: LineReader,
  delimiters: readonly string[],
  separator: number,
): Sleeping<void> {
  for (let count = 0; ; count++) {
    const text = yield* next(reader, separator);
    if (text === undefined) break;
    const before = count === 0 ? '' : (delimiters[(count - 1) % delimiters.length] ?? '');
    yield* c.print(before + text);
  }
  yield* c.print(String.fromCharCode(separator));
}

/** `\n`, `\t`, `\\` and `\0`, which is nothing at all. */
function parseDelimiters(text: string): readonly string[] {
  const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', '0': '', '\\': '\\' };
  const found = text.match(/\\?[\s\S]/gu) ?? [''];
  return found.map((one) => (one.length === 2 ? (escapes[one.charAt(1)] ?? one.charAt(1)) : one));
}
