// SPDX-License-Identifier: GPL-2.0-or-later
/** dd's operands: `if=`, `bs=`, `conv=` and the others. */
import { O } from '../../uapi/fs.ts';
import type { Libc } from '../libc/libc.ts';
import { quoted } from '../support/locale.ts';
import { parseSize } from '../support/numbers.ts';
import type { Conversion } from './convert.ts';

export interface DdOptions {
  readonly input: string | undefined;
  readonly output: string | undefined;
  readonly ibs: number;
  readonly obs: number;
  /** `bs=` was given: each block goes out as it came in. */
  readonly isOneSize: boolean;
  /** Nothing happens to the bytes between one read and one write. */
  readonly isPlain: boolean;
  readonly count: number;
  readonly skip: number;
  readonly seek: number;
  readonly conversions: ReadonlySet<Conversion>;
  readonly status: 'all' | 'none' | 'noxfer' | 'progress';
  readonly inputFlags: number;
  readonly outputFlags: number;
  readonly truncates: boolean;
  readonly syncs: boolean;
}

interface DdError {
  readonly error: string;
  /** Whether `Try 'dd --help'` follows. */
  readonly hint: boolean;
}

const CONVERSIONS: readonly string[] = [
  'notrunc',
  'sync',
  'noerror',
  'ucase',
  'lcase',
  'swab',
  'fsync',
  'fdatasync',
  'nocreat',
  'excl',
] satisfies Conversion[];

// The flags without a bit change nothing that can be seen here, as on a file without a disk.
const FLAGS: Readonly<Record<string, number>> = {
  append: O.APPEND,
  directory: O.DIRECTORY,
  nonblock: O.NONBLOCK,
  nofollow: O.NOFOLLOW,
  noctty: O.NOCTTY,
  fullblock: 0,
  direct: 0,
  sync: 0,
  dsync: 0,
  nocache: 0,
  noatime: 0,
  count_bytes: 0,
  skip_bytes: 0,
  seek_bytes: 0,
};

const NUMBERS = ['bs', 'ibs', 'obs', 'count', 'skip', 'seek', 'iseek', 'oseek', 'cbs'];
const DEFAULT_BLOCK = 512;

export const DD_HELP = `Usage: dd [OPERAND]...
  or:  dd OPTION
Copy a file, converting and formatting according to the operands.

  bs=BYTES        read and write up to BYTES bytes at a time (default: 512);
                  overrides ibs and obs
  conv=CONVS      convert the file as per the comma separated symbol list
  count=N         copy only N input blocks
  ibs=BYTES       read up to BYTES bytes at a time (default: 512)
  if=FILE         read from FILE instead of stdin
  iflag=FLAGS     read as per the comma separated symbol list
  obs=BYTES       write BYTES bytes at a time (default: 512)
  of=FILE         write to FILE instead of stdout
  oflag=FLAGS     write as per the comma separated symbol list
  seek=N          (or oseek=N) skip N obs-sized output blocks
  skip=N          (or iseek=N) skip N ibs-sized input blocks
  status=LEVEL    The LEVEL of information to print to stderr;
                  'none' suppresses everything but error messages,
                  'noxfer' suppresses the final transfer statistics,
                  'progress' shows periodic transfer statistics

N and BYTES may be followed by the following multiplicative suffixes:
c=1, w=2, b=512, kB=1000, K=1024, MB=1000*1000, M=1024*1024, xM=M,
GB=1000*1000*1000, G=1024*1024*1024, and so on for T, P, E, Z, Y.

Each CONV symbol may be:

  lcase     change upper case to lower case
  ucase     change lower case to upper case
  swab      swap every pair of input bytes
  sync      pad every input block with NULs to ibs-size
  excl      fail if the output file already exists
  nocreat   do not create the output file
  notrunc   do not truncate the output file
  noerror   continue after read errors
  fdatasync  physically write output file data before finishing
  fsync     likewise, but also write metadata

      --help        display this help and exit
`;

