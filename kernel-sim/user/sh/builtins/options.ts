// SPDX-License-Identifier: GPL-2.0-or-later
/** set and shopt. */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { SIG, SIGNAL } from '../../../uapi/signal.ts';
import { setJobControl } from '../job-control.ts';
import { optionByLetter, optionByName, SHELL_OPTIONS, type ShellOptionName } from '../options.ts';
import type { Shell } from '../shell.ts';
import { isShoptName, SHOPT_NAMES } from '../shopt.ts';
import { showValues } from './declare.ts';
import { builtinOptions, usageError, USAGE_ERROR } from './builtin.ts';

const NAME_COLUMN = 15;

export function* runSet(shell: Shell, words: readonly string[]): Sleeping<number> {
  if (words.length === 1) {
    showValues(shell);
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
    else {
      yield* usageError(shell, 'set', `${word.charAt(0)}${letter}: invalid option`);
      return -1;
    }
  }
  return used;
}

function* setOption(shell: Shell, name: ShellOptionName, isOn: boolean): Sleeping<void> {
  shell.options[name] = isOn;
  // One editor at a time.
  if (isOn && name === 'vi') shell.options.emacs = false;
  if (isOn && name === 'emacs') shell.options.vi = false;
  if (name === 'notify') {
    // The shell must be woken to tell of a job at once.
    yield* shell.c.sigaction(SIGNAL.CHLD, isOn ? SIG.CATCH : SIG.DFL);
  }
  if (name === 'monitor') yield* setJobControl(shell, isOn);
}

function* setByName(shell: Shell, name: string, isOn: boolean): Sleeping<boolean> {
  const option = optionByName(name);
  if (option !== undefined) yield* setOption(shell, option, isOn);
  else {
    yield* shell.complain(`set: ${name}: invalid option name`);
    return false;
  }
  return true;
}

function row(name: string, isOn: boolean): string {
  return `${name.padEnd(NAME_COLUMN)}\t${isOn ? 'on' : 'off'}\n`;
}

function showOptions(shell: Shell, isTable: boolean): void {
  for (const [, name] of SHELL_OPTIONS) {
    const isOn = shell.options[name];
    shell.c.out(isTable ? row(name, isOn) : `set ${isOn ? '-' : '+'}o ${name}\n`);
  }
}

export function* runShopt(shell: Shell, words: readonly string[]): Sleeping<number> {
  const options = yield* builtinOptions(shell, words, 'pqsuo');
  if (options === undefined) return USAGE_ERROR;
  const { flags, operands } = options;
  if (flags.has('s') && flags.has('u')) {
    return yield* shell.fail('shopt: cannot set and unset shell options simultaneously');
  }
  const isSetting = flags.has('s') || flags.has('u');
  const table = flags.has('o') ? setTable(shell) : shoptTable(shell);
  if (operands.length > 0 && isSetting) {
    return yield* change(shell, table, operands, flags.has('s'));
  }
  let status = 0;
  for (const name of operands.length > 0 ? operands : table.names) {
    const isOn = table.get(name);
    if (isOn === undefined) {
      status = yield* shell.fail(`shopt: ${name}: invalid ${table.what} name`);
      continue;
    }
    if (isSetting && isOn !== flags.has('s')) continue;
    if (operands.length > 0 && !isOn) status = 1;
    if (!flags.has('q')) shell.c.out(flags.has('p') ? table.command(name, isOn) : row(name, isOn));
  }
  return status;
}

/** What shopt lists and changes: its own options, or with -o those of `set`. */
interface OptionTable {
  readonly what: string;
  readonly names: readonly string[];
  /** Undefined: there is no such option. */
  get(name: string): boolean | undefined;
  set(name: string, isOn: boolean): Sleeping<void>;
  command(name: string, isOn: boolean): string;
}

function shoptTable(shell: Shell): OptionTable {
  return {
    what: 'shell option',
    names: SHOPT_NAMES,
    get: (name) => (isShoptName(name) ? shell.shopt[name] : undefined),
    *set(name, isOn) {
      if (isShoptName(name)) shell.shopt[name] = isOn;
    },
    command: (name, isOn) => `shopt ${isOn ? '-s' : '-u'} ${name}\n`,
  };
}

function setTable(shell: Shell): OptionTable {
  return {
    what: 'option',
    names: SHELL_OPTIONS.map(([, name]) => name),
    get: (name) => {
      const option = optionByName(name);
      return option === undefined ? undefined : shell.options[option];
    },
    *set(name, isOn) {
      const option = optionByName(name);
      if (option !== undefined) yield* setOption(shell, option, isOn);
    },
    command: (name, isOn) => `set ${isOn ? '-' : '+'}o ${name}\n`,
  };
}

function* change(
  shell: Shell,
  table: OptionTable,
  names: readonly string[],
  isOn: boolean,
): Sleeping<number> {
  let status = 0;
  for (const name of names) {
    if (table.get(name) !== undefined) yield* table.set(name, isOn);
    else status = yield* shell.fail(`shopt: ${name}: invalid ${table.what} name`);
  }
  return status;
}
