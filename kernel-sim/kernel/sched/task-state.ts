// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * How drivers sleep by hand: a task says first why it will sleep, looks once more whether it has
 * to, and gives its CPU away. A wake-up between the two takes the word back, so it is not lost.
 *
 * Linux: set_current_state and schedule() of include/linux/sched.h, kernel/time/sleep_timeout.c.
 */
import type { Sim } from '../../sim/sim.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { NS_PER_JIFFY } from '../jiffies.ts';
import type { Scheduler } from './scheduler.ts';
import type { Task } from './task.ts';

/** Bits of `Task.sleepState`. Linux: include/linux/sched.h. */
export const TASK_STATE = {
  TASK_RUNNING: 0,
  TASK_INTERRUPTIBLE: 1,
  TASK_UNINTERRUPTIBLE: 2,
  TASK_NORMAL: 3,
  TASK_PARKED: 0x40,
  TASK_KILLABLE: 0x102,
  TASK_IDLE: 0x402,
} as const;

const { TASK_INTERRUPTIBLE, TASK_UNINTERRUPTIBLE } = TASK_STATE;
/** Does not count as load. */
const TASK_NOLOAD = 0x400;
/** A signal that kills ends the sleep. */
const TASK_WAKEKILL = 0x100;

/** Longer than any run: what stands for "for ever". Linux: MAX_SCHEDULE_TIMEOUT. */
export const MAX_SCHEDULE_TIMEOUT = Number.MAX_SAFE_INTEGER;

export class Sleepers {
  readonly #sim: Sim;
  readonly #scheduler: Scheduler;

  constructor(sim: Sim, scheduler: Scheduler) {
    this.#sim = sim;
    this.#scheduler = scheduler;
  }

  /** Says what the running task will be after `schedule`. Linux: set_current_state. */
  setState(state: number): void {
    this.#scheduler.current.sleepState = state;
  }

  /** -EINTR if a signal keeps the running task from sleeping in `state`, else 0. */
  interruptedIn(state: number): number {
    const task = this.#scheduler.current;
    if ((state & TASK_INTERRUPTIBLE) !== 0) return task.deliverable === 0 ? 0 : -ERRNO.EINTR;
    return (state & TASK_WAKEKILL) !== 0 && task.isKilled ? -ERRNO.EINTR : 0;
  }

  /**
   * Gives the CPU away: until woken, if the task said that it will sleep. Context: task. Linux:
   * schedule.
   */
  *schedule(channel: string): Sleeping<void> {
    const task = this.#scheduler.current;
    const state = task.sleepState;
    if (state === 0 || this.interruptedIn(state) !== 0) {
      task.sleepState = 0;
      yield* this.#scheduler.reschedule();
      return;
    }
    const isLoad = (state & (TASK_UNINTERRUPTIBLE | TASK_NOLOAD)) === TASK_UNINTERRUPTIBLE;
    task.isKillable = (state & TASK_WAKEKILL) !== 0;
    yield* this.#scheduler.sleep(isLoad ? 'D' : 'S', channel);
    task.isKillable = false;
    task.sleepState = 0;
  }

  /** The same for no longer than so many jiffies. Returns those left. Linux: schedule_timeout. */
  *scheduleTimeout(jiffies: number, channel: string): Sleeping<number> {
    if (jiffies >= MAX_SCHEDULE_TIMEOUT) {
      yield* this.schedule(channel);
      return MAX_SCHEDULE_TIMEOUT;
    }
    const task = this.#scheduler.current;
    const nowNs = this.#sim.now();
    // A tick is over when the next one comes: up to one more than was asked for.
    const endNs = (Math.floor(nowNs / NS_PER_JIFFY) + Math.max(0, jiffies) + 1) * NS_PER_JIFFY;
    const timer = this.#sim.events.schedule(endNs, () => this.wake(task, TASK_STATE.TASK_NORMAL));
    yield* this.schedule(channel);
    this.#sim.events.cancel(timer);
    return Math.max(0, Math.floor((endNs - this.#sim.now()) / NS_PER_JIFFY));
  }

  /**
   * Wakes a task that sleeps in one of the states of `mode`, or is about to. Context: any. Linux:
   * try_to_wake_up.
   */
  wake(task: Task, mode: number): boolean {
    const state = task.sleepState !== 0 ? task.sleepState : stateOf(task);
    if ((state & mode) === 0) return false;
    task.sleepState = 0;
    this.#scheduler.wake(task);
    return true;
  }
}

/**
 * What `ps` shows as I: a thread of the kernel that has nothing to do. A driver's that waits for
 * something shows S. Linux: TASK_IDLE.
 */
export function isIdle({ isKernelThread, state, sleepState }: Task): boolean {
  return isKernelThread && state === 'S' && (sleepState & TASK_INTERRUPTIBLE) === 0;
}

/** Of a task that something else of the kernel has put to sleep. */
function stateOf({ state }: Task): number {
  if (state === 'S') return TASK_INTERRUPTIBLE;
  return state === 'D' ? TASK_UNINTERRUPTIBLE : 0;
}
