// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Mutexes that lie in structs of drivers: `struct({ lock: mutex, count: u32 })`.
 *
 * @subpath kernel/raw
 */
import { LOCK_KIND } from '../kernel/locking/lockdep/lock-kind.ts';
import { ACQUIRE, type Acquire } from '../kernel/locking/lockdep/lockdep.ts';
import { WAIT, type Wait } from '../kernel/locking/lock-sleep.ts';
import type { Mutexes } from '../kernel/locking/mutex.ts';
import { after } from '../lib/coroutine.ts';
import type { MaySleep, MaySwitch } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import type { ListHeadFields, RawListApi } from './raw-list.ts';
import type { Ptr, VoidPtr } from './raw-pointer.ts';
import { addressOf, intOf, pointerTo, staticAt } from './raw-value.ts';
import type { PointerKind, ScalarKind, Struct, StructClass } from './uapi-types.ts';
import type { UapiApi } from './uapi.ts';

/**
 * The fields of `mutex`: who holds it with flags in the low bits, who waits, and what is checked.
 *
 * @public
 */
export type MutexFields = {
  readonly owner: ScalarKind<'usize'>;
  readonly wait_lock: ScalarKind<'u32'>;
  readonly osq: ScalarKind<'u32'>;
  readonly wait_list: StructClass<ListHeadFields>;
  readonly magic: PointerKind<undefined>;
  readonly dep_key: ScalarKind<'usize'>;
};

/**
 * A lock that is waited for asleep. Linux: struct mutex.
 *
 * @public
 */
export type mutex = Struct<MutexFields>;

/** @exports */
export class RawMutexApi {
  readonly #context: ApiContext;

  /** As a field: `lock: mutex`. Linux: struct mutex. */
  readonly mutex: StructClass<MutexFields>;

  constructor(context: ApiContext, uapi: UapiApi, lists: RawListApi) {
    this.#context = context;
    this.mutex = uapi.struct<MutexFields>({
      owner: uapi.usize,
      wait_lock: uapi.u32,
      osq: uapi.u32,
      wait_list: lists.list_head,
      magic: uapi.ptr<undefined>(),
      dep_key: uapi.usize,
    });
  }

  /**
   * A mutex among the variables of the module, free and ready: `const bank_lock = DEFINE_MUTEX();`
   * at the top level of a file.
   *
   * Context: none, since it is there when the module is. Linux: DEFINE_MUTEX.
   *
   * @symbol none
   * @static
   */
  DEFINE_MUTEX(): Ptr<mutex>;
  DEFINE_MUTEX(at?: number, name?: string): Ptr<mutex> {
    const address = staticAt(at);
    this.#initialise(address, name);
    return pointerTo(address);
  }

  /**
   * Makes memory a mutex that is free. All that one line makes are of one class to lockdep.
   *
   * Context: any; nobody may hold it. Linux: mutex_init.
   *
   * @symbol __mutex_init
   * @raw
   * @lock_init
   */
  mutex_init(lock: Ptr<mutex>): void {
    this.#initialise(addressOf(lock));
  }

  /**
   * Takes the mutex, sleeping until it is free. Signals do not end the wait. Who holds it
   * already waits for ever.
   *
   * Context: process. Linux: mutex_lock.
   *
   * @symbol mutex_lock
   * @raw
   */
  mutex_lock(lock: Ptr<mutex>): MaySleep<void> {
    return this.#take(lock, ACQUIRE.WRITE);
  }

  /**
   * The same, but a signal ends the wait: 0 with the mutex, -EINTR without.
   *
   * Context: process. Linux: mutex_lock_interruptible.
   *
   * @symbol mutex_lock_interruptible
   * @raw
   */
  mutex_lock_interruptible(lock: Ptr<mutex>): MaySleep<number> {
    return this.#lock(lock, ACQUIRE.WRITE, WAIT.INTERRUPTIBLE);
  }

  /**
   * The same, but a signal that kills ends the wait: 0 with the mutex, -EINTR without.
   *
   * Context: process. Linux: mutex_lock_killable.
   *
   * @symbol mutex_lock_killable
   * @raw
   */
  mutex_lock_killable(lock: Ptr<mutex>): MaySleep<number> {
    return this.#lock(lock, ACQUIRE.WRITE, WAIT.KILLABLE);
  }

