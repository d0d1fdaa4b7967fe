// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Spinlocks that lie in structs of drivers: `struct({ lock: spinlock_t, count: u32 })`.
 *
 * @subpath kernel/raw
 */
import type { LockContexts } from '../kernel/locking/lock-contexts.ts';
import { ACQUIRE, type Acquire } from '../kernel/locking/lockdep/lockdep.ts';
import { LOCK_KIND } from '../kernel/locking/lockdep/lock-kind.ts';
import type { Spinlocks } from '../kernel/locking/spinlock.ts';
import type { MaySwitch } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import type { Ptr, VoidPtr } from './raw-pointer.ts';
import { addressOf, intOf, pointerTo, staticAt } from './raw-value.ts';
import type { PointerKind, ScalarKind, Struct, StructClass } from './uapi-types.ts';
import type { UapiApi } from './uapi.ts';

/**
 * The fields of `spinlock_t`: whether it is held and who waits, and what is checked.
 *
 * @public
 */
export type SpinlockFields = {
  readonly val: ScalarKind<'u32'>;
  readonly magic: ScalarKind<'u32'>;
  readonly owner_cpu: ScalarKind<'u32'>;
  readonly owner: PointerKind<undefined>;
  readonly dep_key: ScalarKind<'usize'>;
};

/**
 * A lock that is waited for without sleeping. Linux: spinlock_t.
 *
 * @public
 */
export type spinlock_t = Struct<SpinlockFields>;

/** @exports */
export class RawSpinlockApi {
  readonly #context: ApiContext;

  /** As a field: `lock: spinlock_t`. Linux: spinlock_t. */
  readonly spinlock_t: StructClass<SpinlockFields>;

  constructor(context: ApiContext, uapi: UapiApi) {
    this.#context = context;
    this.spinlock_t = uapi.struct<SpinlockFields>({
      val: uapi.u32,
      magic: uapi.u32,
      owner_cpu: uapi.u32,
      owner: uapi.ptr<undefined>(),
      dep_key: uapi.usize,
    });
  }

  /**
   * A lock among the variables of the module, free and ready:
   * `const bank_lock = DEFINE_SPINLOCK();` at the top level of a file.
   *
   * Context: none, since it is there when the module is. Linux: DEFINE_SPINLOCK.
   *
   * @symbol none
   * @static
   */
  DEFINE_SPINLOCK(): Ptr<spinlock_t>;
  DEFINE_SPINLOCK(at?: number, name?: string): Ptr<spinlock_t> {
    const address = staticAt(at);
    this.#initialise(address, name);
    return pointerTo(address);
  }

  /**
   * Makes memory a lock that is free. All that one line makes are of one class to lockdep.
   *
   * Context: any; nobody may hold it. Linux: spin_lock_init.
   *
   * @symbol __raw_spin_lock_init
   * @raw
   * @lock_init
   */
  spin_lock_init(lock: Ptr<spinlock_t>): void {
    this.#initialise(addressOf(lock));
  }

  /**
   * Takes the lock, spinning until it is free. Preemption is off until it is given back: nothing
   * in between may sleep. Who holds the lock already spins for ever.
   *
   * Context: any. Linux: spin_lock.
   *
   * @symbol _raw_spin_lock
   * @raw
   */
  spin_lock(lock: Ptr<spinlock_t>): MaySwitch<void> {
    return this.#contexts.lock(this.#locks, addressOf(lock), ACQUIRE.WRITE);
  }

  /**
   * The same with interrupts off: for what an interrupt handler takes, too, where they were on.
   *
   * Context: any. Linux: spin_lock_irq.
   *
   * @symbol _raw_spin_lock_irq
   * @raw
   */
  spin_lock_irq(lock: Ptr<spinlock_t>): MaySwitch<void> {
    return this.#contexts.lockIrq(this.#locks, addressOf(lock), ACQUIRE.WRITE);
  }

  /**
   * The same with interrupts off, wherever it is called. Returns what `spin_unlock_irqrestore`
   * wants.
   *
   * Context: any. Linux: spin_lock_irqsave.
   *
   * @symbol _raw_spin_lock_irqsave
   * @raw
   */
  spin_lock_irqsave(lock: Ptr<spinlock_t>): MaySwitch<number> {
    return this.#contexts.lockIrqsave(this.#locks, addressOf(lock), ACQUIRE.WRITE);
  }

  /**
   * The same with softirqs off: for what a timer, a tasklet or a network function takes, too.
   *
   * Context: any. Linux: spin_lock_bh.
   *
   * @symbol _raw_spin_lock_bh
   * @raw
   */
  spin_lock_bh(lock: Ptr<spinlock_t>): MaySwitch<void> {
    return this.#contexts.lockBh(this.#locks, addressOf(lock), ACQUIRE.WRITE);
  }

  /**
   * Takes a second lock of a class that is held: `subclass`, 1 to 7, says which of an order that
   * the driver knows it is.
   *
   * Context: any. Linux: spin_lock_nested.
   *
   * @symbol _raw_spin_lock_nested
   * @raw
   */
  spin_lock_nested(lock: Ptr<spinlock_t>, subclass: number): MaySwitch<void> {
    return this.#contexts.lock(this.#locks, addressOf(lock), { subclass: intOf(subclass) });
  }

