// SPDX-License-Identifier: GPL-2.0-or-later
/** How long locks of one class were waited for and held. Linux: struct lock_class_stats. */

/** Durations: how many, the shortest, the longest, and all together. */
export class LockTimes {
  count = 0;
  minNs = 0;
  maxNs = 0;
  totalNs = 0;

  add(durationNs: number): void {
    this.minNs = this.count === 0 ? durationNs : Math.min(this.minNs, durationNs);
    this.maxNs = Math.max(this.maxNs, durationNs);
    this.totalNs += durationNs;
    this.count++;
  }
}

/** Those who take a lock alone, or those who share it. */
class LockSide {
  readonly wait = new LockTimes();
  readonly hold = new LockTimes();
  /** How often a lock was taken on another CPU than before, and was waited for there. */
  bounces = 0;
  contendedBounces = 0;
}

export class LockStatistics {
  readonly writers = new LockSide();
  readonly readers = new LockSide();
  /** How often it was waited for at each site. */
  readonly contentionPoints = new Map<number, number>();
  /** And who had it meanwhile. */
  readonly contendingPoints = new Map<number, number>();

  /** `read`: how the lock is taken, 0 for alone. */
  side(read: number): LockSide {
    return read === 0 ? this.writers : this.readers;
  }
}
