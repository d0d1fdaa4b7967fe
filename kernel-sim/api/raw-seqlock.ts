// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Sequence counters and seqlocks: data that is read without a lock, and again when it changed.
 *
 * @subpath kernel/raw
 */
import type { LockContexts } from '../kernel/locking/lock-contexts.ts';
import { lockLayout } from '../kernel/locking/layouts.ts';
import { LOCK_KIND } from '../kernel/locking/lockdep/lock-kind.ts';
import { ACQUIRE } from '../kernel/locking/lockdep/lockdep.ts';
import type { Seqcounts } from '../kernel/locking/seqlock.ts';
import type { Spinlocks } from '../kernel/locking/spinlock.ts';
import { after } from '../lib/coroutine.ts';
import type { MaySwitch, Switching } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import type { Ptr } from './raw-pointer.ts';
import type { RawSpinlockApi, SpinlockFields } from './raw-spinlock.ts';
import { addressOf, intOf, pointerTo, staticAt } from './raw-value.ts';
import type { ScalarKind, Struct, StructClass } from './uapi-types.ts';
import type { UapiApi } from './uapi.ts';

/**
 * The fields of `seqcount_t`: odd while somebody writes.
 *
 * @public
 */
export type SeqcountFields = {
  readonly sequence: ScalarKind<'u32'>;
  readonly dep_key: ScalarKind<'usize'>;
};

/**
 * A sequence counter. Linux: seqcount_t.
 *
 * @public
 */
export type seqcount_t = Struct<SeqcountFields>;

/**
 * The fields of `seqlock_t`.
 *
 * @public
 */
export type SeqlockFields = {
  readonly seqcount: StructClass<SeqcountFields>;
  readonly lock: StructClass<SpinlockFields>;
};

/**
 * A sequence counter with the spinlock that keeps writers apart. Linux: seqlock_t.
 *
 * @public
 */
export type seqlock_t = Struct<SeqlockFields>;

/** @exports */
export class RawSeqlockApi {
  readonly #context: ApiContext;
  /** Where the spinlock lies in a seqlock. */
  readonly #lockOffset: number;

  /** As a field: `seq: seqcount_t`. Linux: seqcount_t. */
  readonly seqcount_t: StructClass<SeqcountFields>;

  /** As a field: `lock: seqlock_t`. Linux: seqlock_t. */
  readonly seqlock_t: StructClass<SeqlockFields>;

  constructor(context: ApiContext, uapi: UapiApi, spinlocks: RawSpinlockApi) {
    this.#context = context;
    this.#lockOffset = lockLayout('seqlock_t', context.services.slabs.ram.board).at('lock');
    const seqcount = uapi.struct<SeqcountFields>({ sequence: uapi.u32, dep_key: uapi.usize });
    this.seqcount_t = seqcount;
    this.seqlock_t = uapi.struct<SeqlockFields>({ seqcount, lock: spinlocks.spinlock_t });
  }

  /**
   * A seqlock among the variables of the module, free and ready: `const clock = DEFINE_SEQLOCK();`
   * at the top level of a file.
   *
   * Context: none, since it is there when the module is. Linux: DEFINE_SEQLOCK.
   *
   * @symbol none
   * @static
   */
  DEFINE_SEQLOCK(): Ptr<seqlock_t>;
  DEFINE_SEQLOCK(at?: number, name?: string): Ptr<seqlock_t> {
    const address = staticAt(at);
    this.#initialise(address, name);
    return pointerTo(address);
  }

  /**
   * Makes memory a counter at which nobody writes.
   *
   * Context: any. Linux: seqcount_init.
   *
   * @symbol none
   * @raw
   * @lock_init
   */
  seqcount_init(s: Ptr<seqcount_t>): void {
    this.#initialiseCount(addressOf(s));
  }

  /**
   * Makes memory a seqlock that is free.
   *
   * Context: any; nobody may hold it. Linux: seqlock_init.
   *
   * @symbol none
   * @raw
   * @lock_init
   */
  seqlock_init(sl: Ptr<seqlock_t>): void {
    this.#initialise(addressOf(sl));
  }

  /**
   * Begins to read: waits until nobody writes, and answers the number for `read_seqcount_retry`.
   *
   * Context: any. Linux: read_seqcount_begin.
   *
   * @symbol none
   * @raw
   */
  *read_seqcount_begin(s: Ptr<seqcount_t>): Switching<number> {
    return yield* this.#seqcounts.readBegin(addressOf(s));
  }

  /**
   * Whether somebody has written since: then what was read may be wrong, and is to be read again.
   *
   * Context: any. Linux: read_seqcount_retry.
   *
   * @symbol none
   * @raw
   */
  read_seqcount_retry(s: Ptr<seqcount_t>, start: number): boolean {
    return this.#seqcounts.mustRetry(addressOf(s), intOf(start));
  }

  /**
   * Begins to write. Something else keeps other writers out, and preemption is off.
   *
   * Context: any. Linux: write_seqcount_begin.
   *
   * @symbol none
   * @raw
   */
  write_seqcount_begin(s: Ptr<seqcount_t>): void {
    this.#seqcounts.writeBegin(addressOf(s));
  }

  /**
   * Ends writing.
   *
   * Context: any. Linux: write_seqcount_end.
   *
   * @symbol none
   * @raw
   */
  write_seqcount_end(s: Ptr<seqcount_t>): void {
    this.#seqcounts.writeEnd(addressOf(s));
  }

