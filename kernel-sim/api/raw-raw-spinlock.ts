// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Raw spinlocks: what spins even in a kernel whose spinlocks sleep.
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
 * The fields of `raw_spinlock_t`: whether it is held and who waits, and what is checked.
 *
 * @public
 */
export type RawSpinlockFields = {
  readonly val: ScalarKind<'u32'>;
  readonly magic: ScalarKind<'u32'>;
  readonly owner_cpu: ScalarKind<'u32'>;
  readonly owner: PointerKind<undefined>;
  readonly dep_key: ScalarKind<'usize'>;
};

/**
 * A spinlock for the innermost of the kernel: what holds it takes no other spinlock. Linux:
 * raw_spinlock_t.
 *
 * @public
 */
export type raw_spinlock_t = Struct<RawSpinlockFields>;

/** @exports */
export class RawRawSpinlockApi {
  readonly #context: ApiContext;

  /** As a field: `lock: raw_spinlock_t`. Linux: raw_spinlock_t. */
  readonly raw_spinlock_t: StructClass<RawSpinlockFields>;

  constructor(context: ApiContext, uapi: UapiApi) {
    this.#context = context;
    this.raw_spinlock_t = uapi.struct<RawSpinlockFields>({
      val: uapi.u32,
      magic: uapi.u32,
      owner_cpu: uapi.u32,
      owner: uapi.ptr<undefined>(),
      dep_key: uapi.usize,
    });
  }

  /**
   * A lock among the variables of the module, free and ready:
   * `const bank_lock = DEFINE_RAW_SPINLOCK();` at the top level of a file.
   *
   * Context: none, since it is there when the module is. Linux: DEFINE_RAW_SPINLOCK.
   *
   * @symbol none
   * @static
   */
  DEFINE_RAW_SPINLOCK(): Ptr<raw_spinlock_t>;
  DEFINE_RAW_SPINLOCK(at?: number, name?: string): Ptr<raw_spinlock_t> {
    const address = staticAt(at);
    this.#initialise(address, name);
    return pointerTo(address);
  }

  /**
   * Makes memory a lock that is free. All that one line makes are of one class to lockdep.
   *
   * Context: any; nobody may hold it. Linux: raw_spin_lock_init.
   *
   * @symbol none
   * @raw
   * @lock_init
   */
  raw_spin_lock_init(lock: Ptr<raw_spinlock_t>): void {
    this.#initialise(addressOf(lock));
  }

  /**
   * Takes the lock, spinning until it is free. Preemption is off until it is given back: nothing
   * in between may sleep. Who holds the lock already spins for ever.
   *
   * Context: any. Linux: raw_spin_lock.
   *
   * @symbol _raw_spin_lock
   * @raw
   */
  raw_spin_lock(lock: Ptr<raw_spinlock_t>): MaySwitch<void> {
    return this.#contexts.lock(this.#locks, addressOf(lock), ACQUIRE.WRITE);
  }

  /**
   * The same with interrupts off: for what an interrupt handler takes, too, where they were on.
   *
   * Context: any. Linux: raw_spin_lock_irq.
   *
   * @symbol _raw_spin_lock_irq
   * @raw
   */
  raw_spin_lock_irq(lock: Ptr<raw_spinlock_t>): MaySwitch<void> {
    return this.#contexts.lockIrq(this.#locks, addressOf(lock), ACQUIRE.WRITE);
  }

  /**
   * The same with interrupts off, wherever it is called. Returns what
   * `raw_spin_unlock_irqrestore` wants.
   *
   * Context: any. Linux: raw_spin_lock_irqsave.
   *
   * @symbol _raw_spin_lock_irqsave
   * @raw
   */
  raw_spin_lock_irqsave(lock: Ptr<raw_spinlock_t>): MaySwitch<number> {
    return this.#contexts.lockIrqsave(this.#locks, addressOf(lock), ACQUIRE.WRITE);
  }

  /**
   * The same with softirqs off: for what a timer, a tasklet or a network function takes, too.
   *
   * Context: any. Linux: raw_spin_lock_bh.
   *
   * @symbol _raw_spin_lock_bh
   * @raw
   */
  raw_spin_lock_bh(lock: Ptr<raw_spinlock_t>): MaySwitch<void> {
    return this.#contexts.lockBh(this.#locks, addressOf(lock), ACQUIRE.WRITE);
  }

  /**
   * Takes a second lock of a class that is held: `subclass`, 1 to 7, says which of an order that
   * the driver knows it is.
   *
   * Context: any. Linux: raw_spin_lock_nested.
   *
   * @symbol _raw_spin_lock_nested
   * @raw
   */
  raw_spin_lock_nested(lock: Ptr<raw_spinlock_t>, subclass: number): MaySwitch<void> {
    return this.#contexts.lock(this.#locks, addressOf(lock), { subclass: intOf(subclass) });
  }

