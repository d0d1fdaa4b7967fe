// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Jobs: pipelines that the shell started and has not seen the end of.
 *
 * Bookkeeping and wording only; job-control.ts waits and moves jobs between fore- and background.
 */
import {
  WEXITSTATUS,
  WIFCONTINUED,
  WIFEXITED,
  WIFSIGNALED,
  WIFSTOPPED,
  WSTOPSIG,
  WTERMSIG,
} from '../../uapi/process.ts';
import { strsignal } from '../../uapi/signal.ts';
import type { Termios } from '../libc/process-calls.ts';

/** How wide `jobs` prints states, and `jobs -l` those of a pipeline's later members. */
const STATE_COLUMN = 24;
const MEMBER_COLUMN = 22;

export interface JobProcess {
  readonly pid: number;
  /** As the user wrote it. */
  readonly command: string;
  /** The wait status, when it has ended. */
  status: number | undefined;
  /** The signal that stopped it, 0 while it runs. */
  stopSignal: number;
}

export interface Job {
  readonly id: number;
  /** Process group, 0 without job control. */
  readonly group: number;
  readonly processes: readonly JobProcess[];
  readonly command: string;
  /** The user knows its present state already. */
  isNotified: boolean;
  /** `disown -h`: the shell does not hang it up. */
  keepsRunning: boolean;
  /** How the terminal was set when the job stopped in front. */
  modes: Termios | undefined;
}

export type JobState = 'Running' | 'Stopped' | 'Done';

export class JobTable {
  /** In order of their numbers. */
  readonly list: Job[] = [];
  /** `%+` and `%-`. */
  current: Job | undefined;
  previous: Job | undefined;

  /** A job of processes that have just been started: their pids and commands. */
  add(
    group: number,
    members: readonly { readonly pid: number; readonly command: string }[],
    command: string,
  ): Job {
    const id = this.list.reduce((highest, job) => Math.max(highest, job.id), 0) + 1;
    const processes = members.map((member) => ({ ...member, status: undefined, stopSignal: 0 }));
    const job: Job = {
      id,
      group,
      processes,
      command,
      isNotified: true,
      keepsRunning: false,
      modes: undefined,
    };
    this.list.push(job);
    return job;
  }

  remove(job: Job): void {
    const index = this.list.indexOf(job);
    if (index >= 0) this.list.splice(index, 1);
    if (this.current === job) this.current = undefined;
    if (this.previous === job) this.previous = undefined;
    this.choose();
  }

  byPid(pid: number): Job | undefined {
    return this.list.find((job) => job.processes.some((process) => process.pid === pid));
  }

  /** `%1`, `%+`, `%-`, `%%`, `%text`, `%?text`. 'ambiguous': more than one begins so. */
  find(specification: string): Job | 'ambiguous' | undefined {
    const name = specification.replace(/^%/, '');
    if (name === '' || name === '+' || name === '%') return this.current;
    if (name === '-') return this.previous;
    if (/^\d+$/.test(name)) return this.list.find((job) => job.id === Number(name));
    const isInside = name.startsWith('?');
    const found = this.list.filter(({ command }) =>
      isInside ? command.includes(name.slice(1)) : command.startsWith(name),
    );
    return found.length > 1 ? 'ambiguous' : found[0];
  }

  /** Makes `job` the current one: it has just stopped, or come to the front. */
  touch(job: Job): void {
    if (this.current !== job) {
      this.previous = this.current;
      this.current = job;
    }
    if (this.previous !== job && isStopped(this.previous)) return;
    const older = this.list.filter((each) => each.id < job.id);
    const stopped = isStopped(job) ? older.findLast(isStopped) : undefined;
    const running = (isStopped(job) ? this.list : older).findLast(isRunning);
    this.previous = stopped ?? running ?? job;
  }

  /** Chooses anew which job is current: one that is stopped goes before one that runs. */
  choose(): void {
    const { current, previous } = this;
    if (isStopped(current)) {
      this.touch(current);
      return;
    }
    const next = isStopped(previous)
      ? previous
      : (this.list.findLast(isStopped) ?? this.list.findLast(isRunning));
    if (next === undefined) return;
    this.touch(next);
  }

  mark(job: Job): string {
    return job === this.current ? '+' : job === this.previous ? '-' : ' ';
  }
}

function isStopped(job: Job | undefined): job is Job {
  return job !== undefined && jobState(job) === 'Stopped';
}

function isRunning(job: Job): boolean {
  return jobState(job) === 'Running';
}

export function jobState(job: Job): JobState {
  const alive = job.processes.filter(({ status }) => status === undefined);
  if (alive.length === 0) return 'Done';
  return alive.every(({ stopSignal }) => stopSignal !== 0) ? 'Stopped' : 'Running';
}

/** Notes what wait4(2) said of one of a job's processes. */
export function noteStatus(process: JobProcess, status: number): void {
  process.stopSignal = WIFSTOPPED(status) ? WSTOPSIG(status) : 0;
  if (process.stopSignal === 0 && !WIFCONTINUED(status)) process.status = status;
}

/** `$?` for a wait status. */
export function statusCode(status: number): number {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/** The word or two that `jobs` says about a state: `Running`, `Exit 3`, `Killed`. */
export function describeJob(job: Job): string {
  const state = jobState(job);
  return state === 'Done' ? describeStatus(job.processes.at(-1)?.status ?? 0) : state;
}

function describeStatus(status: number): string {
  if (WIFSIGNALED(status)) return strsignal(WTERMSIG(status));
  return WEXITSTATUS(status) === 0 ? 'Done' : `Exit ${WEXITSTATUS(status)}`;
}

/** A line of `jobs`: `[1]+  Running                 sleep 10 &`. */
export function jobLine(table: JobTable, job: Job): string {
  const state = describeJob(job).padEnd(STATE_COLUMN);
  return `[${job.id}]${table.mark(job)}  ${state}${job.command}${ampersand(job)}\n`;
}

/** The lines of `jobs -l`: one for each process, and in which way it stopped. */
export function longJobLines(table: JobTable, job: Job): string {
  let text = '';
  let before = '';
  for (const [index, process] of job.processes.entries()) {
    const state = describeProcess(process);
    if (index === 0) {
      text += `[${job.id}]${table.mark(job)} ${process.pid} ${state.padEnd(STATE_COLUMN)}`;
    } else {
      const shown = state === before ? '' : state;
      text += `\n${String(process.pid).padStart(10)} ${shown.padEnd(MEMBER_COLUMN)}| `;
    }
    text += process.command;
    before = state;
  }
  return `${text}${ampersand(job)}\n`;
}

function describeProcess({ status, stopSignal }: JobProcess): string {
  if (status !== undefined) return describeStatus(status);
  return stopSignal === 0 ? 'Running' : strsignal(stopSignal);
}

function ampersand(job: Job): string {
  return jobState(job) === 'Running' ? ' &' : '';
}
