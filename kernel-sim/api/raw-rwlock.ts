// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Spinning locks that many may hold to read, or one to write.
 *
 * @subpath kernel/raw
 */
import type { LockContexts } from '../kernel/locking/lock-contexts.ts';
import { LOCK_KIND } from '../kernel/locking/lockdep/lock-kind.ts';
import { ACQUIRE } from '../kernel/locking/lockdep/lockdep.ts';
import type { Rwlocks } from '../kernel/locking/rwlock.ts';
import type { MaySwitch } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import type { Ptr } from './raw-pointer.ts';
import { addressOf, intOf, pointerTo, staticAt } from './raw-value.ts';
import type { PointerKind, ScalarKind, Struct, StructClass } from './uapi-types.ts';
import type { UapiApi } from './uapi.ts';

/**
 * The fields of `rwlock_t`: who reads or writes, and what is checked.
 *
 * @public
 */
export type RwlockFields = {
  readonly cnts: ScalarKind<'u32'>;
  readonly wait_lock: ScalarKind<'u32'>;
  readonly magic: ScalarKind<'u32'>;
  readonly owner_cpu: ScalarKind<'u32'>;
  readonly owner: PointerKind<undefined>;
  readonly dep_key: ScalarKind<'usize'>;
};

/**
 * A spinning lock with two sides. Linux: rwlock_t.
 *
 * @public
 */
export type rwlock_t = Struct<RwlockFields>;

/** @exports */
export class RawRwlockApi {
  readonly #context: ApiContext;

  /** As a field: `lock: rwlock_t`. Linux: rwlock_t. */
  readonly rwlock_t: StructClass<RwlockFields>;

  constructor(context: ApiContext, uapi: UapiApi) {
    this.#context = context;
    this.rwlock_t = uapi.struct<RwlockFields>({
      cnts: uapi.u32,
      wait_lock: uapi.u32,
      magic: uapi.u32,
      owner_cpu: uapi.u32,
      owner: uapi.ptr<undefined>(),
      dep_key: uapi.usize,
    });
  }

  /**
   * A lock among the variables of the module, free and ready: `const table_lock = DEFINE_RWLOCK();`
   * at the top level of a file.
   *
   * Context: none, since it is there when the module is. Linux: DEFINE_RWLOCK.
   *
   * @symbol none
   * @static
   */
  DEFINE_RWLOCK(): Ptr<rwlock_t>;
  DEFINE_RWLOCK(at?: number, name?: string): Ptr<rwlock_t> {
    const address = staticAt(at);
    this.#initialise(address, name);
    return pointerTo(address);
  }

  /**
   * Makes memory a lock that is free. All that one line makes are of one class to lockdep.
   *
   * Context: any; nobody may hold it. Linux: rwlock_init.
   *
   * @symbol __rwlock_init
   * @raw
   * @lock_init
   */
  rwlock_init(lock: Ptr<rwlock_t>): void {
    this.#initialise(addressOf(lock));
  }

  /**
   * Takes the lock to read, with others who read, spinning until nobody writes or waits to. In an
   * interrupt who waits is passed.
   *
   * Context: any. Linux: read_lock.
   *
   * @symbol _raw_read_lock
   * @raw
   */
  read_lock(lock: Ptr<rwlock_t>): MaySwitch<void> {
    return this.#contexts.lock(this.#rwlocks.readers, addressOf(lock), ACQUIRE.READ);
  }

  /**
   * The same with interrupts off.
   *
   * Context: any. Linux: read_lock_irq.
   *
   * @symbol _raw_read_lock_irq
   * @raw
   */
  read_lock_irq(lock: Ptr<rwlock_t>): MaySwitch<void> {
    return this.#contexts.lockIrq(this.#rwlocks.readers, addressOf(lock), ACQUIRE.READ);
  }

  /**
   * The same with interrupts off. Returns what `read_unlock_irqrestore` wants.
   *
   * Context: any. Linux: read_lock_irqsave.
   *
   * @symbol _raw_read_lock_irqsave
   * @raw
   */
  read_lock_irqsave(lock: Ptr<rwlock_t>): MaySwitch<number> {
    return this.#contexts.lockIrqsave(this.#rwlocks.readers, addressOf(lock), ACQUIRE.READ);
  }

  /**
   * The same with softirqs off.
   *
   * Context: any. Linux: read_lock_bh.
   *
   * @symbol _raw_read_lock_bh
   * @raw
   */
  read_lock_bh(lock: Ptr<rwlock_t>): MaySwitch<void> {
    return this.#contexts.lockBh(this.#rwlocks.readers, addressOf(lock), ACQUIRE.READ);
  }

  /**
   * Takes the lock if that can be done at once. True if so.
   *
   * Context: any. Linux: read_trylock.
   *
   * @symbol _raw_read_trylock
   * @raw
   */
  read_trylock(lock: Ptr<rwlock_t>): boolean {
    return this.#rwlocks.readers.tryLock(addressOf(lock));
  }

  /**
   * Gives the lock back.
   *
   * Context: that of the lock. Linux: read_unlock.
   *
   * @symbol _raw_read_unlock
   * @raw
   */
  read_unlock(lock: Ptr<rwlock_t>): MaySwitch<void> {
    return this.#contexts.unlock(this.#rwlocks.readers, addressOf(lock));
  }

  /**
   * Gives the lock back, and turns interrupts on.
   *
   * Context: that of the lock. Linux: read_unlock_irq.
   *
   * @symbol _raw_read_unlock_irq
   * @raw
   */
  read_unlock_irq(lock: Ptr<rwlock_t>): MaySwitch<void> {
    return this.#contexts.unlockIrq(this.#rwlocks.readers, addressOf(lock));
  }

