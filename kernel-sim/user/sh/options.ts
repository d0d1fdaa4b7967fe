// SPDX-License-Identifier: GPL-2.0-or-later
/** The shell's options, as `set` and the command line know them. */

/** Letter and long name, in the order of `set -o`. */
export const SHELL_OPTIONS = [
  ['a', 'allexport'],
  ['B', 'braceexpand'],
  ['', 'emacs'],
  ['e', 'errexit'],
  ['E', 'errtrace'],
  ['T', 'functrace'],
  ['h', 'hashall'],
  ['H', 'histexpand'],
  ['', 'history'],
  ['', 'ignoreeof'],
  ['', 'interactive-comments'],
  ['k', 'keyword'],
  ['m', 'monitor'],
  ['C', 'noclobber'],
  ['n', 'noexec'],
  ['f', 'noglob'],
  ['', 'nolog'],
  ['b', 'notify'],
  ['u', 'nounset'],
  ['t', 'onecmd'],
  ['P', 'physical'],
  ['', 'pipefail'],
  ['', 'posix'],
  ['p', 'privileged'],
  ['v', 'verbose'],
  ['', 'vi'],
  ['x', 'xtrace'],
] as const;

export type ShellOptionName = (typeof SHELL_OPTIONS)[number][1];
export type ShellOptions = Record<ShellOptionName, boolean>;

const ON: ReadonlySet<string> = new Set(['braceexpand', 'hashall', 'interactive-comments']);

export function defaultOptions(): ShellOptions {
  const pairs = SHELL_OPTIONS.map(([, name]) => [name, ON.has(name)] as const);
  return Object.fromEntries(pairs) as ShellOptions;
}

export function optionByLetter(letter: string): ShellOptionName | undefined {
  return SHELL_OPTIONS.find(([short]) => short === letter)?.[1];
}

export function optionByName(name: string): ShellOptionName | undefined {
  return SHELL_OPTIONS.find(([, long]) => long === name)?.[1];
}

/** The order in which `$-` shows letters. */
const LETTER_ORDER = 'abefhikmnptuvxBCEHPTcs';

/** What `$-` gives; `others` are letters that are no options of `set`. */
export function optionLetters(options: ShellOptions, others: string): string {
  const set = SHELL_OPTIONS.map(([letter, name]) => (options[name] ? letter : '')).join('');
  const all = set + others;
  return Array.from(LETTER_ORDER, (letter) => (all.includes(letter) ? letter : '')).join('');
}

/** What `$SHELLOPTS` gives. */
export function optionNames(options: ShellOptions): string {
  return SHELL_OPTIONS.filter(([, name]) => options[name])
    .map(([, name]) => name)
    .join(':');
}
