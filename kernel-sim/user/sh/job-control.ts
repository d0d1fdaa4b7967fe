// SPDX-License-Identifier: GPL-2.0-or-later
/** Waiting for jobs, moving them between fore- and background, and saying what became of them. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { O } from '../../uapi/fs.ts';
import { WCONTINUED, WIFSIGNALED, WNOHANG, WTERMSIG, WUNTRACED } from '../../uapi/process.ts';
import { SIG, SIGNAL, strsignal } from '../../uapi/signal.ts';
import {
  describeJob,
  jobLine,
  jobState,
  longJobLines,
  noteStatus,
  statusCode,
  type Job,
  type JobProcess,
} from './jobs.ts';
import type { Shell } from './shell.ts';

const SIGNAL_COLUMN = 24;
/** What a process is taken to have ended with that the kernel knows nothing of. */
const LOST = 127 << 8;

/** The first descriptor that a shell keeps for itself. */
const FIRST_PRIVATE = 10;

/** `set -m` and `set +m`. Without a terminal jobs have groups of their own all the same. */
export function* setJobControl(shell: Shell, isOn: boolean): Sleeping<void> {
  shell.hasJobControl = isOn;
  if (!isOn || shell.terminal >= 0) return;
  const { c } = shell;
  const fd = yield* c.open('/dev/tty', O.RDWR);
  if (fd < 0) return;
  shell.terminal = yield* c.dup_cloexec(fd, FIRST_PRIVATE);
  yield* c.close(fd);
  shell.firstGroup = yield* c.getpgrp();
  shell.modes = yield* terminalModes(shell);
  // A background job that takes the terminal back for itself must not stop.
  yield* c.sigaction(SIGNAL.TTOU, SIG.IGN);
}

/** Waits for a job in the foreground and gives its `$?`. Job control hands it the terminal. */
export function* waitForeground(shell: Shell, job: Job): Sleeping<number> {
  const options = shell.hasJobControl ? WUNTRACED : 0;
  for (const process of job.processes) {
    while (process.status === undefined && process.stopSignal === 0) {
      yield* waitProcess(shell, process, options);
    }
  }
  const last = job.processes.at(-1);
  const wasKilled = WIFSIGNALED(last?.status ?? 0);
  shell.pipeStatus = job.processes.map(({ status }) => statusCode(status ?? 0));
  if (jobState(job) === 'Stopped') {
    if (shell.terminal >= 0) job.modes = yield* terminalModes(shell);
    yield* takeTerminal(shell, true);
    shell.jobs.touch(job);
    job.isNotified = true;
    yield* shell.c.err(`\n${jobLine(shell.jobs, job)}`);
    return 128 + (last?.stopSignal || SIGNAL.TSTP);
  }
  yield* takeTerminal(shell, wasKilled);
  shell.jobs.remove(job);
  yield* tellDeath(shell, job);
  const worst = shell.options.pipefail
    ? shell.pipeStatus.findLast((code) => code !== 0)
    : undefined;
  return worst ?? statusCode(last?.status ?? 0);
}

/** One wait4(2) for a process of a job. The signal whose trap ran meanwhile, or 0. */
function* waitProcess(shell: Shell, process: JobProcess, options: number): Sleeping<number> {
  const waited = yield* shell.c.wait4(process.pid, options);
  if (waited === -ERRNO.EINTR) return yield* shell.handleSignals();
  noteStatus(process, typeof waited === 'number' ? LOST : waited.status);
  return 0;
}

/**
 * The shell's own group takes the terminal back. A job that did not end by itself may have left it
 * in any mode, so the shell's modes come back, too; else the job's modes become the shell's.
 */
function* takeTerminal(shell: Shell, restoresModes: boolean): Sleeping<void> {
  const { c, terminal } = shell;
  if (terminal < 0 || !shell.hasJobControl) return;
  yield* c.tcsetpgrp(terminal, yield* c.getpgrp());
  if (restoresModes && shell.modes !== undefined) yield* c.tcsetattr(terminal, shell.modes);
  else shell.modes = yield* terminalModes(shell);
}

function* terminalModes(shell: Shell): Sleeping<Shell['modes']> {
  const modes = yield* shell.c.tcgetattr(shell.terminal);
  return typeof modes === 'number' ? undefined : modes;
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
      const before = shell.flow;
      const trapped = yield* waitProcess(shell, process, 0);
      if (trapped !== 0) return 128 + trapped;
      if (shell.flow !== before) return 128 + SIGNAL.INT;
    }
  }
  return yield* finishBackground(shell, job);
}

/** A background job has ended and somebody waited for it: says so and forgets it. */
function* finishBackground(shell: Shell, job: Job): Sleeping<number> {
  const status = job.processes.at(-1)?.status ?? 0;
  if (shell.interactive) yield* shell.c.err(jobLine(shell.jobs, job));
  else if (WTERMSIG(status) !== SIGNAL.TERM) yield* tellDeath(shell, job);
  shell.jobs.remove(job);
  return statusCode(status);
}

