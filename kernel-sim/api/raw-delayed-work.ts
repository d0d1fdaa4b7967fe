// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Work that is queued by a timer.
 *
 * @subpath kernel/raw
 */
import type { DelayedWorks } from '../kernel/workqueue/delayed-work.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import type { Ptr, VoidPtr } from './raw-pointer.ts';
import type { RawTimerApi, TimerFields } from './raw-timer.ts';
import { addressOf, sizeOf } from './raw-value.ts';
import type {
  RawWorkqueueApi,
  WorkFields,
  WorkFunction,
  workqueue_struct,
} from './raw-workqueue.ts';
import type { PointerKind, ScalarKind, Struct, StructClass } from './uapi-types.ts';
import type { UapiApi } from './uapi.ts';

/**
 * The fields of `delayed_work`.
 *
 * @public
 */
export type DelayedWorkFields = {
  readonly work: StructClass<WorkFields>;
  readonly timer: StructClass<TimerFields>;
  readonly wq: PointerKind<VoidPtr>;
  readonly cpu: ScalarKind<'s32'>;
};

/**
 * A work item with a timer: `poll: delayed_work` as a field. Linux: struct delayed_work.
 *
 * @public
 */
export type delayed_work = Struct<DelayedWorkFields>;

/** @exports */
export class RawDelayedWorkApi {
  readonly #context: ApiContext;
  readonly #works: RawWorkqueueApi;

  /** As a field: `poll: delayed_work`. Linux: struct delayed_work. */
  readonly delayed_work: StructClass<DelayedWorkFields>;

  constructor(context: ApiContext, uapi: UapiApi, works: RawWorkqueueApi, timers: RawTimerApi) {
    this.#context = context;
    this.#works = works;
    this.delayed_work = uapi.struct<DelayedWorkFields>({
      work: works.work_struct,
      timer: timers.timer_list,
      wq: uapi.ptr(),
      cpu: uapi.s32,
    });
  }

  /**
   * Makes memory into a work item that does `func` when its timer is due.
   *
   * Context: any. Linux: INIT_DELAYED_WORK.
   *
   * @symbol delayed_work_timer_fn
   * @raw
   * @lock_init
   */
  INIT_DELAYED_WORK(work: Ptr<delayed_work>, func: WorkFunction): void {
    this.#delayed.initialise(addressOf(work), this.#context.runtime.addressOf(func));
  }

  /**
   * Has an item done by a queue in so many ticks. False if it already waits.
   *
   * Context: any. Linux: queue_delayed_work.
   *
   * @symbol queue_delayed_work_on
   * @raw
   */
  queue_delayed_work(
    queue: Ptr<workqueue_struct>,
    work: Ptr<delayed_work>,
    delay: number,
  ): boolean {
    return this.#delayed.queue(addressOf(queue), addressOf(work), sizeOf(delay));
  }

  /**
   * The same in the queue that all share.
   *
   * Context: any. Linux: schedule_delayed_work.
   *
   * @symbol queue_delayed_work_on
   * @raw
   */
  schedule_delayed_work(work: Ptr<delayed_work>, delay: number): boolean {
    return this.#delayed.queue(addressOf(this.#works.system_wq), addressOf(work), sizeOf(delay));
  }

  /**
   * The same, whether it waits already or not. True if it did.
   *
   * Context: any. Linux: mod_delayed_work.
   *
   * @symbol mod_delayed_work_on
   * @raw
   */
  mod_delayed_work(queue: Ptr<workqueue_struct>, work: Ptr<delayed_work>, delay: number): boolean {
    const wasWaiting = this.#delayed.cancel(addressOf(work));
    this.#delayed.queue(addressOf(queue), addressOf(work), sizeOf(delay));
    return wasWaiting;
  }

  /**
   * Takes an item back, unless it has begun. True if it waited.
   *
   * Context: any. Linux: cancel_delayed_work.
   *
   * @raw
   */
  cancel_delayed_work(work: Ptr<delayed_work>): boolean {
    return this.#delayed.cancel(addressOf(work));
  }

  /**
   * The same, and waits if it runs.
   *
   * Context: process. Linux: cancel_delayed_work_sync.
   *
   * @raw
   */
  *cancel_delayed_work_sync(work: Ptr<delayed_work>): Sleeping<boolean> {
    return yield* this.#delayed.cancelSync(addressOf(work));
  }

  /**
   * Has an item done now if its timer is armed, and waits until it is.
   *
   * Context: process. Linux: flush_delayed_work.
   *
   * @raw
   */
  *flush_delayed_work(work: Ptr<delayed_work>): Sleeping<boolean> {
    return yield* this.#delayed.flush(addressOf(work));
  }

  get #delayed(): DelayedWorks {
    return this.#context.services.raw.delayedWorks;
  }
}
