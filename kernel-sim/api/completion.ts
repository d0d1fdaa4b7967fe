// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Completions of drivers.
 *
 * @subpath kernel/sync
 */
import { jiffiesIn } from '../kernel/jiffies.ts';
import { errnoValue } from '../kernel/module/errno-value.ts';
import { TASK_STATE } from '../kernel/sched/task-state.ts';
import type { Sleeping, Switching } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { ApiContext } from './context.ts';
import { LockMemory } from './guard.ts';
import type { Ref } from './ownership.ts';
import { sizeOf } from './raw-value.ts';

const { TASK_INTERRUPTIBLE, TASK_UNINTERRUPTIBLE } = TASK_STATE;

/**
 * What tasks wait for until somebody says that it is done, also when that was before they came.
 *
 * Linux: struct completion.
 *
 * @public
 */
export class Completion {
  readonly #context: ApiContext;
  readonly #memory: LockMemory;

  /** @internal */
  constructor(context: ApiContext) {
    const { completions } = context.services.raw;
    this.#context = context;
    this.#memory = new LockMemory(context, completions.bytes);
    completions.initialise(this.#memory.pointer);
  }

  /** Lets one who waits, or the next who will, go on. Context: any. Linux: complete. */
  *complete(this: Ref<Completion>): Switching<void> {
    const { raw, scheduler } = this.#context.services;
    yield* raw.completions.complete(this.#memory.pointer);
    yield* scheduler.reschedule();
  }

  /** Lets everybody go on, also those who come later. Context: any. Linux: complete_all. */
  *complete_all(this: Ref<Completion>): Switching<void> {
    const { raw, scheduler } = this.#context.services;
    yield* raw.completions.completeAll(this.#memory.pointer);
    yield* scheduler.reschedule();
  }

  /**
   * Waits until it is done; signals do not end the wait.
   *
   * Context: process. Linux: wait_for_completion.
   */
  *wait_for_completion(this: Ref<Completion>): Sleeping<void> {
    yield* this.#wait(TASK_UNINTERRUPTIBLE);
  }

  /**
   * The same, but a signal ends the wait.
   *
   * Context: process. Linux: wait_for_completion_interruptible.
   *
   * @throws EINTR a signal came first
   */
  *wait_for_completion_interruptible(this: Ref<Completion>): Sleeping<void> {
    const answer = yield* this.#wait(TASK_INTERRUPTIBLE);
    if (answer < 0) throw errnoValue(ERRNO.EINTR);
  }

  /**
   * The same for no longer than `milliseconds`, rounded up to ticks of 4 ms. False when the time is
   * over and it is not done.
   *
   * Context: process. Linux: wait_for_completion_timeout.
   */
  *wait_for_completion_timeout(this: Ref<Completion>, milliseconds: number): Sleeping<boolean> {
    return (yield* this.#wait(TASK_UNINTERRUPTIBLE, jiffiesIn(sizeOf(milliseconds)))) > 0;
  }

  /**
   * Takes what is done, if something is, without waiting.
   *
   * Context: any. Linux: try_wait_for_completion.
   */
  try_wait_for_completion(this: Ref<Completion>): boolean {
    return this.#context.services.raw.completions.tryWait(this.#memory.pointer);
  }

  /** True if nobody would have to wait. Context: any. Linux: completion_done. */
  completion_done(this: Ref<Completion>): boolean {
    return this.#context.services.raw.completions.isDone(this.#memory.pointer);
  }

  /**
   * Nothing is done again. Nobody may wait for it.
   *
   * Context: any. Linux: reinit_completion.
   *
   * @symbol none
   */
  reinit(this: Ref<Completion>): void {
    this.#context.services.raw.completions.reinitialise(this.#memory.pointer);
  }

  /** Context: process. */
  [Symbol.dispose](): void {
    this.#memory.free(this.#context.services.raw.completions.bytes);
  }

  *#wait(state: number, jiffies?: number): Sleeping<number> {
    const { completions } = this.#context.services.raw;
    return yield* completions.wait(this.#memory.pointer, state, jiffies);
  }
}

/** @statics Completion */
export class CompletionStatics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * One of which nothing is done.
   *
   * Context: any. Linux: init_completion.
   *
   * @symbol none
   * @throws ENOMEM no memory for it
   */
  new(): Completion {
    return new Completion(this.#context);
  }
}
