// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Reading, changing and writing a word of memory at once.
 *
 * Nothing comes in between, since a switch happens only where code yields. The sanitizer sees one
 * access: what changes a word is a write of it.
 *
 * Linux: include/linux/atomic/atomic-instrumented.h.
 */
import type { Ram } from '../hw/ram/ram.ts';

/** The bytes of an `atomic_t`. */
const INT_BYTES = 4;
const LONG_BYTES = 8;

export class Atomics {
  readonly #ram: Ram;

  constructor(ram: Ram) {
    this.#ram = ram;
  }

  /** Signed. Linux: atomic_read. */
  read(pointer: number): number {
    return this.#ram.load32(pointer) | 0;
  }

  set(pointer: number, value: number): void {
    this.#ram.store32(pointer, value);
  }

  /** Adds and returns what was there before; wraps. Linux: atomic_fetch_add. */
  fetchAdd(pointer: number, delta: number): number {
    const at = this.#place(pointer, INT_BYTES);
    const old = this.#ram.view.getInt32(at, true);
    this.#ram.view.setInt32(at, (old + delta) | 0, true);
    return old;
  }

  /** Returns what was there before. Linux: atomic_xchg. */
  exchange(pointer: number, value: number): number {
    const at = this.#place(pointer, INT_BYTES);
    const old = this.#ram.view.getInt32(at, true);
    this.#ram.view.setInt32(at, value, true);
    return old;
  }

  /** Stores `value` if `expected` is there; returns what was. Linux: atomic_cmpxchg. */
  compareExchange(pointer: number, expected: number, value: number): number {
    const at = this.#place(pointer, INT_BYTES);
    const old = this.#ram.view.getInt32(at, true);
    if (old === (expected | 0)) this.#ram.view.setInt32(at, value, true);
    return old;
  }

  // The same for 64 bits.

  read64(pointer: number): bigint {
    return BigInt.asIntN(64, this.#ram.load64(pointer));
  }

  set64(pointer: number, value: bigint): void {
    this.#ram.store64(pointer, value);
  }

  fetchAdd64(pointer: number, delta: bigint): bigint {
    const at = this.#place(pointer, LONG_BYTES);
    const old = this.#ram.view.getBigInt64(at, true);
    this.#ram.view.setBigInt64(at, old + delta, true);
    return old;
  }

  exchange64(pointer: number, value: bigint): bigint {
    const at = this.#place(pointer, LONG_BYTES);
    const old = this.#ram.view.getBigInt64(at, true);
    this.#ram.view.setBigInt64(at, value, true);
    return old;
  }

  compareExchange64(pointer: number, expected: bigint, value: bigint): bigint {
    const at = this.#place(pointer, LONG_BYTES);
    const old = this.#ram.view.getBigInt64(at, true);
    if (old === BigInt.asIntN(64, expected)) this.#ram.view.setBigInt64(at, value, true);
    return old;
  }

  /** Where a word that is to be changed lies. One access for the sanitizer, and a write. */
  #place(pointer: number, sizeBytes: number): number {
    this.#ram.checkRange(pointer, sizeBytes, true);
    return this.#ram.physicalOf(pointer);
  }
}
