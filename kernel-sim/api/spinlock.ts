// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Spinlocks of drivers.
 *
 * @subpath kernel/sync
 */
import { LOCK_KIND } from '../kernel/locking/lockdep/lock-kind.ts';
import { ACQUIRE } from '../kernel/locking/lockdep/lockdep.ts';
import { after } from '../lib/coroutine.ts';
import type { MaySwitch, Sleeping } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import { type Cell, Guard, LockMemory } from './guard.ts';
import type { Ref } from './ownership.ts';

/**
 * Data behind a lock that is waited for without sleeping: for what is held a moment, and for what
 * interrupt handlers share. Who holds it keeps its CPU, and must not sleep.
 *
 * A constant of a module's top level lies in the module's own memory, and goes with the module.
 * Linux: spinlock_t.
 *
 * @public
 */
export class Spinlock<T> {
  readonly #context: ApiContext;
  readonly #cell: Cell<T>;
  readonly #memory: LockMemory;

  /** @internal */
  constructor(context: ApiContext, value: T, told: unknown) {
    const { lockdep, spinlocks } = context.services;
    this.#context = context;
    this.#cell = { value };
    this.#memory = LockMemory.holding(context, value, spinlocks.layout.sizeBytes, told);
    const { pointer, naming } = this.#memory;
    const map = lockdep.initMap(pointer, { ...LOCK_KIND.SPINLOCK, ...naming });
    spinlocks.initialise(pointer, map.key);
  }

  /**
   * Takes the lock, spinning until it is free.
   *
   * Context: any. Who holds it already spins until the watchdog ends it. Linux: spin_lock.
   */
  lock(this: Ref<Spinlock<T>>): MaySwitch<Guard<T>> {
    const { lockContexts, spinlocks } = this.#context.services;
    const { pointer } = this.#memory;
    const take = (): MaySwitch<void> => lockContexts.lock(spinlocks, pointer, ACQUIRE.WRITE);
    const release = (): MaySwitch<void> => lockContexts.unlock(spinlocks, pointer);
    return after(take(), () => new Guard(this.#cell, release, take));
  }

  /**
   * The same with softirqs off until the guard is dropped: for data that a timer, a tasklet or a
   * network function takes, too.
   *
   * Context: any but hardirq. Linux: spin_lock_bh.
   */
  lock_bh(this: Ref<Spinlock<T>>): MaySwitch<Guard<T>> {
    const { lockContexts, spinlocks } = this.#context.services;
    const { pointer } = this.#memory;
    const take = (): MaySwitch<void> => lockContexts.lockBh(spinlocks, pointer, ACQUIRE.WRITE);
    const release = (): MaySwitch<void> => lockContexts.unlockBh(spinlocks, pointer);
    return after(take(), () => new Guard(this.#cell, release, take));
  }

  /**
   * The same with interrupts off; they are on when the guard is dropped, however they were.
   *
   * Context: any with interrupts on. Linux: spin_lock_irq.
   */
  lock_irq(this: Ref<Spinlock<T>>): MaySwitch<Guard<T>> {
    const { lockContexts, spinlocks } = this.#context.services;
    const { pointer } = this.#memory;
    const take = (): MaySwitch<void> => lockContexts.lockIrq(spinlocks, pointer, ACQUIRE.WRITE);
    const release = (): MaySwitch<void> => lockContexts.unlockIrq(spinlocks, pointer);
    return after(take(), () => new Guard(this.#cell, release, take));
  }

  /**
   * The same with interrupts off until the guard is dropped, which puts them back as they were: for
   * data that an interrupt handler takes, too.
   *
   * Context: any. Linux: spin_lock_irqsave.
   */
  lock_irqsave(this: Ref<Spinlock<T>>): MaySwitch<Guard<T>> {
    const { lockContexts, spinlocks } = this.#context.services;
    const { pointer } = this.#memory;
    const take = (): MaySwitch<number> =>
      lockContexts.lockIrqsave(spinlocks, pointer, ACQUIRE.WRITE);
    return after(take(), (flags) => {
      const release = (): MaySwitch<void> =>
        lockContexts.unlockIrqrestore(spinlocks, pointer, flags);
      return new Guard(this.#cell, release, take);
    });
  }

  /** Takes the lock if it is free; null if not. Context: any. Linux: spin_trylock. */
  try_lock(this: Ref<Spinlock<T>>): Guard<T> | null {
    const { lockContexts, spinlocks } = this.#context.services;
    const { pointer } = this.#memory;
    if (!spinlocks.tryLock(pointer)) return null;
    return new Guard(this.#cell, () => lockContexts.unlock(spinlocks, pointer));
  }

  /** Drops the data. Context: process. */
  *[Symbol.dispose](): Sleeping<void> {
    const { runtime, spinlocks } = this.#context.services;
    yield* runtime.dropSwitching(this.#cell.value);
    this.#memory.free(spinlocks.layout.sizeBytes);
  }
}

/** @statics Spinlock */
export class SpinlockStatics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Puts `value` behind a new spinlock.
   *
   * Context: any. Linux: spin_lock_init.
   *
   * @throws ENOMEM no memory for it
   * @lock_init
   */
  new<T>(value: T): Spinlock<T>;
  new<T>(value: T, told?: string): Spinlock<T> {
    return new Spinlock(this.#context, value, told);
  }
}
