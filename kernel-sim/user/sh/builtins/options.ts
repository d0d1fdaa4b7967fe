// SPDX-License-Identifier: GPL-2.0-or-later
/** set and shopt. */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { SIG, SIGNAL } from '../../../uapi/signal.ts';
import { setJobControl } from '../job-control.ts';
import { optionByLetter, optionByName, SHELL_OPTIONS, type ShellOptionName } from '../options.ts';
import { quoteForShell } from '../quote.ts';
import type { Shell } from '../shell.ts';
import { usageError, USAGE_ERROR } from './builtin.ts';

/** Options of bash's that change nothing here. */
const IGNORED_LETTERS = 'hkptBEHPT';
const IGNORED_NAMES: ReadonlySet<string> = new Set([
  'braceexpand',
  'emacs',
  'vi',
  'hashall',
  'histexpand',
  'history',
  'ignoreeof',
  'interactive-comments',
  'physical',
  'posix',
]);
const NAME_COLUMN = 15;

export function* runSet(shell: Shell, words: readonly string[]): Sleeping<number> {
  if (words.length === 1) {
    showVariables(shell);
    return 0;
  }
  let index = 1;
  for (; index < words.length; index++) {
    const word = words[index] ?? '';
    if (word === '--' || word === '-') {
      if (word === '-') {
        shell.options.xtrace = false;
        shell.options.verbose = false;
        // It keeps the parameters when none follow.
        if (index + 1 === words.length) return 0;
      }
      shell.positional = words.slice(index + 1);
      return 0;
    }
    if (!/^[-+]./.test(word)) break;
    const used = yield* setLetters(shell, word, words[index + 1]);
    if (used < 0) return USAGE_ERROR;
    index += used;
  }
  if (index < words.length) shell.positional = words.slice(index);
  return 0;
}

/** Sets the options of `-eu` or `-o name`: how many following words it used, or -1. */
export function* setLetters(
  shell: Shell,
  word: string,
  following: string | undefined,
): Sleeping<number> {
  const isOn = word.startsWith('-');
  let used = 0;
  for (const letter of word.slice(1)) {
    if (letter === 'o') {
      if (following === undefined) showOptions(shell, isOn);
      else if (!(yield* setByName(shell, following, isOn))) return -1;
      used = 1;
      continue;
    }
    const name = optionByLetter(letter);
    if (name !== undefined) yield* setOption(shell, name, isOn);
    else if (!IGNORED_LETTERS.includes(letter)) {
      yield* usageError(shell, 'set', `${word.charAt(0)}${letter}: invalid option`);
      return -1;
    }
  }
  return used;
}

function* setOption(shell: Shell, name: ShellOptionName, isOn: boolean): Sleeping<void> {
  shell.options[name] = isOn;
  if (name === 'notify') {
    // The shell must be woken to tell of a job at once.
    yield* shell.c.sigaction(SIGNAL.CHLD, isOn ? SIG.CATCH : SIG.DFL);
  }
  if (name === 'monitor') yield* setJobControl(shell, isOn);
}

function* setByName(shell: Shell, name: string, isOn: boolean): Sleeping<boolean> {
  const option = optionByName(name);
  if (option !== undefined) yield* setOption(shell, option, isOn);
  else if (!IGNORED_NAMES.has(name)) {
    yield* shell.complain(`set: ${name}: invalid option name`);
    return false;
  }
  return true;
}

function showOptions(shell: Shell, isTable: boolean): void {
  for (const [, name] of SHELL_OPTIONS.toSorted(([, a], [, b]) => (a < b ? -1 : 1))) {
    const isOn = shell.options[name];
    shell.c.out(
      isTable
        ? `${name.padEnd(NAME_COLUMN)}\t${isOn ? 'on' : 'off'}\n`
        : `set ${isOn ? '-' : '+'}o ${name}\n`,
    );
  }
}

function showVariables(shell: Shell): void {
  for (const name of shell.variables.names()) {
    const value = shell.variables.get(name);
    if (value !== undefined) shell.c.out(`${name}=${value === '' ? '' : quoteForShell(value)}\n`);
  }
}

// prettier-ignore
const SHOPT_NAMES: ReadonlySet<string> = new Set([
  'autocd', 'cdspell', 'checkhash', 'checkjobs', 'checkwinsize', 'cmdhist', 'dirspell', 'dotglob',
  'execfail', 'expand_aliases', 'extglob', 'failglob', 'globstar', 'histappend', 'histverify',
  'hostcomplete', 'huponexit', 'inherit_errexit', 'interactive_comments', 'lastpipe', 'lithist',
  'login_shell', 'nocaseglob', 'nocasematch', 'nullglob', 'progcomp', 'promptvars', 'sourcepath',
]);

/** Knows expand_aliases and checkjobs; bash's other names are accepted and switch nothing. */
export function* runShopt(shell: Shell, words: readonly string[]): Sleeping<number> {
  if (words.includes('expand_aliases')) shell.expandsAliases = words.includes('-s');
  if (words.includes('checkjobs')) shell.checksJobs = words.includes('-s');
  const wrong = words.slice(1).find((word) => word.startsWith('-') && !/^-[pqsuo]+$/.test(word));
  const unknown = words.slice(1).find((word) => !word.startsWith('-') && !SHOPT_NAMES.has(word));
  if (wrong === undefined && unknown === undefined) return 0;
  if (wrong === undefined) {
    return yield* shell.fail(`shopt: ${unknown ?? ''}: invalid shell option name`);
  }
  return yield* usageError(shell, 'shopt', `${wrong.slice(0, 2)}: invalid option`);
}
