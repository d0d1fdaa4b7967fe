// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Numbers of drivers that several may change at once.
 *
 * @subpath kernel/sync
 */
import type { ApiContext } from './context.ts';
import { LockMemory } from './guard.ts';
import type { Ref } from './ownership.ts';

/**
 * An unsigned integer of 32 bits that is read, changed and written at once. It wraps. Each change
 * is ordered as a full barrier is. Linux: atomic_t.
 *
 * @public
 */
export class AtomicU32 {
  readonly #context: ApiContext;
  readonly #memory: LockMemory;

  /** @internal */
  constructor(context: ApiContext, value: number) {
    this.#context = context;
    this.#memory = new LockMemory(context, BYTES);
    context.services.raw.atomics.set(this.#memory.pointer, value | 0);
  }

  /** The value now. Context: any. Linux: atomic_read. */
  load(this: Ref<AtomicU32>): number {
    return this.#context.services.raw.atomics.read(this.#memory.pointer) >>> 0;
  }

  /** Sets the value. Context: any. Linux: atomic_set. */
  store(this: Ref<AtomicU32>, value: number): void {
    this.#context.services.raw.atomics.set(this.#memory.pointer, value | 0);
  }

  /** Adds, and returns what was there before. Context: any. Linux: atomic_fetch_add. */
  fetch_add(this: Ref<AtomicU32>, value: number): number {
    return this.#context.services.raw.atomics.fetchAdd(this.#memory.pointer, value | 0) >>> 0;
  }

  /** Adds. Context: any. Linux: atomic_add. */
  add(this: Ref<AtomicU32>, value: number): void {
    this.fetch_add(value);
  }

  /** Subtracts. Context: any. Linux: atomic_sub. */
  sub(this: Ref<AtomicU32>, value: number): void {
    this.fetch_add(-value);
  }

  /** Sets the value, and returns what was there before. Context: any. Linux: atomic_xchg. */
  swap(this: Ref<AtomicU32>, value: number): number {
    return this.#context.services.raw.atomics.exchange(this.#memory.pointer, value | 0) >>> 0;
  }

  /**
   * Sets the value if it is `expected`. Returns what was there: `expected` if it was set.
   *
   * Context: any. Linux: atomic_cmpxchg.
   */
  compare_exchange(this: Ref<AtomicU32>, expected: number, value: number): number {
    const { atomics } = this.#context.services.raw;
    return atomics.compareExchange(this.#memory.pointer, expected | 0, value | 0) >>> 0;
  }

  /** Context: any. */
  [Symbol.dispose](): void {
    this.#memory.free(BYTES);
  }
}

const BYTES = 4;

/** @statics AtomicU32 */
export class AtomicU32Statics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * A new number.
   *
   * Context: any. Linux: ATOMIC_INIT.
   *
   * @throws ENOMEM no memory for it
   */
  new(value: number): AtomicU32 {
    return new AtomicU32(this.#context, value);
  }
}
