// SPDX-License-Identifier: GPL-2.0-or-later
/** hexdump and hd: bytes in hexadecimal, `-C` with the text beside them. */
import type { Sleeping } from '../uapi/coroutine.ts';
import type { Program } from '../uapi/user-cpu.ts';
import type { Libc } from './libc/libc.ts';
import { command, complain, errorText, has, lastOf, valueOf } from './support/command.ts';
import { parseSize } from './support/numbers.ts';
import { dumpLine, parseTypes } from './support/dump.ts';

const LINE = 16;
const BLOCK = 4096;

const HELP = `
Usage:
 hexdump [options] <file>...
 hd [options] <file>...

Display file contents in hexadecimal, decimal, octal, or ascii.

Options:
 -b, --one-byte-octal      one-byte octal display
 -c, --one-byte-char       one-byte character display
 -C, --canonical           canonical hex+ASCII display
 -d, --two-bytes-decimal   two-byte decimal display
 -o, --two-bytes-octal     two-byte octal display
 -x, --two-bytes-hex       two-byte hexadecimal display
 -n, --length <length>     interpret only length bytes of input
 -s, --skip <offset>       skip offset bytes from the beginning
 -v, --no-squeezing        output identical lines

     --help                display this help
`;

type Format = 'b' | 'c' | 'C' | 'd' | 'o' | 'x' | 'plain';

function makeHexdump(usual: Format): Program {
  return command({
    short: 'bcCdoxn:s:vh',
    long: {
      'one-byte-octal': 'b',
      'one-byte-char': 'c',
      canonical: 'C',
      'two-bytes-decimal': 'd',
      'two-bytes-octal': 'o',
      'two-bytes-hex': 'x',
      length: 'n:',
      skip: 's:',
      'no-squeezing': 'v',
    },
    help: HELP,
    *main(c, args) {
      const format = lastOf(args, ['b', 'c', 'C', 'd', 'o', 'x']) ?? usual;
      const input = yield* readAll(c, args.operands, parseSize(valueOf(args, 's') ?? '0') ?? 0);
      if (input === undefined) return 1;
      const limit = parseSize(valueOf(args, 'n') ?? '') ?? Infinity;
      const bytes = input.bytes.subarray(0, Math.min(limit, input.bytes.length));
      yield* dump(c, bytes, input.skipped, format, has(args, 'v'));
      return input.status;
    },
  });
}

export const hexdump = makeHexdump('plain');
export const hd = makeHexdump('C');

function* readAll(
  c: Libc,
  names: readonly string[],
  skip: number,
): Sleeping<{ bytes: Uint8Array; skipped: number; status: number } | undefined> {
  const parts: Uint8Array[] = [];
  let status = 0;
  for (const name of names.length > 0 ? names : ['']) {
    const bytes = name === '' ? yield* c.read_to_end(0) : yield* c.read_file(name);
    if (typeof bytes !== 'number') {
      parts.push(bytes);
      continue;
    }
    yield* complain(c, `${name === '' ? 'stdin' : name}: ${errorText(bytes)}`);
    status = 1;
  }
  if (parts.length === 0) {
    yield* complain(c, 'all input file arguments failed');
    return undefined;
  }
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  const all = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  const skipped = Math.min(skip, total);
  return { bytes: all.subarray(skipped), skipped, status };
}

function* dump(
  c: Libc,
  bytes: Uint8Array,
  start: number,
  format: Format,
  showsAll: boolean,
): Sleeping<void> {
  const digits = format === 'C' ? 8 : 7;
  const address = (offset: number): string => (start + offset).toString(16).padStart(digits, '0');
  let previous: string | undefined;
  let isRepeating = false;
  for (let at = 0; at < bytes.length; at += LINE) {
    const line = [...bytes.subarray(at, at + LINE)];
    const text = format === 'C' ? canonical(line) : numbers(line, format);
    const isSame = text === previous && line.length === LINE && !showsAll;
    previous = text;
    if (isSame && isRepeating) continue;
    isRepeating = isSame;
    const isFull = c.out(isSame ? '*\n' : `${address(at)}${text}\n`);
    if (at % BLOCK === 0) yield* c.charge(BLOCK);
    if (isFull && (yield* c.flush()) < 0) return;
  }
  if (bytes.length > 0) c.out(`${address(bytes.length)}\n`);
}

/** `  61 62 …  |ab…|`. */
function canonical(line: readonly number[]): string {
  const hex = line.map(
    (byte, i) => `${i % 8 === 0 ? '  ' : ' '}${byte.toString(16).padStart(2, '0')}`,
  );
  const text = line.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.'));
  return `${hex.join('').padEnd(50)}  |${text.join('')}|`;
}

const TYPES: Readonly<Record<string, string>> = {
  b: 'o1',
  c: 'c',
  d: 'u2',
  o: 'o2',
  x: 'x2',
  plain: 'x2',
};
const WIDTHS: Readonly<Record<string, number>> = { b: 4, c: 4, d: 8, o: 8, x: 8, plain: 5 };

/** As od does, in wider columns, and with blanks where the last line has no bytes. */
function numbers(line: readonly number[], format: Format): string {
  const type = TYPES[format] ?? 'x2';
  const [text = ''] = dumpLine(parseTypes(type) ?? [], line, LINE);
  const size = type.endsWith('2') ? 2 : 1;
  const width = WIDTHS[format] ?? 5;
  const zeros = format === 'd' ? 5 : 0;
  const cells = type === 'c' ? (text.match(/.{4}/g) ?? []) : text.trim().split(/ +/);
  const padded = cells.map((cell) =>
    type === 'c' ? cell : cell.padStart(zeros, '0').padStart(width),
  );
  return padded.join('').padEnd((LINE / size) * width);
}
