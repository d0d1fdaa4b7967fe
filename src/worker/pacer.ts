// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Gives a machine its virtual time: never ahead of real time, in slices so short that the worker
 * hears its messages (a ^C above all), and none at all while the page is behind with drawing.
 */
import type { Browser } from './lockdown.ts';

export type RunState = 'running' | 'idle' | 'halted';

/** The part of a machine that its pacer drives. */
export interface Paced {
  readonly nowNs: number;
  readonly nextEventNs: number | undefined;
  run(untilNs: number): RunState;
}

const NS_PER_MS = 1_000_000;
/** How long one slice should take in real time. The event loop is back at least every 8 ms. */
const SLICE_TARGET_MS = 3;
const SLICE_MIN_NS = 20_000;
const SLICE_MAX_NS = 20 * NS_PER_MS;
/** A busy machine that falls further behind than this gives up on catching up. */
const DEBT_MAX_NS = 250 * NS_PER_MS;
/** A machine that is further ahead than this does not wait for real time to follow. */
const LEAD_MAX_NS = 20 * NS_PER_MS;
/** A timer for longer is set again: browsers count milliseconds in 32 bits. */
const SLEEP_MAX_MS = 60_000;

export class Pacer {
  readonly #machine: Paced;
  readonly #browser: Browser;
  readonly #mayRun: () => boolean;
  readonly #afterSlice: (state: RunState) => void;
  readonly #soon: () => void;
  #sliceNs = NS_PER_MS;
  /** Virtual time is real time plus this. */
  #offsetNs: number;
  #timer: number | undefined;
  #tickIsDue = false;
  #state: RunState = 'running';

  /**
   * `mayRun` says whether the page keeps up; call `wake` when that, or anything else the machine
   * may be waiting for, has changed.
   */
  constructor(
    machine: Paced,
    browser: Browser,
    mayRun: () => boolean,
    afterSlice: (state: RunState) => void,
  ) {
    this.#machine = machine;
    this.#browser = browser;
    this.#mayRun = mayRun;
    this.#afterSlice = afterSlice;
    this.#offsetNs = machine.nowNs - this.#realNs();
    this.#soon = browser.soon(() => {
      this.#tickIsDue = false;
      this.#tick();
    });
  }

  /** Brings an idle machine up to the present, so that an input lands at its true instant. */
  catchUp(): void {
    if (this.#state !== 'idle' || !this.#mayRun()) return;
    const { nowNs, nextEventNs } = this.#machine;
    const untilNs = Math.min(this.#presentNs(), nextEventNs ?? Number.MAX_SAFE_INTEGER);
    if (untilNs > nowNs) this.#run(untilNs);
  }

  /** Something has changed: run again soon. */
  wake(): void {
    if (this.#state === 'halted') return;
    this.#state = 'running';
    this.#tickSoon();
  }

  #tickSoon(): void {
    if (this.#tickIsDue) return;
    if (this.#timer !== undefined) this.#browser.cancel(this.#timer);
    this.#timer = undefined;
    this.#tickIsDue = true;
    this.#soon();
  }

  #tick(): void {
    if (this.#state === 'halted' || !this.#mayRun()) return;
    this.catchUp();
    const presentNs = this.#presentNs();
    const startMs = this.#browser.now();
    const startNs = this.#machine.nowNs;
    const untilNs = Math.min(presentNs, startNs + this.#sliceNs);
    if (untilNs > startNs) {
      this.#run(untilNs);
      this.#adapt(this.#machine.nowNs - startNs, this.#browser.now() - startMs);
    }
    this.#plan(presentNs);
  }

  #run(untilNs: number): void {
    this.#state = this.#machine.run(untilNs);
    this.#afterSlice(this.#state);
  }

  /** Aims the next slice at the target, at most twice or half as long as the last. */
  #adapt(virtualNs: number, realMs: number): void {
    if (virtualNs <= 0) return;
    const factor = Math.min(2, Math.max(0.5, SLICE_TARGET_MS / Math.max(realMs, 0.05)));
    this.#sliceNs = Math.min(
      SLICE_MAX_NS,
      Math.max(SLICE_MIN_NS, Math.round(this.#sliceNs * factor)),
    );
  }

  #plan(presentNs: number): void {
    if (this.#state === 'halted') return;
    const behindNs = presentNs - this.#machine.nowNs;
    const isBusy = this.#state === 'running';
    if (isBusy && behindNs > DEBT_MAX_NS) this.#offsetNs -= behindNs - DEBT_MAX_NS;
    // Code that cannot be paused (a driver's endless loop) ran ahead: its time counts as passed.
    const isFarAhead = behindNs < -LEAD_MAX_NS;
    if (isFarAhead) this.#offsetNs -= behindNs;
    if (behindNs > 0 || isFarAhead) {
      this.#tickSoon();
      return;
    }
    const nextNs = isBusy ? this.#machine.nowNs : this.#machine.nextEventNs;
    if (nextNs === undefined) return;
    const waitMs = Math.min(SLEEP_MAX_MS, Math.max(1, (nextNs - presentNs) / NS_PER_MS));
    this.#timer = this.#browser.after(waitMs, () => this.#tick());
  }

  #realNs(): number {
    return Math.round(this.#browser.now() * NS_PER_MS);
  }

  #presentNs(): number {
    return this.#realNs() + this.#offsetNs;
  }
}
