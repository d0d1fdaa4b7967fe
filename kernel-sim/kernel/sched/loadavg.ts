// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The load averages over 1, 5 and 15 minutes: how many tasks run, want to run, or sleep without
 * taking signals, sampled every five seconds of virtual time and averaged exponentially, in Linux's
 * fixed point and with its rounding.
 *
 * Nothing ticks: samples that have been missed are made up for when the count changes. Looking
 * changes nothing, since the page looks whenever it likes.
 *
 * Linux: kernel/sched/loadavg.c.
 */

const SAMPLE_NS = 5_000_000_000;
const FSHIFT = 11;
const FIXED_1 = 1 << FSHIFT;
/** 1/exp(5sec/1min), 1/exp(5sec/5min), 1/exp(5sec/15min) as fixed-point numbers. */
const EXP = [1884, 2014, 2037] as const;

export type LoadAverages = readonly [number, number, number];

export class LoadAverage {
  #loads: LoadAverages = [0, 0, 0];
  /** Tasks that count: runnable, and in uninterruptible sleep. */
  #active = 0;
  #nextNs = SAMPLE_NS;

  /** One more or one less counts from `nowNs` on. */
  change(by: number, nowNs: number): void {
    if (nowNs >= this.#nextNs) {
      this.#loads = this.fixed(nowNs);
      this.#nextNs += samplesSince(this.#nextNs, nowNs) * SAMPLE_NS;
    }
    this.#active += by;
  }

  /** As fixed-point numbers of 11 fractional bits (sysinfo(2) shifts them further). */
  fixed(nowNs: number): LoadAverages {
    let loads = this.#loads;
    const active = this.#active * FIXED_1;
    for (let left = samplesSince(this.#nextNs, nowNs); left > 0; left--) {
      const [one, five, fifteen] = loads;
      const next = [
        calcLoad(one, EXP[0], active),
        calcLoad(five, EXP[1], active),
        calcLoad(fifteen, EXP[2], active),
      ] as const;
      // What no longer changes will not change: this ends an idle night early.
      if (next.every((load, index) => load === loads[index])) break;
      loads = next;
    }
    return loads;
  }

  /** In hundredths, rounded as /proc/loadavg does. */
  hundredths(nowNs: number): LoadAverages {
    const [one, five, fifteen] = this.fixed(nowNs);
    return [toHundredths(one), toHundredths(five), toHundredths(fifteen)];
  }
}

function samplesSince(nextNs: number, nowNs: number): number {
  return nowNs < nextNs ? 0 : Math.floor((nowNs - nextNs) / SAMPLE_NS) + 1;
}

/** a1 = a0 * e + a * (1 - e), rounded up while it rises. Linux: calc_load. */
function calcLoad(load: number, exponent: number, active: number): number {
  const sum = load * exponent + active * (FIXED_1 - exponent);
  return Math.floor((active >= load ? sum + FIXED_1 - 1 : sum) / FIXED_1);
}

function toHundredths(load: number): number {
  return Math.floor(((load + FIXED_1 / 200) * 100) / FIXED_1);
}
