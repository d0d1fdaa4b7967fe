// SPDX-License-Identifier: GPL-2.0-or-later
/** cmp: compares two files byte by byte. */
import type { Sleeping } from '../uapi/coroutine.ts';
import type { Libc } from './libc/libc.ts';
import { command, complain, errorText, has, misuse, valueOf } from './support/command.ts';
import { parseSize } from './support/numbers.ts';

const DIFFERENT = 1;
const TROUBLE = 2;
const NEWLINE = 10;

const HELP = `Usage: cmp [OPTION]... FILE1 [FILE2 [SKIP1 [SKIP2]]]
Compare two files byte by byte.

The optional SKIP1 and SKIP2 specify the number of bytes to skip
at the beginning of each file (zero by default).

  -b, --print-bytes          print differing bytes
  -i, --ignore-initial=SKIP         skip first SKIP bytes of both inputs
  -l, --verbose              output byte numbers and differing byte values
  -n, --bytes=LIMIT          compare at most LIMIT bytes
  -s, --quiet, --silent      suppress all normal output
      --help                 display this help and exit

If a FILE is '-' or missing, read standard input.
Exit status is 0 if inputs are the same, 1 if different, 2 if trouble.
`;

export const cmp = command({
  short: 'bi:ln:s',
  long: {
    'print-bytes': 'b',
    'ignore-initial': 'i:',
    verbose: 'l',
    bytes: 'n:',
    quiet: 's',
    silent: 's',
  },
  help: HELP,
  usageStatus: TROUBLE,
  namesHint: true,
  *main(c, args) {
    const [first, second = '-', skip1, skip2, extra] = args.operands;
    if (first === undefined) return yield* misuse(c, `missing operand after 'cmp'`, TROUBLE, true);
    const [initial1 = '0', initial2 = initial1] = (valueOf(args, 'i') ?? '0').split(':');
    const skips = [parseSize(skip1 ?? initial1), parseSize(skip2 ?? initial2)] as const;
    const limit = parseSize(valueOf(args, 'n') ?? String(Number.MAX_SAFE_INTEGER));
    if (skips[0] === undefined || skips[1] === undefined) {
      const value = valueOf(args, 'i') ?? skip1 ?? '';
      return yield* misuse(c, `invalid --ignore-initial value '${value}'`, TROUBLE, true);
    }
    if (limit === undefined) {
      return yield* misuse(c, `invalid --bytes value '${valueOf(args, 'n') ?? ''}'`, TROUBLE, true);
    }
    if (extra !== undefined) return yield* misuse(c, `extra operand '${extra}'`, TROUBLE, true);
    const isQuiet = has(args, 's');
    const a = yield* load(c, first, skips[0], isQuiet);
    const b = yield* load(c, second, skips[1], isQuiet);
    if (a === undefined || b === undefined) return TROUBLE;
    yield* c.charge(a.length);
    const style = { isVerbose: has(args, 'l'), showsBytes: has(args, 'b'), isQuiet };
    return yield* compare(c, [first, second], a.subarray(0, limit), b.subarray(0, limit), style);
  },
});

function* load(
  c: Libc,
  name: string,
  skip: number,
  isQuiet: boolean,
): Sleeping<Uint8Array | undefined> {
  const bytes = name === '-' ? yield* c.read_to_end(0) : yield* c.read_file(name);
  if (typeof bytes !== 'number') return bytes.subarray(skip);
  if (!isQuiet) yield* complain(c, `${name}: ${errorText(bytes)}`);
  return undefined;
}

interface Style {
  readonly isVerbose: boolean;
  readonly showsBytes: boolean;
  readonly isQuiet: boolean;
}

function* compare(
  c: Libc,
  names: readonly [string, string],
  a: Uint8Array,
  b: Uint8Array,
  { isVerbose, showsBytes, isQuiet }: Style,
): Sleeping<number> {
  const shared = Math.min(a.length, b.length);
  const width = String(shared).length;
  let lines = 1;
  let status = 0;
  for (let at = 0; at < shared; at++) {
    const [left = 0, right = 0] = [a[at], b[at]];
    if (left !== right) {
      status = DIFFERENT;
      if (isQuiet) return status;
      const values = showsBytes
        ? ` ${octal(left)} ${visible(left).padEnd(4)} ${octal(right)} ${visible(right)}`
        : ` ${octal(left)} ${octal(right)}`;
      if (isVerbose) yield* c.print(`${String(at + 1).padStart(width)}${values}\n`);
      else {
        const shown = showsBytes
          ? ` is ${octal(left)} ${visible(left)} ${octal(right)} ${visible(right)}`
          : '';
        yield* c.print(`${names[0]} ${names[1]} differ: byte ${at + 1}, line ${lines}${shown}\n`);
        return status;
      }
    }
    if (left === NEWLINE) lines++;
  }
  if (a.length === b.length) return status;
  const shorter = a.length < b.length ? names[0] : names[1];
  if (!isQuiet) yield* reportEnd(c, shorter, a, shared, isVerbose);
  return DIFFERENT;
}

/** `cmp: EOF on x after byte 4, line 1`. */
function* reportEnd(
  c: Libc,
  name: string,
  bytes: Uint8Array,
  length: number,
  isVerbose: boolean,
): Sleeping<void> {
  if (length === 0) {
    yield* complain(c, `EOF on ${name} which is empty`);
    return;
  }
  const lines = bytes.subarray(0, length).filter((byte) => byte === NEWLINE).length;
  const isWhole = bytes[length - 1] === NEWLINE;
  const where = isVerbose ? '' : isWhole ? `, line ${lines}` : `, in line ${lines + 1}`;
  yield* complain(c, `EOF on ${name} after byte ${length}${where}`);
}

function octal(byte: number): string {
  return byte.toString(8).padStart(3);
}

function visible(byte: number): string {
  const low = byte & 0x7f;
  const text = low < 32 ? `^${String.fromCharCode(low + 64)}` : low === 127 ? '^?' : '';
  return (byte >= 128 ? 'M-' : '') + (text || String.fromCharCode(low));
}
