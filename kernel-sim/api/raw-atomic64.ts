// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A 64-bit integer that is read, changed and written at once: `atomic64_t`. It wraps.
 *
 * @subpath kernel/raw
 */
import type { Atomics } from '../kernel/atomic.ts';
import type { ApiContext } from './context.ts';
import type { Ptr } from './raw-pointer.ts';
import { addressOf, longOf } from './raw-value.ts';
import type { ScalarKind, Struct, StructClass } from './uapi-types.ts';
import type { UapiApi } from './uapi.ts';

/**
 * The field of `atomic64_t`.
 *
 * @public
 */
export type Atomic64Fields = { readonly counter: ScalarKind<'s64'> };

/**
 * A 64-bit integer for several at once. Linux: atomic64_t.
 *
 * @public
 */
export type atomic64_t = Struct<Atomic64Fields>;

/** @exports */
export class RawAtomic64Api {
  readonly #context: ApiContext;

  /** As a field: `count: atomic64_t`. Linux: atomic64_t. */
  readonly atomic64_t: StructClass<Atomic64Fields>;

  constructor(context: ApiContext, uapi: UapiApi) {
    this.#context = context;
    this.atomic64_t = uapi.struct<Atomic64Fields>({ counter: uapi.s64 });
  }

  /**
   * The value now.
   *
   * Context: any. Linux: atomic64_read.
   *
   * @symbol none
   * @raw
   */
  atomic64_read(v: Ptr<atomic64_t>): bigint {
    return this.#atomics.read64(addressOf(v));
  }

  /**
   * Sets the value.
   *
   * Context: any. Linux: atomic64_set.
   *
   * @symbol none
   * @raw
   */
  atomic64_set(v: Ptr<atomic64_t>, value: bigint): void {
    this.#atomics.set64(addressOf(v), longOf(value));
  }

  /**
   * Adds a value.
   *
   * Context: any. Linux: atomic64_add.
   *
   * @symbol none
   * @raw
   */
  atomic64_add(value: bigint, v: Ptr<atomic64_t>): void {
    this.#atomics.fetchAdd64(addressOf(v), longOf(value));
  }

  /**
   * Adds a value and returns what that makes.
   *
   * Context: any. Linux: atomic64_add_return.
   *
   * @symbol none
   * @raw
   */
  atomic64_add_return(value: bigint, v: Ptr<atomic64_t>): bigint {
    const delta = longOf(value);
    return longOf(this.#atomics.fetchAdd64(addressOf(v), delta) + delta);
  }

  /**
   * Adds a value and returns what was there before.
   *
   * Context: any. Linux: atomic64_fetch_add.
   *
   * @symbol none
   * @raw
   */
  atomic64_fetch_add(value: bigint, v: Ptr<atomic64_t>): bigint {
    return this.#atomics.fetchAdd64(addressOf(v), longOf(value));
  }

  /**
   * Subtracts a value.
   *
   * Context: any. Linux: atomic64_sub.
   *
   * @symbol none
   * @raw
   */
  atomic64_sub(value: bigint, v: Ptr<atomic64_t>): void {
    this.#atomics.fetchAdd64(addressOf(v), -longOf(value));
  }

  /**
   * Subtracts a value and returns what that makes.
   *
   * Context: any. Linux: atomic64_sub_return.
   *
   * @symbol none
   * @raw
   */
  atomic64_sub_return(value: bigint, v: Ptr<atomic64_t>): bigint {
    const delta = -longOf(value);
    return longOf(this.#atomics.fetchAdd64(addressOf(v), delta) + delta);
  }

  /**
   * Subtracts a value and returns what was there before.
   *
   * Context: any. Linux: atomic64_fetch_sub.
   *
   * @symbol none
   * @raw
   */
  atomic64_fetch_sub(value: bigint, v: Ptr<atomic64_t>): bigint {
    return this.#atomics.fetchAdd64(addressOf(v), -longOf(value));
  }

  /**
   * Adds 1.
   *
   * Context: any. Linux: atomic64_inc.
   *
   * @symbol none
   * @raw
   */
  atomic64_inc(v: Ptr<atomic64_t>): void {
    this.#atomics.fetchAdd64(addressOf(v), 1n);
  }

  /**
   * Adds 1 and returns what that makes.
   *
   * Context: any. Linux: atomic64_inc_return.
   *
   * @symbol none
   * @raw
   */
  atomic64_inc_return(v: Ptr<atomic64_t>): bigint {
    return longOf(this.#atomics.fetchAdd64(addressOf(v), 1n) + 1n);
  }

  /**
   * Adds 1. True if that makes 0.
   *
   * Context: any. Linux: atomic64_inc_and_test.
   *
   * @symbol none
   * @raw
   */
  atomic64_inc_and_test(v: Ptr<atomic64_t>): boolean {
    return longOf(this.#atomics.fetchAdd64(addressOf(v), 1n) + 1n) === 0n;
  }

  /**
   * Subtracts 1.
   *
   * Context: any. Linux: atomic64_dec.
   *
   * @symbol none
   * @raw
   */
  atomic64_dec(v: Ptr<atomic64_t>): void {
    this.#atomics.fetchAdd64(addressOf(v), -1n);
  }

  /**
   * Subtracts 1 and returns what that makes.
   *
   * Context: any. Linux: atomic64_dec_return.
   *
   * @symbol none
   * @raw
   */
  atomic64_dec_return(v: Ptr<atomic64_t>): bigint {
    return longOf(this.#atomics.fetchAdd64(addressOf(v), -1n) + -1n);
  }

  /**
   * Subtracts 1. True if that makes 0.
   *
   * Context: any. Linux: atomic64_dec_and_test.
   *
   * @symbol none
   * @raw
   */
  atomic64_dec_and_test(v: Ptr<atomic64_t>): boolean {
    return longOf(this.#atomics.fetchAdd64(addressOf(v), -1n) + -1n) === 0n;
  }

  /**
   * Sets the value and returns what was there before.
   *
   * Context: any. Linux: atomic64_xchg.
   *
   * @symbol none
   * @raw
   */
  atomic64_xchg(v: Ptr<atomic64_t>, value: bigint): bigint {
    return this.#atomics.exchange64(addressOf(v), longOf(value));
  }

  /**
   * Sets the value if it is `expected`; returns what was there before.
   *
   * Context: any. Linux: atomic64_cmpxchg.
   *
   * @symbol none
   * @raw
   */
  atomic64_cmpxchg(v: Ptr<atomic64_t>, expected: bigint, value: bigint): bigint {
    return this.#atomics.compareExchange64(addressOf(v), longOf(expected), longOf(value));
  }

  /**
   * Adds a value unless it is `unless`. False if it is.
   *
   * Context: any. Linux: atomic64_add_unless.
   *
   * @symbol none
   * @raw
   */
  atomic64_add_unless(v: Ptr<atomic64_t>, value: bigint, unless: bigint): boolean {
    const pointer = addressOf(v);
    if (this.#atomics.read64(pointer) === longOf(unless)) return false;
    this.#atomics.fetchAdd64(pointer, longOf(value));
    return true;
  }

  /**
   * Adds 1 unless it is 0. False if it is.
   *
   * Context: any. Linux: atomic64_inc_not_zero.
   *
   * @symbol none
   * @raw
   */
  atomic64_inc_not_zero(v: Ptr<atomic64_t>): boolean {
    return this.atomic64_add_unless(v, 1n, 0n);
  }

  get #atomics(): Atomics {
    return this.#context.services.raw.atomics;
  }
}
