// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Spinlocks of drivers.
 *
 * @subpath kernel/sync
 */
import { LOCK_KIND } from '../kernel/locking/lockdep/lock-kind.ts';
import type { LockMap } from '../kernel/locking/lockdep/lock-class.ts';
import { SPINLOCK_BYTES } from '../kernel/locking/spinlock.ts';
import type { Sleeping, Switching } from '../uapi/coroutine.ts';
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
  readonly #lock: LockMap;

  /** @internal */
  constructor(context: ApiContext, value: T) {
    const { lockdep, spinlocks } = context.services;
    this.#context = context;
    this.#cell = { value };
    this.#memory = new LockMemory(context, SPINLOCK_BYTES);
    const { pointer, staticName } = this.#memory;
    this.#lock = lockdep.initMap(pointer, { ...LOCK_KIND.SPINLOCK, name: staticName });
    spinlocks.initialise(this.#lock);
  }

  /**
   * Takes the lock, spinning until it is free.
   *
   * Context: any. Who holds it already spins until the watchdog ends it. Linux: spin_lock.
   */
  *lock(this: Ref<Spinlock<T>>): Switching<Guard<T>> {
    yield* this.#context.services.spinlocks.acquire(this.#lock);
    return this.#guard(false);
  }

  /**
   * The same with interrupts off until the guard is dropped, which puts them back as they were: for
   * data that an interrupt handler takes, too.
   *
   * Context: any. Linux: spin_lock_irqsave.
   */
  *lock_irqsave(this: Ref<Spinlock<T>>): Switching<Guard<T>> {
    const { spinlocks, scheduler } = this.#context.services;
    const { preempt } = scheduler;
    const wereOn = !preempt.irqsDisabled;
    preempt.disableInterrupts();
    yield* spinlocks.acquire(this.#lock);
    return this.#guard(wereOn);
  }

  /** Takes the lock if it is free; null if not. Context: any. Linux: spin_trylock. */
  try_lock(this: Ref<Spinlock<T>>): Guard<T> | null {
    const { spinlocks } = this.#context.services;
    return spinlocks.tryAcquire(this.#lock) ? this.#guard(false) : null;
  }

  /** Drops the data. Context: process. */
  *[Symbol.dispose](): Sleeping<void> {
    const { runtime, spinlocks } = this.#context.services;
    yield* runtime.dropSwitching(this.#cell.value);
    this.#memory.free(this.#lock, spinlocks.isLocked(this.#lock), SPINLOCK_BYTES);
  }

  #guard(turnsInterruptsOn: boolean): Guard<T> {
    const { spinlocks, scheduler } = this.#context.services;
    const lock = this.#lock;
    return new Guard(this.#cell, function* (): Switching<void> {
      spinlocks.release(lock);
      if (turnsInterruptsOn) scheduler.preempt.enableInterrupts();
      yield* scheduler.reschedule();
    });
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
  new<T>(value: T): Spinlock<T> {
    return new Spinlock(this.#context, value);
  }
}
