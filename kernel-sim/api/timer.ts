// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Timers of drivers.
 *
 * @subpath kernel/time
 */
import { jiffiesIn } from '../kernel/jiffies.ts';
import type { Sleeping, Switching } from '../uapi/coroutine.ts';
import { Callback } from './callback.ts';
import type { ApiContext } from './context.ts';
import type { Ref } from './ownership.ts';
import { sizeOf } from './raw-value.ts';

/**
 * What a timer calls. Nothing may sleep there: what must is left to a `Work`.
 *
 * @public
 */
export interface TimerCallback {
  /**
   * The time is over. `timer` can be started again, for what comes back again and again.
   *
   * @context softirq
   * @nothrow
   */
  run(this: Ref<this>, timer: Ref<Timer>): void;
}

/**
 * Calls an object once when so much time has passed. Dropping it stops the timer, waits until the
 * callback is done if it runs, and drops the object.
 *
 * Linux: struct timer_list.
 *
 * @public
 */
export class Timer {
  readonly #context: ApiContext;
  readonly #callback: Callback;
  #isLive = true;

  /** @internal */
  constructor(context: ApiContext, object: TimerCallback, told: unknown) {
    const { raw } = context.services;
    this.#context = context;
    this.#callback = new Callback(context, {
      what: 'Timer',
      object,
      method: 'run',
      values: () => [this],
      sizeBytes: raw.timers.sizeBytes,
    });
    raw.timers.setUp(this.#callback.pointer, this.#callback.address, 0);
    this.#callback.name('', told);
  }

  /**
   * Has the callback called in `milliseconds`, rounded up to ticks of 4 ms; a timer that runs
   * already begins anew. True if it did.
   *
   * Context: any. Linux: mod_timer.
   */
  start(this: Ref<Timer>, milliseconds: number): boolean {
    const { timers } = this.#context.services.raw;
    return timers.modify(this.#pointer(), timers.jiffies + jiffiesIn(sizeOf(milliseconds)));
  }

  /** True while it runs: the callback is still to come. Context: any. Linux: timer_pending. */
  is_pending(this: Ref<Timer>): boolean {
    return this.#context.services.raw.timers.isPending(this.#pointer());
  }

  /**
   * Stops it. The callback may be running on another CPU. True if it was to come.
   *
   * Context: any. Linux: timer_delete.
   *
   * @symbol timer_delete
   */
  cancel(this: Ref<Timer>): boolean {
    return this.#context.services.raw.timers.delete(this.#pointer());
  }

  /**
   * Stops it, and waits until the callback does not run. Must not be called by the callback, nor
   * with a lock held that the callback takes.
   *
   * Context: any but hardirq. Linux: timer_delete_sync.
   *
   * @symbol timer_delete_sync
   */
  *cancel_sync(this: Ref<Timer>): Switching<boolean> {
    return yield* this.#context.services.raw.timers.deleteSync(this.#pointer());
  }

  /**
   * Context: process. Linux: timer_shutdown_sync.
   *
   * @symbol timer_shutdown_sync
   */
  *[Symbol.dispose](): Sleeping<void> {
    if (!this.#isLive) return;
    // Until then the callback may start it, which does nothing any more.
    yield* this.#context.services.raw.timers.shutDownSync(this.#callback.pointer);
    this.#isLive = false;
    yield* this.#callback.drop();
  }

  #pointer(): number {
    if (!this.#isLive) throw new Error('use of a Timer that was dropped');
    return this.#callback.pointer;
  }
}

/** @statics Timer */
export class TimerStatics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * A timer that does not run yet.
   *
   * Context: process. Linux: timer_setup.
   *
   * @symbol timer_init_key
   * @lock_init
   * @param callback handed over; dropped with the timer
   * @throws ENOMEM no memory for it
   */
  new(callback: TimerCallback): Timer;
  new(callback: TimerCallback, told?: string): Timer {
    return new Timer(this.#context, callback, told);
  }
}
