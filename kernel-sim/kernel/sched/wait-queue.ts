// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Tasks that wait for something, in order of arrival.
 *
 * A waiter tests its condition, sleeps, and tests again: being woken promises nothing. Usual shape:
 *
 *     for (;;) {
 *       const n = tryIt();                               // plain, answers WOULD_BLOCK
 *       if (n !== WOULD_BLOCK) return n;
 *       const error = yield* queue.sleepInterruptible();  // 0 or -EINTR
 *       if (error < 0) return error;
 *     }
 *
 * Linux: include/linux/wait.h, kernel/sched/wait.c.
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import type { Scheduler } from './scheduler.ts';
import type { Task } from './task.ts';

export class WaitQueue {
  readonly name: string;
  readonly #scheduler: Scheduler;
  readonly #waiters = new Set<Task>();
  /** Tasks in poll(2): woken by every wake, since none of them takes what there is. */
  readonly #pollers = new Set<Task>();

  /** `name` is what `ps` shows as the wait channel, such as `pipe_read`. */
  constructor(scheduler: Scheduler, name: string) {
    this.#scheduler = scheduler;
    this.name = name;
  }

  get isEmpty(): boolean {
    return this.#waiters.size === 0 && this.#pollers.size === 0;
  }

  /** From now on every wake wakes `task`, until `removePoller`. Linux: poll_wait. */
  addPoller(task: Task): void {
    this.#pollers.add(task);
  }

  removePoller(task: Task): void {
    this.#pollers.delete(task);
  }

  /** Sleeps until woken (0), or until a signal arrives (-EINTR). Context: task. */
  *sleepInterruptible(): Sleeping<number> {
    const task = this.#scheduler.current;
    if (task.deliverable !== 0) return -ERRNO.EINTR;
    this.#waiters.add(task);
    yield* this.#scheduler.sleep('S', this.name);
    this.#waiters.delete(task);
    return task.deliverable === 0 ? 0 : -ERRNO.EINTR;
  }

  /** Sleeps until woken, whatever signals arrive. Context: task. */
  *sleep(): Sleeping<void> {
    const task = this.#scheduler.current;
    this.#waiters.add(task);
    yield* this.#scheduler.sleep('D', this.name);
    this.#waiters.delete(task);
  }

  /** Sleeps until woken, or until an instant has come, whatever signals arrive. Context: task. */
  *sleepUntil(endNs: number): Sleeping<void> {
    const task = this.#scheduler.current;
    this.#waiters.add(task);
    yield* this.#scheduler.sleepUntil(endNs, 'D', this.name);
    this.#waiters.delete(task);
  }

  /** Wakes the task that has waited longest. Context: any. */
  wakeOne(): void {
    this.#wakePollers();
    for (const task of this.#waiters) {
      this.#waiters.delete(task);
      this.#scheduler.wake(task);
      return;
    }
  }

  /** Context: any. */
  wakeAll(): void {
    this.#wakePollers();
    if (this.#waiters.size === 0) return;
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const task of waiters) this.#scheduler.wake(task);
  }

  #wakePollers(): void {
    if (this.#pollers.size === 0) return;
    for (const task of this.#pollers) this.#scheduler.wake(task);
  }
}
