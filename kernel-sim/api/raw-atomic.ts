// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * An integer that is read, changed and written at once: `atomic_t`. It wraps.
 *
 * @subpath kernel/raw
 */
import type { Atomics } from '../kernel/atomic.ts';
import type { ApiContext } from './context.ts';
import type { Ptr } from './raw-pointer.ts';
import { addressOf, intOf } from './raw-value.ts';
import type { ScalarKind, Struct, StructClass } from './uapi-types.ts';
import type { UapiApi } from './uapi.ts';

/**
 * The field of `atomic_t`.
 *
 * @public
 */
export type AtomicFields = { readonly counter: ScalarKind<'s32'> };

/**
 * An integer for several at once. Linux: atomic_t.
 *
 * @public
 */
export type atomic_t = Struct<AtomicFields>;

/** @exports */
export class RawAtomicApi {
  readonly #context: ApiContext;

  /** As a field: `count: atomic_t`. Linux: atomic_t. */
  readonly atomic_t: StructClass<AtomicFields>;

  constructor(context: ApiContext, uapi: UapiApi) {
    this.#context = context;
    this.atomic_t = uapi.struct<AtomicFields>({ counter: uapi.s32 });
  }

  /**
   * The value now.
   *
   * Context: any. Linux: atomic_read.
   *
   * @symbol none
   * @raw
   */
  atomic_read(v: Ptr<atomic_t>): number {
    return this.#atomics.read(addressOf(v));
  }

  /**
   * Sets the value.
   *
   * Context: any. Linux: atomic_set.
   *
   * @symbol none
   * @raw
   */
  atomic_set(v: Ptr<atomic_t>, value: number): void {
    this.#atomics.set(addressOf(v), intOf(value));
  }

  /**
   * Adds a value.
   *
   * Context: any. Linux: atomic_add.
   *
   * @symbol none
   * @raw
   */
  atomic_add(value: number, v: Ptr<atomic_t>): void {
    this.#atomics.fetchAdd(addressOf(v), intOf(value));
  }

  /**
   * Adds a value and returns what that makes.
   *
   * Context: any. Linux: atomic_add_return.
   *
   * @symbol none
   * @raw
   */
  atomic_add_return(value: number, v: Ptr<atomic_t>): number {
    const delta = intOf(value);
    return intOf(this.#atomics.fetchAdd(addressOf(v), delta) + delta);
  }

  /**
   * Adds a value and returns what was there before.
   *
   * Context: any. Linux: atomic_fetch_add.
   *
   * @symbol none
   * @raw
   */
  atomic_fetch_add(value: number, v: Ptr<atomic_t>): number {
    return this.#atomics.fetchAdd(addressOf(v), intOf(value));
  }

  /**
   * Subtracts a value.
   *
   * Context: any. Linux: atomic_sub.
   *
   * @symbol none
   * @raw
   */
  atomic_sub(value: number, v: Ptr<atomic_t>): void {
    this.#atomics.fetchAdd(addressOf(v), -intOf(value));
  }

  /**
   * Subtracts a value and returns what that makes.
   *
   * Context: any. Linux: atomic_sub_return.
   *
   * @symbol none
   * @raw
   */
  atomic_sub_return(value: number, v: Ptr<atomic_t>): number {
    const delta = -intOf(value);
    return intOf(this.#atomics.fetchAdd(addressOf(v), delta) + delta);
  }

  /**
   * Subtracts a value and returns what was there before.
   *
   * Context: any. Linux: atomic_fetch_sub.
   *
   * @symbol none
   * @raw
   */
  atomic_fetch_sub(value: number, v: Ptr<atomic_t>): number {
    return this.#atomics.fetchAdd(addressOf(v), -intOf(value));
  }

  /**
   * Adds 1.
   *
   * Context: any. Linux: atomic_inc.
   *
   * @symbol none
   * @raw
   */
  atomic_inc(v: Ptr<atomic_t>): void {
    this.#atomics.fetchAdd(addressOf(v), 1);
  }

  /**
   * Adds 1 and returns what that makes.
   *
   * Context: any. Linux: atomic_inc_return.
   *
   * @symbol none
   * @raw
   */
  atomic_inc_return(v: Ptr<atomic_t>): number {
    return intOf(this.#atomics.fetchAdd(addressOf(v), 1) + 1);
  }

  /**
   * Adds 1. True if that makes 0.
   *
   * Context: any. Linux: atomic_inc_and_test.
   *
   * @symbol none
   * @raw
   */
  atomic_inc_and_test(v: Ptr<atomic_t>): boolean {
    return intOf(this.#atomics.fetchAdd(addressOf(v), 1) + 1) === 0;
  }

  /**
   * Subtracts 1.
   *
   * Context: any. Linux: atomic_dec.
   *
   * @symbol none
   * @raw
   */
  atomic_dec(v: Ptr<atomic_t>): void {
    this.#atomics.fetchAdd(addressOf(v), -1);
  }

  /**
   * Subtracts 1 and returns what that makes.
   *
   * Context: any. Linux: atomic_dec_return.
   *
   * @symbol none
   * @raw
   */
  atomic_dec_return(v: Ptr<atomic_t>): number {
    return intOf(this.#atomics.fetchAdd(addressOf(v), -1) + -1);
  }

  /**
   * Subtracts 1. True if that makes 0.
   *
   * Context: any. Linux: atomic_dec_and_test.
   *
   * @symbol none
   * @raw
   */
  atomic_dec_and_test(v: Ptr<atomic_t>): boolean {
    return intOf(this.#atomics.fetchAdd(addressOf(v), -1) + -1) === 0;
  }

  /**
   * Sets the value and returns what was there before.
   *
   * Context: any. Linux: atomic_xchg.
   *
   * @symbol none
   * @raw
   */
  atomic_xchg(v: Ptr<atomic_t>, value: number): number {
    return this.#atomics.exchange(addressOf(v), intOf(value));
  }

  /**
   * Sets the value if it is `expected`; returns what was there before.
   *
   * Context: any. Linux: atomic_cmpxchg.
   *
   * @symbol none
   * @raw
   */
  atomic_cmpxchg(v: Ptr<atomic_t>, expected: number, value: number): number {
    return this.#atomics.compareExchange(addressOf(v), intOf(expected), intOf(value));
  }

  /**
   * Adds a value unless it is `unless`. False if it is.
   *
   * Context: any. Linux: atomic_add_unless.
   *
   * @symbol none
   * @raw
   */
  atomic_add_unless(v: Ptr<atomic_t>, value: number, unless: number): boolean {
    const pointer = addressOf(v);
    if (this.#atomics.read(pointer) === intOf(unless)) return false;
    this.#atomics.fetchAdd(pointer, intOf(value));
    return true;
  }

  /**
   * Adds 1 unless it is 0. False if it is.
   *
   * Context: any. Linux: atomic_inc_not_zero.
   *
   * @symbol none
   * @raw
   */
  atomic_inc_not_zero(v: Ptr<atomic_t>): boolean {
    return this.atomic_add_unless(v, 1, 0);
  }

  get #atomics(): Atomics {
    return this.#context.services.raw.atomics;
  }
}
