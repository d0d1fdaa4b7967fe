// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Jobs: pipelines that the shell started and has not seen the end of.
 *
 * Bookkeeping and wording only; job-control.ts waits and moves jobs between fore- and background.
 */
import { strsignal } from '../../uapi/signal.ts';
import { WIFEXITED, WEXITSTATUS, WIFSIGNALED, WTERMSIG } from '../../uapi/process.ts';

/**
 * Whether wait4(2) tells of children that stopped. Our kernel does not yet: a stopped job would
 * never give the terminal back, so jobs ignore ^Z until it does.
 */
export const STOPS_ARE_REPORTED = false;

/** How wide `jobs` prints states. */
export const STATE_COLUMN = 24;

export interface JobProcess {
  readonly pid: number;
  /** The wait status, when it has ended. */
  status: number | undefined;
  isStopped: boolean;
}

export interface Job {
  readonly id: number;
  /** Process group, 0 without job control. */
  readonly group: number;
  readonly processes: readonly JobProcess[];
  /** As the user wrote it. */
  readonly command: string;
  /** The user knows its present state already. */
  isNotified: boolean;
}

export type JobState = 'Running' | 'Stopped' | 'Done';

export class JobTable {
  /** In order of use: the last is the current job (`%+`), the one before it `%-`. */
  readonly list: Job[] = [];

  add(group: number, pids: readonly number[], command: string): Job {
    const id = this.list.reduce((highest, job) => Math.max(highest, job.id), 0) + 1;
    const processes = pids.map((pid) => ({ pid, status: undefined, isStopped: false }));
    const job: Job = { id, group, processes, command, isNotified: true };
    this.list.push(job);
    return job;
  }

  remove(job: Job): void {
    const index = this.list.indexOf(job);
    if (index >= 0) this.list.splice(index, 1);
  }

  /** Makes `job` the current one. */
  touch(job: Job): void {
    this.remove(job);
    this.list.push(job);
  }

  byPid(pid: number): Job | undefined {
    return this.list.find((job) => job.processes.some((process) => process.pid === pid));
  }

  /** `%1`, `%+`, `%-`, `%%`, `%text`. */
  find(specification: string): Job | undefined {
    const name = specification.replace(/^%/, '');
    if (name === '' || name === '+' || name === '%') return this.current();
    if (name === '-') return this.previous();
    if (/^\d+$/.test(name)) return this.list.find((job) => job.id === Number(name));
    if (name.startsWith('?')) return this.list.find((job) => job.command.includes(name.slice(1)));
    return this.list.find((job) => job.command.startsWith(name));
  }

  current(): Job | undefined {
    return this.list.findLast((job) => jobState(job) === 'Stopped') ?? this.list.at(-1);
  }

  previous(): Job | undefined {
    const current = this.current();
    return this.list.findLast((job) => job !== current) ?? current;
  }

  mark(job: Job): string {
    return job === this.current() ? '+' : job === this.previous() ? '-' : ' ';
  }
}

export function jobState(job: Job): JobState {
  if (job.processes.every((process) => process.status !== undefined)) return 'Done';
  const waiting = job.processes.filter((process) => process.status === undefined);
  return waiting.every((process) => process.isStopped) ? 'Stopped' : 'Running';
}

/** `$?` for a wait status. */
export function statusCode(status: number): number {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/** The word or two that `jobs` says about a state: `Running`, `Exit 3`, `Killed`. */
export function describeJob(job: Job): string {
  const state = jobState(job);
  if (state !== 'Done') return state;
  const last = job.processes.at(-1)?.status ?? 0;
  if (WIFSIGNALED(last)) return strsignal(WTERMSIG(last));
  return WEXITSTATUS(last) === 0 ? 'Done' : `Exit ${WEXITSTATUS(last)}`;
}

/** A line of `jobs`: `[1]+  Running                 sleep 10 &`. */
export function jobLine(table: JobTable, job: Job): string {
  const ampersand = jobState(job) === 'Running' ? ' &' : '';
  const state = describeJob(job).padEnd(STATE_COLUMN);
  return `[${job.id}]${table.mark(job)}  ${state}${job.command}${ampersand}\n`;
}
