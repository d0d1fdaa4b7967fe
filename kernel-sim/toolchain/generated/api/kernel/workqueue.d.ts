// SPDX-License-Identifier: GPL-2.0-or-later
// Made by scripts/generate-api.mjs. Do not edit.

import type { Ref } from "kernel";

/**
 * A queue of one's own. Dropping it waits until nothing is left in it: what queues itself again and
 * again must have been dropped before.
 *
 * Linux: struct workqueue_struct.
 */
export class Workqueue {
  #nominal;
  private constructor();

  /**
   * A queue whose items are done on the CPU that queues them.
   *
   * Context: process. Linux: alloc_workqueue.
   *
   * @may_sleep
   * @throws ENOMEM no memory for it
   * @symbol alloc_workqueue_noprof
   */
  static new(name: string): Workqueue;

  /**
   * A queue whose items are done anywhere, all at once.
   *
   * Context: process. Linux: alloc_workqueue with WQ_UNBOUND.
   *
   * @may_sleep
   * @throws ENOMEM no memory for it
   * @symbol alloc_workqueue_noprof
   */
  static unbound(name: string): Workqueue;

  /**
   * A queue that does one item at a time, in the order in which they came.
   *
   * Context: process. Linux: alloc_ordered_workqueue.
   *
   * @may_sleep
   * @throws ENOMEM no memory for it
   * @symbol alloc_workqueue_noprof
   */
  static ordered(name: string): Workqueue;

  /**
   * Waits until all that is in the queue now is done. Must not be called by its work.
   *
   * Context: process. Linux: flush_workqueue.
   *
   * @sleeps
   * @symbol __flush_workqueue
   */
  flush(this: Ref<Workqueue>): void;

  /**
   * Context: process. Linux: destroy_workqueue.
   *
   * @sleeps
   * @symbol destroy_workqueue
   */
  [Symbol.dispose](): void;
}

/** What a work item does. */
export interface WorkItem {
  /**
   * Called by a thread of the kernel, where it may sleep; never twice at once for one item. `work`
   * can be queued again, for what comes back again and again.
   *
   * @context process
   * @nothrow
   */
  run(this: Ref<this>, work: Ref<Work>): void;
}

/** What a delayed work item does. */
export interface DelayedWorkItem {
  /**
   * Called by a thread of the kernel, where it may sleep; never twice at once for one item. `work`
   * can be queued again, for what comes back again and again.
   *
   * @context process
   * @nothrow
   */
  run(this: Ref<this>, work: Ref<DelayedWork>): void;
}

/**
 * Something to be done later by a thread of the kernel, where it may sleep. Dropping it takes it
 * out of its queue, waits until it is done if it runs, and drops the object.
 *
 * Linux: struct work_struct.
 */
export class Work {
  #nominal;
  private constructor();

  /**
   * A work item that waits in no queue yet.
   *
   * Context: process. Linux: INIT_WORK.
   *
   * @lock_init
   * @param item handed over; dropped with the work
   * @throws ENOMEM no memory for it
   */
  static new(item: WorkItem): Work;

  /**
   * Has it done by the queue that all share. False if it waits for its turn already.
   *
   * Context: any. Linux: schedule_work.
   *
   * @symbol queue_work_on
   */
  queue(this: Ref<Work>): boolean;

  /**
   * The same in a queue of one's own.
   *
   * Context: any. Linux: queue_work.
   *
   * @symbol queue_work_on
   */
  queue_on(this: Ref<Work>, queue: Ref<Workqueue>): boolean;

  /**
   * True if it waits for its turn. Context: any. Linux: work_pending.
   *
   * @symbol work_pending
   */
  is_pending(this: Ref<Work>): boolean;

  /**
   * Waits until it neither waits for its turn nor runs. False if it did neither. Must not be called
   * by the item itself, nor with a lock held that the item takes.
   *
   * Context: process. Linux: flush_work.
   *
   * @sleeps
   * @symbol flush_work
   */
  flush(this: Ref<Work>): boolean;

  /**
   * Takes it out of its queue, unless it has begun. True if it was taken out.
   *
   * Context: any. Linux: cancel_work.
   *
   * @symbol cancel_work
   */
  cancel(this: Ref<Work>): boolean;

  /**
   * Takes it out of its queue, and waits if it runs. True if it was taken out. Must not be called
   * by the item itself, nor with a lock held that the item takes.
   *
   * Context: process. Linux: cancel_work_sync.
   *
   * @sleeps
   * @symbol cancel_work_sync
   */
  cancel_sync(this: Ref<Work>): boolean;

  /**
   * Context: process. Linux: cancel_work_sync.
   *
   * @sleeps
   * @symbol cancel_work_sync
   */
  [Symbol.dispose](): void;
}

/**
 * Work that a timer queues. Dropping it stops the timer, waits until it is done if it runs, and
 * drops the object.
 *
 * Linux: struct delayed_work.
 */
export class DelayedWork {
  #nominal;
  private constructor();

  /**
   * A work item that waits for nothing yet.
   *
   * Context: process. Linux: INIT_DELAYED_WORK.
   *
   * @lock_init
   * @param item handed over; dropped with the work
   * @throws ENOMEM no memory for it
   * @symbol delayed_work_timer_fn
   */
  static new(item: DelayedWorkItem): DelayedWork;

  /**
   * Has it done in `milliseconds`, rounded up to ticks of 4 ms, by the queue that all share. False
   * if it waits already: then the time stays as it was.
   *
   * Context: any. Linux: schedule_delayed_work.
   *
   * @symbol queue_delayed_work_on
   */
  queue(this: Ref<DelayedWork>, milliseconds: number): boolean;

  /**
   * The same in a queue of one's own.
   *
   * Context: any. Linux: queue_delayed_work.
   *
   * @symbol queue_delayed_work_on
   */
  queue_on(this: Ref<DelayedWork>, queue: Ref<Workqueue>, milliseconds: number): boolean;

  /**
   * True if its time is still to come. Context: any. Linux: delayed_work_pending.
   *
   * @symbol delayed_work_pending
   */
  is_pending(this: Ref<DelayedWork>): boolean;

  /**
   * Has it done now if it waits, and waits until it is. False if there was nothing to wait for.
   *
   * Context: process. Linux: flush_delayed_work.
   *
   * @sleeps
   * @symbol flush_delayed_work
   */
  flush(this: Ref<DelayedWork>): boolean;

  /**
   * Takes it back, unless it has begun. True if it waited.
   *
   * Context: any. Linux: cancel_delayed_work.
   *
   * @symbol cancel_delayed_work
   */
  cancel(this: Ref<DelayedWork>): boolean;

  /**
   * The same, and waits if it runs. Must not be called by the item itself, nor with a lock held
   * that the item takes.
   *
   * Context: process. Linux: cancel_delayed_work_sync.
   *
   * @sleeps
   * @symbol cancel_delayed_work_sync
   */
  cancel_sync(this: Ref<DelayedWork>): boolean;

  /**
   * Context: process. Linux: cancel_delayed_work_sync.
   *
   * @sleeps
   * @symbol cancel_delayed_work_sync
   */
  [Symbol.dispose](): void;
}

export {};
