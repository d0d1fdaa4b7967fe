// SPDX-License-Identifier: GPL-2.0-or-later
/** cd, pwd and umask. The logical path, with the links one came through, is kept in PWD. */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { ACCESS, S } from '../../../uapi/fs.ts';
import type { Shell } from '../shell.ts';
import { builtinOptions, USAGE_ERROR } from './builtin.ts';

/** `builtin` is whose messages they are: pushd and popd come through here. */
export function* runCd(shell: Shell, words: readonly string[], builtin = 'cd'): Sleeping<number> {
  const options = yield* builtinOptions(shell, words, 'LPe@');
  if (options === undefined) return USAGE_ERROR;
  const { operands, flags } = options;
  if (operands.length > 1) return yield* shell.fail('cd: too many arguments');
  const target = yield* targetOf(shell, operands[0]);
  if (target === undefined) return 1;
  const { variables, c } = shell;
  const here = variables.get('PWD') ?? '/';
  const logical = target.path.startsWith('/') ? target.path : `${here}/${target.path}`;
  const path = flags.has('P') ? target.path : simplifyPath(logical);
  const failure = yield* c.chdir(path);
  if (failure < 0) return yield* shell.fail(`${builtin}: ${target.path}: ${c.strerror(failure)}`);
  const physical = flags.has('P') ? yield* c.getcwd() : path;
  variables.set('OLDPWD', here);
  variables.set('PWD', typeof physical === 'string' ? physical : path);
  variables.export('OLDPWD');
  variables.export('PWD');
  if (target.isShown) c.out(`${variables.get('PWD') ?? ''}\n`);
  return 0;
}

interface Target {
  readonly path: string;
  /** `cd -` and CDPATH say where one has come to. */
  readonly isShown: boolean;
}

function* targetOf(shell: Shell, operand: string | undefined): Sleeping<Target | undefined> {
  const { variables } = shell;
  const name = operand === undefined ? 'HOME' : operand === '-' ? 'OLDPWD' : undefined;
  if (name !== undefined) {
    const path = variables.get(name);
    if (path !== undefined) return { path, isShown: name === 'OLDPWD' };
    yield* shell.complain(`cd: ${name} not set`);
    return undefined;
  }
  const path = operand ?? '';
  if (!/^(?:\/|\.\.?(?:\/|$))/.test(path)) {
    for (const directory of (variables.get('CDPATH') ?? '').split(':')) {
      if (directory === '') continue;
      const candidate = `${directory}/${path}`;
      const stat = yield* shell.c.stat(candidate);
      if (typeof stat !== 'number' && (stat.mode & S.IFMT) === S.IFDIR) {
        return { path: candidate, isShown: true };
      }
    }
  }
  return { path, isShown: false };
}

/** An absolute path without `.`, `..` and doubled slashes, by its text alone. */
export function simplifyPath(path: string): string {
  const result: string[] = [];
  for (const component of path.split('/')) {
    if (component === '..') result.pop();
    else if (component !== '' && component !== '.') result.push(component);
  }
  return `/${result.join('/')}`;
}

export function* runPwd(shell: Shell, words: readonly string[]): Sleeping<number> {
  const options = yield* builtinOptions(shell, words, 'LP');
  if (options === undefined) return USAGE_ERROR;
  const logical = options.flags.has('P') ? undefined : shell.variables.get('PWD');
  const path = logical ?? (yield* shell.c.getcwd());
  if (typeof path === 'number') {
    const why = `cannot access parent directories: ${shell.c.strerror(path)}`;
    return yield* shell.fail(`pwd: error retrieving current directory: getcwd: ${why}`);
  }
  shell.c.out(`${path}\n`);
  return 0;
}

export function* runUmask(shell: Shell, words: readonly string[]): Sleeping<number> {
  const options = yield* builtinOptions(shell, words, 'pS');
  if (options === undefined) return USAGE_ERROR;
  const { c } = shell;
  const [operand] = options.operands;
  if (operand === undefined) {
    const mask = yield* c.umask(0);
    yield* c.umask(mask);
    const text = options.flags.has('S') ? symbolic(mask) : mask.toString(8).padStart(4, '0');
    c.out(`${options.flags.has('p') ? 'umask ' : ''}${text}\n`);
    return 0;
  }
  if (/^\d/.test(operand)) {
    if (!/^[0-7]{1,4}$/.test(operand)) {
      return yield* shell.fail(`umask: ${operand}: octal number out of range`);
    }
    yield* c.umask(Number.parseInt(operand, 8));
    return 0;
  }
  const current = yield* c.umask(0);
  const mask = applySymbolic(current, operand);
  yield* c.umask(mask ?? current);
  if (mask !== undefined) return 0;
  return yield* shell.fail(`umask: \`${operand.charAt(0)}': invalid symbolic mode operator`);
}

const CLASSES = [
  ['u', 6],
  ['g', 3],
  ['o', 0],
] as const;

const LETTERS = [
  ['r', ACCESS.R_OK],
  ['w', ACCESS.W_OK],
  ['x', ACCESS.X_OK],
] as const;

function symbolic(mask: number): string {
  return CLASSES.map(([who, shift]) => {
    const allowed = (~mask >> shift) & 7;
    return `${who}=${LETTERS.map(([letter, bit]) => (allowed & bit ? letter : '')).join('')}`;
  }).join(',');
}

/** `u=rwx,g-w`: the new mask, or undefined where that is no mode. */
function applySymbolic(mask: number, text: string): number | undefined {
  let allowed = ~mask & 0o777;
  for (const clause of text.split(',')) {
    const match = /^([ugoa]*)([-+=])([rwx]*)$/.exec(clause);
    if (match === null) return undefined;
    const [, who = '', operator, letters = ''] = match;
    const bits = LETTERS.reduce(
      (sum, [letter, bit]) => sum | (letters.includes(letter) ? bit : 0),
      0,
    );
    for (const [name, shift] of CLASSES) {
      if (who !== '' && !who.includes('a') && !who.includes(name)) continue;
      if (operator === '=') allowed = (allowed & ~(7 << shift)) | (bits << shift);
      else if (operator === '+') allowed |= bits << shift;
      else allowed &= ~(bits << shift);
    }
  }
  return ~allowed & 0o777;
}
