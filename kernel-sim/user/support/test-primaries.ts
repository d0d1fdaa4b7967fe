// SPDX-License-Identifier: GPL-2.0-or-later
/** The primaries of test(1), which `[[ ]]` has too: `-f file`, `-n text`, `a -nt b`, `1 -lt 2`. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ACCESS, S } from '../../uapi/fs.ts';
import type { Libc } from '../libc/libc.ts';

/** Those with one operand; the shell has some more. */
export const UNARY_PRIMARIES: ReadonlySet<string> = new Set(
  Array.from('bcdefghkLnprsStuwxzOGN', (letter) => `-${letter}`),
);

export const BINARY_PRIMARIES: ReadonlySet<string> = new Set([
  '=',
  '==',
  '!=',
  '<',
  '>',
  '-eq',
  '-ne',
  '-lt',
  '-le',
  '-gt',
  '-ge',
  '-nt',
  '-ot',
  '-ef',
]);

/** File types by the letter that asks for them. */
const TYPES: ReadonlyMap<string, number> = new Map([
  ['-f', S.IFREG],
  ['-d', S.IFDIR],
  ['-c', S.IFCHR],
  ['-b', S.IFBLK],
  ['-p', S.IFIFO],
  ['-S', S.IFSOCK],
]);

const MODES: ReadonlyMap<string, number> = new Map([
  ['-u', S.ISUID],
  ['-g', S.ISGID],
  ['-k', S.ISVTX],
]);

const PERMISSIONS: ReadonlyMap<string, number> = new Map([
  ['-r', ACCESS.R_OK],
  ['-w', ACCESS.W_OK],
  ['-x', ACCESS.X_OK],
]);

export function* testUnary(c: Libc, operator: string, operand: string): Sleeping<boolean> {
  if (operator === '-n') return operand !== '';
  if (operator === '-z') return operand === '';
  if (operator === '-t') return /^\s*\d+\s*$/.test(operand) && (yield* c.isatty(Number(operand)));
  const permission = PERMISSIONS.get(operator);
  if (permission !== undefined) return (yield* c.access(operand, permission)) === 0;
  const isLink = operator === '-L' || operator === '-h';
  const stat = yield* isLink ? c.lstat(operand) : c.stat(operand);
  if (typeof stat === 'number') return false;
  if (isLink) return (stat.mode & S.IFMT) === S.IFLNK;
  const type = TYPES.get(operator);
  if (type !== undefined) return (stat.mode & S.IFMT) === type;
  const mode = MODES.get(operator);
  if (mode !== undefined) return (stat.mode & mode) !== 0;
  if (operator === '-s') return stat.size > 0;
  if (operator === '-O') return stat.uid === (yield* c.geteuid());
  if (operator === '-G') return stat.gid === (yield* c.getegid());
  if (operator === '-N') return isNewer(stat.mtime, stat.mtime_ns, stat.atime, stat.atime_ns);
  return true;
}

/** Operands of `-eq` and its kin are integers in decimal by now. */
export function* testBinary(
  c: Libc,
  operator: string,
  left: string,
  right: string,
): Sleeping<boolean> {
  switch (operator) {
    case '=':
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '-nt':
    case '-ot':
    case '-ef':
      return yield* compareFiles(c, operator, left, right);
    default:
      return compareNumbers(operator, BigInt(left.trim()), BigInt(right.trim()));
  }
}

function compareNumbers(operator: string, left: bigint, right: bigint): boolean {
  switch (operator) {
    case '-eq':
      return left === right;
    case '-ne':
      return left !== right;
    case '-lt':
      return left < right;
    case '-le':
      return left <= right;
    case '-gt':
      return left > right;
    default:
      return left >= right;
  }
}

function* compareFiles(c: Libc, operator: string, left: string, right: string): Sleeping<boolean> {
  const first = yield* c.stat(left);
  const second = yield* c.stat(right);
  if (operator === '-ef') {
    if (typeof first === 'number' || typeof second === 'number') return false;
    return first.dev === second.dev && first.ino === second.ino;
  }
  const [newer, older] = operator === '-nt' ? [first, second] : [second, first];
  if (typeof newer === 'number') return false;
  if (typeof older === 'number') return true;
  return isNewer(newer.mtime, newer.mtime_ns, older.mtime, older.mtime_ns);
}

function isNewer(seconds: number, ns: number, thanSeconds: number, thanNs: number): boolean {
  return seconds > thanSeconds || (seconds === thanSeconds && ns > thanNs);
}