  /**
   * Takes a second mutex of a class that is held: `subclass`, 1 to 7, says which of an order
   * that the driver knows it is.
   *
   * Context: process. Linux: mutex_lock_nested.
   *
   * @symbol mutex_lock_nested
   * @raw
   */
  mutex_lock_nested(lock: Ptr<mutex>, subclass: number): MaySleep<void> {
    return this.#take(lock, { subclass: intOf(subclass) });
  }

  /**
   * The same, but a signal ends the wait: 0 with the mutex, -EINTR without.
   *
   * Context: process. Linux: mutex_lock_interruptible_nested.
   *
   * @symbol mutex_lock_interruptible_nested
   * @raw
   */
  mutex_lock_interruptible_nested(lock: Ptr<mutex>, subclass: number): MaySleep<number> {
    const how = { subclass: intOf(subclass) };
    return this.#lock(lock, how, WAIT.INTERRUPTIBLE);
  }

  /**
   * The same, but a signal that kills ends the wait: 0 with the mutex, -EINTR without.
   *
   * Context: process. Linux: mutex_lock_killable_nested.
   *
   * @symbol mutex_lock_killable_nested
   * @raw
   */
  mutex_lock_killable_nested(lock: Ptr<mutex>, subclass: number): MaySleep<number> {
    return this.#lock(lock, { subclass: intOf(subclass) }, WAIT.KILLABLE);
  }

  /**
   * Takes one of many mutexes of a class, in any order: `outer`, which is held, keeps everybody
   * else from doing so.
   *
   * Context: process. Linux: mutex_lock_nest_lock.
   *
   * @symbol _mutex_lock_nest_lock
   * @raw
   */
  mutex_lock_nest_lock(lock: Ptr<mutex>, outer: VoidPtr): MaySleep<void> {
    return this.#take(lock, this.#under(outer));
  }

  /**
   * Takes the mutex if it is free. True if so.
   *
   * Context: process. Linux: mutex_trylock.
   *
   * @symbol mutex_trylock
   * @raw
   */
  mutex_trylock(lock: Ptr<mutex>): boolean {
    return this.#mutexes.tryLock(addressOf(lock));
  }

  /**
   * Gives the mutex back. The task that took it has to.
   *
   * Context: process. Linux: mutex_unlock.
   *
   * @symbol mutex_unlock
   * @raw
   */
  mutex_unlock(lock: Ptr<mutex>): MaySwitch<void> {
    this.#mutexes.unlock(addressOf(lock));
    return this.#context.services.scheduler.point();
  }

  /**
   * Whether anybody holds the mutex now.
   *
   * Context: any. Linux: mutex_is_locked.
   *
   * @symbol mutex_is_locked
   * @raw
   */
  mutex_is_locked(lock: Ptr<mutex>): boolean {
    return this.#mutexes.isLocked(addressOf(lock));
  }

  /**
   * Says that the memory is no mutex any more. Nobody may hold it.
   *
   * Context: process. Linux: mutex_destroy.
   *
   * @symbol mutex_destroy
   * @raw
   */
  mutex_destroy(lock: Ptr<mutex>): void {
    this.#mutexes.destroy(addressOf(lock));
  }

  #take(lock: Ptr<mutex>, how: Acquire): MaySleep<void> {
    return after(this.#lock(lock, how, WAIT.UNINTERRUPTIBLE), nothing);
  }

  #lock(lock: Ptr<mutex>, how: Acquire, wait: Wait): MaySleep<number> {
    const at = addressOf(lock);
    return this.#mutexes.lockNow(at, how) ? 0 : this.#mutexes.lock(at, how, wait);
  }

  /** Linux: the dep_map of the lock that orders others. */
  #under(outer: VoidPtr): Acquire {
    return { nest: this.#context.services.lockdep.mapAt(addressOf(outer)) };
  }

  #initialise(at: number, name?: string): void {
    const { lockdep } = this.#context.services;
    const { sizeBytes } = this.#mutexes.layout;
    const map = lockdep.initMap(at, { ...LOCK_KIND.MUTEX, name, sizeBytes });
    this.#mutexes.initialise(at, map.key);
  }

  get #mutexes(): Mutexes {
    return this.#context.services.mutexes;
  }
}

function nothing(): void {}
