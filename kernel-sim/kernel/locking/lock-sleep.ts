// SPDX-License-Identifier: GPL-2.0-or-later
/** How locks are slept for. Linux: TASK_UNINTERRUPTIBLE, TASK_INTERRUPTIBLE, TASK_KILLABLE. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { Scheduler } from '../sched/scheduler.ts';
import type { Task } from '../sched/task.ts';

export const WAIT = { UNINTERRUPTIBLE: 0, INTERRUPTIBLE: 1, KILLABLE: 2 } as const;

export type Wait = (typeof WAIT)[keyof typeof WAIT];

/** True when a signal has come that ends such a wait. */
export function wantsToGiveUp(task: Task, wait: Wait): boolean {
  switch (wait) {
    case WAIT.UNINTERRUPTIBLE:
      return false;
    case WAIT.INTERRUPTIBLE:
      return task.deliverable !== 0;
    case WAIT.KILLABLE:
      return task.isKilled;
  }
}

/** Sleeps until woken, or until such a signal comes. */
export function* sleepFor(scheduler: Scheduler, wait: Wait, channel: string): Sleeping<void> {
  const task = scheduler.current;
  task.isKillable = wait === WAIT.KILLABLE;
  yield* scheduler.sleep(wait === WAIT.INTERRUPTIBLE ? 'S' : 'D', channel);
  task.isKillable = false;
}
