// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Sleeping locks that many may hold to read, or one to write.
 *
 * @subpath kernel/raw
 */
import { WAIT } from '../kernel/locking/lock-sleep.ts';
import { LOCK_KIND } from '../kernel/locking/lockdep/lock-kind.ts';
import { ACQUIRE } from '../kernel/locking/lockdep/lockdep.ts';
import type { RwSemaphores } from '../kernel/locking/rwsem.ts';
import type { Sleeping, Switching } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import type { ListHeadFields, RawListApi } from './raw-list.ts';
import type { Ptr, VoidPtr } from './raw-pointer.ts';
import { addressOf, intOf, pointerTo, staticAt } from './raw-value.ts';
import type { PointerKind, ScalarKind, Struct, StructClass } from './uapi-types.ts';
import type { UapiApi } from './uapi.ts';

/**
 * The fields of `rw_semaphore`: who reads or writes, who waits, and what is checked.
 *
 * @public
 */
export type RwSemaphoreFields = {
  readonly count: ScalarKind<'usize'>;
  readonly owner: ScalarKind<'usize'>;
  readonly osq: ScalarKind<'u32'>;
  readonly wait_lock: ScalarKind<'u32'>;
  readonly wait_list: StructClass<ListHeadFields>;
  readonly magic: PointerKind<undefined>;
  readonly dep_key: ScalarKind<'usize'>;
};

/**
 * A sleeping lock with two sides. Linux: struct rw_semaphore.
 *
 * @public
 */
export type rw_semaphore = Struct<RwSemaphoreFields>;

/** @exports */
export class RawRwsemApi {
  readonly #context: ApiContext;

  /** As a field: `lock: rw_semaphore`. Linux: struct rw_semaphore. */
  readonly rw_semaphore: StructClass<RwSemaphoreFields>;

  constructor(context: ApiContext, uapi: UapiApi, lists: RawListApi) {
    this.#context = context;
    this.rw_semaphore = uapi.struct<RwSemaphoreFields>({
      count: uapi.usize,
      owner: uapi.usize,
      osq: uapi.u32,
      wait_lock: uapi.u32,
      wait_list: lists.list_head,
      magic: uapi.ptr<undefined>(),
      dep_key: uapi.usize,
    });
  }

  /**
   * A lock among the variables of the module, free and ready: `const table_lock = DECLARE_RWSEM();`
   * at the top level of a file.
   *
   * Context: none, since it is there when the module is. Linux: DECLARE_RWSEM.
   *
   * @symbol none
   * @static
   */
  DECLARE_RWSEM(): Ptr<rw_semaphore>;
  DECLARE_RWSEM(at?: number, name?: string): Ptr<rw_semaphore> {
    const address = staticAt(at);
    this.#initialise(address, name);
    return pointerTo(address);
  }

  /**
   * Makes memory a lock that is free. All that one line makes are of one class to lockdep.
   *
   * Context: any; nobody may hold it. Linux: init_rwsem.
   *
   * @symbol __init_rwsem
   * @raw
   * @lock_init
   */
  init_rwsem(sem: Ptr<rw_semaphore>): void {
    this.#initialise(addressOf(sem));
  }

  /**
   * Takes the lock to read, with others who read, sleeping until nobody writes. Signals do not end
   * the wait.
   *
   * Context: process. Linux: down_read.
   *
   * @symbol down_read
   * @raw
   */
  *down_read(sem: Ptr<rw_semaphore>): Sleeping<void> {
    yield* this.#locks.read(addressOf(sem), ACQUIRE.READ, WAIT.UNINTERRUPTIBLE);
  }

  /**
   * The same, but a signal ends the wait: 0 with the lock, -EINTR without.
   *
   * Context: process. Linux: down_read_interruptible.
   *
   * @symbol down_read_interruptible
   * @raw
   */
  *down_read_interruptible(sem: Ptr<rw_semaphore>): Sleeping<number> {
    return yield* this.#locks.read(addressOf(sem), ACQUIRE.READ, WAIT.INTERRUPTIBLE);
  }

  /**
   * The same, but a signal that kills ends the wait: 0 with the lock, -EINTR without.
   *
   * Context: process. Linux: down_read_killable.
   *
   * @symbol down_read_killable
   * @raw
   */
  *down_read_killable(sem: Ptr<rw_semaphore>): Sleeping<number> {
    return yield* this.#locks.read(addressOf(sem), ACQUIRE.READ, WAIT.KILLABLE);
  }

