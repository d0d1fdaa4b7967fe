// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Times of files: seconds since 1970 with nanoseconds, read from a coarse clock.
 *
 * Files are stamped with the time of the last tick, so reading the clock twice within a tick gives
 * the same object and a stream of small writes allocates nothing.
 *
 * Linux: ktime_get_coarse_real_ts64, with HZ=250.
 */
import type { Clock } from '../sim/clock.ts';

export interface Timespec {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** What stamps files. */
export interface WallClock {
  now(): Timespec;
}

export const NS_PER_SECOND = 1_000_000_000;
const TICK_NS = 4_000_000;

export class CoarseClock implements WallClock {
  readonly #clock: Clock;
  readonly #epochSeconds: number;
  #tick = -1;
  #now: Timespec = { seconds: 0, nanoseconds: 0 };

  /** `epochSeconds` is what the real-time clock said at boot. */
  constructor(clock: Clock, epochSeconds: number) {
    this.#clock = clock;
    this.#epochSeconds = epochSeconds;
  }

  now(): Timespec {
    const tick = Math.floor(this.#clock.now() / TICK_NS);
    if (tick !== this.#tick) {
      this.#tick = tick;
      const sinceBootNs = tick * TICK_NS;
      this.#now = {
        seconds: this.#epochSeconds + Math.floor(sinceBootNs / NS_PER_SECOND),
        nanoseconds: sinceBootNs % NS_PER_SECOND,
      };
    }
    return this.#now;
  }
}

/** True if `a` is earlier than `b`, or the same instant. */
export function isNotAfter(a: Timespec, b: Timespec): boolean {
  return a.seconds < b.seconds || (a.seconds === b.seconds && a.nanoseconds <= b.nanoseconds);
}
