// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Mutexes of drivers.
 *
 * @subpath kernel/sync
 */
import { LOCK_KIND } from '../kernel/locking/lockdep/lock-kind.ts';
import { ACQUIRE } from '../kernel/locking/lockdep/lockdep.ts';
import { WAIT, type Wait } from '../kernel/locking/lock-sleep.ts';
import { errnoValue } from '../kernel/module/errno-value.ts';
import { after } from '../lib/coroutine.ts';
import type { MaySleep, MaySwitch, Sleeping } from '../uapi/coroutine.ts';
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
  /** For a guard that gave the lock back while it waited. */
  readonly #retake = (): MaySleep<number> => this.#take(WAIT.UNINTERRUPTIBLE);

  /** @internal */
  constructor(context: ApiContext, value: T, told: unknown) {
    const { lockdep, mutexes } = context.services;
    this.#context = context;
    this.#cell = { value };
    this.#memory = LockMemory.holding(context, value, mutexes.layout.sizeBytes, told);
    const { pointer, naming } = this.#memory;
    const map = lockdep.initMap(pointer, { ...LOCK_KIND.MUTEX, ...naming });
    mutexes.initialise(pointer, map.key);
  }

  /**
   * Takes the lock, sleeping until it is free. Signals do not end the wait.
   *
   * Context: process. Who holds it already waits for ever. Linux: mutex_lock.
   */
  lock(this: Ref<Mutex<T>>): MaySleep<Guard<T>> {
    return after(this.#take(WAIT.UNINTERRUPTIBLE), () => this.#guard());
  }

  /**
   * The same, but a signal ends the wait.
   *
   * Context: process. Linux: mutex_lock_interruptible.
   *
   * @throws EINTR a signal came first
   */
  lock_interruptible(this: Ref<Mutex<T>>): MaySleep<Guard<T>> {
    return after(this.#take(WAIT.INTERRUPTIBLE), (errno) => {
      if (errno < 0) throw errnoValue(errno);
      return this.#guard();
    });
  }

  /** Takes the lock if it is free; null if not. Context: process. Linux: mutex_trylock. */
  try_lock(this: Ref<Mutex<T>>): Guard<T> | null {
    return this.#context.services.mutexes.tryLock(this.#memory.pointer) ? this.#guard() : null;
  }

  /** Drops the data. Context: process. */
  *[Symbol.dispose](): Sleeping<void> {
    const { runtime, mutexes } = this.#context.services;
    yield* runtime.dropSwitching(this.#cell.value);
    this.#memory.free(mutexes.layout.sizeBytes);
  }

  #take(wait: Wait): MaySleep<number> {
    const { mutexes } = this.#context.services;
    const { pointer } = this.#memory;
    return mutexes.lockNow(pointer, ACQUIRE.WRITE) ? 0 : mutexes.lock(pointer, ACQUIRE.WRITE, wait);
  }

  #guard(): Guard<T> {
    const { mutexes, scheduler } = this.#context.services;
    const { pointer } = this.#memory;
    const release = (): MaySwitch<void> => {
      mutexes.unlock(pointer);
      return scheduler.point();
    };
    return new Guard(this.#cell, release, this.#retake);
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
  new<T>(value: T): Mutex<T>;
  new<T>(value: T, told?: string): Mutex<T> {
    return new Mutex(this.#context, value, told);
  }
}
