// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Single bits of maps made of longs. Bit 0 is the lowest of the first.
 *
 * The sanitizer sees the long that a bit lies in.
 *
 * @subpath kernel/raw
 */
import type { Bitmaps } from '../kernel/bitmap.ts';
import type { ApiContext } from './context.ts';
import type { Ptr } from './raw-pointer.ts';
import { addressOf, sizeOf } from './raw-value.ts';
import type { usize } from './uapi-types.ts';

/** @exports */
export class RawBitApi {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Sets a bit, at once.
   *
   * Context: any. Linux: set_bit.
   *
   * @symbol none
   * @raw
   */
  set_bit(nr: number, map: Ptr<usize>): void {
    this.#bits.change(addressOf(map), sizeOf(nr), 'set');
  }

  /**
   * Sets a bit. For maps that nobody else has.
   *
   * Context: any. Linux: __set_bit.
   *
   * @symbol none
   * @raw
   */
  __set_bit(nr: number, map: Ptr<usize>): void {
    this.set_bit(nr, map);
  }

  /**
   * Clears a bit, at once.
   *
   * Context: any. Linux: clear_bit.
   *
   * @symbol none
   * @raw
   */
  clear_bit(nr: number, map: Ptr<usize>): void {
    this.#bits.change(addressOf(map), sizeOf(nr), 'clear');
  }

  /**
   * Clears a bit. For maps that nobody else has.
   *
   * Context: any. Linux: __clear_bit.
   *
   * @symbol none
   * @raw
   */
  __clear_bit(nr: number, map: Ptr<usize>): void {
    this.clear_bit(nr, map);
  }

  /**
   * Turns a bit over, at once.
   *
   * Context: any. Linux: change_bit.
   *
   * @symbol none
   * @raw
   */
  change_bit(nr: number, map: Ptr<usize>): void {
    this.#bits.change(addressOf(map), sizeOf(nr), 'change');
  }

  /**
   * Turns a bit over. For maps that nobody else has.
   *
   * Context: any. Linux: __change_bit.
   *
   * @symbol none
   * @raw
   */
  __change_bit(nr: number, map: Ptr<usize>): void {
    this.change_bit(nr, map);
  }

  /**
   * Sets a bit and returns what it was.
   *
   * Context: any. Linux: test_and_set_bit.
   *
   * @symbol none
   * @raw
   */
  test_and_set_bit(nr: number, map: Ptr<usize>): boolean {
    return this.#bits.change(addressOf(map), sizeOf(nr), 'set');
  }

  /**
   * Clears a bit and returns what it was.
   *
   * Context: any. Linux: test_and_clear_bit.
   *
   * @symbol none
   * @raw
   */
  test_and_clear_bit(nr: number, map: Ptr<usize>): boolean {
    return this.#bits.change(addressOf(map), sizeOf(nr), 'clear');
  }

  /**
   * Turns a bit over and returns what it was.
   *
   * Context: any. Linux: test_and_change_bit.
   *
   * @symbol none
   * @raw
   */
  test_and_change_bit(nr: number, map: Ptr<usize>): boolean {
    return this.#bits.change(addressOf(map), sizeOf(nr), 'change');
  }

  /**
   * True if a bit is set.
   *
   * Context: any. Linux: test_bit.
   *
   * @symbol none
   * @raw
   */
  test_bit(nr: number, map: Ptr<usize>): boolean {
    return this.#bits.test(addressOf(map), sizeOf(nr));
  }

  /**
   * The first bit that is set of `size` ones; `size` if none is.
   *
   * Context: any. Linux: find_first_bit.
   *
   * @symbol _find_first_bit
   * @raw
   */
  find_first_bit(map: Ptr<usize>, size: number): number {
    return this.#bits.find(addressOf(map), sizeOf(size), 0, 1);
  }

  /**
   * The first bit that is set from bit `from` on; `size` if none is.
   *
   * Context: any. Linux: find_next_bit.
   *
   * @symbol _find_next_bit
   * @raw
   */
  find_next_bit(map: Ptr<usize>, size: number, from: number): number {
    return this.#bits.find(addressOf(map), sizeOf(size), sizeOf(from), 1);
  }

  /**
   * The first bit that is clear of `size` ones; `size` if none is.
   *
   * Context: any. Linux: find_first_zero_bit.
   *
   * @symbol _find_first_zero_bit
   * @raw
   */
  find_first_zero_bit(map: Ptr<usize>, size: number): number {
    return this.#bits.find(addressOf(map), sizeOf(size), 0, 0);
  }

  /**
   * The first bit that is clear from bit `from` on; `size` if none is.
   *
   * Context: any. Linux: find_next_zero_bit.
   *
   * @symbol _find_next_zero_bit
   * @raw
   */
  find_next_zero_bit(map: Ptr<usize>, size: number, from: number): number {
    return this.#bits.find(addressOf(map), sizeOf(size), sizeOf(from), 0);
  }

  get #bits(): Bitmaps {
    return this.#context.services.raw.bitmaps;
  }
}
