// SPDX-License-Identifier: GPL-2.0-or-later
/** Builtins on jobs: jobs wait fg bg disown suspend. */
import type { Sleeping } from '../../../uapi/coroutine.ts';
import { SIG, SIGNAL } from '../../../uapi/signal.ts';
import { continueJob, pollJobs, tellJobs, waitAny, waitBackground } from '../job-control.ts';
import { jobLine, jobState, longJobLines, type Job } from '../jobs.ts';
import type { Shell } from '../shell.ts';
import { builtinOptions, usageError, USAGE_ERROR } from './builtin.ts';

const NOT_FOUND = 127;

/** The job of `%1` and the like; says so when there is none. */
export function* findJob(shell: Shell, name: string, operand: string): Sleeping<Job | undefined> {
  const job = shell.jobs.find(operand);
  if (job !== undefined && job !== 'ambiguous') return job;
  if (job === 'ambiguous') {
    yield* shell.complain(`${name}: ${operand.slice(1)}: ambiguous job spec`);
  }
  yield* shell.complain(`${name}: ${operand}: no such job`);
  return undefined;
}

export function* runJobs(shell: Shell, words: readonly string[]): Sleeping<number> {
  const options = yield* builtinOptions(shell, words, 'lnprsx');
  if (options === undefined) return USAGE_ERROR;
  const { flags, operands } = options;
  if (flags.has('x')) return yield* runWithJobs(shell, operands);
  yield* pollJobs(shell);
  let status = 0;
  const wanted: Job[] = operands.length === 0 ? [...shell.jobs.list] : [];
  for (const operand of operands) {
    const job = yield* findJob(shell, 'jobs', operand);
    if (job === undefined) status = 1;
    else wanted.push(job);
  }
  for (const job of wanted) {
    const state = jobState(job);
    if (flags.has('r') && state !== 'Running') continue;
    if (flags.has('s') && state !== 'Stopped') continue;
    if (flags.has('n') && job.isNotified) continue;
    if (flags.has('p')) shell.c.out(`${job.processes[0]?.pid ?? 0}\n`);
    else if (flags.has('l')) shell.c.out(longJobLines(shell.jobs, job));
    else shell.c.out(jobLine(shell.jobs, job));
    job.isNotified = true;
  }
  for (const job of wanted) if (jobState(job) === 'Done') shell.jobs.remove(job);
  return status;
}

/** `jobs -x command`: runs it with each job replaced by its process group. */
function* runWithJobs(shell: Shell, operands: readonly string[]): Sleeping<number> {
  const words = operands.map((operand) => {
    const job = operand.startsWith('%') ? shell.jobs.find(operand) : undefined;
    if (job === undefined || job === 'ambiguous') return operand;
    return String(job.processes[0]?.pid ?? operand);
  });
  return words.length === 0 ? 0 : yield* shell.evaluator.runWords(shell, words);
}

export function* runWait(shell: Shell, words: readonly string[]): Sleeping<number> {
  const options = yield* builtinOptions(shell, words, 'fnp:');
  if (options === undefined) return USAGE_ERROR;
  const { operands, flags } = options;
  if (flags.has('n')) return yield* waitNext(shell, operands);
  if (operands.length === 0) {
    for (const job of shell.jobs.list.filter((each) => jobState(each) !== 'Stopped')) {
      const code = yield* waitBackground(shell, job);
      if (shell.flow !== undefined || shell.jobs.list.includes(job)) return code;
    }
    return 0;
  }
  let status = 0;
  for (const operand of operands) {
    status = yield* waitOne(shell, operand);
    if (shell.flow !== undefined) break;
  }
  return status;
}

function* waitNext(shell: Shell, operands: readonly string[]): Sleeping<number> {
  const jobs: Job[] = operands.length === 0 ? [...shell.jobs.list] : [];
  for (const operand of operands) {
    const job = operand.startsWith('%')
      ? yield* findJob(shell, 'wait', operand)
      : shell.jobs.byPid(Number(operand));
    if (job !== undefined) jobs.push(job);
  }
  if (jobs.length === 0) return NOT_FOUND;
  return (yield* waitAny(shell, jobs)) ?? NOT_FOUND;
}

