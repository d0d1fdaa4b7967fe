// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Mutexes of drivers.
 *
 * @subpath kernel/sync
 */
import { LOCK_KIND } from '../kernel/locking/lockdep/lock-kind.ts';
import type { LockMap } from '../kernel/locking/lockdep/lock-class.ts';
import { mutexBytes } from '../kernel/locking/mutex.ts';
import { errnoValue } from '../kernel/module/errno-value.ts';
import type { Sleeping, Switching } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import { type Cell, Guard, LockMemory } from './guard.ts';
import type { Ref } from './ownership.ts';

/**
 * Data behind a lock that is waited for asleep. Tasks get it in the order in which they came.
 *
 * A constant of a module's top level lies in the module's own memory, and goes with the module.
 * Linux: struct mutex.
 *
 * @public
 */
export class Mutex<T> {
  readonly #context: ApiContext;
  readonly #cell: Cell<T>;
  readonly #memory: LockMemory;
  readonly #lock: LockMap;

  /** @internal */
  constructor(context: ApiContext, value: T) {
    const { slabs, lockdep, mutexes } = context.services;
    this.#context = context;
    this.#cell = { value };
    this.#memory = new LockMemory(context, mutexBytes(slabs.ram.board.pointerBytes));
    const { pointer, staticName } = this.#memory;
    this.#lock = lockdep.initMap(pointer, { ...LOCK_KIND.MUTEX, name: staticName });
    mutexes.initialise(this.#lock);
  }

  /**
   * Takes the lock, sleeping until it is free. Signals do not end the wait.
   *
   * Context: process. Who holds it already waits for ever. Linux: mutex_lock.
   */
  *lock(this: Ref<Mutex<T>>): Sleeping<Guard<T>> {
    yield* this.#context.services.mutexes.acquire(this.#lock, false);
    return this.#guard();
  }

  /**
   * The same, but a signal ends the wait.
   *
   * Context: process. Linux: mutex_lock_interruptible.
   *
   * @throws EINTR a signal came first
   */
  *lock_interruptible(this: Ref<Mutex<T>>): Sleeping<Guard<T>> {
    const errno = yield* this.#context.services.mutexes.acquire(this.#lock, true);
    if (errno < 0) throw errnoValue(errno);
    return this.#guard();
  }

  /** Takes the lock if it is free; null if not. Context: process. Linux: mutex_trylock. */
  try_lock(this: Ref<Mutex<T>>): Guard<T> | null {
    return this.#context.services.mutexes.tryAcquire(this.#lock) ? this.#guard() : null;
  }

  /** Drops the data. Context: process. */
  *[Symbol.dispose](): Sleeping<void> {
    const { runtime, mutexes, slabs } = this.#context.services;
    yield* runtime.dropSwitching(this.#cell.value);
    const sizeBytes = mutexBytes(slabs.ram.board.pointerBytes);
    this.#memory.free(this.#lock, mutexes.isLocked(this.#lock), sizeBytes);
  }

  #guard(): Guard<T> {
    const { mutexes, scheduler } = this.#context.services;
    const lock = this.#lock;
    return new Guard(this.#cell, function* (): Switching<void> {
      mutexes.release(lock);
      yield* scheduler.reschedule();
    });
  }
}

/** @statics Mutex */
export class MutexStatics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Puts `value` behind a new mutex.
   *
   * Context: any. Linux: mutex_init.
   *
   * @throws ENOMEM no memory for it
   * @lock_init
   */
  new<T>(value: T): Mutex<T> {
    return new Mutex(this.#context, value);
  }
}
