// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Reference counts that do not wrap: one that went wrong is set half way to the smallest number,
 * far from 0 and from the largest, and never frees what it counts.
 *
 * Sits on atomic.ts; a count is four bytes of memory. Each kind of mistake is reported once.
 *
 * Linux: include/linux/refcount.h, lib/refcount.c. With `refcount=off` a count is an atomic_t.
 */
import type { Atomics } from './atomic.ts';
import type { Warner } from './warner.ts';

/** What a count that went wrong is set to. Linux: REFCOUNT_SATURATED. */
export const REFCOUNT_SATURATED = -0x4000_0000;
export const REFCOUNT_MAX = 0x7fff_ffff;

/** What is said of each kind of mistake, once. */
const WHAT = {
  ADD_NOT_ZERO_OVERFLOW: 'saturated; leaking memory',
  ADD_OVERFLOW: 'saturated; leaking memory',
  ADD_ON_ZERO: 'addition on 0; use-after-free',
  SUB_UNDERFLOW: 'underflow; use-after-free',
  DEC_TO_ZERO: 'decrement hit 0; leaking memory',
  DEC_NOT_ONE_UNDERFLOW: 'underflow; use-after-free',
} as const;
type Kind = keyof typeof WHAT;

export class Refcounts {
  readonly #atomics: Atomics;
  readonly #warner: Warner;
  readonly #isOn: boolean;

  constructor(atomics: Atomics, warner: Warner, isOn: boolean) {
    this.#atomics = atomics;
    this.#warner = warner;
    this.#isOn = isOn;
  }

  read(pointer: number): number {
    return this.#atomics.read(pointer);
  }

  set(pointer: number, value: number): void {
    this.#atomics.set(pointer, value);
  }

  /** Linux: refcount_add. */
  add(pointer: number, count: number): void {
    const old = this.#atomics.fetchAdd(pointer, count);
    if (old === 0) this.#saturate(pointer, 'ADD_ON_ZERO');
    else if (isBad(old, old + count)) this.#saturate(pointer, 'ADD_OVERFLOW');
  }

  /** Adds unless the count is 0; true if it was not. Linux: refcount_add_not_zero. */
  addNotZero(pointer: number, count: number): boolean {
    const old = this.#atomics.read(pointer);
    if (old === 0) return false;
    this.#atomics.set(pointer, (old + count) | 0);
    if (isBad(old, old + count)) this.#saturate(pointer, 'ADD_NOT_ZERO_OVERFLOW');
    return true;
  }

  /** True when nothing is left: what is counted is to be freed. Linux: refcount_sub_and_test. */
  subAndTest(pointer: number, count: number): boolean {
    const old = this.#atomics.fetchAdd(pointer, -count);
    if (!this.#isOn) return ((old - count) | 0) === 0;
    if (old > 0 && old === count) return true;
    if (old <= 0 || old - count < 0) this.#saturate(pointer, 'SUB_UNDERFLOW');
    return false;
  }

  /** For who knows that others are left. Linux: refcount_dec. */
  dec(pointer: number): void {
    const old = this.#atomics.fetchAdd(pointer, -1);
    if (old <= 1) this.#saturate(pointer, 'DEC_TO_ZERO');
  }

  /** Linux: refcount_dec_if_one. */
  decIfOne(pointer: number): boolean {
    return this.#atomics.compareExchange(pointer, 1, 0) === 1;
  }

  /** Subtracts unless that leaves 0; false if it would. Linux: refcount_dec_not_one. */
  decNotOne(pointer: number): boolean {
    const old = this.#atomics.read(pointer);
    if (old === REFCOUNT_SATURATED) return true;
    if (old === 1) return false;
    if (this.#isOn && old >>> 0 < 1) {
      this.#warn('DEC_NOT_ONE_UNDERFLOW');
      return true;
    }
    this.#atomics.set(pointer, old - 1);
    return true;
  }

  /** Linux: refcount_warn_saturate. */
  #saturate(pointer: number, kind: Kind): void {
    if (!this.#isOn) return;
    this.#atomics.set(pointer, REFCOUNT_SATURATED);
    this.#warn(kind);
  }

  #warn(kind: Kind): void {
    this.#warner.warnOnce(`refcount_t: ${WHAT[kind]}.`, `refcount ${kind}`);
  }
}

/** Negative before or after; what wraps is. */
function isBad(old: number, sum: number): boolean {
  return old < 0 || (sum | 0) < 0;
}
