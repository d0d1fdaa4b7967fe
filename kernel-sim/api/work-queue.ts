// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Queues of drivers for their work.
 *
 * @subpath kernel/workqueue
 */
import { WORKQUEUE_BYTES, WQ_FLAGS } from '../kernel/workqueue/workqueue.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import { LockMemory } from './guard.ts';
import type { Ref } from './ownership.ts';

/**
 * A queue of one's own. Dropping it waits until nothing is left in it: what queues itself again and
 * again must have been dropped before.
 *
 * Linux: struct workqueue_struct.
 *
 * @public
 */
export class Workqueue {
  readonly #context: ApiContext;
  readonly #memory: LockMemory;
  #isLive = true;

  /** @internal */
  constructor(context: ApiContext, name: string, flags: number, maxActive: number) {
    const { module, services } = context;
    if (!module.isLinked) throw new Error('a Workqueue at the top level would outlive its module');
    services.scheduler.mightSleep();
    this.#context = context;
    this.#memory = new LockMemory(context, WORKQUEUE_BYTES);
    services.workqueues.create(this.#memory.pointer, { name: String(name), flags, maxActive });
  }

  /** @internal */
  static pointerOf(queue: Workqueue): number {
    if (!queue.#isLive) throw new Error('use of a Workqueue that was dropped');
    return queue.#memory.pointer;
  }

  /**
   * Waits until all that is in the queue now is done. Must not be called by its work.
   *
   * Context: process. Linux: flush_workqueue.
   *
   * @symbol __flush_workqueue
   */
  *flush(this: Ref<Workqueue>): Sleeping<void> {
    yield* this.#context.services.workqueues.flushQueue(Workqueue.pointerOf(this));
  }

  /**
   * Context: process. Linux: destroy_workqueue.
   *
   * @symbol destroy_workqueue
   */
  *[Symbol.dispose](): Sleeping<void> {
    if (!this.#isLive) return;
    yield* this.#context.services.workqueues.destroy(this.#memory.pointer);
    this.#isLive = false;
    this.#memory.free(WORKQUEUE_BYTES);
  }
}

/** @statics Workqueue */
export class WorkqueueStatics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * A queue whose items are done on the CPU that queues them.
   *
   * Context: process. Linux: alloc_workqueue.
   *
   * @symbol alloc_workqueue_noprof
   * @may_sleep
   * @throws ENOMEM no memory for it
   */
  new(name: string): Workqueue {
    return new Workqueue(this.#context, name, 0, 0);
  }

  /**
   * A queue whose items are done anywhere, all at once.
   *
   * Context: process. Linux: alloc_workqueue with WQ_UNBOUND.
   *
   * @symbol alloc_workqueue_noprof
   * @may_sleep
   * @throws ENOMEM no memory for it
   */
  unbound(name: string): Workqueue {
    return new Workqueue(this.#context, name, WQ_FLAGS.WQ_UNBOUND, 0);
  }

  /**
   * A queue that does one item at a time, in the order in which they came.
   *
   * Context: process. Linux: alloc_ordered_workqueue.
   *
   * @symbol alloc_workqueue_noprof
   * @may_sleep
   * @throws ENOMEM no memory for it
   */
  ordered(name: string): Workqueue {
    return new Workqueue(this.#context, name, WQ_FLAGS.WQ_UNBOUND, 1);
  }
}
