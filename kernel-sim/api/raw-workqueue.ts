// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Work that is done later by a kernel thread, where it may sleep.
 *
 * @subpath kernel/raw
 */
import type { Workqueue } from '../kernel/workqueue.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import type { Ptr } from './raw-pointer.ts';
import { addressOf, pointerTo } from './raw-value.ts';
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

/** Linux: sizeof(struct workqueue_struct), with its padding. */
const WORKQUEUE_BYTES = 512;

/** @exports */
export class RawWorkqueueApi {
  readonly #context: ApiContext;

  /** As a field: `work: work_struct`. Linux: struct work_struct. */
  readonly work_struct: StructClass<WorkFields>;

  constructor(context: ApiContext, uapi: UapiApi) {
    this.#context = context;
    this.work_struct = uapi.struct<WorkFields>({
      data: uapi.usize,
      next: uapi.ptr<work_struct>(),
      prev: uapi.ptr<work_struct>(),
      func: uapi.func<WorkFunction>(),
    });
  }

  /**
   * Makes memory into a work item that does `func`.
   *
   * Context: any. Linux: INIT_WORK.
   *
   * @symbol none
   * @raw
   */
  INIT_WORK(work: Ptr<work_struct>, func: WorkFunction): void {
    const { runtime, services } = this.#context;
    services.workqueues.initialise(this.#address(work), runtime.addressOf(func));
  }

  /**
   * Makes a queue, whose thread is called after it. NULL without memory.
   *
   * Context: process. Linux: alloc_ordered_workqueue.
   *
   * @symbol alloc_workqueue_noprof
   * @raw
   */
  create_workqueue(name: string): Ptr<workqueue_struct> {
    const { scheduler, slabs, workqueues } = this.#context.services;
    scheduler.mightSleep();
    const at = slabs.kzalloc(WORKQUEUE_BYTES);
    if (at !== 0) workqueues.create(at, String(name));
    return pointerTo(at);
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
    const at = this.#address(queue);
    yield* workqueues.at(at).destroy();
    workqueues.remove(at);
    slabs.kfree(at);
  }

  /**
   * Has an item done by the queue's thread. False if it already waits for its turn.
   *
   * Context: any. Linux: queue_work.
   *
   * @symbol queue_work_on
   * @raw
   */
  queue_work(queue: Ptr<workqueue_struct>, work: Ptr<work_struct>): boolean {
    const { workqueues } = this.#context.services;
    return this.#queue(workqueues.at(this.#address(queue)), this.#address(work));
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
    return this.#queue(this.#context.services.workqueues.system, this.#address(work));
  }

  /**
   * Waits until an item neither waits for its turn nor runs.
   *
   * Context: process. Linux: flush_work.
   *
   * @raw
   */
  *flush_work(work: Ptr<work_struct>): Sleeping<void> {
    const at = this.#address(work);
    for (const queue of this.#context.services.workqueues.all) yield* queue.flushItem(at);
  }

  /**
   * Takes an item out of its queue, or waits until it has run. True if it was taken out.
   *
   * Context: process. Linux: cancel_work_sync.
   *
   * @raw
   */
  *cancel_work_sync(work: Ptr<work_struct>): Sleeping<boolean> {
    const { workqueues } = this.#context.services;
    const at = this.#address(work);
    const isTaken = workqueues.cancel(at);
    yield* this.flush_work(work);
    return isTaken;
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
    yield* this.#context.services.workqueues.at(this.#address(queue)).flush();
  }

  #address(pointer: unknown): number {
    return addressOf(pointer);
  }

  #queue(queue: Workqueue, at: number): boolean {
    const { slabs, workqueues } = this.#context.services;
    slabs.recordAuxStack(at);
    return workqueues.queue(queue, at);
  }
}
