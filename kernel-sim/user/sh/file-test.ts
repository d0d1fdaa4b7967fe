// SPDX-License-Identifier: GPL-2.0-or-later
/** The primaries of test(1) and `[[ ]]`: `-f file`, `-n text`, `a -nt b`, `1 -lt 2`. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ACCESS, S } from '../../uapi/fs.ts';
import { evaluateArithmetic } from './arithmetic.ts';
import { optionByName } from './options.ts';
import type { Shell } from './shell.ts';

export const UNARY_TESTS: ReadonlySet<string> = new Set(
  Array.from('abcdefghknoprstuvwxzGLNORS', (letter) => `-${letter}`),
);

export const BINARY_TESTS: ReadonlySet<string> = new Set([
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

export function* testUnary(shell: Shell, operator: string, operand: string): Sleeping<boolean> {
  const { c } = shell;
  switch (operator) {
    case '-n':
      return operand !== '';
    case '-z':
      return operand === '';
    case '-t':
      return yield* c.isatty(Number(operand));
    case '-v':
      return isSet(shell, operand);
    case '-R':
      return shell.variables.lookupOwn(operand)?.isReference === true;
    case '-o': {
      const option = optionByName(operand);
      return option !== undefined && shell.options[option];
    }
    default:
      break;
  }
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
  return true;
}

function isSet(shell: Shell, operand: string): boolean {
  const element = /^([A-Za-z_]\w*)\[(.+)\]$/s.exec(operand);
  if (element === null) return shell.variables.get(operand) !== undefined;
  const [, name = '', subscript = ''] = element;
  const array = shell.variables.arrayOf(name);
  if (subscript === '@' || subscript === '*') return (array?.size ?? 0) > 0;
  if (shell.variables.isAssociative(name)) {
    return shell.variables.element(name, subscript) !== undefined;
  }
  const index = evaluateArithmetic(subscript, shell.arithmetic);
  if ('error' in index) return false;
  return shell.variables.element(name, Number(index.value)) !== undefined;
}

/** Operands of `-eq` and its kin are integers in decimal by now. */
export function* testBinary(
  shell: Shell,
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
      return yield* compareFiles(shell, operator, left, right);
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

function* compareFiles(
  shell: Shell,
  operator: string,
  left: string,
  right: string,
): Sleeping<boolean> {
  const first = yield* shell.c.stat(left);
  const second = yield* shell.c.stat(right);
  if (operator === '-ef') {
    if (typeof first === 'number' || typeof second === 'number') return false;
    return first.dev === second.dev && first.ino === second.ino;
  }
  const [newer, older] = operator === '-nt' ? [first, second] : [second, first];
  if (typeof newer === 'number') return false;
  if (typeof older === 'number') return true;
  return (
    newer.mtime > older.mtime || (newer.mtime === older.mtime && newer.mtime_ns > older.mtime_ns)
  );
}
