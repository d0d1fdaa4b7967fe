// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Accesses and barriers for memory that several contexts use without a lock: what a compiler and a
 * processor must leave as it is written, and what they must keep in order.
 *
 * `READ_ONCE(p.$.flag)` and the others take a place, as `addr_of` does.
 *
 * @subpath kernel/raw
 */
import type { ApiContext } from './context.ts';

/** @exports */
export class RawBarrierApi {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Reads a place at once, as it is now: `READ_ONCE(p.$.flag)`.
   *
   * Context: any. Linux: READ_ONCE.
   *
   * @symbol none
   */
  READ_ONCE<T>(place: T): T {
    return compiledAway(place);
  }

  /**
   * Writes a place at once: `WRITE_ONCE(p.$.flag, 1)`. Nothing keeps earlier stores before it but a
   * barrier.
   *
   * Context: any. Linux: WRITE_ONCE.
   *
   * @symbol none
   */
  WRITE_ONCE<T>(place: T, value: T): void {
    compiledAway(place, value);
  }

  /**
   * Reads a place before all that follows.
   *
   * Context: any. Linux: smp_load_acquire.
   *
   * @symbol none
   */
  smp_load_acquire<T>(place: T): T {
    return compiledAway(place);
  }

  /**
   * Writes a place after all that came before: whoever reads it with `smp_load_acquire` sees that.
   *
   * Context: any. Linux: smp_store_release.
   *
   * @symbol none
   */
  smp_store_release<T>(place: T, value: T): void {
    compiledAway(place, value);
  }

  /**
   * Reads a place of which it does not matter that others change it meanwhile.
   *
   * Context: any. Linux: data_race.
   *
   * @symbol none
   */
  data_race<T>(place: T): T {
    return compiledAway(place);
  }

  /**
   * Claims that nobody else writes the place now. The race detector holds it against what others
   * do; without one it does nothing.
   *
   * Context: any. Linux: ASSERT_EXCLUSIVE_WRITER.
   *
   * @symbol none
   */
  ASSERT_EXCLUSIVE_WRITER<T>(place: T): void {
    compiledAway(place);
  }

  /**
   * Claims that nobody else reads or writes the place now.
   *
   * Context: any. Linux: ASSERT_EXCLUSIVE_ACCESS.
   *
   * @symbol none
   */
  ASSERT_EXCLUSIVE_ACCESS<T>(place: T): void {
    compiledAway(place);
  }

  /**
   * What the running context does from now on is not looked at, until `kcsan_enable_current`.
   * Nests.
   *
   * Context: any. Linux: kcsan_disable_current.
   *
   * @symbol none
   */
  kcsan_disable_current(): void {
    const { races } = this.#context.services;
    if (races !== undefined) races.orders.current.disabledDepth++;
  }

  /**
   * Ends it.
   *
   * Context: that of its begin. Linux: kcsan_enable_current.
   *
   * @symbol none
   */
  kcsan_enable_current(): void {
    const { races } = this.#context.services;
    if (races === undefined) return;
    const { current } = races.orders;
    current.disabledDepth = Math.max(0, current.disabledDepth - 1);
  }

  /**
   * All accesses before come before all that follow.
   *
   * Context: any. Linux: smp_mb.
   *
   * @symbol none
   */
  smp_mb(): void {
    this.#context.services.scheduler.happens.barrier('full');
  }

  /**
   * All loads before come before all loads that follow.
   *
   * Context: any. Linux: smp_rmb.
   *
   * @symbol none
   */
  smp_rmb(): void {
    this.#context.services.scheduler.happens.barrier('read');
  }

  /**
   * All stores before come before all stores that follow.
   *
   * Context: any. Linux: smp_wmb.
   *
   * @symbol none
   */
  smp_wmb(): void {
    this.#context.services.scheduler.happens.barrier('write');
  }
}

/** What stands for an access must be called where the toolchain sees the place. */
function compiledAway(...args: readonly unknown[]): never {
  void args;
  throw new Error('an access of the language is called by its name');
}
