// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Condition variables of drivers.
 *
 * @subpath kernel/sync
 */
import { jiffiesIn } from '../kernel/jiffies.ts';
import { errnoValue } from '../kernel/module/errno-value.ts';
import type { Wait } from '../kernel/sched/wait-head.ts';
import { TASK_STATE } from '../kernel/sched/task-state.ts';
import type { Sleeping, Switching } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { ApiContext } from './context.ts';
import { Guard, LockMemory } from './guard.ts';
import type { Mut, Ref } from './ownership.ts';
import { sizeOf } from './raw-value.ts';

/**
 * Where tasks wait until data behind a lock is as they want it. Whoever changes the data notifies.
 *
 * A wait may end without a reason, and another may have come first: the condition stands in a loop,
 * `while (data.value.used === 0) readable.wait(data);`.
 *
 * Linux: wait_queue_head_t; Rust-for-Linux: CondVar.
 *
 * @public
 */
export class CondVar {
  readonly #context: ApiContext;
  readonly #memory: LockMemory;

  /** @internal */
  constructor(context: ApiContext) {
    const { waits } = context.services.raw;
    this.#context = context;
    this.#memory = new LockMemory(context, waits.layout.headBytes);
    waits.initialise(this.#memory.pointer);
  }

  /**
   * Gives the lock of `guard` back, sleeps until notified, and takes it again. Signals do not end
   * the wait.
   *
   * Context: process. Linux: prepare_to_wait_exclusive and schedule.
   *
   * @symbol prepare_to_wait_exclusive
   * @param guard of a Mutex or a Spinlock; the only lock that is held
   */
  *wait<T>(this: Ref<CondVar>, guard: Mut<Guard<T>>): Sleeping<void> {
    yield* this.#wait(guard, { state: TASK_STATE.TASK_UNINTERRUPTIBLE });
  }

  /**
   * The same, but a signal ends the wait. The lock is held then, too.
   *
   * Context: process. Linux: prepare_to_wait_exclusive and schedule.
   *
   * @symbol prepare_to_wait_exclusive
   * @param guard of a Mutex or a Spinlock; the only lock that is held
   * @throws EINTR a signal came first
   */
  *wait_interruptible<T>(this: Ref<CondVar>, guard: Mut<Guard<T>>): Sleeping<void> {
    const left = yield* this.#wait(guard, { state: TASK_STATE.TASK_INTERRUPTIBLE });
    if (left < 0) throw errnoValue(ERRNO.EINTR);
  }

  /**
   * As `wait`, for no longer than `milliseconds`, rounded up to ticks of 4 ms. False when the time
   * is over.
   *
   * Context: process. Linux: prepare_to_wait_exclusive and schedule_timeout.
   *
   * @symbol prepare_to_wait_exclusive
   * @param guard of a Mutex or a Spinlock; the only lock that is held
   */
  *wait_timeout<T>(
    this: Ref<CondVar>,
    guard: Mut<Guard<T>>,
    milliseconds: number,
  ): Sleeping<boolean> {
    const jiffies = jiffiesIn(sizeOf(milliseconds));
    const state = TASK_STATE.TASK_UNINTERRUPTIBLE;
    return (yield* this.#wait(guard, { state, jiffies })) > 0;
  }

  /** Lets the task go on that has waited longest. Context: any. Linux: wake_up. */
  *notify_one(this: Ref<CondVar>): Switching<void> {
    yield* this.#notify(1);
  }

  /** Lets all that wait go on. Context: any. Linux: wake_up_all. */
  *notify_all(this: Ref<CondVar>): Switching<void> {
    yield* this.#notify(0);
  }

  /** Context: process. Nobody can wait any more. */
  [Symbol.dispose](): void {
    this.#memory.free(this.#context.services.raw.waits.layout.headBytes);
  }

  *#wait(guard: Guard<unknown>, how: Wait): Sleeping<number> {
    const { waits } = this.#context.services.raw;
    const { pointer } = this.#memory;
    const wait = { ...how, isExclusive: true };
    return yield* Guard.unlocked(guard, (release) => waits.waitOnce(pointer, wait, release));
  }

  *#notify(count: number): Switching<void> {
    const { raw, scheduler } = this.#context.services;
    yield* raw.waits.wake(this.#memory.pointer, TASK_STATE.TASK_NORMAL, count);
    yield* scheduler.reschedule();
  }
}

/** @statics CondVar */
export class CondVarStatics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * One at which nobody waits.
   *
   * Context: any. Linux: init_waitqueue_head.
   *
   * @symbol __init_waitqueue_head
   * @throws ENOMEM no memory for it
   */
  new(): CondVar {
    return new CondVar(this.#context);
  }
}
