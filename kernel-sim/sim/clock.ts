// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Virtual time, as the running CPU sees it.
 *
 * Time is spent by subtraction: `budget` is what is left until the next instant at which somebody
 * must look up (a timer, the other CPU's turn, the host's slice), so that a charge and its check
 * cost one subtraction and one comparison. `now` is derived. Nanoseconds are whole numbers.
 *
 * Compiled drivers subtract from `budget` themselves (uapi/module-abi.ts).
 */
export class Clock {
  /**
   * Nanoseconds that may still be spent before the horizon. Negative: look up at the next point.
   */
  budget = 0;
  #horizonNs = 0;

  now(): number {
    return this.#horizonNs - this.budget;
  }

  /** Sets the next instant to look up at. Does not move time. */
  setHorizon(horizonNs: number): void {
    const nowNs = this.now();
    this.#horizonNs = horizonNs;
    this.budget = horizonNs - nowNs;
  }

  /** Moves to another CPU's time, or over idle time. */
  moveTo(nowNs: number): void {
    this.#horizonNs = nowNs;
    this.budget = 0;
  }

  charge(nanoseconds: number): void {
    this.budget -= nanoseconds;
  }
}
