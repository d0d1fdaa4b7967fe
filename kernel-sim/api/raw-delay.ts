// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Time in ticks, and waiting for a moment.
 *
 * @subpath kernel/raw
 */
import { HZ, jiffiesIn } from '../kernel/jiffies.ts';
import { delay } from '../kernel/time/delay.ts';
import type { Sleeping, Switching } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import { sizeOf } from './raw-value.ts';

const MS_PER_S = 1000;
const NS_PER_US = 1000;
const NS_PER_MS = 1_000_000;

/** @exports */
export class RawDelayApi {
  readonly #context: ApiContext;

  /** Ticks in a second. Linux: HZ. */
  readonly HZ: number = HZ;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Ticks of the kernel's timer, of which HZ are in a second: a variable that each use reads anew,
   * and that nobody races for. The count begins shortly before it overflows 32 bits.
   *
   * Context: any. Linux: jiffies.
   */
  get jiffies(): number {
    return this.#context.services.raw.timers.jiffies;
  }

  /**
   * So many milliseconds in ticks, rounded up.
   *
   * Context: any. Linux: msecs_to_jiffies.
   *
   * @symbol none
   */
  msecs_to_jiffies(milliseconds: number): number {
    return jiffiesIn(sizeOf(milliseconds));
  }

  /**
   * So many ticks in milliseconds.
   *
   * Context: any. Linux: jiffies_to_msecs.
   *
   * @symbol none
   */
  jiffies_to_msecs(jiffies: number): number {
    return (sizeOf(jiffies) * MS_PER_S) / HZ;
  }

  /**
   * Keeps the CPU busy for so many nanoseconds.
   *
   * Context: any. Linux: ndelay.
   *
   * @symbol __ndelay
   */
  *ndelay(nanoseconds: number): Switching<void> {
    yield* this.#delay(sizeOf(nanoseconds));
  }

  /**
   * Keeps the CPU busy for so many microseconds.
   *
   * Context: any. Linux: udelay.
   *
   * @symbol __udelay
   */
  *udelay(microseconds: number): Switching<void> {
    yield* this.#delay(sizeOf(microseconds) * NS_PER_US);
  }

  /**
   * Keeps the CPU busy for so many milliseconds.
   *
   * Context: any. Linux: mdelay.
   *
   * @symbol __udelay
   */
  *mdelay(milliseconds: number): Switching<void> {
    yield* this.#delay(sizeOf(milliseconds) * NS_PER_MS);
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

  #delay(nanoseconds: number): Switching<void> {
    const { scheduler, runtime } = this.#context.services;
    return delay(scheduler, runtime, nanoseconds);
  }
}
