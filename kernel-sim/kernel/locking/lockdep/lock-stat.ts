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

export class LockStatistics {
  readonly writeWait = new LockTimes();
  readonly readWait = new LockTimes();
  readonly writeHold = new LockTimes();
  readonly readHold = new LockTimes();
  /** Acquisitions on another CPU than the last one's, and those of them that had to wait. */
  bounces = 0;
  contendedBounces = 0;
  lastCpu = -1;
  /** How often it was waited for at each site. */
  readonly contentionPoints = new Map<number, number>();
  /** And who had it meanwhile. */
  readonly contendingPoints = new Map<number, number>();

  get contentions(): number {
    return this.writeWait.count + this.readWait.count;
  }

  get acquisitions(): number {
    return this.writeHold.count + this.readHold.count;
  }
}
