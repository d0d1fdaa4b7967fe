// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `kernel/time`: waiting, and what time it is.
 *
 * @subpath kernel/time
 */
import type { Sleeping } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import { TimerStatics } from './timer.ts';

const NS_PER_MS = 1_000_000;

/** @exports */
export class TimeApi {
  readonly #context: ApiContext;
  readonly Timer: TimerStatics;

  constructor(context: ApiContext) {
    this.#context = context;
    this.Timer = new TimerStatics(context);
  }

  /**
   * Sleeps for at least `milliseconds`; signals do not wake it.
   *
   * Context: process. Linux: msleep.
   */
  *msleep(milliseconds: number): Sleeping<void> {
    const nanoseconds = Math.max(0, Math.trunc(milliseconds)) * NS_PER_MS;
    yield* this.#context.services.scheduler.sleepFor(nanoseconds || 0, false);
  }

  /** Nanoseconds since boot. Context: any. Linux: ktime_get. */
  ktime_get(): number {
    return this.#context.runtime.now();
  }
}
