// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * High-resolution timers: a function that is called at an instant in nanoseconds.
 *
 * @subpath kernel/raw
 */
import { HRTIMER_MODE, HRTIMER_RESTART } from '../kernel/time/hrtimer.ts';
import type { Switching } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import type { Ptr, VoidPtr } from './raw-pointer.ts';
import { addressOf, intOf, longOf } from './raw-value.ts';
import type { FunctionKind, PointerKind, ScalarKind, Struct, StructClass } from './uapi-types.ts';
import type { UapiApi } from './uapi.ts';

/**
 * What a high-resolution timer does.
 *
 * @public
 */
export interface HrTimerFunction {
  /**
   * Called when the timer is due, with interrupts off. Answers HRTIMER_RESTART to be called again
   * at the instant to which it has moved the timer, else HRTIMER_NORESTART.
   *
   * @context hardirq
   * @raw
   */
  (timer: Ptr<hrtimer>): number;
}

/**
 * The fields of `hrtimer`.
 *
 * @public
 */
export type HrTimerFields = {
  readonly node_parent: ScalarKind<'usize'>;
  readonly node_right: PointerKind<VoidPtr>;
  readonly node_left: PointerKind<VoidPtr>;
  readonly expires: ScalarKind<'s64'>;
  readonly softexpires: ScalarKind<'s64'>;
  readonly function: FunctionKind<HrTimerFunction>;
  readonly base: PointerKind<VoidPtr>;
  readonly state: ScalarKind<'u8'>;
  readonly is_rel: ScalarKind<'u8'>;
  readonly is_soft: ScalarKind<'u8'>;
  readonly is_hard: ScalarKind<'u8'>;
};

/**
 * A high-resolution timer: `poll: hrtimer` as a field. Linux: struct hrtimer.
 *
 * @public
 */
export type hrtimer = Struct<HrTimerFields>;

/** @exports */
export class RawHrTimerApi {
  readonly #context: ApiContext;

  /** As a field: `poll: hrtimer`. Linux: struct hrtimer. */
  readonly hrtimer: StructClass<HrTimerFields>;

  /** Nanoseconds since boot: the only clock that timers have. */
  readonly CLOCK_MONOTONIC: number = 1;
  /** The time is an instant. */
  readonly HRTIMER_MODE_ABS: number = HRTIMER_MODE.ABS;
  /** The time is from now on. */
  readonly HRTIMER_MODE_REL: number = HRTIMER_MODE.REL;
  /** An instant, and the function is called in a softirq. */
  readonly HRTIMER_MODE_ABS_SOFT: number = HRTIMER_MODE.ABS | HRTIMER_MODE.SOFT;
  /** From now on, and the function is called in a softirq. */
  readonly HRTIMER_MODE_REL_SOFT: number = HRTIMER_MODE.REL | HRTIMER_MODE.SOFT;
  /** An instant, and the function takes raw spinlocks only. */
  readonly HRTIMER_MODE_ABS_HARD: number = HRTIMER_MODE.ABS | HRTIMER_MODE.HARD;
  /** From now on, and the function takes raw spinlocks only. */
  readonly HRTIMER_MODE_REL_HARD: number = HRTIMER_MODE.REL | HRTIMER_MODE.HARD;
  /** The timer has done its work. */
  readonly HRTIMER_NORESTART: number = 0;
  /** The timer is armed again, for the instant that it says. */
  readonly HRTIMER_RESTART: number = HRTIMER_RESTART;

  constructor(context: ApiContext, uapi: UapiApi) {
    this.#context = context;
    this.hrtimer = uapi.struct<HrTimerFields>({
      node_parent: uapi.usize,
      node_right: uapi.ptr(),
      node_left: uapi.ptr(),
      expires: uapi.s64,
      softexpires: uapi.s64,
      function: uapi.func<HrTimerFunction>(),
      base: uapi.ptr(),
      state: uapi.u8,
      is_rel: uapi.u8,
      is_soft: uapi.u8,
      is_hard: uapi.u8,
    });
  }

