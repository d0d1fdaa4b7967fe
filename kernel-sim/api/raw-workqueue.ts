// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Work that is done later by a kernel thread, where it may sleep.
 *
 * @subpath kernel/raw
 */
import { WORKQUEUE_BYTES, WQ_FLAGS } from '../kernel/workqueue/workqueue.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import type { Ptr } from './raw-pointer.ts';
import { addressOf, intOf, pointerTo } from './raw-value.ts';
import type { FunctionKind, PointerKind, ScalarKind, Struct, StructClass } from './uapi-types.ts';
import type { UapiApi } from './uapi.ts';

/**
 * What a work item does. It may sleep, and free its item.
 *
 * @public
 */
export interface WorkFunction {
  /**
   * Called by a kernel thread.
   *
   * @context process
   * @raw
   */
  (work: Ptr<work_struct>): void;
}

/**
 * The fields of `work_struct`.
 *
 * @public
 */
export type WorkFields = {
  readonly data: ScalarKind<'usize'>;
  readonly next: PointerKind<work_struct>;
  readonly prev: PointerKind<work_struct>;
  readonly func: FunctionKind<WorkFunction>;
};

/**
 * A work item: `work: work_struct` as a field. Linux: struct work_struct.
 *
 * @public
 */
export type work_struct = Struct<WorkFields>;

/**
 * The fields of `workqueue_struct` that a driver may know: none of use.
 *
 * @public
 */
export type WorkqueueFields = { readonly self: PointerKind<workqueue_struct> };

/**
 * A queue of work items. Linux: struct workqueue_struct.
 *
 * @public
 */
export type workqueue_struct = Struct<WorkqueueFields>;

/**
 * How a queue's items are done. Linux: include/linux/workqueue.h.
 *
 * @constants
 */
export const WORKQUEUE_FLAGS = { ...WQ_FLAGS } as const;

/** @exports */
export class RawWorkqueueApi {
  readonly #context: ApiContext;

  /** As a field: `work: work_struct`. Linux: struct work_struct. */
  readonly work_struct: StructClass<WorkFields>;

  /** The queue that all share: `schedule_work` uses it. Linux: system_wq. */
  readonly system_wq: Ptr<workqueue_struct>;

  /** For what cannot wait. Linux: system_highpri_wq. */
  readonly system_highpri_wq: Ptr<workqueue_struct>;

  /** For what takes long. Linux: system_long_wq. */
  readonly system_long_wq: Ptr<workqueue_struct>;

  /** For what may run on any CPU, all at once. Linux: system_unbound_wq. */
  readonly system_unbound_wq: Ptr<workqueue_struct>;

  constructor(context: ApiContext, uapi: UapiApi) {
    this.#context = context;
    this.work_struct = uapi.struct<WorkFields>({
      data: uapi.usize,
      next: uapi.ptr<work_struct>(),
      prev: uapi.ptr<work_struct>(),
      func: uapi.func<WorkFunction>(),
    });
    const { workqueues } = context.services;
    this.system_wq = pointerTo(workqueues.systemPointer(0));
    this.system_highpri_wq = pointerTo(workqueues.systemPointer(1));
    this.system_long_wq = pointerTo(workqueues.systemPointer(2));
    this.system_unbound_wq = pointerTo(workqueues.systemPointer(3));
  }

  /**
   * Makes memory into a work item that does `func`.
   *
   * Context: any. Linux: INIT_WORK.
   *
   * @symbol none
   * @raw
   * @lock_init
   */
  INIT_WORK(work: Ptr<work_struct>, func: WorkFunction): void {
    const { runtime, services } = this.#context;
    services.workqueues.initialise(addressOf(work), runtime.addressOf(func));
  }

  /**
   * Makes a queue; NULL without memory. Its items are done on the CPU that queues them, one after
   * the other as long as none sleeps; with WQ_UNBOUND anywhere and all at once. No more than
   * `max_active` at once, 0 for as many as usual.
   *
   * Context: process. Linux: alloc_workqueue.
   *
   * @symbol alloc_workqueue_noprof
   * @raw
   */
  alloc_workqueue(name: string, flags: number, max_active: number): Ptr<workqueue_struct> {
    return this.#make(name, intOf(flags), intOf(max_active));
  }

