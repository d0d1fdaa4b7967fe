// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Reference counts that saturate instead of wrapping (kernel/refcount.ts), and `kref` on top of
 * them.
 *
 * @subpath kernel/raw
 */
import { REFCOUNT_MAX, REFCOUNT_SATURATED, type Refcounts } from '../kernel/refcount.ts';
import type { ApiContext } from './context.ts';
import type { Ptr } from './raw-pointer.ts';
import { addressOf, intOf } from './raw-value.ts';
import type { ScalarKind, Struct, StructClass } from './uapi-types.ts';
import type { UapiApi } from './uapi.ts';

/**
 * The field of `refcount_t`. Linux: its atomic_t.
 *
 * @public
 */
export type RefcountFields = { readonly refs: ScalarKind<'s32'> };

/**
 * How many hold something. Linux: refcount_t.
 *
 * @public
 */
export type refcount_t = Struct<RefcountFields>;

/**
 * The field of `kref`.
 *
 * @public
 */
export type KrefFields = { readonly refcount: StructClass<RefcountFields> };

/**
 * A reference count with a function for the last one. Linux: struct kref.
 *
 * @public
 */
export type kref = Struct<KrefFields>;

/** @exports */
export class RawRefcountApi {
  readonly #context: ApiContext;

  /** As a field: `refs: refcount_t`. Linux: refcount_t. */
  readonly refcount_t: StructClass<RefcountFields>;

  /** As a field: `ref: kref`. Linux: struct kref. */
  readonly kref: StructClass<KrefFields>;

  /** The largest count. Linux: REFCOUNT_MAX. */
  readonly REFCOUNT_MAX: 0x7fff_ffff = REFCOUNT_MAX;

  /** What a count that went wrong stays at. Linux: REFCOUNT_SATURATED. */
  readonly REFCOUNT_SATURATED: -0x4000_0000 = REFCOUNT_SATURATED;

  constructor(context: ApiContext, uapi: UapiApi) {
    this.#context = context;
    this.refcount_t = uapi.struct<RefcountFields>({ refs: uapi.s32 });
    this.kref = uapi.struct<KrefFields>({ refcount: this.refcount_t });
  }

  /**
   * Sets a count that nobody else knows yet.
   *
   * Context: any. Linux: refcount_set.
   *
   * @symbol none
   * @raw
   */
  refcount_set(r: Ptr<refcount_t>, value: number): void {
    this.#refcounts.set(addressOf(r), intOf(value));
  }

  /**
   * The count now.
   *
   * Context: any. Linux: refcount_read.
   *
   * @symbol none
   * @raw
   */
  refcount_read(r: Ptr<refcount_t>): number {
    return this.#refcounts.read(addressOf(r));
  }

  /**
   * One more holds it. At 0 it is freed already: that is a WARN.
   *
   * Context: any. Linux: refcount_inc.
   *
   * @symbol none
   * @raw
   */
  refcount_inc(r: Ptr<refcount_t>): void {
    this.#refcounts.add(addressOf(r), 1);
  }

  /**
   * So many more hold it.
   *
   * Context: any. Linux: refcount_add.
   *
   * @symbol none
   * @raw
   */
  refcount_add(value: number, r: Ptr<refcount_t>): void {
    this.#refcounts.add(addressOf(r), intOf(value));
  }

  /**
   * One more holds it, unless the count is 0. False if it is.
   *
   * Context: any. Linux: refcount_inc_not_zero.
   *
   * @symbol none
   * @raw
   */
  refcount_inc_not_zero(r: Ptr<refcount_t>): boolean {
    return this.#refcounts.addNotZero(addressOf(r), 1);
  }

  /**
   * So many more hold it, unless the count is 0. False if it is.
   *
   * Context: any. Linux: refcount_add_not_zero.
   *
   * @symbol none
   * @raw
   */
  refcount_add_not_zero(value: number, r: Ptr<refcount_t>): boolean {
    return this.#refcounts.addNotZero(addressOf(r), intOf(value));
  }

  /**
   * One less holds it, and others are known to. That it was the last is a WARN.
   *
   * Context: any. Linux: refcount_dec.
   *
   * @symbol none
   * @raw
   */
  refcount_dec(r: Ptr<refcount_t>): void {
    this.#refcounts.dec(addressOf(r));
  }

  /**
   * One less holds it. True if it was the last: then it is to be freed.
   *
   * Context: any. Linux: refcount_dec_and_test.
   *
   * @symbol none
   * @raw
   */
  refcount_dec_and_test(r: Ptr<refcount_t>): boolean {
    return this.#refcounts.subAndTest(addressOf(r), 1);
  }

  /**
   * So many less hold it. True if nobody does any more.
   *
   * Context: any. Linux: refcount_sub_and_test.
   *
   * @symbol none
   * @raw
   */
  refcount_sub_and_test(value: number, r: Ptr<refcount_t>): boolean {
    return this.#refcounts.subAndTest(addressOf(r), intOf(value));
  }

  /**
   * Makes a count of 1 one of 0. False if it is another.
   *
   * Context: any. Linux: refcount_dec_if_one.
   *
   * @symbol refcount_dec_if_one
   * @raw
   */
  refcount_dec_if_one(r: Ptr<refcount_t>): boolean {
    return this.#refcounts.decIfOne(addressOf(r));
  }

  /**
   * One less holds it, unless that is the last one. False if it is.
   *
   * Context: any. Linux: refcount_dec_not_one.
   *
   * @symbol refcount_dec_not_one
   * @raw
   */
  refcount_dec_not_one(r: Ptr<refcount_t>): boolean {
    return this.#refcounts.decNotOne(addressOf(r));
  }

  /**
   * Who makes it holds it.
   *
   * Context: any. Linux: kref_init.
   *
   * @symbol none
   * @raw
   */
  kref_init(ref: Ptr<kref>): void {
    this.#refcounts.set(addressOf(ref), 1);
  }

  /**
   * How many hold it.
   *
   * Context: any. Linux: kref_read.
   *
   * @symbol none
   * @raw
   */
  kref_read(ref: Ptr<kref>): number {
    return this.#refcounts.read(addressOf(ref));
  }

  /**
   * One more holds it.
   *
   * Context: any. Linux: kref_get.
   *
   * @symbol none
   * @raw
   */
  kref_get(ref: Ptr<kref>): void {
    this.#refcounts.add(addressOf(ref), 1);
  }

  /**
   * One more holds it, unless nobody does. False then.
   *
   * Context: any. Linux: kref_get_unless_zero.
   *
   * @symbol none
   * @raw
   */
  kref_get_unless_zero(ref: Ptr<kref>): boolean {
    return this.#refcounts.addNotZero(addressOf(ref), 1);
  }

  /**
   * One less holds it. Was it the last, `release` is called, to free what it lies in. True then.
   *
   * Context: any. Linux: kref_put.
   *
   * @symbol none
   * @raw
   */
  kref_put(ref: Ptr<kref>, release: (ref: Ptr<kref>) => void): boolean {
    if (!this.#refcounts.subAndTest(addressOf(ref), 1)) return false;
    this.#context.runtime.sync(release(ref));
    return true;
  }

  get #refcounts(): Refcounts {
    return this.#context.services.raw.refcounts;
  }
}
