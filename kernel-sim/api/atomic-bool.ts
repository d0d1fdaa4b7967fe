// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Switches of drivers that several may change at once.
 *
 * @subpath kernel/sync
 */
import type { Atomics } from '../kernel/atomic.ts';
import type { ApiContext } from './context.ts';
import { LockMemory } from './guard.ts';
import type { Ref } from './ownership.ts';

const BYTES = 4;

/**
 * True or false, read and written at once. Each change is ordered as a full barrier is. Linux:
 * an atomic_t of 0 or 1.
 *
 * @public
 */
export class AtomicBool {
  readonly #atomics: Atomics;
  readonly #memory: LockMemory;

  /** @internal */
  constructor(context: ApiContext, value: boolean) {
    this.#atomics = context.services.raw.atomics;
    this.#memory = new LockMemory(context, BYTES);
    this.#atomics.set(this.#memory.pointer, Number(Boolean(value)));
  }

  /** The value now. Context: any. Linux: atomic_read. */
  load(this: Ref<AtomicBool>): boolean {
    return this.#atomics.read(this.#memory.pointer) !== 0;
  }

  /** Sets the value. Context: any. Linux: atomic_set. */
  store(this: Ref<AtomicBool>, value: boolean): void {
    this.#atomics.set(this.#memory.pointer, Number(Boolean(value)));
  }

  /**
   * Sets the value, and returns what was there before: of several who set it, one is the first.
   *
   * Context: any. Linux: atomic_xchg.
   */
  swap(this: Ref<AtomicBool>, value: boolean): boolean {
    return this.#atomics.exchange(this.#memory.pointer, Number(Boolean(value))) !== 0;
  }

  /**
   * Sets the value if it is `expected`. Returns what was there: `expected` if it was set.
   *
   * Context: any. Linux: atomic_cmpxchg.
   */
  compare_exchange(this: Ref<AtomicBool>, expected: boolean, value: boolean): boolean {
    const [from, to] = [Number(Boolean(expected)), Number(Boolean(value))];
    return this.#atomics.compareExchange(this.#memory.pointer, from, to) !== 0;
  }

  /** Context: any. */
  [Symbol.dispose](): void {
    this.#memory.free(BYTES);
  }
}

/** @statics AtomicBool */
export class AtomicBoolStatics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * A new switch.
   *
   * Context: any. Linux: ATOMIC_INIT.
   *
   * @throws ENOMEM no memory for it
   */
  new(value: boolean): AtomicBool {
    return new AtomicBool(this.#context, value);
  }
}
