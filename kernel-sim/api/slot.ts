// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A place for an owned value that may be empty.
 *
 * @subpath kernel/alloc
 */
import { dropNow, dropThen } from './allocation.ts';
import type { ApiContext } from './context.ts';
import type { Mut, Ref } from './ownership.ts';

/**
 * A field that holds an owned value or none, and out of which the value can be moved. Rust:
 * Option.
 *
 * @public
 */
export class Slot<T> {
  readonly #context: ApiContext;
  #value: T | null;

  /** @internal */
  constructor(context: ApiContext, value: T | null) {
    this.#context = context;
    this.#value = value;
  }

  /**
   * Moves the value out; null when there is none.
   *
   * @symbol none
   */
  take(this: Mut<Slot<T>>): T | null {
    const value = this.#value;
    this.#value = null;
    return value;
  }

  /**
   * Moves a value in. What was there is dropped.
   *
   * Context: any in which that may be dropped without waiting.
   *
   * @symbol none
   */
  put(this: Mut<Slot<T>>, value: T): void {
    const old = this.replace(value);
    dropNow(this.#context, old);
  }

  /**
   * Moves a value in and what was there out.
   *
   * @symbol none
   */
  replace(this: Mut<Slot<T>>, value: T): T | null {
    const old = this.#value;
    this.#value = value;
    return old;
  }

  /**
   * The value, to be read where it is.
   *
   * @symbol none
   */
  get(this: Ref<Slot<T>>): Ref<T> | null {
    return this.#value as Ref<T> | null;
  }

  /**
   * The value, to be changed where it is.
   *
   * @symbol none
   */
  get_mut(this: Mut<Slot<T>>): Mut<T> | null {
    return this.#value as Mut<T> | null;
  }

  /**
   * True when there is a value.
   *
   * @symbol none
   */
  is_some(this: Ref<Slot<T>>): boolean {
    return this.#value !== null;
  }

  /**
   * Context: any in which the value may be dropped.
   *
   * @symbol none
   */
  [Symbol.dispose](): void {
    const value = this.#value;
    this.#value = null;
    // A coroutine where the value's own dispose is one.
    return dropThen(this.#context.runtime, [value], () => undefined) as void;
  }
}

/** @statics Slot */
export class SlotStatics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * A slot with a value, or an empty one: `Slot.new<Timer>()`.
   *
   * @symbol none
   */
  new<T>(value: T | null = null): Slot<T> {
    return new Slot(this.#context, value);
  }
}
