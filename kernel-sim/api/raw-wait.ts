// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Wait queues: tasks that sleep until a condition holds, and whoever makes it hold and wakes them.
 *
 * The waiter looks at the condition itself, before and after each sleep; who changes it wakes
 * afterwards. To wake without having changed anything, or to change without waking, is the mistake.
 *
 * @subpath kernel/raw
 */
import { ERESTARTSYS, type WaitHeads } from '../kernel/sched/wait-head.ts';
import { TASK_STATE } from '../kernel/sched/task-state.ts';
import type { Switching } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import type { list_head, RawListApi } from './raw-list.ts';
import type { Ptr } from './raw-pointer.ts';
import type { task_struct } from './raw-task.ts';
import { addressOf, intOf } from './raw-value.ts';
import type { FunctionKind, PointerKind, ScalarKind, Struct, StructClass } from './uapi-types.ts';
import type { UapiApi } from './uapi.ts';

/**
 * The fields of the lock of a wait queue.
 *
 * @public
 */
export type WaitLockFields = {
  readonly val: ScalarKind<'u32'>;
  readonly magic: ScalarKind<'u32'>;
  readonly owner_cpu: ScalarKind<'u32'>;
  readonly owner: PointerKind<unknown>;
  readonly dep_key: PointerKind<unknown>;
};

/**
 * The fields of `wait_queue_head`.
 *
 * @public
 */
export type WaitQueueHeadFields = {
  readonly lock: StructClass<WaitLockFields>;
  readonly head: StructClass<{
    readonly next: PointerKind<list_head>;
    readonly prev: PointerKind<list_head>;
  }>;
};

/**
 * A queue of tasks that wait: `queue: wait_queue_head` as a field. Linux: struct wait_queue_head.
 *
 * @public
 */
export type wait_queue_head = Struct<WaitQueueHeadFields>;

/**
 * What a wake-up does with an entry. What it answers: above 0 if it woke somebody, below 0 to end
 * the wake-up.
 *
 * @public
 */
export interface WakeFunction {
  /**
   * Called by whoever wakes.
   *
   * @context hardirq
   * @raw
   */
  (entry: Ptr<wait_queue_entry>, mode: number, flags: number, key: number): number;
}

/**
 * The fields of `wait_queue_entry`.
 *
 * @public
 */
export type WaitQueueEntryFields = {
  readonly flags: ScalarKind<'u32'>;
  readonly private: PointerKind<task_struct>;
  readonly func: FunctionKind<WakeFunction>;
  readonly entry: StructClass<{
    readonly next: PointerKind<list_head>;
    readonly prev: PointerKind<list_head>;
  }>;
};

/**
 * A task's place in a queue, usually on its stack. Linux: struct wait_queue_entry.
 *
 * @public
 */
export type wait_queue_entry = Struct<WaitQueueEntryFields>;

/**
 * What a task that sleeps can be woken by. Linux: include/linux/sched.h.
 *
 * @constants
 */
export const TASK_STATES = { ...TASK_STATE, ERESTARTSYS } as const;

const { TASK_INTERRUPTIBLE, TASK_NORMAL } = TASK_STATE;

/** @exports */
export class RawWaitApi {
  readonly #context: ApiContext;

  /** As a field: `queue: wait_queue_head`. Linux: struct wait_queue_head. */
  readonly wait_queue_head: StructClass<WaitQueueHeadFields>;

  /** `stack_buffer(wait_queue_entry.size)`. Linux: struct wait_queue_entry. */
  readonly wait_queue_entry: StructClass<WaitQueueEntryFields>;

  constructor(context: ApiContext, uapi: UapiApi, lists: RawListApi) {
    this.#context = context;
    this.wait_queue_head = uapi.struct<WaitQueueHeadFields>({
      lock: uapi.struct<WaitLockFields>({
        val: uapi.u32,
        magic: uapi.u32,
        owner_cpu: uapi.u32,
        owner: uapi.ptr(),
        dep_key: uapi.ptr(),
      }),
      head: lists.list_head,
    });
    this.wait_queue_entry = uapi.struct<WaitQueueEntryFields>({
      flags: uapi.u32,
      private: uapi.ptr<task_struct>(),
      func: uapi.func<WakeFunction>(),
      entry: lists.list_head,
    });
  }

  /**
   * Makes memory into a queue on which nobody waits.
   *
   * Context: any. Linux: init_waitqueue_head.
   *
   * @symbol __init_waitqueue_head
   * @raw
   * @lock_init
   */
  init_waitqueue_head(queue: Ptr<wait_queue_head>): void {
    this.#waits.initialise(addressOf(queue));
  }

  /**
   * True if somebody waits.
   *
   * Context: any. Linux: waitqueue_active.
   *
   * @symbol none
   * @raw
   */
  waitqueue_active(queue: Ptr<wait_queue_head>): boolean {
    return this.#waits.isActive(addressOf(queue));
  }

  /**
   * Makes memory into an entry for the running task, which a wake-up takes off its queue.
   *
   * Context: process. Linux: init_wait, DEFINE_WAIT.
   *
   * @symbol autoremove_wake_function
   * @raw
   */
  init_wait(entry: Ptr<wait_queue_entry>): void {
    this.#waits.initialiseEntry(addressOf(entry));
  }

