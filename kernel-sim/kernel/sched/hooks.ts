// SPDX-License-Identifier: GPL-2.0-or-later
/** What the scheduler finds out and others answer: kernel/die.ts, process/. */
import type { Lockup } from '../watchdog/lockup.ts';
import type { Task } from './task.ts';

/** What the scheduler tells the rooms above. */
export interface SchedulerHooks {
  /** A task's coroutine ended: by returning (`undefined`), or by throwing. */
  onEnd(task: Task, thrown: unknown): void;
  /**
   * The task has kept its CPU in a driver for too long: kernel/watchdog/lockup.ts. Must throw.
   */
  onLockup(task: Task, stuckNs: number, kind: Lockup): void;
  /** The running task goes to sleep where it must not; `count` is what schedule() would see. */
  onAtomicSchedule(task: Task, count: number): void;
  /** The running task goes to sleep in a read section of RCU. */
  onReaderSchedule(): void;
  /** The running task called something that may sleep where it must not. */
  onAtomicCall(task: Task, count: number): void;
  /** The task has run past its `cpuLimitNs`. */
  onCpuLimit(task: Task): void;
}

export const NO_HOOKS: SchedulerHooks = {
  onEnd: () => undefined,
  onLockup: () => undefined,
  onAtomicSchedule: () => undefined,
  onReaderSchedule: () => undefined,
  onAtomicCall: () => undefined,
  onCpuLimit: () => undefined,
};