function* waitOne(shell: Shell, operand: string): Sleeping<number> {
  if (operand.startsWith('%')) {
    const job = yield* findJob(shell, 'wait', operand);
    return job === undefined ? NOT_FOUND : yield* finishWait(shell, job);
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
  const [name = 'fg'] = words;
  if (!shell.hasJobControl) return yield* shell.fail(`${name}: no job control`);
  const options = yield* builtinOptions(shell, words, '');
  if (options === undefined) return USAGE_ERROR;
  yield* pollJobs(shell);
  const operands = options.operands.length === 0 ? ['current'] : options.operands;
  let status = 0;
  for (const operand of name === 'fg' ? operands.slice(0, 1) : operands) {
    status = yield* moveJob(shell, name, operand);
  }
  return status;
}

function* moveJob(shell: Shell, name: string, operand: string): Sleeping<number> {
  const { jobs } = shell;
  const isCurrent = operand === 'current';
  const job = isCurrent ? jobs.current : yield* findJob(shell, name, operand);
  if (job === undefined) {
    return isCurrent ? yield* shell.fail(`${name}: current: no such job`) : 1;
  }
  if (job.group === 0) {
    return yield* shell.fail(`${name}: job ${job.id} started without job control`);
  }
  if (jobState(job) === 'Done') {
    yield* shell.complain(`${name}: job has terminated`);
    yield* tellJobs(shell);
    return 1;
  }
  if (name === 'bg' && jobState(job) === 'Running') {
    yield* shell.complain(`bg: job ${job.id} already in background`);
    return 0;
  }
  return yield* continueJob(shell, job, name === 'fg');
}

export function* runDisown(shell: Shell, words: readonly string[]): Sleeping<number> {
  const options = yield* builtinOptions(shell, words, 'ahr');
  if (options === undefined) return USAGE_ERROR;
  const { flags, operands } = options;
  yield* pollJobs(shell);
  const { jobs } = shell;
  const isAll = operands.length === 0 && (flags.has('a') || flags.has('r'));
  const wanted: Job[] = isAll ? [...jobs.list] : [];
  let status = 0;
  for (const operand of isAll ? [] : operands.length === 0 ? ['current'] : operands) {
    const byPid = /^\d+$/.test(operand) ? jobs.byPid(Number(operand)) : undefined;
    const job =
      byPid ?? (operand === 'current' ? jobs.current : yield* findJob(shell, 'disown', operand));
    if (job !== undefined) wanted.push(job);
    else if (operand === 'current') status = yield* shell.fail('disown: current: no such job');
    else status = 1;
  }
  for (const job of wanted) {
    if (flags.has('r') && jobState(job) !== 'Running') continue;
    if (flags.has('h')) job.keepsRunning = true;
    else jobs.remove(job);
  }
  return status;
}

/** `suspend`: the shell stops itself and leaves the terminal to whoever started it. */
export function* runSuspend(shell: Shell, words: readonly string[]): Sleeping<number> {
  const options = yield* builtinOptions(shell, words, 'f');
  if (options === undefined) return USAGE_ERROR;
  if (options.operands.length > 0) return yield* usageError(shell, 'suspend', 'too many arguments');
  const isForced = options.flags.has('f');
  if (!isForced && !shell.hasJobControl) {
    return yield* shell.fail('suspend: cannot suspend: no job control');
  }
  if (!isForced && shell.isLogin) {
    return yield* shell.fail('suspend: cannot suspend a login shell');
  }
  const { c, terminal } = shell;
  const stops = [SIGNAL.TSTP, SIGNAL.TTIN, SIGNAL.TTOU];
  const pgid = yield* c.getpgrp();
  if (terminal >= 0) yield* c.tcsetpgrp(terminal, shell.firstGroup);
  for (const signal of stops) yield* c.sigaction(signal, SIG.DFL);
  yield* c.kill(0, SIGNAL.STOP);
  for (const signal of stops) yield* c.sigaction(signal, SIG.IGN);
  if (terminal >= 0) yield* c.tcsetpgrp(terminal, pgid);
  return 0;
}