  /**
   * The same with interrupts off.
   *
   * Context: any. Linux: spin_lock_irqsave_nested.
   *
   * @symbol _raw_spin_lock_irqsave_nested
   * @raw
   */
  spin_lock_irqsave_nested(lock: Ptr<spinlock_t>, subclass: number): MaySwitch<number> {
    const how = { subclass: intOf(subclass) };
    return this.#contexts.lockIrqsave(this.#locks, addressOf(lock), how);
  }

  /**
   * Takes one of many locks of a class, in any order: `outer`, which is held, keeps everybody
   * else from doing so.
   *
   * Context: any. Linux: spin_lock_nest_lock.
   *
   * @symbol _raw_spin_lock_nest_lock
   * @raw
   */
  spin_lock_nest_lock(lock: Ptr<spinlock_t>, outer: VoidPtr): MaySwitch<void> {
    return this.#contexts.lock(this.#locks, addressOf(lock), this.#under(outer));
  }

  /**
   * Gives the lock back.
   *
   * Context: that of the lock. Linux: spin_unlock.
   *
   * @symbol _raw_spin_unlock
   * @raw
   */
  spin_unlock(lock: Ptr<spinlock_t>): MaySwitch<void> {
    return this.#contexts.unlock(this.#locks, addressOf(lock));
  }

  /**
   * Gives the lock back, and turns interrupts on.
   *
   * Context: that of the lock. Linux: spin_unlock_irq.
   *
   * @symbol _raw_spin_unlock_irq
   * @raw
   */
  spin_unlock_irq(lock: Ptr<spinlock_t>): MaySwitch<void> {
    return this.#contexts.unlockIrq(this.#locks, addressOf(lock));
  }

  /**
   * Gives the lock back, and puts interrupts as they were.
   *
   * Context: that of the lock. Linux: spin_unlock_irqrestore.
   *
   * @symbol _raw_spin_unlock_irqrestore
   * @raw
   */
  spin_unlock_irqrestore(lock: Ptr<spinlock_t>, flags: number): MaySwitch<void> {
    return this.#contexts.unlockIrqrestore(this.#locks, addressOf(lock), intOf(flags));
  }

  /**
   * Gives the lock back, and turns softirqs on.
   *
   * Context: that of the lock. Linux: spin_unlock_bh.
   *
   * @symbol _raw_spin_unlock_bh
   * @raw
   */
  spin_unlock_bh(lock: Ptr<spinlock_t>): MaySwitch<void> {
    return this.#contexts.unlockBh(this.#locks, addressOf(lock));
  }

  /**
   * Takes the lock if it is free. True if so.
   *
   * Context: any. Linux: spin_trylock.
   *
   * @symbol _raw_spin_trylock
   * @raw
   */
  spin_trylock(lock: Ptr<spinlock_t>): boolean {
    return this.#locks.tryLock(addressOf(lock));
  }

  /**
   * The same; with the lock, interrupts are off.
   *
   * Context: any. Linux: spin_trylock_irq.
   *
   * @symbol none
   * @raw
   */
  spin_trylock_irq(lock: Ptr<spinlock_t>): boolean {
    return this.#contexts.tryLockIrq(this.#locks, addressOf(lock));
  }

  /**
   * The same. Returns the flags to restore, or -1 without the lock.
   *
   * Context: any. Linux: spin_trylock_irqsave.
   *
   * @symbol none
   * @raw
   */
  spin_trylock_irqsave(lock: Ptr<spinlock_t>): number {
    return this.#contexts.tryLockIrqsave(this.#locks, addressOf(lock));
  }

  /**
   * The same; with the lock, softirqs are off.
   *
   * Context: any. Linux: spin_trylock_bh.
   *
   * @symbol _raw_spin_trylock_bh
   * @raw
   */
  spin_trylock_bh(lock: Ptr<spinlock_t>): boolean {
    return this.#contexts.tryLockBh(this.#locks, addressOf(lock));
  }

  /**
   * Whether anybody holds the lock now.
   *
   * Context: any. Linux: spin_is_locked.
   *
   * @symbol none
   * @raw
   */
  spin_is_locked(lock: Ptr<spinlock_t>): boolean {
    return this.#locks.isLocked(addressOf(lock));
  }

  /**
   * Whether anybody waits for it now.
   *
   * Context: any. Linux: spin_is_contended.
   *
   * @symbol none
   * @raw
   */
  spin_is_contended(lock: Ptr<spinlock_t>): boolean {
    return this.#locks.isContended(addressOf(lock));
  }

  /** Linux: the dep_map of the lock that orders others. */
  #under(outer: VoidPtr): Acquire {
    return { nest: this.#context.services.lockdep.mapAt(addressOf(outer)) };
  }

  #initialise(at: number, name?: string): void {
    const { lockdep } = this.#context.services;
    const { sizeBytes } = this.#locks.layout;
    const map = lockdep.initMap(at, { ...LOCK_KIND.SPINLOCK, name, sizeBytes });
    this.#locks.initialise(at, map.key);
  }

  get #locks(): Spinlocks {
    return this.#context.services.spinlocks;
  }

  get #contexts(): LockContexts {
    return this.#context.services.lockContexts;
  }
}
