// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Completions: one waits until another says that something is done.
 *
 * @subpath kernel/raw
 */
import type { Completions } from '../kernel/sched/completion.ts';
import { TASK_STATE } from '../kernel/sched/task-state.ts';
import type { Sleeping, Switching } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import type { Ptr } from './raw-pointer.ts';
import type { RawWaitApi, WaitQueueHeadFields } from './raw-wait.ts';
import { addressOf, sizeOf } from './raw-value.ts';
import type { ScalarKind, Struct, StructClass } from './uapi-types.ts';
import type { UapiApi } from './uapi.ts';

/**
 * The fields of `completion`.
 *
 * @public
 */
export type CompletionFields = {
  readonly done: ScalarKind<'u32'>;
  readonly wait: StructClass<WaitQueueHeadFields>;
};

/**
 * What somebody waits for: `done: completion` as a field. Linux: struct completion.
 *
 * @public
 */
export type completion = Struct<CompletionFields>;

const { TASK_INTERRUPTIBLE, TASK_KILLABLE, TASK_UNINTERRUPTIBLE } = TASK_STATE;

/** @exports */
export class RawCompletionApi {
  readonly #context: ApiContext;

  /** As a field: `done: completion`. Linux: struct completion. */
  readonly completion: StructClass<CompletionFields>;

  constructor(context: ApiContext, uapi: UapiApi, waits: RawWaitApi) {
    this.#context = context;
    this.completion = uapi.struct<CompletionFields>({
      done: uapi.u32,
      wait: waits.wait_queue_head,
    });
  }

  /**
   * Makes memory into a completion of which nothing is done.
   *
   * Context: any. Linux: init_completion.
   *
   * @symbol none
   * @raw
   * @lock_init
   */
  init_completion(x: Ptr<completion>): void {
    this.#completions.initialise(addressOf(x));
  }

  /**
   * Makes a completion one of which nothing is done again. Nobody may wait for it.
   *
   * Context: any. Linux: reinit_completion.
   *
   * @symbol none
   * @raw
   */
  reinit_completion(x: Ptr<completion>): void {
    this.#completions.reinitialise(addressOf(x));
  }

  /**
   * Lets one who waits, or the next who will, go on.
   *
   * Context: any. Linux: complete.
   *
   * @raw
   */
  *complete(x: Ptr<completion>): Switching<void> {
    yield* this.#completions.complete(addressOf(x));
    yield* this.#context.services.scheduler.reschedule();
  }

  /**
   * Lets everybody go on, also those who come later.
   *
   * Context: any. Linux: complete_all.
   *
   * @raw
   */
  *complete_all(x: Ptr<completion>): Switching<void> {
    yield* this.#completions.completeAll(addressOf(x));
    yield* this.#context.services.scheduler.reschedule();
  }

  /**
   * Takes what is done, if something is, without waiting.
   *
   * Context: any. Linux: try_wait_for_completion.
   *
   * @raw
   */
  try_wait_for_completion(x: Ptr<completion>): boolean {
    return this.#completions.tryWait(addressOf(x));
  }

  /**
   * True if nobody would have to wait.
   *
   * Context: any. Linux: completion_done.
   *
   * @raw
   */
  completion_done(x: Ptr<completion>): boolean {
    return this.#completions.isDone(addressOf(x));
  }

  /**
   * Waits until it is done. Signals do not end it.
   *
   * Context: process. Linux: wait_for_completion.
   *
   * @raw
   */
  *wait_for_completion(x: Ptr<completion>): Sleeping<void> {
    yield* this.#completions.wait(addressOf(x), TASK_UNINTERRUPTIBLE);
  }

  /**
   * Waits until it is done (0) or a signal comes (-ERESTARTSYS).
   *
   * Context: process. Linux: wait_for_completion_interruptible.
   *
   * @raw
   */
  *wait_for_completion_interruptible(x: Ptr<completion>): Sleeping<number> {
    return Math.min(0, yield* this.#completions.wait(addressOf(x), TASK_INTERRUPTIBLE));
  }

  /**
   * Waits until it is done (0) or a signal comes that kills (-ERESTARTSYS).
   *
   * Context: process. Linux: wait_for_completion_killable.
   *
   * @raw
   */
  *wait_for_completion_killable(x: Ptr<completion>): Sleeping<number> {
    return Math.min(0, yield* this.#completions.wait(addressOf(x), TASK_KILLABLE));
  }

  /**
   * Waits for so many jiffies. Returns those that are left, at least 1; 0 when it is not done.
   *
   * Context: process. Linux: wait_for_completion_timeout.
   *
   * @raw
   */
  *wait_for_completion_timeout(x: Ptr<completion>, timeout: number): Sleeping<number> {
    return yield* this.#completions.wait(addressOf(x), TASK_UNINTERRUPTIBLE, sizeOf(timeout));
  }

  /**
   * The same, and -ERESTARTSYS when a signal comes.
   *
   * Context: process. Linux: wait_for_completion_interruptible_timeout.
   *
   * @raw
   */
  *wait_for_completion_interruptible_timeout(
    x: Ptr<completion>,
    timeout: number,
  ): Sleeping<number> {
    return yield* this.#completions.wait(addressOf(x), TASK_INTERRUPTIBLE, sizeOf(timeout));
  }

  /**
   * The same, and -ERESTARTSYS when a signal comes that kills.
   *
   * Context: process. Linux: wait_for_completion_killable_timeout.
   *
   * @raw
   */
  *wait_for_completion_killable_timeout(x: Ptr<completion>, timeout: number): Sleeping<number> {
    return yield* this.#completions.wait(addressOf(x), TASK_KILLABLE, sizeOf(timeout));
  }

  get #completions(): Completions {
    return this.#context.services.raw.completions;
  }
}