  /**
   * Gives the lock back, and puts interrupts as they were.
   *
   * Context: that of the lock. Linux: read_unlock_irqrestore.
   *
   * @symbol _raw_read_unlock_irqrestore
   * @raw
   */
  read_unlock_irqrestore(lock: Ptr<rwlock_t>, flags: number): MaySwitch<void> {
    return this.#contexts.unlockIrqrestore(this.#rwlocks.readers, addressOf(lock), intOf(flags));
  }

  /**
   * Gives the lock back, and turns softirqs on.
   *
   * Context: that of the lock. Linux: read_unlock_bh.
   *
   * @symbol _raw_read_unlock_bh
   * @raw
   */
  read_unlock_bh(lock: Ptr<rwlock_t>): MaySwitch<void> {
    return this.#contexts.unlockBh(this.#rwlocks.readers, addressOf(lock));
  }

  /**
   * Takes the lock to write, alone, spinning until that can be.
   *
   * Context: any. Linux: write_lock.
   *
   * @symbol _raw_write_lock
   * @raw
   */
  write_lock(lock: Ptr<rwlock_t>): MaySwitch<void> {
    return this.#contexts.lock(this.#rwlocks.writers, addressOf(lock), ACQUIRE.WRITE);
  }

  /**
   * The same for a second lock of a class that is held: `subclass`, 1 to 7, says which of an order
   * that the driver knows it is.
   *
   * Context: any. Linux: write_lock_nested.
   *
   * @symbol _raw_write_lock_nested
   * @raw
   */
  write_lock_nested(lock: Ptr<rwlock_t>, subclass: number): MaySwitch<void> {
    return this.#contexts.lock(this.#rwlocks.writers, addressOf(lock), {
      subclass: intOf(subclass),
    });
  }

  /**
   * The same with interrupts off.
   *
   * Context: any. Linux: write_lock_irq.
   *
   * @symbol _raw_write_lock_irq
   * @raw
   */
  write_lock_irq(lock: Ptr<rwlock_t>): MaySwitch<void> {
    return this.#contexts.lockIrq(this.#rwlocks.writers, addressOf(lock), ACQUIRE.WRITE);
  }

  /**
   * The same with interrupts off. Returns what `write_unlock_irqrestore` wants.
   *
   * Context: any. Linux: write_lock_irqsave.
   *
   * @symbol _raw_write_lock_irqsave
   * @raw
   */
  write_lock_irqsave(lock: Ptr<rwlock_t>): MaySwitch<number> {
    return this.#contexts.lockIrqsave(this.#rwlocks.writers, addressOf(lock), ACQUIRE.WRITE);
  }

  /**
   * The same with softirqs off.
   *
   * Context: any. Linux: write_lock_bh.
   *
   * @symbol _raw_write_lock_bh
   * @raw
   */
  write_lock_bh(lock: Ptr<rwlock_t>): MaySwitch<void> {
    return this.#contexts.lockBh(this.#rwlocks.writers, addressOf(lock), ACQUIRE.WRITE);
  }

  /**
   * Takes the lock if that can be done at once. True if so.
   *
   * Context: any. Linux: write_trylock.
   *
   * @symbol _raw_write_trylock
   * @raw
   */
  write_trylock(lock: Ptr<rwlock_t>): boolean {
    return this.#rwlocks.writers.tryLock(addressOf(lock));
  }

  /**
   * Gives the lock back.
   *
   * Context: that of the lock. Linux: write_unlock.
   *
   * @symbol _raw_write_unlock
   * @raw
   */
  write_unlock(lock: Ptr<rwlock_t>): MaySwitch<void> {
    return this.#contexts.unlock(this.#rwlocks.writers, addressOf(lock));
  }

  /**
   * Gives the lock back, and turns interrupts on.
   *
   * Context: that of the lock. Linux: write_unlock_irq.
   *
   * @symbol _raw_write_unlock_irq
   * @raw
   */
  write_unlock_irq(lock: Ptr<rwlock_t>): MaySwitch<void> {
    return this.#contexts.unlockIrq(this.#rwlocks.writers, addressOf(lock));
  }

  /**
   * Gives the lock back, and puts interrupts as they were.
   *
   * Context: that of the lock. Linux: write_unlock_irqrestore.
   *
   * @symbol _raw_write_unlock_irqrestore
   * @raw
   */
  write_unlock_irqrestore(lock: Ptr<rwlock_t>, flags: number): MaySwitch<void> {
    return this.#contexts.unlockIrqrestore(this.#rwlocks.writers, addressOf(lock), intOf(flags));
  }

  /**
   * Gives the lock back, and turns softirqs on.
   *
   * Context: that of the lock. Linux: write_unlock_bh.
   *
   * @symbol _raw_write_unlock_bh
   * @raw
   */
  write_unlock_bh(lock: Ptr<rwlock_t>): MaySwitch<void> {
    return this.#contexts.unlockBh(this.#rwlocks.writers, addressOf(lock));
  }

  #initialise(at: number, name?: string): void {
    const { lockdep } = this.#context.services;
    const { sizeBytes } = this.#rwlocks.layout;
    const map = lockdep.initMap(at, { ...LOCK_KIND.RWLOCK, name, sizeBytes });
    this.#rwlocks.initialise(at, map.key);
  }

  get #rwlocks(): Rwlocks {
    return this.#context.services.rwlocks;
  }

  get #contexts(): LockContexts {
    return this.#context.services.lockContexts;
  }
}
