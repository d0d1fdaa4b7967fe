// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Reading, changing and writing a word of memory at once.
 *
 * Nothing comes in between, since a switch happens only where code yields. The sanitizer sees one
 * access: what changes a word is a write of it. For the order of things each is a full barrier,
 * also where Linux promises less: no race is invented, some are missed.
 *
 * Linux: include/linux/atomic/atomic-instrumented.h.
 */
import type { Ram } from '../hw/ram/ram.ts';
import type { RaceDetector } from './kcsan/race-detector.ts';

/** The bytes of an `atomic_t`. */
const INT_BYTES = 4;
const LONG_BYTES = 8;

export class Atomics {
  readonly #ram: Ram;
  readonly #races: RaceDetector | undefined;

  constructor(ram: Ram, races?: RaceDetector) {
    this.#ram = ram;
    this.#races = races;
  }

  /** Signed. Linux: atomic_read. */
  read(pointer: number): number {
    this.#races?.markedLoad(pointer, INT_BYTES);
    return this.#ram.load32(pointer) | 0;
  }

  set(pointer: number, value: number): void {
    this.#races?.markedStore(pointer, INT_BYTES);
    this.#ram.store32(pointer, value);
    this.#races?.flush();
  }

  /** Adds and returns what was there before; wraps. Linux: atomic_fetch_add. */
  fetchAdd(pointer: number, delta: number): number {
    const at = this.#place(pointer, INT_BYTES);
    const old = this.#ram.view.getInt32(at, true);
    this.#ram.view.setInt32(at, (old + delta) | 0, true);
    this.#races?.updated(pointer);
    return old;
  }

  /** Returns what was there before. Linux: atomic_xchg. */
  exchange(pointer: number, value: number): number {
    const at = this.#place(pointer, INT_BYTES);
    const old = this.#ram.view.getInt32(at, true);
    this.#ram.view.setInt32(at, value, true);
    this.#races?.updated(pointer);
    return old;
  }

  /** Stores `value` if `expected` is there; returns what was. Linux: atomic_cmpxchg. */
  compareExchange(pointer: number, expected: number, value: number): number {
    const at = this.#place(pointer, INT_BYTES);
    const old = this.#ram.view.getInt32(at, true);
    if (old === (expected | 0)) this.#ram.view.setInt32(at, value, true);
    this.#races?.updated(pointer);
    return old;
  }

  // The same for 64 bits.

  read64(pointer: number): bigint {
    this.#races?.markedLoad(pointer, LONG_BYTES);
    return BigInt.asIntN(64, this.#ram.load64(pointer));
  }

  set64(pointer: number, value: bigint): void {
    this.#races?.markedStore(pointer, LONG_BYTES);
    this.#ram.store64(pointer, value);
    this.#races?.flush();
  }

  fetchAdd64(pointer: number, delta: bigint): bigint {
    const at = this.#place(pointer, LONG_BYTES);
    const old = this.#ram.view.getBigInt64(at, true);
    this.#ram.view.setBigInt64(at, old + delta, true);
    this.#races?.updated(pointer);
    return old;
  }

  exchange64(pointer: number, value: bigint): bigint {
    const at = this.#place(pointer, LONG_BYTES);
    const old = this.#ram.view.getBigInt64(at, true);
    this.#ram.view.setBigInt64(at, value, true);
    this.#races?.updated(pointer);
    return old;
  }

  compareExchange64(pointer: number, expected: bigint, value: bigint): bigint {
    const at = this.#place(pointer, LONG_BYTES);
    const old = this.#ram.view.getBigInt64(at, true);
    if (old === BigInt.asIntN(64, expected)) this.#ram.view.setBigInt64(at, value, true);
    this.#races?.updated(pointer);
    return old;
  }

  /** Where a word that is to be changed lies. One access for the sanitizer, and a write. */
  #place(pointer: number, sizeBytes: number): number {
    this.#ram.checkRange(pointer, sizeBytes, true);
    this.#races?.update(pointer, sizeBytes);
    return this.#ram.physicalOf(pointer);
  }
}
