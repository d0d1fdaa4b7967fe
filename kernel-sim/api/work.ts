// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Work items of drivers.
 *
 * @subpath kernel/workqueue
 */
import { jiffiesIn } from '../kernel/jiffies.ts';
import { WORK_WORDS } from '../kernel/workqueue/workqueue.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { Callback } from './callback.ts';
import type { ApiContext } from './context.ts';
import type { Ref } from './ownership.ts';
import { sizeOf } from './raw-value.ts';
import { Workqueue } from './work-queue.ts';

/** What stands before the name of a work item's lockdep map. */
const KIND = '(work_completion)';

/**
 * What a work item does.
 *
 * @public
 */
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

/**
 * What a delayed work item does.
 *
 * @public
 */
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
 *
 * @public
 */
export class Work {
  readonly #context: ApiContext;
  readonly #callback: Callback;
  #isLive = true;

  /** @internal */
  constructor(context: ApiContext, object: WorkItem, told: unknown) {
    const { slabs, workqueues } = context.services;
    const sizeBytes = WORK_WORDS * slabs.ram.board.pointerBytes;
    const values = (): readonly unknown[] => [this];
    this.#context = context;
    this.#callback = new Callback(context, {
      what: 'Work',
      object,
      method: 'run',
      values,
      sizeBytes,
    });
    workqueues.initialise(this.#callback.pointer, this.#callback.address);
    this.#callback.name(KIND, told);
  }

  /**
   * Has it done by the queue that all share. False if it waits for its turn already.
   *
   * Context: any. Linux: schedule_work.
   *
   * @symbol queue_work_on
   */
  queue(this: Ref<Work>): boolean {
    return this.#queue(this.#context.services.workqueues.systemPointer(0));
  }

  /**
   * The same in a queue of one's own.
   *
   * Context: any. Linux: queue_work.
   *
   * @symbol queue_work_on
   */
  queue_on(this: Ref<Work>, queue: Ref<Workqueue>): boolean {
    return this.#queue(Workqueue.pointerOf(queue));
  }

  /** True if it waits for its turn. Context: any. Linux: work_pending. */
  is_pending(this: Ref<Work>): boolean {
    return this.#context.services.workqueues.isPending(this.#pointer());
  }

  /**
   * Waits until it neither waits for its turn nor runs. False if it did neither. Must not be called
   * by the item itself, nor with a lock held that the item takes.
   *
   * Context: process. Linux: flush_work.
   *
   * @symbol flush_work
   */
  *flush(this: Ref<Work>): Sleeping<boolean> {
    return yield* this.#context.services.workqueues.flush(this.#pointer());
  }

  /**
   * Takes it out of its queue, unless it has begun. True if it was taken out.
   *
   * Context: any. Linux: cancel_work.
   *
   * @symbol cancel_work
   */
  cancel(this: Ref<Work>): boolean {
    return this.#context.services.workqueues.cancel(this.#pointer());
  }

  /**
   * Takes it out of its queue, and waits if it runs. True if it was taken out. Must not be called
   * by the item itself, nor with a lock held that the item takes.
   *
   * Context: process. Linux: cancel_work_sync.
   *
   * @symbol cancel_work_sync
   */
  *cancel_sync(this: Ref<Work>): Sleeping<boolean> {
    return yield* this.#context.services.workqueues.cancelSync(this.#pointer());
  }

  /**
   * Context: process. Linux: cancel_work_sync.
   *
   * @symbol cancel_work_sync
   */
  *[Symbol.dispose](): Sleeping<void> {
    if (!this.#isLive) return;
    yield* this.#context.services.workqueues.cancelSync(this.#callback.pointer);
    this.#isLive = false;
    yield* this.#callback.drop();
  }

  #queue(queue: number): boolean {
    const { slabs, workqueues } = this.#context.services;
    const pointer = this.#pointer();
    slabs.recordAuxStack(pointer);
    return workqueues.queue(workqueues.at(queue), pointer);
  }

  #pointer(): number {
    if (!this.#isLive) throw new Error('use of a Work that was dropped');
    return this.#callback.pointer;
  }
}

/**
 * Work that a timer queues. Dropping it stops the timer, waits until it is done if it runs, and
 * drops the object.
 *
 * Linux: struct delayed_work.
 *
 * @public
 */
export class DelayedWork {
  readonly #context: ApiContext;
  readonly #callback: Callback;
  #isLive = true;