  /**
   * Makes memory into a timer that calls `callback` and is not armed.
   *
   * Context: any. Linux: hrtimer_setup.
   *
   * @raw
   */
  hrtimer_setup(
    timer: Ptr<hrtimer>,
    callback: HrTimerFunction,
    _clock_id: number,
    mode: number,
  ): void {
    const { runtime, services } = this.#context;
    services.raw.hrTimers.setUp(addressOf(timer), runtime.addressOf(callback), intOf(mode));
  }

  /**
   * Arms a timer for an instant, or for so many nanoseconds from now, as `mode` says.
   *
   * Context: any. Linux: hrtimer_start.
   *
   * @symbol hrtimer_start_range_ns
   * @raw
   */
  hrtimer_start(timer: Ptr<hrtimer>, time: number, mode: number): void {
    const { slabs, raw } = this.#context.services;
    slabs.recordAuxStack(addressOf(timer));
    raw.hrTimers.start(addressOf(timer), longOf(time), intOf(mode));
  }

  /**
   * Arms a timer for the instant that it says.
   *
   * Context: any. Linux: hrtimer_restart.
   *
   * @symbol hrtimer_start_range_ns
   * @raw
   */
  hrtimer_restart(timer: Ptr<hrtimer>): void {
    this.#context.services.raw.hrTimers.restart(addressOf(timer));
  }

  /**
   * Disarms a timer, unless its callback runs: then -1. 1 if it was armed, 0 if not.
   *
   * Context: any. Linux: hrtimer_try_to_cancel.
   *
   * @raw
   */
  hrtimer_try_to_cancel(timer: Ptr<hrtimer>): number {
    return this.#context.services.raw.hrTimers.tryToCancel(addressOf(timer));
  }

  /**
   * Disarms a timer and waits until its callback does not run: before its memory goes. Must not be
   * called by the callback, nor with a lock held that the callback takes. True if it was armed.
   *
   * Context: any. Linux: hrtimer_cancel.
   *
   * @raw
   */
  *hrtimer_cancel(timer: Ptr<hrtimer>): Switching<boolean> {
    return yield* this.#context.services.raw.hrTimers.cancel(addressOf(timer));
  }

  /**
   * Moves a timer that is not armed on by whole intervals, past `now`. Answers by how many: more
   * than one if the last ones were missed.
   *
   * Context: any. Linux: hrtimer_forward.
   *
   * @raw
   */
  hrtimer_forward(timer: Ptr<hrtimer>, now: number, interval: number): number {
    const { hrTimers } = this.#context.services.raw;
    return Number(hrTimers.forward(addressOf(timer), longOf(now), longOf(interval)));
  }

  /**
   * The same, past the present instant: for a callback that is called again and again.
   *
   * Context: any. Linux: hrtimer_forward_now.
   *
   * @symbol hrtimer_forward
   * @raw
   */
  hrtimer_forward_now(timer: Ptr<hrtimer>, interval: number): number {
    return this.hrtimer_forward(timer, this.#context.runtime.now(), interval);
  }

  /**
   * True if the timer is armed, or its callback runs.
   *
   * Context: any. Linux: hrtimer_active.
   *
   * @raw
   */
  hrtimer_active(timer: Ptr<hrtimer>): boolean {
    return this.#context.services.raw.hrTimers.isActive(addressOf(timer));
  }

  /**
   * True if the timer is armed.
   *
   * Context: any. Linux: hrtimer_is_queued.
   *
   * @symbol none
   * @raw
   */
  hrtimer_is_queued(timer: Ptr<hrtimer>): boolean {
    return this.#context.services.raw.hrTimers.isQueued(addressOf(timer));
  }

  /**
   * Nanoseconds until a timer is due; below 0 when it is over.
   *
   * Context: any. Linux: hrtimer_get_remaining.
   *
   * @symbol __hrtimer_get_remaining
   * @raw
   */
  hrtimer_get_remaining(timer: Ptr<hrtimer>): number {
    return Number(this.#context.services.raw.hrTimers.remaining(addressOf(timer)));
  }

  /**
   * So many milliseconds in nanoseconds.
   *
   * Context: any. Linux: ms_to_ktime.
   *
   * @symbol none
   */
  ms_to_ktime(milliseconds: number): number {
    return Number(milliseconds) * 1_000_000;
  }
}
