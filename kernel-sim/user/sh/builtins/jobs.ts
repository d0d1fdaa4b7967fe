// SPDX-License-Identifier: GPL-2.0-or-later
/** Builtins on jobs and processes: jobs wait fg bg kill. */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { SIGNAL, SIGNAL_NAMES } from '../../../uapi/signal.ts';
import { continueJob, pollJobs, waitBackground } from '../job-control.ts';
import { describeJob, jobLine, jobState, STATE_COLUMN, type Job } from '../jobs.ts';
import type { Shell } from '../shell.ts';
import { builtinOptions, usageError, USAGE_ERROR } from './builtin.ts';

const NOT_FOUND = 127;

export function* runJobs(shell: Shell, words: readonly string[]): Sleeping<number> {
  const options = yield* builtinOptions(shell, words, 'lnprsx');
  if (options === undefined) return USAGE_ERROR;
  const { flags, operands } = options;
  yield* pollJobs(shell);
  let status = 0;
  const wanted: Job[] =
    operands.length === 0 ? shell.jobs.list.toSorted((a, b) => a.id - b.id) : [];
  for (const operand of operands) {
    const job = shell.jobs.find(operand);
    if (job === undefined) status = yield* shell.fail(`jobs: ${operand}: no such job`);
    else wanted.push(job);
  }
  for (const job of wanted) {
    const state = jobState(job);
    if (flags.has('r') && state !== 'Running') continue;
    if (flags.has('s') && state !== 'Stopped') continue;
    if (flags.has('p')) shell.c.out(`${job.processes[0]?.pid ?? 0}\n`);
    else if (flags.has('l')) shell.c.out(longLine(shell, job));
    else shell.c.out(jobLine(shell.jobs, job));
    job.isNotified = true;
    if (state === 'Done') shell.jobs.remove(job);
  }
  return status;
}

function longLine(shell: Shell, job: Job): string {
  const pid = job.processes[0]?.pid ?? 0;
  const ampersand = jobState(job) === 'Running' ? ' &' : '';
  const state = describeJob(job).padEnd(STATE_COLUMN);
  return `[${job.id}]${shell.jobs.mark(job)} ${pid} ${state}${job.command}${ampersand}\n`;
}

export function* runWait(shell: Shell, words: readonly string[]): Sleeping<number> {
  const options = yield* builtinOptions(shell, words, 'fnp:');
  if (options === undefined) return USAGE_ERROR;
  const { operands, flags } = options;
  if (operands.length === 0) {
    if (flags.has('n') && shell.jobs.list.length === 0) return NOT_FOUND;
    let status = 0;
    for (const job of shell.jobs.list.filter((each) => jobState(each) !== 'Stopped')) {
      const code = yield* waitBackground(shell, job);
      if (shell.flow !== undefined) return code;
      if (flags.has('n')) return code;
      status = code > 128 && shell.jobs.list.includes(job) ? code : 0;
      if (status !== 0) return status;
    }
    return status;
  }
  let status = 0;
  for (const operand of operands) status = yield* waitOne(shell, operand);
  return status;
}

function* waitOne(shell: Shell, operand: string): Sleeping<number> {
  if (operand.startsWith('%')) {
    const job = shell.jobs.find(operand);
    if (job === undefined) return yield* shell.fail(`wait: ${operand}: no such job`, NOT_FOUND);
    return yield* finishWait(shell, job);
  }
  if (!/^\d+$/.test(operand)) {
    return yield* shell.fail(`wait: \`${operand}': not a pid or valid job spec`);
  }
  const pid = Number(operand);
  const job = shell.jobs.byPid(pid);
  if (job !== undefined) return yield* finishWait(shell, job);
  const known = shell.finished.get(pid);
  if (known !== undefined) return known;
  return yield* shell.fail(`wait: pid ${operand} is not a child of this shell`, NOT_FOUND);
}

/** A pid may be waited for again: its status is kept. */
function* finishWait(shell: Shell, job: Job): Sleeping<number> {
  const status = yield* waitBackground(shell, job);
  if (jobState(job) === 'Done') {
    for (const { pid } of job.processes) shell.finished.set(pid, status);
  }
  return status;
}

/** `fg` and `bg`. */
export function* runForeBackground(shell: Shell, words: readonly string[]): Sleeping<number> {
  const [name = 'fg', operand] = words;
  if (shell.terminal < 0) return yield* shell.fail(`${name}: no job control`);
  yield* pollJobs(shell);
  const job = operand === undefined ? shell.jobs.current() : shell.jobs.find(operand);
  if (job === undefined || jobState(job) === 'Done') {
    return yield* shell.fail(`${name}: ${operand ?? 'current'}: no such job`);
  }
  if (name === 'bg' && jobState(job) === 'Running') {
    yield* shell.complain(`bg: job ${job.id} already in background`);
    return 0;
  }
  return yield* continueJob(shell, job, name === 'fg');
}

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
    const job = shell.jobs.find(operand);
    if (job === undefined) return yield* shell.fail(`kill: ${operand}: no such job`);
    target = job.group > 0 ? -job.group : (job.processes[0]?.pid ?? 0);
    const wasStopped = jobState(job) === 'Stopped';
    const failure = yield* shell.c.kill(target, signal);
    if (wasStopped && signal !== SIGNAL.STOP) yield* shell.c.kill(target, SIGNAL.CONT);
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
