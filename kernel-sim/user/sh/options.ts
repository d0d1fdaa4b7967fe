// SPDX-License-Identifier: GPL-2.0-or-later
/** The shell's options, as `set` and the command line know them. */

/** Letter and long name; options that we only remember (and do nothing for) are left out. */
export const SHELL_OPTIONS = [
  ['a', 'allexport'],
  ['b', 'notify'],
  ['e', 'errexit'],
  ['f', 'noglob'],
  ['m', 'monitor'],
  ['n', 'noexec'],
  ['u', 'nounset'],
  ['v', 'verbose'],
  ['x', 'xtrace'],
  ['C', 'noclobber'],
  ['', 'pipefail'],
] as const;

export type ShellOptionName = (typeof SHELL_OPTIONS)[number][1];
export type ShellOptions = Record<ShellOptionName, boolean>;

export function defaultOptions(): ShellOptions {
  const pairs = SHELL_OPTIONS.map(([, name]) => [name, false] as const);
  return Object.fromEntries(pairs) as ShellOptions;
}

export function optionByLetter(letter: string): ShellOptionName | undefined {
  return SHELL_OPTIONS.find(([short]) => short === letter)?.[1];
}

export function optionByName(name: string): ShellOptionName | undefined {
  return SHELL_OPTIONS.find(([, long]) => long === name)?.[1];
}

/** The order in which `$-` shows letters; h and B (hashing, braces) are always on. */
const LETTER_ORDER = 'abefhikmnptuvxBCEHPTcs';

/** What `$-` gives; `others` are letters that are no options of `set`. */
export function optionLetters(options: ShellOptions, others: string): string {
  const set = SHELL_OPTIONS.map(([letter, name]) => (options[name] ? letter : '')).join('');
  const all = `hB${set}${others}`;
  return Array.from(LETTER_ORDER, (letter) => (all.includes(letter) ? letter : '')).join('');
}
