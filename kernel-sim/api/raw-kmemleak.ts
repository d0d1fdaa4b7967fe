// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What kmemleak cannot find out by itself: that memory is held where it does not look.
 *
 * @subpath kernel/raw
 */
import type { ApiContext } from './context.ts';
import type { VoidPtr } from './raw-pointer.ts';
import { addressOf } from './raw-value.ts';

/** @exports */
export class RawKmemleakApi {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * The object is no leak, though nothing may lead to it; what lies in it counts. NULL and what is
   * no object's beginning are ignored.
   *
   * Context: any. Linux: kmemleak_not_leak.
   *
   * @raw
   */
  kmemleak_not_leak(object: VoidPtr): void {
    this.#leaks.notLeak(addressOf(object));
  }

  /**
   * The object is no leak, and no pointers lie in it.
   *
   * Context: any. Linux: kmemleak_ignore.
   *
   * @raw
   */
  kmemleak_ignore(object: VoidPtr): void {
    this.#leaks.ignore(addressOf(object));
  }

  /**
   * No pointers lie in the object. It may be a leak all the same.
   *
   * Context: any. Linux: kmemleak_no_scan.
   *
   * @raw
   */
  kmemleak_no_scan(object: VoidPtr): void {
    this.#leaks.noScan(addressOf(object));
  }

  /**
   * Whoever watches over leaks forgets the object. It stays allocated.
   *
   * Context: any. Linux: kmemleak_free.
   *
   * @raw
   */
  kmemleak_free(object: VoidPtr): void {
    this.#leaks.free(addressOf(object));
  }

  get #leaks() {
    return this.#context.services.slabs.leaks;
  }
}
