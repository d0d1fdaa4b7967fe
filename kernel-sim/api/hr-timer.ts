// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * High-resolution timers of drivers.
 *
 * @subpath kernel/time
 */
import { HRTIMER_MODE } from '../kernel/time/hrtimer.ts';
import type { Sleeping, Switching } from '../uapi/coroutine.ts';
import { Callback } from './callback.ts';
import type { ApiContext } from './context.ts';
import type { Ref } from './ownership.ts';
import { longOf } from './raw-value.ts';

/**
 * What a high-resolution timer calls. Nothing may sleep there: what must is left to a `Work`.
 *
 * @public
 */
export interface HrTimerCallback {
  /**
   * The time is over; interrupts are off. What it shares with tasks lies behind a `Spinlock` that
   * these take with `lock_irq` or `lock_irqsave`.
   *
   * @context hardirq
   * @nothrow
   * @returns HRTIMER_RESTART to be called again at the instant to which it has moved `timer` on, or
   *   HRTIMER_NORESTART
   */
  run(this: Ref<this>, timer: Ref<HrTimer>): number;
}

/**
 * Calls an object once at an instant in nanoseconds. Dropping it stops the timer, waits until the
 * callback is done if it runs, and drops the object.
 *
 * Linux: struct hrtimer.
 *
 * @public
 */
export class HrTimer {
  readonly #context: ApiContext;
  readonly #callback: Callback;
  #isLive = true;

  /** @internal */
  constructor(context: ApiContext, object: HrTimerCallback) {
    const { hrTimers } = context.services.raw;
    this.#context = context;
    this.#callback = new Callback(context, {
      what: 'HrTimer',
      object,
      method: 'run',
      values: () => [this],
      sizeBytes: hrTimers.sizeBytes,
    });
    hrTimers.setUp(this.#callback.pointer, this.#callback.address, HRTIMER_MODE.REL);
  }

  /**
   * Has the callback called in so many nanoseconds; a timer that runs already begins anew.
   *
   * Context: any. Linux: hrtimer_start with HRTIMER_MODE_REL.
   *
   * @symbol hrtimer_start_range_ns
   */
  start(this: Ref<HrTimer>, nanoseconds: number): void {
    const { hrTimers } = this.#context.services.raw;
    hrTimers.start(this.#pointer(), longOf(nanoseconds), HRTIMER_MODE.REL);
  }

  /**
   * The same for an instant, as `ktime_get` counts.
   *
   * Context: any. Linux: hrtimer_start with HRTIMER_MODE_ABS.
   *
   * @symbol hrtimer_start_range_ns
   */
  start_at(this: Ref<HrTimer>, nanoseconds: number): void {
    const { hrTimers } = this.#context.services.raw;
    hrTimers.start(this.#pointer(), longOf(nanoseconds), HRTIMER_MODE.ABS);
  }

  /**
   * Moves the instant on by whole intervals, into the future. Answers by how many: more than one if
   * the last ones were missed. For a callback that then returns HRTIMER_RESTART.
   *
   * Context: any; the timer does not run. Linux: hrtimer_forward_now.
   *
   * @symbol hrtimer_forward
   */
  forward_now(this: Ref<HrTimer>, nanoseconds: number): number {
    const { raw, runtime } = this.#context.services;
    const now = longOf(runtime.now());
    return Number(raw.hrTimers.forward(this.#pointer(), now, longOf(nanoseconds)));
  }

  /**
   * True while it runs, or its callback does. Context: any. Linux: hrtimer_active.
   *
   * @symbol hrtimer_active
   */
  is_active(this: Ref<HrTimer>): boolean {
    return this.#context.services.raw.hrTimers.isActive(this.#pointer());
  }

  /**
   * Stops it, unless its callback is running: then -1. 1 if it was to come, 0 if not.
   *
   * Context: any. Linux: hrtimer_try_to_cancel.
   *
   * @symbol hrtimer_try_to_cancel
   */
  try_to_cancel(this: Ref<HrTimer>): number {
    return this.#context.services.raw.hrTimers.tryToCancel(this.#pointer());
  }

  /**
   * Stops it, and waits until the callback does not run. Must not be called by the callback, nor
   * with a lock held that the callback takes. True if it was to come.
   *
   * Context: any but hardirq. Linux: hrtimer_cancel.
   *
   * @symbol hrtimer_cancel
   */
  *cancel(this: Ref<HrTimer>): Switching<boolean> {
    return yield* this.#context.services.raw.hrTimers.cancel(this.#pointer());
  }

  /**
   * Context: process. Linux: hrtimer_cancel.
   *
   * @symbol hrtimer_cancel
   */
  *[Symbol.dispose](): Sleeping<void> {
    if (!this.#isLive) return;
    yield* this.#context.services.raw.hrTimers.cancel(this.#callback.pointer);
    this.#isLive = false;
    yield* this.#callback.drop();
  }

  #pointer(): number {
    if (!this.#isLive) throw new Error('use of an HrTimer that was dropped');
    return this.#callback.pointer;
  }
}

/** @statics HrTimer */
export class HrTimerStatics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * A timer that does not run yet.
   *
   * Context: process. Linux: hrtimer_setup.
   *
   * @symbol hrtimer_setup
   * @param callback handed over; dropped with the timer
   * @throws ENOMEM no memory for it
   */
  new(callback: HrTimerCallback): HrTimer {
    return new HrTimer(this.#context, callback);
  }
}
