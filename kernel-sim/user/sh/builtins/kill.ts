// SPDX-License-Identifier: GPL-2.0-or-later
/** The shell's own kill, which knows job numbers. */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { SIGNAL, SIGNAL_NAMES } from '../../../uapi/signal.ts';
import { jobState } from '../jobs.ts';
import type { Shell } from '../shell.ts';
import { usageError } from './builtin.ts';
import { findJob } from './jobs.ts';

/** A signal by number or by name with or without SIG; undefined: no such. */
export function signalNumber(text: string): number | undefined {
  if (/^\d+$/.test(text)) {
    const number = Number(text);
    return number < 65 ? number : undefined;
  }
  const name = text.toUpperCase().replace(/^SIG/, '');
  if (name === 'EXIT') return 0;
  return (SIGNAL as Readonly<Record<string, number>>)[name];
}

export function* runKill(shell: Shell, words: readonly string[]): Sleeping<number> {
  const [, first, second] = words;
  if (first === undefined) return yield* usageError(shell, 'kill');
  if (first === '-l' || first === '-L') return yield* listSignals(shell, words.slice(2));
  let signal: number | undefined = SIGNAL.TERM;
  let operands = words.slice(1);
  if (first === '-s' || first === '-n') {
    if (second === undefined) {
      return yield* shell.fail(`kill: ${first}: option requires an argument`);
    }
    signal = signalNumber(second);
    operands = words.slice(3);
    if (signal === undefined) return yield* badSignal(shell, second);
  } else if (first === '--') operands = words.slice(2);
  else if (first.startsWith('-')) {
    signal = signalNumber(first.slice(1));
    operands = words.slice(2);
    if (signal === undefined) return yield* badSignal(shell, first.slice(1));
    if (operands[0] === '--') operands = operands.slice(1);
  }
  if (operands.length === 0) return yield* usageError(shell, 'kill');
  let status = 0;
  for (const operand of operands) status = Math.max(status, yield* killOne(shell, operand, signal));
  return status;
}

function badSignal(shell: Shell, text: string): Sleeping<number> {
  return shell.fail(`kill: ${text}: invalid signal specification`);
}

function* killOne(shell: Shell, operand: string, signal: number): Sleeping<number> {
  let target = Number(operand);
  if (operand.startsWith('%')) {
    const job = yield* findJob(shell, 'kill', operand);
    if (job === undefined) return 1;
    target = job.group > 0 ? -job.group : (job.processes[0]?.pid ?? 0);
    const wasStopped = jobState(job) === 'Stopped';
    const failure = yield* shell.c.kill(target, signal);
    if (wasStopped && (signal === SIGNAL.TERM || signal === SIGNAL.HUP)) {
      yield* shell.c.kill(target, SIGNAL.CONT);
    }
    return failure < 0 ? 1 : 0;
  }
  if (!/^-?\d+$/.test(operand)) {
    return yield* shell.fail(`kill: ${operand}: arguments must be process or job IDs`);
  }
  const failure = yield* shell.c.kill(target, signal);
  if (failure === 0) return 0;
  return yield* shell.fail(`kill: (${operand}) - ${shell.c.strerror(failure)}`);
}

function* listSignals(shell: Shell, operands: readonly string[]): Sleeping<number> {
  let status = 0;
  for (const operand of operands) {
    const number = signalNumber(operand);
    // A wait status of a killed process is accepted too: 137 is KILL.
    const name = SIGNAL_NAMES[/^\d+$/.test(operand) ? Number(operand) & 127 : (number ?? -1)];
    if (name === undefined) status = yield* badSignal(shell, operand);
    else shell.c.out(/^\d+$/.test(operand) ? `${name}\n` : `${number ?? 0}\n`);
  }
  if (operands.length > 0) return status;
  const cells = SIGNAL_NAMES.slice(1).map((name, index) => {
    return `${String(index + 1).padStart(2)}) SIG${name}`;
  });
  for (let row = 0; row < cells.length; row += 5) {
    shell.c.out(`${cells.slice(row, row + 5).join('\t')}\n`);
  }
  return 0;
}