  /**
   * The same with interrupts off.
   *
   * Context: any. Linux: raw_spin_lock_irqsave_nested.
   *
   * @symbol _raw_spin_lock_irqsave_nested
   * @raw
   */
  raw_spin_lock_irqsave_nested(lock: Ptr<raw_spinlock_t>, subclass: number): MaySwitch<number> {
    const how = { subclass: intOf(subclass) };
    return this.#contexts.lockIrqsave(this.#locks, addressOf(lock), how);
  }

  /**
   * Takes one of many locks of a class, in any order: `outer`, which is held, keeps everybody
   * else from doing so.
   *
   * Context: any. Linux: raw_spin_lock_nest_lock.
   *
   * @symbol _raw_spin_lock_nest_lock
   * @raw
   */
  raw_spin_lock_nest_lock(lock: Ptr<raw_spinlock_t>, outer: VoidPtr): MaySwitch<void> {
    return this.#contexts.lock(this.#locks, addressOf(lock), this.#under(outer));
  }

  /**
   * Gives the lock back.
   *
   * Context: that of the lock. Linux: raw_spin_unlock.
   *
   * @symbol _raw_spin_unlock
   * @raw
   */
  raw_spin_unlock(lock: Ptr<raw_spinlock_t>): MaySwitch<void> {
    return this.#contexts.unlock(this.#locks, addressOf(lock));
  }

  /**
   * Gives the lock back, and turns interrupts on.
   *
   * Context: that of the lock. Linux: raw_spin_unlock_irq.
   *
   * @symbol _raw_spin_unlock_irq
   * @raw
   */
  raw_spin_unlock_irq(lock: Ptr<raw_spinlock_t>): MaySwitch<void> {
    return this.#contexts.unlockIrq(this.#locks, addressOf(lock));
  }

  /**
   * Gives the lock back, and puts interrupts as they were.
   *
   * Context: that of the lock. Linux: raw_spin_unlock_irqrestore.
   *
   * @symbol _raw_spin_unlock_irqrestore
   * @raw
   */
  raw_spin_unlock_irqrestore(lock: Ptr<raw_spinlock_t>, flags: number): MaySwitch<void> {
    return this.#contexts.unlockIrqrestore(this.#locks, addressOf(lock), intOf(flags));
  }

  /**
   * Gives the lock back, and turns softirqs on.
   *
   * Context: that of the lock. Linux: raw_spin_unlock_bh.
   *
   * @symbol _raw_spin_unlock_bh
   * @raw
   */
  raw_spin_unlock_bh(lock: Ptr<raw_spinlock_t>): MaySwitch<void> {
    return this.#contexts.unlockBh(this.#locks, addressOf(lock));
  }

  /**
   * Takes the lock if it is free. True if so.
   *
   * Context: any. Linux: raw_spin_trylock.
   *
   * @symbol _raw_spin_trylock
   * @raw
   */
  raw_spin_trylock(lock: Ptr<raw_spinlock_t>): boolean {
    return this.#locks.tryLock(addressOf(lock));
  }

  /**
   * The same; with the lock, interrupts are off.
   *
   * Context: any. Linux: raw_spin_trylock_irq.
   *
   * @symbol none
   * @raw
   */
  raw_spin_trylock_irq(lock: Ptr<raw_spinlock_t>): boolean {
    return this.#contexts.tryLockIrq(this.#locks, addressOf(lock));
  }

  /**
   * The same. Returns the flags to restore, or -1 without the lock.
   *
   * Context: any. Linux: raw_spin_trylock_irqsave.
   *
   * @symbol none
   * @raw
   */
  raw_spin_trylock_irqsave(lock: Ptr<raw_spinlock_t>): number {
    return this.#contexts.tryLockIrqsave(this.#locks, addressOf(lock));
  }

  /**
   * The same; with the lock, softirqs are off.
   *
   * Context: any. Linux: raw_spin_trylock_bh.
   *
   * @symbol _raw_spin_trylock_bh
   * @raw
   */
  raw_spin_trylock_bh(lock: Ptr<raw_spinlock_t>): boolean {
    return this.#contexts.tryLockBh(this.#locks, addressOf(lock));
  }

  /**
   * Whether anybody holds the lock now.
   *
   * Context: any. Linux: raw_spin_is_locked.
   *
   * @symbol none
   * @raw
   */
  raw_spin_is_locked(lock: Ptr<raw_spinlock_t>): boolean {
    return this.#locks.isLocked(addressOf(lock));
  }

  /** Linux: the dep_map of the lock that orders others. */
  #under(outer: VoidPtr): Acquire {
    return { nest: this.#context.services.lockdep.mapAt(addressOf(outer)) };
  }

  #initialise(at: number, name?: string): void {
    const { lockdep } = this.#context.services;
    const { sizeBytes } = this.#locks.layout;
    const map = lockdep.initMap(at, { ...LOCK_KIND.RAW_SPINLOCK, name, sizeBytes });
    this.#locks.initialise(at, map.key);
  }

  get #locks(): Spinlocks {
    return this.#context.services.spinlocks;
  }

  get #contexts(): LockContexts {
    return this.#context.services.lockContexts;
  }
}
