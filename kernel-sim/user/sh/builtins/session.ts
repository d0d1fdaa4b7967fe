// SPDX-License-Identifier: GPL-2.0-or-later
/** trap, history, times and help. */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { SIG, SIGNAL_NAMES } from '../../../uapi/signal.ts';
import { compilePattern, hasMagic, matchPattern } from '../pattern.ts';
import { quoteForShell } from '../quote.ts';
import type { Shell } from '../shell.ts';
import { builtinOptions, USAGE_ERROR, usageError } from './builtin.ts';
import { signalNumber } from './kill.ts';
import { SUMMARY, USAGE } from './usage.ts';

export function* runTrap(shell: Shell, words: readonly string[]): Sleeping<number> {
  const options = yield* builtinOptions(shell, words, 'lp');
  if (options === undefined) return USAGE_ERROR;
  const { operands } = options;
  if (operands.length === 0 || options.flags.has('p')) {
    showTraps(shell);
    return 0;
  }
  const [first = '', ...others] = operands;
  // A lone signal, or a number in front, means: back to the default.
  const isReset = first === '-' || others.length === 0 || /^\d+$/.test(first);
  const signals = isReset && first !== '-' ? operands : others;
  if (others.length === 0 && signalNumber(first) === undefined) {
    return yield* usageError(shell, 'trap');
  }
  let status = 0;
  for (const text of signals) {
    const signal = signalNumber(text);
    const name = signal === undefined ? undefined : SIGNAL_NAMES[signal];
    if (signal === undefined || name === undefined) {
      status = yield* shell.fail(`trap: ${text}: invalid signal specification`);
      continue;
    }
    if (isReset) shell.traps.delete(name);
    else shell.traps.set(name, first);
    if (signal === 0) continue;
    const keepsCaught = isReset && shell.interactive && name === 'INT';
    const disposition = isReset
      ? keepsCaught
        ? SIG.CATCH
        : SIG.DFL
      : first === ''
        ? SIG.IGN
        : SIG.CATCH;
    yield* shell.c.sigaction(signal, disposition);
  }
  return status;
}

function showTraps(shell: Shell): void {
  for (const [index, name] of SIGNAL_NAMES.entries()) {
    const command = shell.traps.get(name);
    if (command === undefined) continue;
    const shown = index === 0 ? name : `SIG${name}`;
    shell.c.out(`trap -- ${quoteForShell(command, true)} ${shown}\n`);
  }
}

export function* runHistory(shell: Shell, words: readonly string[]): Sleeping<number> {
  const options = yield* builtinOptions(shell, words, 'cd:anrwps');
  if (options === undefined) return USAGE_ERROR;
  const { flags, operands } = options;
  if (flags.has('c')) {
    shell.history.length = 0;
    return 0;
  }
  const offset = flags.get('d');
  if (offset !== undefined) {
    const index = Number(offset) - 1;
    if (shell.history[index] === undefined) {
      return yield* shell.fail(`history: ${offset}: history position out of range`);
    }
    shell.history.splice(index, 1);
    return 0;
  }
  const [count] = operands;
  if (count !== undefined && !/^\d+$/.test(count)) {
    return yield* shell.fail(`history: ${count}: numeric argument required`);
  }
  const first = count === undefined ? 0 : Math.max(0, shell.history.length - Number(count));
  for (const [index, line] of shell.history.entries()) {
    if (index >= first) shell.c.out(`${String(index + 1).padStart(5)}  ${line}\n`);
  }
  return 0;
}

export function* runHelp(shell: Shell, words: readonly string[]): Sleeping<number> {
  const options = yield* builtinOptions(shell, words, 'dms');
  if (options === undefined) return USAGE_ERROR;
  const { flags, operands } = options;
  if (operands.length === 0) {
    shell.c.out("These shell commands are defined internally.  Type `help' to see this list.\n");
    shell.c.out("Type `help name' to find out more about the function `name'.\n\n");
    for (const usage of USAGE.values()) shell.c.out(` ${usage}\n`);
    return 0;
  }
  let status = 0;
  for (const operand of operands) {
    const pattern = compilePattern(hasMagic(operand) ? operand : `${operand}*`);
    const exact = USAGE.has(operand) ? [operand] : undefined;
    const names = exact ?? [...USAGE.keys()].filter((name) => matchPattern(pattern, name));
    for (const name of names) shell.c.out(helpText(name, flags));
    if (names.length > 0) continue;
    const tries = `\`help help' or \`man -k ${operand}' or \`info ${operand}'`;
    status = yield* shell.fail(`help: no help topics match \`${operand}'.  Try ${tries}.`);
  }
  return status;
}

function helpText(name: string, flags: ReadonlyMap<string, string>): string {
  const usage = USAGE.get(name) ?? '';
  const summary = SUMMARY.get(name) ?? '';
  if (flags.has('s')) return `${name}: ${usage}\n`;
  if (flags.has('d')) return `${name} - ${summary}\n`;
  return `${name}: ${usage}\n    ${summary}\n`;
}

/** The shell's and its children's times are not kept apart: all are zero. */
export function* runTimes(shell: Shell): Sleeping<number> {
  shell.c.out('0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n');
  return 0;
}