  /**
   * Takes a second lock of a class that is held to read: `subclass`, 1 to 7, says which of an order
   * that the driver knows it is.
   *
   * Context: process. Linux: down_read_nested.
   *
   * @symbol down_read_nested
   * @raw
   */
  *down_read_nested(sem: Ptr<rw_semaphore>, subclass: number): Sleeping<void> {
    const how = { ...ACQUIRE.READ, subclass: intOf(subclass) };
    yield* this.#locks.read(addressOf(sem), how, WAIT.UNINTERRUPTIBLE);
  }

  /**
   * Takes the lock to read if that can be done at once. True if so.
   *
   * Context: process. Linux: down_read_trylock.
   *
   * @symbol down_read_trylock
   * @raw
   */
  down_read_trylock(sem: Ptr<rw_semaphore>): boolean {
    return this.#locks.tryRead(addressOf(sem));
  }

  /**
   * Takes the lock to write, alone, sleeping until that can be. Signals do not end the wait.
   *
   * Context: process. Linux: down_write.
   *
   * @symbol down_write
   * @raw
   */
  *down_write(sem: Ptr<rw_semaphore>): Sleeping<void> {
    yield* this.#locks.write(addressOf(sem), ACQUIRE.WRITE, WAIT.UNINTERRUPTIBLE);
  }

  /**
   * The same, but a signal that kills ends the wait: 0 with the lock, -EINTR without.
   *
   * Context: process. Linux: down_write_killable.
   *
   * @symbol down_write_killable
   * @raw
   */
  *down_write_killable(sem: Ptr<rw_semaphore>): Sleeping<number> {
    return yield* this.#locks.write(addressOf(sem), ACQUIRE.WRITE, WAIT.KILLABLE);
  }

  /**
   * Takes a second lock of a class that is held to write: `subclass`, 1 to 7, says which of an
   * order that the driver knows it is.
   *
   * Context: process. Linux: down_write_nested.
   *
   * @symbol down_write_nested
   * @raw
   */
  *down_write_nested(sem: Ptr<rw_semaphore>, subclass: number): Sleeping<void> {
    const how = { subclass: intOf(subclass) };
    yield* this.#locks.write(addressOf(sem), how, WAIT.UNINTERRUPTIBLE);
  }

  /**
   * Takes one of many locks of a class to write, in any order: `outer`, which is held, keeps
   * everybody else from doing so.
   *
   * Context: process. Linux: down_write_nest_lock.
   *
   * @symbol _down_write_nest_lock
   * @raw
   */
  *down_write_nest_lock(sem: Ptr<rw_semaphore>, outer: VoidPtr): Sleeping<void> {
    const how = { nest: this.#context.services.lockdep.mapAt(addressOf(outer)) };
    yield* this.#locks.write(addressOf(sem), how, WAIT.UNINTERRUPTIBLE);
  }

  /**
   * Takes the lock to write if that can be done at once. True if so.
   *
   * Context: process. Linux: down_write_trylock.
   *
   * @symbol down_write_trylock
   * @raw
   */
  down_write_trylock(sem: Ptr<rw_semaphore>): boolean {
    return this.#locks.tryWrite(addressOf(sem));
  }

  /**
   * Gives the lock back that was taken to read.
   *
   * Context: process. Linux: up_read.
   *
   * @symbol up_read
   * @raw
   */
  *up_read(sem: Ptr<rw_semaphore>): Switching<void> {
    this.#locks.endRead(addressOf(sem));
    yield* this.#context.services.scheduler.reschedule();
  }

  /**
   * Gives the lock back that was taken to write. The task that took it has to.
   *
   * Context: process. Linux: up_write.
   *
   * @symbol up_write
   * @raw
   */
  *up_write(sem: Ptr<rw_semaphore>): Switching<void> {
    this.#locks.endWrite(addressOf(sem));
    yield* this.#context.services.scheduler.reschedule();
  }

  /**
   * Goes from writing to reading, with nobody in between.
   *
   * Context: process. Linux: downgrade_write.
   *
   * @symbol downgrade_write
   * @raw
   */
  *downgrade_write(sem: Ptr<rw_semaphore>): Switching<void> {
    this.#locks.downgrade(addressOf(sem));
    yield* this.#context.services.scheduler.reschedule();
  }

  /**
   * Whether anybody holds the lock now.
   *
   * Context: any. Linux: rwsem_is_locked.
   *
   * @symbol none
   * @raw
   */
  rwsem_is_locked(sem: Ptr<rw_semaphore>): boolean {
    return this.#locks.isLocked(addressOf(sem));
  }

  #initialise(at: number, name?: string): void {
    const { lockdep } = this.#context.services;
    const { sizeBytes } = this.#locks.layout;
    const map = lockdep.initMap(at, { ...LOCK_KIND.RWSEM, name, sizeBytes });
    this.#locks.initialise(at, map.key);
  }

  get #locks(): RwSemaphores {
    return this.#context.services.rwSemaphores;
  }
}
