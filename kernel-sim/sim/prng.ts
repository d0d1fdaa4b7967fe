// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A small generator of pseudo-random 32-bit integers: splitmix32. No floats, so every engine
 * gives the same numbers. Not for secrets: the simulated kernel's entropy is meant to repeat.
 */
export class Prng {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x9e37_79b9) >>> 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0_aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a_2d97);
    return (z ^ (z >>> 15)) >>> 0;
  }

  /** A whole number in 0..bound-1. The bias for bounds far below 2^32 does not matter here. */
  below(bound: number): number {
    return this.next() % bound;
  }
}