  /**
   * Makes a queue that does one item at a time, in the order in which they came.
   *
   * Context: process. Linux: alloc_ordered_workqueue.
   *
   * @symbol alloc_workqueue_noprof
   * @raw
   */
  alloc_ordered_workqueue(name: string, flags: number): Ptr<workqueue_struct> {
    return this.#make(name, intOf(flags) | WQ_FLAGS.WQ_UNBOUND, 1);
  }

  /**
   * Makes a queue that does one item at a time on each CPU.
   *
   * Context: process. Linux: create_workqueue.
   *
   * @symbol alloc_workqueue_noprof
   * @raw
   */
  create_workqueue(name: string): Ptr<workqueue_struct> {
    return this.#make(name, WQ_FLAGS.WQ_MEM_RECLAIM, 1);
  }

  /**
   * As `alloc_ordered_workqueue`.
   *
   * Context: process. Linux: create_singlethread_workqueue.
   *
   * @symbol alloc_workqueue_noprof
   * @raw
   */
  create_singlethread_workqueue(name: string): Ptr<workqueue_struct> {
    return this.#make(name, WQ_FLAGS.WQ_UNBOUND | WQ_FLAGS.WQ_MEM_RECLAIM, 1);
  }

  /**
   * Waits until a queue has nothing left to do, and ends it.
   *
   * Context: process. Linux: destroy_workqueue.
   *
   * @raw
   */
  *destroy_workqueue(queue: Ptr<workqueue_struct>): Sleeping<void> {
    const { slabs, workqueues } = this.#context.services;
    const at = addressOf(queue);
    yield* workqueues.destroy(at);
    slabs.kfree(at);
  }

  /**
   * Has an item done by a thread of the queue. False if it already waits for its turn.
   *
   * Context: any. Linux: queue_work.
   *
   * @symbol queue_work_on
   * @raw
   */
  queue_work(queue: Ptr<workqueue_struct>, work: Ptr<work_struct>): boolean {
    const { slabs, workqueues } = this.#context.services;
    const at = addressOf(work);
    slabs.recordAuxStack(at);
    return workqueues.queue(workqueues.at(addressOf(queue)), at);
  }

  /**
   * As `queue_work`, in the queue that all share.
   *
   * Context: any. Linux: schedule_work.
   *
   * @symbol queue_work_on
   * @raw
   */
  schedule_work(work: Ptr<work_struct>): boolean {
    return this.queue_work(this.system_wq, work);
  }

  /**
   * True if an item waits for its turn.
   *
   * Context: any. Linux: work_pending.
   *
   * @symbol none
   * @raw
   */
  work_pending(work: Ptr<work_struct>): boolean {
    return this.#context.services.workqueues.isPending(addressOf(work));
  }

  /**
   * Waits until an item neither waits for its turn nor runs. False if it did neither.
   *
   * Context: process. Linux: flush_work.
   *
   * @raw
   */
  *flush_work(work: Ptr<work_struct>): Sleeping<boolean> {
    return yield* this.#context.services.workqueues.flush(addressOf(work));
  }

  /**
   * Takes an item out of its queue, unless it has begun. True if it was taken out.
   *
   * Context: any. Linux: cancel_work.
   *
   * @raw
   */
  cancel_work(work: Ptr<work_struct>): boolean {
    return this.#context.services.workqueues.cancel(addressOf(work));
  }

  /**
   * Takes an item out of its queue, and waits if it runs; it is not queued again meanwhile. True if
   * it was taken out.
   *
   * Context: process. Linux: cancel_work_sync.
   *
   * @raw
   */
  *cancel_work_sync(work: Ptr<work_struct>): Sleeping<boolean> {
    return yield* this.#context.services.workqueues.cancelSync(addressOf(work));
  }

  /**
   * Waits until all that is in a queue now is done.
   *
   * Context: process. Linux: flush_workqueue.
   *
   * @symbol __flush_workqueue
   * @raw
   */
  *flush_workqueue(queue: Ptr<workqueue_struct>): Sleeping<void> {
    yield* this.#context.services.workqueues.flushQueue(addressOf(queue));
  }

  #make(name: string, flags: number, maxActive: number): Ptr<workqueue_struct> {
    const { scheduler, slabs, workqueues } = this.#context.services;
    scheduler.mightSleep();
    const at = slabs.kzalloc(WORKQUEUE_BYTES);
    if (at !== 0) workqueues.create(at, { name: String(name), flags, maxActive });
    return pointerTo(at);
  }
}
