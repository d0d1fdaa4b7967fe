// SPDX-License-Identifier: GPL-2.0-or-later
/** pushd, popd and dirs. The stack's top is the current directory, which is not kept in it. */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import type { Shell } from '../shell.ts';
import { builtinOptions, USAGE_ERROR } from './builtin.ts';
import { runCd } from './directory.ts';

/** The stack from the top down. */
export function directoryStack(shell: Shell): string[] {
  return [shell.variables.get('PWD') ?? '/', ...shell.directories.toReversed()];
}

function store(shell: Shell, stack: readonly string[]): void {
  shell.directories = stack.slice(1).toReversed();
}

function withTilde(shell: Shell, path: string): string {
  const home = shell.variables.get('HOME') ?? '';
  if (home === '' || home === '/') return path;
  return path === home || path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

function show(shell: Shell): void {
  shell.c.out(
    `${directoryStack(shell)
      .map((path) => withTilde(shell, path))
      .join(' ')}\n`,
  );
}

/** The place that `+n` (from the top) or `-n` (from the bottom) means; it may be outside. */
function placeOf(word: string, size: number): number | undefined {
  const match = /^([-+])(\d+)$/.exec(word);
  if (match === null) return undefined;
  const count = Number(match[2]);
  return match[1] === '+' ? count : size - 1 - count;
}

export function* runDirs(shell: Shell, words: readonly string[]): Sleeping<number> {
  const isPlace = (word: string): boolean => /^[-+]\d+$/.test(word);
  const letters = words.filter((word, index) => index === 0 || !isPlace(word));
  const options = yield* builtinOptions(shell, letters, 'clpv');
  if (options === undefined) return USAGE_ERROR;
  const { flags } = options;
  if (flags.has('c')) {
    shell.directories = [];
    return 0;
  }
  const stack = directoryStack(shell);
  const shown = flags.has('l') ? stack : stack.map((path) => withTilde(shell, path));
  const word = words.slice(1).find((each) => isPlace(each));
  if (word !== undefined) {
    const path = shown[placeOf(word, stack.length) ?? -1];
    if (path === undefined) {
      return yield* shell.fail(`dirs: ${word.slice(1)}: directory stack index out of range`);
    }
    shell.c.out(`${path}\n`);
  } else if (flags.has('v')) {
    for (const [index, path] of shown.entries()) {
      shell.c.out(`${String(index).padStart(2)}  ${path}\n`);
    }
  } else shell.c.out(`${shown.join(flags.has('p') ? '\n' : ' ')}\n`);
  return 0;
}

/** With a directory, with `+n` to turn the stack, or with neither to swap the two on top. */
export function* runPushd(shell: Shell, words: readonly string[]): Sleeping<number> {
  const staysHere = words[1] === '-n';
  const target = words[staysHere ? 2 : 1];
  const stack = directoryStack(shell);
  const [here = '/', next, ...others] = stack;
  if (target === undefined) {
    if (next === undefined) return yield* shell.fail('pushd: no other directory');
    return yield* moveTo(shell, 'pushd', [next, here, ...others], staysHere);
  }
  const place = placeOf(target, stack.length);
  if (place === undefined) {
    if (staysHere) {
      store(shell, [here, target, ...stack.slice(1)]);
      show(shell);
      return 0;
    }
    return yield* moveTo(shell, 'pushd', [target, ...stack], false);
  }
  if (stack[place] === undefined) {
    return yield* shell.fail(`pushd: ${target}: directory stack index out of range`);
  }
  const turned = [...stack.slice(place), ...stack.slice(0, place)];
  return yield* moveTo(shell, 'pushd', turned, staysHere);
}

export function* runPopd(shell: Shell, words: readonly string[]): Sleeping<number> {
  const staysHere = words[1] === '-n';
  const target = words[staysHere ? 2 : 1];
  const stack = directoryStack(shell);
  if (stack.length < 2) return yield* shell.fail('popd: directory stack empty');
  const place = target === undefined ? (staysHere ? 1 : 0) : placeOf(target, stack.length);
  if (place === undefined) return yield* shell.fail(`popd: ${target ?? ''}: invalid argument`);
  if (stack[place] === undefined) {
    return yield* shell.fail(`popd: ${target ?? ''}: directory stack index out of range`);
  }
  const rest = stack.filter((_, index) => index !== place);
  return yield* moveTo(shell, 'popd', rest, place !== 0);
}

/** Makes `stack` the stack, its top the current directory unless `staysHere`. */
function* moveTo(
  shell: Shell,
  builtin: string,
  stack: readonly string[],
  staysHere: boolean,
): Sleeping<number> {
  if (!staysHere) {
    const status = yield* runCd(shell, ['cd', stack[0] ?? '/'], builtin);
    if (status !== 0) return status;
  }
  store(shell, stack);
  show(shell);
  return 0;
}