  /** @internal */
  constructor(context: ApiContext, object: DelayedWorkItem, told: unknown) {
    const { delayedWorks } = context.services.raw;
    const values = (): readonly unknown[] => [this];
    const { sizeBytes } = delayedWorks;
    this.#context = context;
    this.#callback = new Callback(context, {
      what: 'DelayedWork',
      object,
      method: 'run',
      values,
      sizeBytes,
    });
    delayedWorks.initialise(this.#callback.pointer, this.#callback.address);
    this.#callback.name(KIND, told);
  }

  /**
   * Has it done in `milliseconds`, rounded up to ticks of 4 ms, by the queue that all share. False
   * if it waits already: then the time stays as it was.
   *
   * Context: any. Linux: schedule_delayed_work.
   *
   * @symbol queue_delayed_work_on
   */
  queue(this: Ref<DelayedWork>, milliseconds: number): boolean {
    const queue = this.#context.services.workqueues.systemPointer(0);
    return this.#queue(queue, milliseconds);
  }

  /**
   * The same in a queue of one's own.
   *
   * Context: any. Linux: queue_delayed_work.
   *
   * @symbol queue_delayed_work_on
   */
  queue_on(this: Ref<DelayedWork>, queue: Ref<Workqueue>, milliseconds: number): boolean {
    return this.#queue(Workqueue.pointerOf(queue), milliseconds);
  }

  /** True if its time is still to come. Context: any. Linux: delayed_work_pending. */
  is_pending(this: Ref<DelayedWork>): boolean {
    return this.#context.services.workqueues.isPending(this.#pointer());
  }

  /**
   * Has it done now if it waits, and waits until it is. False if there was nothing to wait for.
   *
   * Context: process. Linux: flush_delayed_work.
   *
   * @symbol flush_delayed_work
   */
  *flush(this: Ref<DelayedWork>): Sleeping<boolean> {
    return yield* this.#context.services.raw.delayedWorks.flush(this.#pointer());
  }

  /**
   * Takes it back, unless it has begun. True if it waited.
   *
   * Context: any. Linux: cancel_delayed_work.
   *
   * @symbol cancel_delayed_work
   */
  cancel(this: Ref<DelayedWork>): boolean {
    return this.#context.services.raw.delayedWorks.cancel(this.#pointer());
  }

  /**
   * The same, and waits if it runs. Must not be called by the item itself, nor with a lock held
   * that the item takes.
   *
   * Context: process. Linux: cancel_delayed_work_sync.
   *
   * @symbol cancel_delayed_work_sync
   */
  *cancel_sync(this: Ref<DelayedWork>): Sleeping<boolean> {
    return yield* this.#context.services.raw.delayedWorks.cancelSync(this.#pointer());
  }

  /**
   * Context: process. Linux: cancel_delayed_work_sync.
   *
   * @symbol cancel_delayed_work_sync
   */
  *[Symbol.dispose](): Sleeping<void> {
    if (!this.#isLive) return;
    yield* this.#context.services.raw.delayedWorks.cancelSync(this.#callback.pointer);
    this.#isLive = false;
    yield* this.#callback.drop();
  }

  #queue(queue: number, milliseconds: number): boolean {
    const { delayedWorks } = this.#context.services.raw;
    return delayedWorks.queue(queue, this.#pointer(), jiffiesIn(sizeOf(milliseconds)));
  }

  #pointer(): number {
    if (!this.#isLive) throw new Error('use of a DelayedWork that was dropped');
    return this.#callback.pointer;
  }
}

/** @statics Work */
export class WorkStatics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * A work item that waits in no queue yet.
   *
   * Context: process. Linux: INIT_WORK.
   *
   * @symbol none
   * @lock_init
   * @param item handed over; dropped with the work
   * @throws ENOMEM no memory for it
   */
  new(item: WorkItem): Work;
  new(item: WorkItem, told?: string): Work {
    return new Work(this.#context, item, told);
  }
}

/** @statics DelayedWork */
export class DelayedWorkStatics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * A work item that waits for nothing yet.
   *
   * Context: process. Linux: INIT_DELAYED_WORK.
   *
   * @symbol delayed_work_timer_fn
   * @lock_init
   * @param item handed over; dropped with the work
   * @throws ENOMEM no memory for it
   */
  new(item: DelayedWorkItem): DelayedWork;
  new(item: DelayedWorkItem, told?: string): DelayedWork {
    return new DelayedWork(this.#context, item, told);
  }
}
