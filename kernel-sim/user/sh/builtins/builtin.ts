// SPDX-License-Identifier: GPL-2.0-or-later
/** What a builtin is, and how its options are read: bash's internal_getopt and its messages. */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import type { Shell } from '../shell.ts';
import { USAGE } from './usage.ts';

/** Runs with its name in `words[0]`. Its output goes to `shell.c.out`. */
export type Builtin = (shell: Shell, words: readonly string[]) => Sleeping<number>;

export interface BuiltinOptions {
  /** Letters given, with their arguments where the letter takes one. */
  readonly flags: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
}

/** Status of a builtin used wrongly. */
export const USAGE_ERROR = 2;

/**
 * Splits off the options; a letter followed by a colon takes an argument. Undefined: a wrong one,
 * which has been said.
 */
export function* builtinOptions(
  shell: Shell,
  words: readonly string[],
  letters: string,
): Sleeping<BuiltinOptions | undefined> {
  const flags = new Map<string, string>();
  let index = 1;
  for (; index < words.length; index++) {
    const word = words[index] ?? '';
    if (word === '--') {
      index++;
      break;
    }
    if (!/^-./.test(word)) break;
    for (let at = 1; at < word.length; at++) {
      const letter = word.charAt(at);
      const place = letters.indexOf(letter);
      if (place < 0 || letter === ':') {
        yield* usageError(shell, words[0] ?? '', `-${letter}: invalid option`);
        return undefined;
      }
      if (letters[place + 1] !== ':') {
        flags.set(letter, '');
        continue;
      }
      const rest = word.slice(at + 1);
      const value = rest === '' ? words[++index] : rest;
      if (value === undefined) {
        yield* usageError(shell, words[0] ?? '', `-${letter}: option requires an argument`);
        return undefined;
      }
      flags.set(letter, value);
      break;
    }
  }
  return { flags, operands: words.slice(index) };
}

/** `bash: line 1: NAME: MESSAGE` and the usage line; gives status 2. */
export function* usageError(shell: Shell, name: string, message?: string): Sleeping<number> {
  if (message !== undefined) yield* shell.complain(`${name}: ${message}`);
  const usage = USAGE.get(name);
  if (usage !== undefined) yield* shell.c.err(`${name}: usage: ${usage}\n`);
  return USAGE_ERROR;
}

export function isIdentifier(text: string): boolean {
  return /^[A-Za-z_]\w*$/.test(text);
}