  /**
   * Makes memory into an entry for a task, which stays on its queue until it is removed.
   *
   * Context: any. Linux: init_waitqueue_entry.
   *
   * @symbol default_wake_function
   * @raw
   */
  init_waitqueue_entry(entry: Ptr<wait_queue_entry>, task: Ptr<task_struct>): void {
    this.#waits.initialiseEntryFor(addressOf(entry), addressOf(task));
  }

  /**
   * Puts an entry on a queue, to be woken with all others.
   *
   * Context: any. Linux: add_wait_queue.
   *
   * @raw
   */
  add_wait_queue(queue: Ptr<wait_queue_head>, entry: Ptr<wait_queue_entry>): void {
    this.#waits.add(addressOf(queue), addressOf(entry), false);
  }

  /**
   * Puts an entry at the end of a queue, to be woken alone.
   *
   * Context: any. Linux: add_wait_queue_exclusive.
   *
   * @raw
   */
  add_wait_queue_exclusive(queue: Ptr<wait_queue_head>, entry: Ptr<wait_queue_entry>): void {
    this.#waits.add(addressOf(queue), addressOf(entry), true);
  }

  /**
   * Takes an entry off its queue.
   *
   * Context: any. Linux: remove_wait_queue.
   *
   * @raw
   */
  remove_wait_queue(queue: Ptr<wait_queue_head>, entry: Ptr<wait_queue_entry>): void {
    void queue;
    this.#waits.remove(addressOf(entry));
  }

  /**
   * Puts an entry on a queue, unless it is, and says that its task will sleep. Look at what is
   * waited for afterwards, then call `schedule`.
   *
   * Context: process. Linux: prepare_to_wait.
   *
   * @raw
   */
  prepare_to_wait(queue: Ptr<wait_queue_head>, entry: Ptr<wait_queue_entry>, state: number): void {
    this.#waits.prepare(addressOf(queue), addressOf(entry), intOf(state), false);
  }

  /**
   * The same for an entry that is woken alone.
   *
   * Context: process. Linux: prepare_to_wait_exclusive.
   *
   * @raw
   */
  prepare_to_wait_exclusive(
    queue: Ptr<wait_queue_head>,
    entry: Ptr<wait_queue_entry>,
    state: number,
  ): void {
    this.#waits.prepare(addressOf(queue), addressOf(entry), intOf(state), true);
  }

  /**
   * The task goes on: takes its entry off the queue, if it still is on one.
   *
   * Context: process. Linux: finish_wait.
   *
   * @raw
   */
  finish_wait(queue: Ptr<wait_queue_head>, entry: Ptr<wait_queue_entry>): void {
    void queue;
    this.#waits.finish(addressOf(entry));
  }

  /**
   * Wakes all who are not exclusive, and the first who is.
   *
   * Context: any. Linux: wake_up.
   *
   * @symbol __wake_up
   * @raw
   */
  *wake_up(queue: Ptr<wait_queue_head>): Switching<void> {
    yield* this.#wake(queue, TASK_NORMAL, 1);
  }

  /**
   * Wakes all who are not exclusive, and so many who are.
   *
   * Context: any. Linux: wake_up_nr.
   *
   * @symbol __wake_up
   * @raw
   */
  *wake_up_nr(queue: Ptr<wait_queue_head>, count: number): Switching<void> {
    yield* this.#wake(queue, TASK_NORMAL, intOf(count));
  }

  /**
   * Wakes everybody.
   *
   * Context: any. Linux: wake_up_all.
   *
   * @symbol __wake_up
   * @raw
   */
  *wake_up_all(queue: Ptr<wait_queue_head>): Switching<void> {
    yield* this.#wake(queue, TASK_NORMAL, 0);
  }

  /**
   * As `wake_up`, but only those whom a signal would wake.
   *
   * Context: any. Linux: wake_up_interruptible.
   *
   * @symbol __wake_up
   * @raw
   */
  *wake_up_interruptible(queue: Ptr<wait_queue_head>): Switching<void> {
    yield* this.#wake(queue, TASK_INTERRUPTIBLE, 1);
  }

  /**
   * As `wake_up_nr`, but only those whom a signal would wake.
   *
   * Context: any. Linux: wake_up_interruptible_nr.
   *
   * @symbol __wake_up
   * @raw
   */
  *wake_up_interruptible_nr(queue: Ptr<wait_queue_head>, count: number): Switching<void> {
    yield* this.#wake(queue, TASK_INTERRUPTIBLE, intOf(count));
  }

  /**
   * Wakes everybody whom a signal would wake.
   *
   * Context: any. Linux: wake_up_interruptible_all.
   *
   * @symbol __wake_up
   * @raw
   */
  *wake_up_interruptible_all(queue: Ptr<wait_queue_head>): Switching<void> {
    yield* this.#wake(queue, TASK_INTERRUPTIBLE, 0);
  }

  *#wake(queue: Ptr<wait_queue_head>, mode: number, exclusive: number): Switching<void> {
    yield* this.#waits.wake(addressOf(queue), mode, exclusive);
    yield* this.#context.services.scheduler.reschedule();
  }

  get #waits(): WaitHeads {
    return this.#context.services.raw.waits;
  }
}
