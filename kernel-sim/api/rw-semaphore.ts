// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Sleeping locks of drivers with two sides.
 *
 * @subpath kernel/sync
 */
import { WAIT } from '../kernel/locking/lock-sleep.ts';
import { LOCK_KIND } from '../kernel/locking/lockdep/lock-kind.ts';
import { ACQUIRE } from '../kernel/locking/lockdep/lockdep.ts';
import type { MaySwitch, Sleeping } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import { type Cell, Guard, LockMemory, ReadGuard } from './guard.ts';
import type { Ref } from './ownership.ts';

/**
 * Data that many may read at once, or one may change. It is waited for asleep. Linux: struct
 * rw_semaphore.
 *
 * @public
 */
export class RwSemaphore<T> {
  readonly #context: ApiContext;
  readonly #cell: Cell<T>;
  readonly #memory: LockMemory;

  /** @internal */
  constructor(context: ApiContext, value: T, told: unknown) {
    const { lockdep, rwSemaphores } = context.services;
    this.#context = context;
    this.#cell = { value };
    this.#memory = LockMemory.holding(context, value, rwSemaphores.layout.sizeBytes, told);
    const { pointer, naming } = this.#memory;
    const map = lockdep.initMap(pointer, { ...LOCK_KIND.RWSEM, ...naming });
    rwSemaphores.initialise(pointer, map.key);
  }

  /**
   * Takes the lock to read, with others who read, sleeping until nobody writes.
   *
   * Context: process. Linux: down_read.
   */
  *read(this: Ref<RwSemaphore<T>>): Sleeping<ReadGuard<T>> {
    const { rwSemaphores } = this.#context.services;
    yield* rwSemaphores.read(this.#memory.pointer, ACQUIRE.READ, WAIT.UNINTERRUPTIBLE);
    return this.#readGuard();
  }

  /**
   * The same if that can be done at once; null if not.
   *
   * Context: process. Linux: down_read_trylock.
   */
  try_read(this: Ref<RwSemaphore<T>>): ReadGuard<T> | null {
    const { rwSemaphores } = this.#context.services;
    return rwSemaphores.tryRead(this.#memory.pointer) ? this.#readGuard() : null;
  }

  /**
   * Takes the lock to write, alone, sleeping until that can be.
   *
   * Context: process. Linux: down_write.
   */
  *write(this: Ref<RwSemaphore<T>>): Sleeping<Guard<T>> {
    const { rwSemaphores } = this.#context.services;
    yield* rwSemaphores.write(this.#memory.pointer, ACQUIRE.WRITE, WAIT.UNINTERRUPTIBLE);
    return this.#writeGuard();
  }

  /**
   * The same if that can be done at once; null if not.
   *
   * Context: process. Linux: down_write_trylock.
   */
  try_write(this: Ref<RwSemaphore<T>>): Guard<T> | null {
    const { rwSemaphores } = this.#context.services;
    return rwSemaphores.tryWrite(this.#memory.pointer) ? this.#writeGuard() : null;
  }

  /** Drops the data. Context: process. */
  *[Symbol.dispose](): Sleeping<void> {
    const { runtime, rwSemaphores } = this.#context.services;
    yield* runtime.dropSwitching(this.#cell.value);
    this.#memory.free(rwSemaphores.layout.sizeBytes);
  }

  #readGuard(): ReadGuard<T> {
    const { rwSemaphores, scheduler } = this.#context.services;
    const { pointer } = this.#memory;
    return new ReadGuard(this.#cell, (): MaySwitch<void> => {
      rwSemaphores.endRead(pointer);
      return scheduler.point();
    });
  }

  #writeGuard(): Guard<T> {
    const { rwSemaphores, scheduler } = this.#context.services;
    const { pointer } = this.#memory;
    return new Guard(this.#cell, (): MaySwitch<void> => {
      rwSemaphores.endWrite(pointer);
      return scheduler.point();
    });
  }
}

/** @statics RwSemaphore */
export class RwSemaphoreStatics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Puts `value` behind a new lock.
   *
   * Context: any. Linux: init_rwsem.
   *
   * @throws ENOMEM no memory for it
   * @lock_init
   */
  new<T>(value: T): RwSemaphore<T>;
  new<T>(value: T, told?: string): RwSemaphore<T> {
    return new RwSemaphore(this.#context, value, told);
  }
}
