// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import type { Browser } from './lockdown.ts';
import { Pacer, type Paced, type RunState } from './pacer.ts';

const MS = 1_000_000;

/** A browser whose clock goes as told, and a machine that costs real time. */
class Bench implements Paced {
  nowMs = 0;
  nowNs = 0;
  nextEventNs: number | undefined;
  isBusy = true;
  mayRun = true;
  /** Real milliseconds per virtual one. */
  cost = 0.5;
  readonly slicesMs: number[] = [];
  #soon: (() => void) | undefined;
  #isDue = false;
  #timers: { atMs: number; tick: () => void }[] = [];
  readonly pacer: Pacer;

  constructor() {
    const browser: Browser = {
      now: () => this.nowMs,
      listen: () => undefined,
      soon: (tick) => {
        this.#soon = tick;
        return () => (this.#isDue = true);
      },
      after: (milliseconds, tick) => this.#timers.push({ atMs: this.nowMs + milliseconds, tick }),
      cancel: () => (this.#timers = []),
      evaluate: () => undefined,
    };
    this.pacer = new Pacer(
      this,
      browser,
      () => this.mayRun,
      () => undefined,
    );
  }

  run(untilNs: number): RunState {
    const tookMs = this.isBusy ? ((untilNs - this.nowNs) / MS) * this.cost : 0;
    this.slicesMs.push(tookMs);
    this.nowMs += tookMs;
    this.nowNs = untilNs;
    return this.isBusy ? 'running' : 'idle';
  }

  /** Lets real time pass, as an event loop would. */
  passUntil(endMs: number): void {
    while (this.nowMs < endMs) {
      if (this.#isDue) {
        this.#isDue = false;
        this.nowMs += 0.01;
        this.#soon?.();
        continue;
      }
      const timer = this.#timers.toSorted((a, b) => a.atMs - b.atMs)[0];
      this.nowMs = Math.max(this.nowMs, Math.min(endMs, timer?.atMs ?? endMs));
      if (timer === undefined || timer.atMs > endMs) continue;
      this.#timers = this.#timers.filter((each) => each !== timer);
      timer.tick();
    }
  }
}

describe('a pacer', () => {
  it('keeps a fast machine at the pace of real time, in whole nanoseconds', () => {
    const bench = new Bench();
    bench.pacer.wake();
    bench.passUntil(500);
    expect(bench.nowNs).toBeLessThanOrEqual(bench.nowMs * MS);
    expect(bench.nowNs).toBeGreaterThan(450 * MS);
    expect(Number.isInteger(bench.nowNs)).toBe(true);
  });

  it('gives a slow machine slices short enough to hear a key between them', () => {
    const bench = new Bench();
    bench.cost = 20;
    bench.pacer.wake();
    bench.passUntil(1000);
    expect(Math.max(...bench.slicesMs.slice(8))).toBeLessThan(8);
  });

  it('does not let a slow machine catch up without end', () => {
    const bench = new Bench();
    bench.cost = 10;
    bench.pacer.wake();
    bench.passUntil(2000);
    bench.cost = 0;
    bench.isBusy = false;
    const before = bench.nowNs;
    bench.passUntil(2100);
    expect(bench.nowNs - before).toBeLessThan(400 * MS);
  });

  it('leaves an idle machine alone until its next event', () => {
    const bench = new Bench();
    bench.isBusy = false;
    bench.nextEventNs = 700 * MS;
    bench.pacer.wake();
    bench.passUntil(600);
    const slices = bench.slicesMs.length;
    expect(slices).toBeLessThan(4);
    bench.passUntil(800);
    expect(bench.nowNs).toBeGreaterThanOrEqual(700 * MS);
  });

  it('stops while the page is behind, and goes on when it is told', () => {
    const bench = new Bench();
    bench.mayRun = false;
    bench.pacer.wake();
    bench.passUntil(100);
    expect(bench.nowNs).toBe(0);
    bench.mayRun = true;
    bench.pacer.wake();
    bench.passUntil(200);
    expect(bench.nowNs).toBeGreaterThan(0);
  });

  it('does not wait for real time when a driver ran ahead of it', () => {
    const bench = new Bench();
    bench.pacer.wake();
    bench.passUntil(50);
    bench.nowNs += 20_000 * MS;
    bench.pacer.wake();
    bench.passUntil(100);
    const before = bench.nowNs;
    bench.passUntil(200);
    expect(bench.nowNs - before).toBeGreaterThan(50 * MS);
  });
});
