// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Large numbers of drivers that several may change at once.
 *
 * @subpath kernel/sync
 */
import type { Atomics } from '../kernel/atomic.ts';
import type { ApiContext } from './context.ts';
import { LockMemory } from './guard.ts';
import type { Ref } from './ownership.ts';
import { longOf } from './raw-value.ts';

const BYTES = 8;

/**
 * An unsigned integer of 64 bits that is read, changed and written at once. It wraps. Each change
 * is ordered as a full barrier is. Linux: atomic64_t.
 *
 * @public
 */
export class AtomicU64 {
  readonly #atomics: Atomics;
  readonly #memory: LockMemory;

  /** @internal */
  constructor(context: ApiContext, value: bigint) {
    this.#atomics = context.services.raw.atomics;
    this.#memory = new LockMemory(context, BYTES);
    this.#atomics.set64(this.#memory.pointer, longOf(value));
  }

  /** The value now. Context: any. Linux: atomic64_read. */
  load(this: Ref<AtomicU64>): bigint {
    return BigInt.asUintN(64, this.#atomics.read64(this.#memory.pointer));
  }

  /** Sets the value. Context: any. Linux: atomic64_set. */
  store(this: Ref<AtomicU64>, value: bigint): void {
    this.#atomics.set64(this.#memory.pointer, longOf(value));
  }

  /** Adds, and returns what was there before. Context: any. Linux: atomic64_fetch_add. */
  fetch_add(this: Ref<AtomicU64>, value: bigint): bigint {
    const old = this.#atomics.fetchAdd64(this.#memory.pointer, longOf(value));
    return BigInt.asUintN(64, old);
  }

  /** Adds. Context: any. Linux: atomic64_add. */
  add(this: Ref<AtomicU64>, value: bigint): void {
    this.fetch_add(value);
  }

  /** Subtracts. Context: any. Linux: atomic64_sub. */
  sub(this: Ref<AtomicU64>, value: bigint): void {
    this.fetch_add(-longOf(value));
  }

  /** Sets the value, and returns what was there before. Context: any. Linux: atomic64_xchg. */
  swap(this: Ref<AtomicU64>, value: bigint): bigint {
    const old = this.#atomics.exchange64(this.#memory.pointer, longOf(value));
    return BigInt.asUintN(64, old);
  }

  /**
   * Sets the value if it is `expected`. Returns what was there: `expected` if it was set.
   *
   * Context: any. Linux: atomic64_cmpxchg.
   */
  compare_exchange(this: Ref<AtomicU64>, expected: bigint, value: bigint): bigint {
    const [from, to] = [longOf(expected), longOf(value)];
    return BigInt.asUintN(64, this.#atomics.compareExchange64(this.#memory.pointer, from, to));
  }

  /** Context: any. */
  [Symbol.dispose](): void {
    this.#memory.free(BYTES);
  }
}

/** @statics AtomicU64 */
export class AtomicU64Statics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * A new number: `AtomicU64.new(0n)`.
   *
   * Context: any. Linux: ATOMIC64_INIT.
   *
   * @throws ENOMEM no memory for it
   */
  new(value: bigint): AtomicU64 {
    return new AtomicU64(this.#context, value);
  }
}
