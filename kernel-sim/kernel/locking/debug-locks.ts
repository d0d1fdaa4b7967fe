// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Whether locks are still watched. All who watch them share one: after the first report nobody says
 * any more, since what follows would be a consequence.
 *
 * Linux: lib/debug_locks.c.
 */
export class DebugLocks {
  #isOn = true;
  readonly #taint: { readonly mask: number };
  readonly #unreliable: number;

  /** What a kernel with one of the taints `unreliable` knows of its locks, nobody believes. */
  constructor(taint: { readonly mask: number }, unreliable: number) {
    this.#taint = taint;
    this.#unreliable = unreliable;
  }

  /** Linux: debug_locks. */
  get isOn(): boolean {
    return this.#isOn && (this.#taint.mask & this.#unreliable) === 0;
  }

  /** Ends the watching; true for who does it first and may report. Linux: debug_locks_off. */
  turnOff(): boolean {
    const wasOn = this.isOn;
    this.#isOn = false;
    return wasOn;
  }
}
