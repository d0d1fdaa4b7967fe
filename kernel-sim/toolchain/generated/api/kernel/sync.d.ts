// SPDX-License-Identifier: GPL-2.0-or-later
// Made by scripts/generate-api.mjs. Do not edit.

import type { Ref } from "kernel";

/** A lock that is held, and the way to its data. Dropping it gives the lock back. */
export class Guard<T> {
  #nominal;
  private constructor();

  /** The data. It must not be kept past the guard. */
  get value(): T;

  /** Puts other data in its place. */
  set value(value: T);

  /**
   * Context: that in which the lock was taken.
   *
   * @switches
   * @symbol guard_drop
   */
  [Symbol.dispose](): void;
}

/**
 * Data behind a lock that is waited for asleep. Tasks get it in the order in which they came.
 *
 * A constant of a module's top level lies in the module's own memory, and goes with the module.
 * Linux: struct mutex.
 */
export class Mutex<T> {
  #nominal;
  private constructor();

  /**
   * Puts `value` behind a new mutex.
   *
   * Context: any. Linux: mutex_init.
   *
   * @throws ENOMEM no memory for it
   * @lock_init
   * @symbol mutex_init
   */
  static new<T>(value: T): Mutex<T>;

  /**
   * Takes the lock, sleeping until it is free. Signals do not end the wait.
   *
   * Context: process. Who holds it already waits for ever. Linux: mutex_lock.
   *
   * @sleeps
   * @symbol mutex_lock
   */
  lock(this: Ref<Mutex<T>>): Guard<T>;

  /**
   * The same, but a signal ends the wait.
   *
   * Context: process. Linux: mutex_lock_interruptible.
   *
   * @throws EINTR a signal came first
   * @sleeps
   * @symbol mutex_lock_interruptible
   */
  lock_interruptible(this: Ref<Mutex<T>>): Guard<T>;

  /**
   * Takes the lock if it is free; null if not. Context: process. Linux: mutex_trylock.
   *
   * @symbol mutex_trylock
   */
  try_lock(this: Ref<Mutex<T>>): Guard<T> | null;

  /**
   * Drops the data. Context: process.
   *
   * @sleeps
   * @symbol mutex_drop
   */
  [Symbol.dispose](): void;
}

/**
 * Data behind a lock that is waited for without sleeping: for what is held a moment, and for what
 * interrupt handlers share. Who holds it keeps its CPU, and must not sleep.
 *
 * A constant of a module's top level lies in the module's own memory, and goes with the module.
 * Linux: spinlock_t.
 */
export class Spinlock<T> {
  #nominal;
  private constructor();

  /**
   * Puts `value` behind a new spinlock.
   *
   * Context: any. Linux: spin_lock_init.
   *
   * @throws ENOMEM no memory for it
   * @lock_init
   * @symbol spin_lock_init
   */
  static new<T>(value: T): Spinlock<T>;

  /**
   * Takes the lock, spinning until it is free.
   *
   * Context: any. Who holds it already spins until the watchdog ends it. Linux: spin_lock.
   *
   * @switches
   * @symbol spin_lock
   */
  lock(this: Ref<Spinlock<T>>): Guard<T>;

  /**
   * The same with softirqs off until the guard is dropped: for data that a timer, a tasklet or a
   * network function takes, too.
   *
   * Context: any but hardirq. Linux: spin_lock_bh.
   *
   * @switches
   * @symbol spin_lock_bh
   */
  lock_bh(this: Ref<Spinlock<T>>): Guard<T>;

  /**
   * The same with interrupts off; they are on when the guard is dropped, however they were.
   *
   * Context: any with interrupts on. Linux: spin_lock_irq.
   *
   * @switches
   * @symbol spin_lock_irq
   */
  lock_irq(this: Ref<Spinlock<T>>): Guard<T>;

  /**
   * The same with interrupts off until the guard is dropped, which puts them back as they were: for
   * data that an interrupt handler takes, too.
   *
   * Context: any. Linux: spin_lock_irqsave.
   *
   * @switches
   * @symbol spin_lock_irqsave
   */
  lock_irqsave(this: Ref<Spinlock<T>>): Guard<T>;

  /**
   * Takes the lock if it is free; null if not. Context: any. Linux: spin_trylock.
   *
   * @symbol spin_trylock
   */
  try_lock(this: Ref<Spinlock<T>>): Guard<T> | null;

  /**
   * Drops the data. Context: process.
   *
   * @sleeps
   * @symbol spinlock_drop
   */
  [Symbol.dispose](): void;
}

export {};
