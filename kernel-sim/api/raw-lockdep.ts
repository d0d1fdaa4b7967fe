// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What code says of its locks to whoever watches them: that one is held here, and which of them are
 * of one class.
 *
 * @subpath kernel/raw
 */
import type { LockMap } from '../kernel/locking/lockdep/lock-class.ts';
import type { Lockdep } from '../kernel/locking/lockdep/lockdep.ts';
import type { ApiContext } from './context.ts';
import type { VoidPtr } from './raw-pointer.ts';
import { addressOf, intOf } from './raw-value.ts';

/** @exports */
export class RawLockdepApi {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Warns unless the running code holds the lock, of whatever kind.
   *
   * Context: any. Linux: lockdep_assert_held.
   *
   * @symbol none
   * @raw
   */
  lockdep_assert_held(lock: VoidPtr): void {
    this.#assert(lock, (map) => this.#lockdep.isHeld(map));
  }

  /**
   * Warns unless the running code holds the lock as a writer.
   *
   * Context: any. Linux: lockdep_assert_held_write.
   *
   * @symbol none
   * @raw
   */
  lockdep_assert_held_write(lock: VoidPtr): void {
    this.#assert(lock, (map) => this.#lockdep.heldAs(map) === 0);
  }

  /**
   * Warns unless the running code holds the lock as a reader.
   *
   * Context: any. Linux: lockdep_assert_held_read.
   *
   * @symbol none
   * @raw
   */
  lockdep_assert_held_read(lock: VoidPtr): void {
    this.#assert(lock, (map) => (this.#lockdep.heldAs(map) ?? 0) !== 0);
  }

  /**
   * Warns if the running code holds the lock.
   *
   * Context: any. Linux: lockdep_assert_not_held.
   *
   * @symbol none
   * @raw
   */
  lockdep_assert_not_held(lock: VoidPtr): void {
    this.#assert(lock, (map) => !this.#lockdep.isHeld(map));
  }

  /**
   * Makes a lock one of the class that `key` stands for, an address of the driver's choice, under a
   * name. For locks that one line makes and that are taken in different ways.
   *
   * Context: any; nobody may hold the lock. Linux: lockdep_set_class_and_name.
   *
   * @symbol none
   * @raw
   */
  lockdep_set_class_and_name(lock: VoidPtr, key: VoidPtr, name: string): void {
    const { table } = this.#lockdep;
    table.setClass(addressOf(lock), table.keyAt(addressOf(key), String(name)));
  }

  /**
   * Makes a lock one of another nesting level of its class, below 8.
   *
   * Context: any; nobody may hold the lock. Linux: lockdep_set_subclass.
   *
   * @symbol none
   * @raw
   */
  lockdep_set_subclass(lock: VoidPtr, subclass: number): void {
    this.#lockdep.table.setClass(addressOf(lock), undefined, intOf(subclass) >>> 0);
  }

  #assert(lock: VoidPtr, isFine: (map: LockMap) => boolean): void {
    if (!this.#lockdep.isReporting) return;
    const map = this.#lockdep.mapAt(addressOf(lock));
    if (map === undefined || !isFine(map)) this.#context.services.raw.warner.warn();
  }

  get #lockdep(): Lockdep {
    return this.#context.services.lockdep;
  }
}
