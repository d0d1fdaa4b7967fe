// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The real-time class on one CPU: the highest priority runs, and among equals who came first, until
 * it sleeps, yields, or (SCHED_RR) its time is over.
 *
 * Linux: kernel/sched/rt.c.
 */
import { SCHED } from '../../uapi/sched.ts';
import type { Task } from './task.ts';

/** How long a task of SCHED_RR runs before its equals do. */
export const RR_SLICE_NS = 100_000_000;

export class RealTimeQueue {
  /** Runnable, the highest priority first, in order of arrival among equals. */
  readonly waiting: Task[] = [];

  get highest(): number {
    return this.waiting[0]?.sched.rtPriority ?? 0;
  }

  /** Behind its equals, or (a preempted task) before them. */
  enqueue(task: Task, atHead = false): void {
    const priority = task.sched.rtPriority;
    const at = this.waiting.findIndex(({ sched }) =>
      atHead ? sched.rtPriority <= priority : sched.rtPriority < priority,
    );
    if (at < 0) this.waiting.push(task);
    else this.waiting.splice(at, 0, task);
  }

  dequeue(task: Task): void {
    this.waiting.splice(this.waiting.indexOf(task), 1);
  }

  /** Who should run while `running` does, whose time may be over. */
  pick(running: Task | undefined, isOver: boolean): Task | undefined {
    const first = this.waiting[0];
    if (running === undefined || !running.sched.isRealTime) return first;
    if (first === undefined) return running;
    const lead = first.sched.rtPriority - running.sched.rtPriority;
    return lead > 0 || (lead === 0 && isOver) ? first : running;
  }

  /** What is left of the time of a task that begins to run. */
  sliceOf({ sched }: Task): number {
    if (sched.policy !== SCHED.RR) return Infinity;
    if (sched.rrLeftNs <= 0) sched.rrLeftNs = RR_SLICE_NS;
    return sched.rrLeftNs;
  }
}