/** `wait -n`: the next of `jobs` to end. Undefined: a signal came first. */
export function* waitAny(shell: Shell, jobs: readonly Job[]): Sleeping<number | undefined> {
  for (;;) {
    const done = jobs.find((job) => jobState(job) === 'Done');
    if (done !== undefined) return yield* finishBackground(shell, done);
    const before = shell.flow;
    const waited = yield* shell.c.wait4(-1);
    if (typeof waited !== 'number') noteChild(shell, waited.pid, waited.status);
    else if (waited !== -ERRNO.EINTR) return undefined;
    else {
      const trapped = yield* shell.handleSignals();
      if (trapped !== 0) return 128 + trapped;
      if (shell.flow !== before) return 128 + SIGNAL.INT;
    }
  }
}

/** A child has changed; those of no job, such as of `<( )`, are just let go. */
function noteChild(shell: Shell, pid: number, status: number): void {
  const job = shell.jobs.byPid(pid);
  const process = job?.processes.find((each) => each.pid === pid);
  if (job === undefined || process === undefined) return;
  const before = describeJob(job);
  noteStatus(process, status);
  const after = describeJob(job);
  if (after === before) return;
  // That a job goes on is no news: whoever let it go on has said so.
  job.isNotified = after === 'Running';
  if (after === 'Stopped') shell.jobs.touch(job);
}

/** Looks, without waiting, at what has become of the jobs in the background. */
export function* pollJobs(shell: Shell): Sleeping<void> {
  for (;;) {
    const waited = yield* shell.c.wait4(-1, WNOHANG | WUNTRACED | WCONTINUED);
    if (typeof waited === 'number' || waited.pid === 0) return;
    noteChild(shell, waited.pid, waited.status);
  }
}

/** Before a prompt: tells of jobs that ended or stopped, and forgets the ended ones. */
export function* tellJobs(shell: Shell): Sleeping<void> {
  yield* pollJobs(shell);
  let text = '';
  for (const job of shell.jobs.list) {
    if (job.isNotified) continue;
    if (jobState(job) === 'Stopped') text += '\n';
    text += jobLine(shell.jobs, job);
    job.isNotified = true;
  }
  for (const job of shell.jobs.list.filter((each) => jobState(each) === 'Done')) {
    for (const { pid } of job.processes) {
      shell.finished.set(pid, statusCode(job.processes.at(-1)?.status ?? 0));
    }
    shell.jobs.remove(job);
  }
  if (text !== '') yield* shell.c.err(text);
}

/** `fg` and `bg`: lets a job go on, in front with the terminal, or behind. */
export function* continueJob(shell: Shell, job: Job, inFront: boolean): Sleeping<number> {
  const { c, jobs } = shell;
  const mark = jobs.mark(job).trim();
  for (const process of job.processes) process.stopSignal = 0;
  job.isNotified = true;
  if (inFront) {
    jobs.touch(job);
    yield* c.print(`${job.command}\n`);
    yield* c.flush();
    if (shell.terminal >= 0) {
      yield* c.tcsetpgrp(shell.terminal, job.group);
      if (job.modes !== undefined) yield* c.tcsetattr(shell.terminal, job.modes);
    }
  } else {
    jobs.choose();
    yield* c.print(`[${job.id}]${mark} ${job.command} &\n`);
  }
  yield* c.kill(-job.group, SIGNAL.CONT);
  return inFront ? yield* waitForeground(shell, job) : 0;
}

/**
 * Whether the shell may end: with stopped jobs it says so and stays, the first time it is asked.
 * `isAgain`: it was asked right before.
 */
export function* mayLeave(shell: Shell, isAgain: boolean): Sleeping<boolean> {
  if (!shell.interactive || isAgain) return true;
  yield* pollJobs(shell);
  const { list } = shell.jobs;
  if (list.some((job) => jobState(job) === 'Stopped')) {
    yield* shell.c.err('There are stopped jobs.\n');
    return false;
  }
  if (!shell.shopt.checkjobs || !list.some((job) => jobState(job) === 'Running')) return true;
  yield* shell.c.err('There are running jobs.\n');
  for (const job of list) yield* shell.c.err(longJobLines(shell.jobs, job));
  return false;
}

/** At the end of an interactive shell: stopped jobs are not left behind for ever. */
export function* endJobs(shell: Shell): Sleeping<void> {
  for (const job of shell.jobs.list) {
    if (jobState(job) !== 'Stopped' || job.group === 0) continue;
    yield* shell.c.kill(-job.group, SIGNAL.TERM);
    yield* shell.c.kill(-job.group, SIGNAL.CONT);
  }
}

/** The terminal is gone: so are the jobs, but for those that were disowned. */
export function* hangUpJobs(shell: Shell): Sleeping<void> {
  for (const job of shell.jobs.list) {
    if (job.keepsRunning || job.group === 0 || jobState(job) === 'Done') continue;
    yield* shell.c.kill(-job.group, SIGNAL.HUP);
    if (jobState(job) === 'Stopped') yield* shell.c.kill(-job.group, SIGNAL.CONT);
  }
}