  /**
   * Begins to read: waits until nobody writes, and answers the number for `read_seqretry`.
   *
   * Context: any. Linux: read_seqbegin.
   *
   * @symbol none
   * @raw
   */
  *read_seqbegin(sl: Ptr<seqlock_t>): Switching<number> {
    return yield* this.#seqcounts.readBegin(addressOf(sl));
  }

  /**
   * Whether somebody has written since: then what was read may be wrong, and is to be read again.
   *
   * Context: any. Linux: read_seqretry.
   *
   * @symbol none
   * @raw
   */
  read_seqretry(sl: Ptr<seqlock_t>, start: number): boolean {
    return this.#seqcounts.mustRetry(addressOf(sl), intOf(start));
  }

  /**
   * Takes the lock that keeps writers apart, and begins to write.
   *
   * Context: any. Linux: write_seqlock.
   *
   * @symbol none
   * @raw
   */
  write_seqlock(sl: Ptr<seqlock_t>): MaySwitch<void> {
    const taken = this.#contexts.lock(this.#spinlocks, this.#lockOf(sl), ACQUIRE.WRITE);
    return after(taken, () => this.#seqcounts.writeBegin(addressOf(sl)));
  }

  /**
   * Ends writing, and gives the lock back.
   *
   * Context: that of the lock. Linux: write_sequnlock.
   *
   * @symbol none
   * @raw
   */
  write_sequnlock(sl: Ptr<seqlock_t>): MaySwitch<void> {
    this.#seqcounts.writeEnd(addressOf(sl));
    return this.#contexts.unlock(this.#spinlocks, this.#lockOf(sl));
  }

  /**
   * The same with softirqs off.
   *
   * Context: any. Linux: write_seqlock_bh.
   *
   * @symbol none
   * @raw
   */
  write_seqlock_bh(sl: Ptr<seqlock_t>): MaySwitch<void> {
    const taken = this.#contexts.lockBh(this.#spinlocks, this.#lockOf(sl), ACQUIRE.WRITE);
    return after(taken, () => this.#seqcounts.writeBegin(addressOf(sl)));
  }

  /**
   * Ends writing, and gives the lock back.
   *
   * Context: that of the lock. Linux: write_sequnlock_bh.
   *
   * @symbol none
   * @raw
   */
  write_sequnlock_bh(sl: Ptr<seqlock_t>): MaySwitch<void> {
    this.#seqcounts.writeEnd(addressOf(sl));
    return this.#contexts.unlockBh(this.#spinlocks, this.#lockOf(sl));
  }

  /**
   * The same with interrupts off.
   *
   * Context: any. Linux: write_seqlock_irq.
   *
   * @symbol none
   * @raw
   */
  write_seqlock_irq(sl: Ptr<seqlock_t>): MaySwitch<void> {
    const taken = this.#contexts.lockIrq(this.#spinlocks, this.#lockOf(sl), ACQUIRE.WRITE);
    return after(taken, () => this.#seqcounts.writeBegin(addressOf(sl)));
  }

  /**
   * Ends writing, and gives the lock back.
   *
   * Context: that of the lock. Linux: write_sequnlock_irq.
   *
   * @symbol none
   * @raw
   */
  write_sequnlock_irq(sl: Ptr<seqlock_t>): MaySwitch<void> {
    this.#seqcounts.writeEnd(addressOf(sl));
    return this.#contexts.unlockIrq(this.#spinlocks, this.#lockOf(sl));
  }

  /**
   * The same with interrupts off. Returns what `write_sequnlock_irqrestore` wants.
   *
   * Context: any. Linux: write_seqlock_irqsave.
   *
   * @symbol none
   * @raw
   */
  write_seqlock_irqsave(sl: Ptr<seqlock_t>): MaySwitch<number> {
    const taken = this.#contexts.lockIrqsave(this.#spinlocks, this.#lockOf(sl), ACQUIRE.WRITE);
    return after(taken, (flags) => {
      this.#seqcounts.writeBegin(addressOf(sl));
      return flags;
    });
  }

  /**
   * Ends writing, gives the lock back, and puts interrupts as they were.
   *
   * Context: that of the lock. Linux: write_sequnlock_irqrestore.
   *
   * @symbol none
   * @raw
   */
  write_sequnlock_irqrestore(sl: Ptr<seqlock_t>, flags: number): MaySwitch<void> {
    this.#seqcounts.writeEnd(addressOf(sl));
    return this.#contexts.unlockIrqrestore(this.#spinlocks, this.#lockOf(sl), intOf(flags));
  }

  #initialise(at: number, name?: string): void {
    const { lockdep } = this.#context.services;
    this.#initialiseCount(at, name);
    const lock = at + this.#lockOffset;
    const map = lockdep.initMap(lock, { ...LOCK_KIND.SPINLOCK, name: name && `${name}.lock` });
    this.#spinlocks.initialise(lock, map.key);
  }

  #initialiseCount(at: number, name?: string): void {
    const { lockdep } = this.#context.services;
    this.#seqcounts.initialise(at, lockdep.initMap(at, { ...LOCK_KIND.OTHER, name }).key);
  }

  #lockOf(sl: Ptr<seqlock_t>): number {
    return addressOf(sl) + this.#lockOffset;
  }

  get #seqcounts(): Seqcounts {
    return this.#context.services.seqcounts;
  }

  get #spinlocks(): Spinlocks {
    return this.#context.services.spinlocks;
  }

  get #contexts(): LockContexts {
    return this.#context.services.lockContexts;
  }
}
