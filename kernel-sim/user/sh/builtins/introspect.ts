// SPDX-License-Identifier: GPL-2.0-or-later
/** What the shell knows of itself: caller and enable. */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import type { Shell } from '../shell.ts';
import { builtinOptions, USAGE_ERROR, usageError } from './builtin.ts';

/** `line function file` of a frame around this one; without a number, `line file`. */
export function* runCaller(shell: Shell, words: readonly string[]): Sleeping<number> {
  const [, text] = words;
  if (text !== undefined && !/^\d+$/.test(text)) {
    return yield* usageError(shell, 'caller', `${text}: invalid number`);
  }
  const frames = shell.frames.toReversed();
  const index = Number(text ?? 0);
  const frame = frames[index];
  if (frame === undefined) return 1;
  const outer = frames[index + 1];
  const file = outer?.file ?? shell.scriptFile;
  if (text === undefined) {
    shell.c.out(`${frame.line} ${file ?? 'NULL'}\n`);
    return 0;
  }
  const name = outer?.name ?? (shell.scriptFile === undefined ? undefined : 'main');
  if (name === undefined) return 1;
  shell.c.out(`${frame.line} ${name} ${file ?? 'NULL'}\n`);
  return 0;
}

/** Switches builtins off and on. `names` are all there are: the table imports this file. */
export function* runEnable(
  shell: Shell,
  words: readonly string[],
  names: readonly string[],
): Sleeping<number> {
  const options = yield* builtinOptions(shell, words, 'anps');
  if (options === undefined) return USAGE_ERROR;
  const { flags, operands } = options;
  if (operands.length === 0) {
    for (const name of names) {
      const isOff = shell.disabled.has(name);
      if (flags.has('a') || isOff === flags.has('n')) {
        shell.c.out(`enable ${isOff ? '-n ' : ''}${name}\n`);
      }
    }
    return 0;
  }
  let status = 0;
  for (const name of operands) {
    if (!names.includes(name)) {
      status = yield* shell.fail(`enable: ${name}: not a shell builtin`);
    } else if (flags.has('n')) shell.disabled.add(name);
    else shell.disabled.delete(name);
  }
  return status;
}
