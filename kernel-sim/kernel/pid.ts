// SPDX-License-Identifier: GPL-2.0-or-later
/** Every task by its number, and process groups. Linux: kernel/pid.c. */
import type { Task } from './sched/task.ts';

export const PID_MAX = 32_768;
/** Linux: an eighth of memory for kernel stacks, which is what 64 MiB come to. */
export const THREADS_MAX = 512;
const INIT_PID = 1;
/** Names of so many ended tasks are kept. */
const GONE_MAX = 4096;

export class TaskTable {
  readonly #tasks = new Map<number, Task>();
  #last = 0;
  /** kernel.pid_max: numbers are below it. */
  pidMax = PID_MAX;
  /** kernel.threads-max: how many there may be at once. */
  threadsMax = THREADS_MAX;
  /** What those were called that are gone: reports still tell of them. */
  readonly #gone = new Map<number, string>();
  /** How many there ever were. */
  created = 0;

  /** A free number: upwards, and round again past the greatest. 0 when there is none. */
  allocatePid(): number {
    if (this.#tasks.size >= this.threadsMax) return 0;
    for (let tried = 0; tried < this.pidMax; tried++) {
      this.#last = this.#last >= this.pidMax - 1 ? 300 : this.#last + 1;
      if (!this.#tasks.has(this.#last)) return this.#last;
    }
    return 0;
  }

  add(task: Task): void {
    this.created++;
    this.#tasks.set(task.pid, task);
  }

  remove(task: Task): void {
    this.#tasks.delete(task.pid);
    this.#gone.delete(task.pid);
    this.#gone.set(task.pid, task.name);
    if (this.#gone.size <= GONE_MAX) return;
    for (const oldest of this.#gone.keys()) {
      this.#gone.delete(oldest);
      return;
    }
  }

  /** The name of a task, also of one that has ended not long ago; empty when nobody knows. */
  nameOf(pid: number): string {
    return this.#tasks.get(pid)?.name ?? this.#gone.get(pid) ?? '';
  }

  get(pid: number): Task | undefined {
    return this.#tasks.get(pid);
  }

  /** The number given last, for /proc/loadavg. */
  get lastPid(): number {
    return this.#last;
  }

  get size(): number {
    return this.#tasks.size;
  }

  /** In the order of creation. */
  all(): IterableIterator<Task> {
    return this.#tasks.values();
  }

  /** A thread that has called execve(2) becomes the leader of its group, under its number. */
  promote(task: Task): void {
    const { leader } = task.group;
    this.#tasks.delete(task.pid);
    task.pid = leader.pid;
    this.#tasks.set(task.pid, task);
    task.group.leader = task;
  }

  /**
   * True if no member has a parent that could continue it: one in another group of its session.
   * Members that have ended do not count, nor does `ignored`, which is about to. POSIX: orphaned
   * process group. Linux: will_become_orphaned_pgrp.
   */
  isOrphanedGroup(pgid: number, ignored?: Task): boolean {
    return this.inGroup(pgid).every(({ parent, sid, state, pid }) => {
      if (state === 'Z' || pid === ignored?.pid || parent === undefined) return true;
      return parent.pid === INIT_PID || parent.pgid === pgid || parent.sid !== sid;
    });
  }

  hasStoppedMembers(pgid: number): boolean {
    return this.inGroup(pgid).some(({ group }) => group.isStopped);
  }

  /** The leaders of the processes in a process group. */
  inGroup(pgid: number): Task[] {
    return [...this.#tasks.values()].filter(
      (task) => task.pgid === pgid && task.state !== 'X' && task.isLeader,
    );
  }
}
