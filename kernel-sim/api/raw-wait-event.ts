// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Sleeping until a condition holds, on a queue that whoever makes it hold wakes.
 *
 * @subpath kernel/raw
 */
import type { Wait } from '../kernel/sched/wait-head.ts';
import { TASK_STATE } from '../kernel/sched/task-state.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import type { Ptr } from './raw-pointer.ts';
import { addressOf, sizeOf } from './raw-value.ts';
import type { wait_queue_head } from './raw-wait.ts';

const { TASK_INTERRUPTIBLE, TASK_UNINTERRUPTIBLE, TASK_KILLABLE, TASK_IDLE } = TASK_STATE;

/** @exports */
export class RawWaitEventApi {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Sleeps until `condition` holds. Signals do not end it.
   *
   * Context: process. Linux: wait_event.
   *
   * @symbol prepare_to_wait_event
   * @raw
   */
  *wait_event(queue: Ptr<wait_queue_head>, condition: () => boolean): Sleeping<void> {
    yield* this.#wait(queue, { state: TASK_UNINTERRUPTIBLE }, condition);
  }

  /**
   * The same as a task that does not count as load.
   *
   * Context: process. Linux: wait_event_idle.
   *
   * @symbol prepare_to_wait_event
   * @raw
   */
  *wait_event_idle(queue: Ptr<wait_queue_head>, condition: () => boolean): Sleeping<void> {
    yield* this.#wait(queue, { state: TASK_IDLE }, condition);
  }

  /**
   * Sleeps until `condition` holds (0) or a signal comes (-ERESTARTSYS).
   *
   * Context: process. Linux: wait_event_interruptible.
   *
   * @symbol prepare_to_wait_event
   * @raw
   */
  *wait_event_interruptible(
    queue: Ptr<wait_queue_head>,
    condition: () => boolean,
  ): Sleeping<number> {
    return Math.min(0, yield* this.#wait(queue, { state: TASK_INTERRUPTIBLE }, condition));
  }

  /**
   * The same, woken alone: for those of whom each takes something away.
   *
   * Context: process. Linux: wait_event_interruptible_exclusive.
   *
   * @symbol prepare_to_wait_event
   * @raw
   */
  *wait_event_interruptible_exclusive(
    queue: Ptr<wait_queue_head>,
    condition: () => boolean,
  ): Sleeping<number> {
    return Math.min(
      0,
      yield* this.#wait(queue, { state: TASK_INTERRUPTIBLE, isExclusive: true }, condition),
    );
  }

  /**
   * Sleeps until `condition` holds (0) or a signal comes that kills (-ERESTARTSYS).
   *
   * Context: process. Linux: wait_event_killable.
   *
   * @symbol prepare_to_wait_event
   * @raw
   */
  *wait_event_killable(queue: Ptr<wait_queue_head>, condition: () => boolean): Sleeping<number> {
    return Math.min(0, yield* this.#wait(queue, { state: TASK_KILLABLE }, condition));
  }

  /**
   * The same, woken alone.
   *
   * Context: process. Linux: wait_event_killable_exclusive.
   *
   * @symbol prepare_to_wait_event
   * @raw
   */
  *wait_event_killable_exclusive(
    queue: Ptr<wait_queue_head>,
    condition: () => boolean,
  ): Sleeping<number> {
    return Math.min(
      0,
      yield* this.#wait(queue, { state: TASK_KILLABLE, isExclusive: true }, condition),
    );
  }

  /**
   * Sleeps until `condition` holds, for so many jiffies. Returns those that are left, at least 1; 0
   * when they are over and it does not hold.
   *
   * Context: process. Linux: wait_event_timeout.
   *
   * @symbol prepare_to_wait_event
   * @raw
   */
  *wait_event_timeout(
    queue: Ptr<wait_queue_head>,
    condition: () => boolean,
    timeout: number,
  ): Sleeping<number> {
    return yield* this.#wait(
      queue,
      { state: TASK_UNINTERRUPTIBLE, jiffies: sizeOf(timeout) },
      condition,
    );
  }

  /**
   * The same, and -ERESTARTSYS when a signal comes.
   *
   * Context: process. Linux: wait_event_interruptible_timeout.
   *
   * @symbol prepare_to_wait_event
   * @raw
   */
  *wait_event_interruptible_timeout(
    queue: Ptr<wait_queue_head>,
    condition: () => boolean,
    timeout: number,
  ): Sleeping<number> {
    return yield* this.#wait(
      queue,
      { state: TASK_INTERRUPTIBLE, jiffies: sizeOf(timeout) },
      condition,
    );
  }

  /**
   * The same, and -ERESTARTSYS when a signal comes that kills.
   *
   * Context: process. Linux: wait_event_killable_timeout.
   *
   * @symbol prepare_to_wait_event
   * @raw
   */
  *wait_event_killable_timeout(
    queue: Ptr<wait_queue_head>,
    condition: () => boolean,
    timeout: number,
  ): Sleeping<number> {
    return yield* this.#wait(queue, { state: TASK_KILLABLE, jiffies: sizeOf(timeout) }, condition);
  }

  *#wait(queue: Ptr<wait_queue_head>, wait: Wait, condition: () => boolean): Sleeping<number> {
    return yield* this.#context.services.raw.waits.waitEvent(addressOf(queue), wait, condition);
  }
}
