// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `kernel/time`: waiting, what time it is, and what is to happen later.
 *
 * @subpath kernel/time
 */
import { delay } from '../kernel/time/delay.ts';
import { HRTIMER_RESTART } from '../kernel/time/hrtimer.ts';
import type { Sleeping, Switching } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import { HrTimerStatics } from './hr-timer.ts';
import { sizeOf } from './raw-value.ts';
import { TimerStatics } from './timer.ts';

const NS_PER_US = 1000;
const NS_PER_MS = 1_000_000;

/** @exports */
export class TimeApi {
  readonly #context: ApiContext;
  readonly HrTimer: HrTimerStatics;
  readonly Timer: TimerStatics;

  /** An `HrTimer` has done its work. */
  readonly HRTIMER_NORESTART: number = 0;
  /** It is to run again, for the instant to which it was moved on. */
  readonly HRTIMER_RESTART: number = HRTIMER_RESTART;

  constructor(context: ApiContext) {
    this.#context = context;
    this.HrTimer = new HrTimerStatics(context);
    this.Timer = new TimerStatics(context);
  }

  /**
   * Sleeps for at least `milliseconds`; signals do not wake it.
   *
   * Context: process. Linux: msleep.
   */
  *msleep(milliseconds: number): Sleeping<void> {
    const nanoseconds = Math.max(0, Math.trunc(milliseconds)) * NS_PER_MS;
    const { scheduler } = this.#context.services;
    scheduler.mightSleep();
    yield* scheduler.sleepFor(nanoseconds || 0, false);
  }

  /**
   * Sleeps for so many milliseconds, or until a signal comes. Returns those that are left.
   *
   * Context: process. Linux: msleep_interruptible.
   */
  *msleep_interruptible(milliseconds: number): Sleeping<number> {
    const { scheduler } = this.#context.services;
    scheduler.mightSleep();
    const left = yield* scheduler.sleepFor(sizeOf(milliseconds) * NS_PER_MS, true);
    return Math.ceil(left / NS_PER_MS);
  }

  /**
   * Sleeps for at least `least` microseconds; on Linux at most for `most`.
   *
   * Context: process. Linux: usleep_range.
   *
   * @symbol usleep_range_state
   */
  *usleep_range(least: number, most: number): Sleeping<void> {
    const { scheduler } = this.#context.services;
    void most;
    scheduler.mightSleep();
    yield* scheduler.sleepFor(sizeOf(least) * NS_PER_US, false);
  }

  /**
   * Keeps the CPU busy for so many microseconds: for short waits where nothing may sleep.
   *
   * Context: any. Linux: udelay.
   *
   * @symbol __udelay
   */
  *udelay(microseconds: number): Switching<void> {
    const { scheduler, runtime } = this.#context.services;
    yield* delay(scheduler, runtime, sizeOf(microseconds) * NS_PER_US);
  }

  /**
   * Keeps the CPU busy for so many milliseconds. Where it may sleep, `msleep` is better.
   *
   * Context: any. Linux: mdelay.
   *
   * @symbol __udelay
   */
  *mdelay(milliseconds: number): Switching<void> {
    const { scheduler, runtime } = this.#context.services;
    yield* delay(scheduler, runtime, sizeOf(milliseconds) * NS_PER_MS);
  }

  /** Nanoseconds since boot. Context: any. Linux: ktime_get. */
  ktime_get(): number {
    return this.#context.runtime.now();
  }
}