export function parseOperands(c: Libc, operands: readonly string[]): DdOptions | DdError {
  const words = new Map<string, string>();
  for (const operand of operands) {
    const equals = operand.indexOf('=');
    const name = operand.slice(0, Math.max(equals, 0));
    const isKnown = [...NUMBERS, 'if', 'of', 'conv', 'status', 'iflag', 'oflag'].includes(name);
    if (!isKnown) return { error: `unrecognized operand ${quoted(c, operand)}`, hint: true };
    words.set(name, operand.slice(equals + 1));
  }
  const numbers = new Map<string, number>();
  for (const name of NUMBERS) {
    const text = words.get(name);
    if (text === undefined) continue;
    const value = parseProduct(text);
    const isSize = name.endsWith('bs');
    if (value === undefined || (isSize && value === 0)) {
      return { error: `invalid number: ${quoted(c, text)}`, hint: false };
    }
    numbers.set(name, value);
  }
  const status = words.get('status') ?? 'all';
  if (!isStatus(status)) {
    return { error: `invalid status level: ${quoted(c, status)}`, hint: true };
  }
  const conversions = list(words.get('conv'));
  const inputFlags = list(words.get('iflag'));
  const outputFlags = list(words.get('oflag'));
  const wrong =
    invalid(c, 'conversion', conversions, CONVERSIONS) ??
    invalid(c, 'input flag', inputFlags, Object.keys(FLAGS)) ??
    invalid(c, 'output flag', outputFlags, Object.keys(FLAGS));
  if (wrong !== undefined) return wrong;
  for (const [one, other] of [
    ['excl', 'nocreat'],
    ['lcase', 'ucase'],
  ] as const) {
    if (conversions.includes(one) && conversions.includes(other)) {
      return { error: `cannot combine ${one} and ${other}`, hint: false };
    }
  }
  return assemble(
    words,
    numbers,
    status,
    new Set(conversions as Conversion[]),
    inputFlags,
    outputFlags,
  );
}

function assemble(
  words: ReadonlyMap<string, string>,
  numbers: ReadonlyMap<string, number>,
  status: DdOptions['status'],
  conversions: ReadonlySet<Conversion>,
  inputFlags: readonly string[],
  outputFlags: readonly string[],
): DdOptions {
  const bs = numbers.get('bs');
  const ibs = bs ?? numbers.get('ibs') ?? DEFAULT_BLOCK;
  const obs = bs ?? numbers.get('obs') ?? DEFAULT_BLOCK;
  const changes = ['sync', 'noerror', 'ucase', 'lcase', 'swab'] as const;
  const isPlain = ibs === obs && !changes.some((name) => conversions.has(name));
  const create = conversions.has('nocreat') ? 0 : O.CREAT;
  const exclusive = conversions.has('excl') ? O.EXCL : 0;
  const bits = (flags: readonly string[]): number =>
    flags.reduce((sum, name) => sum | (FLAGS[name] ?? 0), 0);
  return {
    input: words.get('if'),
    output: words.get('of'),
    ibs,
    obs,
    isOneSize: bs !== undefined,
    // Without bs= short blocks are gathered, unless a block more cannot come.
    isPlain: isPlain && bs !== undefined,
    count: numbers.get('count') ?? Infinity,
    skip: numbers.get('skip') ?? numbers.get('iseek') ?? 0,
    seek: numbers.get('seek') ?? numbers.get('oseek') ?? 0,
    conversions,
    status,
    inputFlags: bits(inputFlags),
    outputFlags: bits(outputFlags) | create | exclusive,
    truncates: !conversions.has('notrunc') && !outputFlags.includes('append'),
    syncs: conversions.has('fsync') || conversions.has('fdatasync'),
  };
}

function isStatus(text: string): text is DdOptions['status'] {
  return ['all', 'none', 'noxfer', 'progress'].includes(text);
}

function list(text: string | undefined): readonly string[] {
  return text === undefined || text === '' ? [] : text.split(',');
}

function invalid(
  c: Libc,
  what: string,
  given: readonly string[],
  known: readonly string[],
): DdError | undefined {
  const wrong = given.find((name) => !known.includes(name));
  return wrong === undefined
    ? undefined
    : { error: `invalid ${what}: ${quoted(c, wrong)}`, hint: true };
}

/** `2x512` is 1024. */
function parseProduct(text: string): number | undefined {
  let product = 1;
  for (const factor of text.split(/x(?!M)(?=\d)/)) {
    const value = factor === '' ? undefined : parseSize(factor.replace('xM', 'M'));
    if (value === undefined) return undefined;
    product *= value;
  }
  return product;
}
