// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Spinning locks of drivers with two sides.
 *
 * @subpath kernel/sync
 */
import { LOCK_KIND } from '../kernel/locking/lockdep/lock-kind.ts';
import { ACQUIRE } from '../kernel/locking/lockdep/lockdep.ts';
import { after } from '../lib/coroutine.ts';
import type { MaySwitch, Sleeping } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import { type Cell, Guard, LockMemory, ReadGuard } from './guard.ts';
import type { Ref } from './ownership.ts';

/**
 * Data that many may read at once, or one may change. It is waited for without sleeping, and who
 * holds it must not sleep. Linux: rwlock_t.
 *
 * @public
 */
export class RwLock<T> {
  readonly #context: ApiContext;
  readonly #cell: Cell<T>;
  readonly #memory: LockMemory;

  /** @internal */
  constructor(context: ApiContext, value: T, told: unknown) {
    const { lockdep, rwlocks } = context.services;
    this.#context = context;
    this.#cell = { value };
    this.#memory = LockMemory.holding(context, value, rwlocks.layout.sizeBytes, told);
    const { pointer, naming } = this.#memory;
    const map = lockdep.initMap(pointer, { ...LOCK_KIND.RWLOCK, ...naming });
    rwlocks.initialise(pointer, map.key);
  }

  /**
   * Takes the lock to read, with others who read, spinning until nobody writes.
   *
   * Context: any. Linux: read_lock.
   */
  read(this: Ref<RwLock<T>>): MaySwitch<ReadGuard<T>> {
    const { lockContexts, rwlocks } = this.#context.services;
    const { pointer } = this.#memory;
    const taken = lockContexts.lock(rwlocks.readers, pointer, ACQUIRE.WRITE);
    const release = (): MaySwitch<void> => lockContexts.unlock(rwlocks.readers, pointer);
    return after(taken, () => new ReadGuard(this.#cell, release));
  }

  /**
   * The same with softirqs off until the guard is dropped.
   *
   * Context: any. Linux: read_lock_bh.
   */
  read_bh(this: Ref<RwLock<T>>): MaySwitch<ReadGuard<T>> {
    const { lockContexts, rwlocks } = this.#context.services;
    const { pointer } = this.#memory;
    const taken = lockContexts.lockBh(rwlocks.readers, pointer, ACQUIRE.WRITE);
    const release = (): MaySwitch<void> => lockContexts.unlockBh(rwlocks.readers, pointer);
    return after(taken, () => new ReadGuard(this.#cell, release));
  }

  /**
   * The same with interrupts off until the guard is dropped, which puts them back as they were.
   *
   * Context: any. Linux: read_lock_irqsave.
   */
  read_irqsave(this: Ref<RwLock<T>>): MaySwitch<ReadGuard<T>> {
    const { lockContexts, rwlocks } = this.#context.services;
    const { pointer } = this.#memory;
    return after(lockContexts.lockIrqsave(rwlocks.readers, pointer, ACQUIRE.WRITE), (flags) => {
      const release = (): MaySwitch<void> =>
        lockContexts.unlockIrqrestore(rwlocks.readers, pointer, flags);
      return new ReadGuard(this.#cell, release);
    });
  }

  /**
   * Takes the lock to write, alone, spinning until that can be.
   *
   * Context: any. Linux: write_lock.
   */
  write(this: Ref<RwLock<T>>): MaySwitch<Guard<T>> {
    const { lockContexts, rwlocks } = this.#context.services;
    const { pointer } = this.#memory;
    const taken = lockContexts.lock(rwlocks.writers, pointer, ACQUIRE.WRITE);
    const release = (): MaySwitch<void> => lockContexts.unlock(rwlocks.writers, pointer);
    return after(taken, () => new Guard(this.#cell, release));
  }

  /**
   * The same with softirqs off until the guard is dropped.
   *
   * Context: any. Linux: write_lock_bh.
   */
  write_bh(this: Ref<RwLock<T>>): MaySwitch<Guard<T>> {
    const { lockContexts, rwlocks } = this.#context.services;
    const { pointer } = this.#memory;
    const taken = lockContexts.lockBh(rwlocks.writers, pointer, ACQUIRE.WRITE);
    const release = (): MaySwitch<void> => lockContexts.unlockBh(rwlocks.writers, pointer);
    return after(taken, () => new Guard(this.#cell, release));
  }

  /**
   * The same with interrupts off until the guard is dropped, which puts them back as they were.
   *
   * Context: any. Linux: write_lock_irqsave.
   */
  write_irqsave(this: Ref<RwLock<T>>): MaySwitch<Guard<T>> {
    const { lockContexts, rwlocks } = this.#context.services;
    const { pointer } = this.#memory;
    return after(lockContexts.lockIrqsave(rwlocks.writers, pointer, ACQUIRE.WRITE), (flags) => {
      const release = (): MaySwitch<void> =>
        lockContexts.unlockIrqrestore(rwlocks.writers, pointer, flags);
      return new Guard(this.#cell, release);
    });
  }

  /** Drops the data. Context: process. */
  *[Symbol.dispose](): Sleeping<void> {
    const { runtime, rwlocks } = this.#context.services;
    yield* runtime.dropSwitching(this.#cell.value);
    this.#memory.free(rwlocks.layout.sizeBytes);
  }
}

/** @statics RwLock */
export class RwLockStatics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Puts `value` behind a new lock.
   *
   * Context: any. Linux: rwlock_init.
   *
   * @throws ENOMEM no memory for it
   * @lock_init
   */
  new<T>(value: T): RwLock<T>;
  new<T>(value: T, told?: string): RwLock<T> {
    return new RwLock(this.#context, value, told);
  }
}
