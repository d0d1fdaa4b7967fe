// SPDX-License-Identifier: GPL-2.0-or-later
/** Waiting for jobs, moving them between fore- and background, and saying what became of them. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { WIFSIGNALED, WNOHANG, WTERMSIG, WUNTRACED } from '../../uapi/process.ts';
import { SIGNAL, strsignal } from '../../uapi/signal.ts';
import { describeJob, jobLine, jobState, statusCode, type Job } from './jobs.ts';
import type { Shell } from './shell.ts';

/** The low byte of a wait status that says "stopped". */
const STOPPED = 0x7f;
const SIGNAL_COLUMN = 24;

/** Waits for a job in the foreground and gives its `$?`. Job control hands it the terminal. */
export function* waitForeground(shell: Shell, job: Job): Sleeping<number> {
  for (const process of job.processes) {
    while (process.status === undefined && !process.isStopped) {
      const waited = yield* shell.c.wait4(process.pid, shell.terminal >= 0 ? WUNTRACED : 0);
      if (waited === -ERRNO.EINTR) {
        yield* shell.handleSignals();
        continue;
      }
      note(job, process.pid, typeof waited === 'number' ? 127 << 8 : waited.status);
    }
  }
  yield* takeTerminal(shell);
  const last = job.processes.at(-1);
  shell.pipeStatus = job.processes.map(({ status }) => statusCode(status ?? 0));
  if (jobState(job) === 'Stopped') {
    shell.jobs.touch(job);
    job.isNotified = true;
    yield* shell.c.err(`\n${jobLine(shell.jobs, job)}`);
    return 128 + SIGNAL.TSTP;
  }
  shell.jobs.remove(job);
  yield* tellDeath(shell, job);
  const worst = shell.options.pipefail
    ? shell.pipeStatus.findLast((code) => code !== 0)
    : undefined;
  return worst ?? statusCode(last?.status ?? 0);
}

function note(job: Job, pid: number, status: number): void {
  const process = job.processes.find((candidate) => candidate.pid === pid);
  if (process === undefined) return;
  process.isStopped = (status & 0xff) === STOPPED;
  if (!process.isStopped) process.status = status;
}

/** The shell's own group takes the terminal back. */
export function* takeTerminal(shell: Shell): Sleeping<void> {
  if (shell.terminal >= 0) yield* shell.c.tcsetpgrp(shell.terminal, yield* shell.c.getpgrp());
}

/** What bash says of a command that a signal ended. */
function* tellDeath(shell: Shell, job: Job): Sleeping<void> {
  const last = job.processes.at(-1);
  const status = last?.status ?? 0;
  if (last === undefined || !WIFSIGNALED(status)) return;
  const signal = WTERMSIG(status);
  if (shell.interactive) {
    // A loop that runs commands ends with the one that ^C ended.
    if (signal === SIGNAL.INT) shell.flow ??= { kind: 'abort', status: 128 + signal };
    if (signal === SIGNAL.PIPE) return;
    yield* shell.c.err(signal === SIGNAL.INT ? '\n' : `${strsignal(signal)}\n`);
  } else if (signal !== SIGNAL.INT && signal !== SIGNAL.PIPE && !shell.atPrompt) {
    if (signal === SIGNAL.TERM && !shell.isSubshell) {
      yield* shell.c.err(`${strsignal(signal)}\n`);
      return;
    }
    const text = strsignal(signal).padEnd(SIGNAL_COLUMN);
    yield* shell.c.err(`${shell.prefix()}${last.pid} ${text}${job.command}\n`);
  }
}

/** Waits for a background job, as `wait` does: its `$?`, or 128+n after a caught signal. */
export function* waitBackground(shell: Shell, job: Job): Sleeping<number> {
  for (const process of job.processes) {
    while (process.status === undefined) {
      const waited = yield* shell.c.wait4(process.pid);
      if (waited === -ERRNO.EINTR) {
        const before = shell.flow;
        yield* shell.handleSignals();
        if (shell.flow !== before || shell.traps.size > 0) return 128 + SIGNAL.INT;
        continue;
      }
      note(job, process.pid, typeof waited === 'number' ? 127 << 8 : waited.status);
    }
  }
  const status = job.processes.at(-1)?.status ?? 0;
  if (shell.interactive) yield* shell.c.err(jobLine(shell.jobs, job));
  else if (WTERMSIG(status) !== SIGNAL.TERM) yield* tellDeath(shell, job);
  shell.jobs.remove(job);
  return statusCode(status);
}

/** Looks, without waiting, at what has become of the jobs in the background. */
export function* pollJobs(shell: Shell): Sleeping<void> {
  for (const job of shell.jobs.list) {
    const before = describeJob(job);
    for (const { pid, status } of job.processes) {
      if (status !== undefined) continue;
      const waited = yield* shell.c.wait4(pid, WNOHANG | WUNTRACED);
      if (typeof waited === 'number') note(job, pid, 127 << 8);
      else if (waited.pid > 0) note(job, pid, waited.status);
    }
    if (describeJob(job) !== before) job.isNotified = false;
  }
}

/** Before a prompt: tells of jobs that ended or stopped, and forgets the ended ones. */
export function* tellJobs(shell: Shell): Sleeping<void> {
  yield* pollJobs(shell);
  for (const pid of shell.strays.splice(0)) {
    const waited = yield* shell.c.wait4(pid, WNOHANG);
    if (typeof waited !== 'number' && waited.pid === 0) shell.strays.push(pid);
  }
  let text = '';
  for (const job of shell.jobs.list) {
    if (job.isNotified) continue;
    text += jobLine(shell.jobs, job);
    job.isNotified = true;
  }
  for (const job of shell.jobs.list.filter((each) => jobState(each) === 'Done')) {
    shell.jobs.remove(job);
  }
  if (text !== '') yield* shell.c.err(text);
}

/** `fg` and `bg`: lets a job go on, in front with the terminal, or behind. */
export function* continueJob(shell: Shell, job: Job, inFront: boolean): Sleeping<number> {
  for (const process of job.processes) process.isStopped = false;
  job.isNotified = true;
  shell.jobs.touch(job);
  if (inFront) {
    yield* shell.c.err(`${job.command}\n`);
    if (shell.terminal >= 0) yield* shell.c.tcsetpgrp(shell.terminal, job.group);
  } else {
    yield* shell.c.err(`[${job.id}]${shell.jobs.mark(job)} ${job.command} &\n`);
  }
  yield* shell.c.kill(-job.group, SIGNAL.CONT);
  return inFront ? yield* waitForeground(shell, job) : 0;
}
