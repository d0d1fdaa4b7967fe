// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The running task: who it is, and how it sleeps by hand.
 *
 * First the task says that it will sleep, then it looks whether it still has to, then it calls
 * `schedule`. In another order a wake-up between the look and the sleep is lost.
 *
 * @subpath kernel/raw
 */
import { taskPointer } from '../kernel/sched/task-pointer.ts';
import { MAX_SCHEDULE_TIMEOUT, TASK_STATE } from '../kernel/sched/task-state.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import type { Ptr } from './raw-pointer.ts';
import { intOf, pointerTo, sizeOf } from './raw-value.ts';

declare const taskMark: unique symbol;

/**
 * A task. What it has for itself is the kernel's. Linux: struct task_struct.
 *
 * @public
 */
export interface task_struct {
  /** Nothing: only the type has it. */
  readonly [taskMark]: never;
}

const WAIT_CHANNEL = 'schedule';

/** @exports */
export class RawTaskApi {
  readonly #context: ApiContext;

  /** For `schedule_timeout`: for ever. Linux: MAX_SCHEDULE_TIMEOUT. */
  readonly MAX_SCHEDULE_TIMEOUT: number = MAX_SCHEDULE_TIMEOUT;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * The running task; in an interrupt the one that it has interrupted.
   *
   * Context: any. Linux: current.
   *
   * @symbol none
   */
  get_current(): Ptr<task_struct> {
    const { scheduler, slabs } = this.#context.services;
    return pointerTo(taskPointer(slabs.ram, scheduler.current));
  }

  /**
   * True if a signal waits for the running task.
   *
   * Context: process. Linux: signal_pending(current).
   *
   * @symbol none
   */
  signal_pending(): boolean {
    return this.#context.services.scheduler.current.deliverable !== 0;
  }

  /**
   * Says in which state the running task will be once it calls `schedule`, until somebody wakes it.
   *
   * Context: process. Linux: set_current_state.
   *
   * @symbol none
   */
  set_current_state(state: number): void {
    this.#context.services.raw.sleepers.setState(intOf(state));
  }

  /**
   * Gives the CPU away: until woken, if the task has said that it will sleep, and else for a
   * moment.
   *
   * Context: process. Linux: schedule.
   */
  *schedule(): Sleeping<void> {
    yield* this.#context.services.raw.sleepers.schedule(WAIT_CHANNEL);
  }

  /**
   * The same for no longer than so many jiffies. Returns those that are left.
   *
   * Context: process. Linux: schedule_timeout.
   */
  *schedule_timeout(timeout: number): Sleeping<number> {
    const { sleepers } = this.#context.services.raw;
    return yield* sleepers.scheduleTimeout(sizeOf(timeout), WAIT_CHANNEL);
  }

  /**
   * Sleeps for so many jiffies or until a signal comes. Returns those that are left.
   *
   * Context: process. Linux: schedule_timeout_interruptible.
   */
  *schedule_timeout_interruptible(timeout: number): Sleeping<number> {
    this.set_current_state(TASK_STATE.TASK_INTERRUPTIBLE);
    return yield* this.schedule_timeout(timeout);
  }

  /**
   * The same, but only a signal that kills ends it.
   *
   * Context: process. Linux: schedule_timeout_killable.
   */
  *schedule_timeout_killable(timeout: number): Sleeping<number> {
    this.set_current_state(TASK_STATE.TASK_KILLABLE);
    return yield* this.schedule_timeout(timeout);
  }

  /**
   * The same, whatever signals come.
   *
   * Context: process. Linux: schedule_timeout_uninterruptible.
   */
  *schedule_timeout_uninterruptible(timeout: number): Sleeping<number> {
    this.set_current_state(TASK_STATE.TASK_UNINTERRUPTIBLE);
    return yield* this.schedule_timeout(timeout);
  }
}
