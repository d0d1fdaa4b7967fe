// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The kernel's random numbers: one choice of the oracle, stretched.
 *
 * Linux: drivers/char/random.c. Differs: nothing here is secret, and everything repeats with the
 * run.
 */
import type { Oracle } from '../sim/oracle.ts';
import { Prng } from '../sim/prng.ts';

const FNV_PRIME = 0x0100_0193;

export class Entropy {
  #prng: Prng;

  constructor(oracle: Oracle) {
    this.#prng = new Prng(oracle.choose('entropy', 2 ** 32));
  }

  /** Linux: get_random_bytes. */
  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.#byte());
  }

  /** Stirs bytes in: what comes next depends on them, too. Linux: add_device_randomness. */
  add(bytes: Uint8Array): void {
    let seed = this.#prng.next();
    for (let at = 0; at < bytes.length; at++) seed = Math.imul(seed ^ bytes[at]!, FNV_PRIME);
    this.#prng = new Prng(seed);
  }

  fill(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at++) bytes[at] = this.#byte();
  }

  #byte(): number {
    return this.#prng.next() >>> 24;
  }
}
