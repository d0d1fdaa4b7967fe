// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Locks of drivers whose readers never keep a writer waiting.
 *
 * @subpath kernel/sync
 */
import { lockLayout } from '../kernel/locking/layouts.ts';
import { LOCK_KIND } from '../kernel/locking/lockdep/lock-kind.ts';
import { ACQUIRE } from '../kernel/locking/lockdep/lockdep.ts';
import { after } from '../lib/coroutine.ts';
import type { MaySwitch, Sleeping, Switching } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import { type Cell, Guard, LockMemory } from './guard.ts';
import type { Ref } from './ownership.ts';

/**
 * Plain data that is read often and written seldom, such as the time. Who reads takes no lock, and
 * reads again if somebody wrote meanwhile. Writers keep each other out as at a `Spinlock`.
 *
 * Linux: seqlock_t.
 *
 * @public
 */
export class SeqLock<T> {
  readonly #context: ApiContext;
  readonly #cell: Cell<T>;
  readonly #memory: LockMemory;
  readonly #sizeBytes: number;
  /** Of the writers' lock. */
  readonly #lock: number;

  /** @internal */
  constructor(context: ApiContext, value: T, told: unknown) {
    const { lockdep, seqcounts, spinlocks, slabs } = context.services;
    const layout = lockLayout('seqlock_t', slabs.ram.board);
    this.#context = context;
    this.#cell = { value };
    this.#sizeBytes = layout.sizeBytes;
    this.#memory = new LockMemory(context, layout.sizeBytes, told);
    const { pointer, naming } = this.#memory;
    this.#lock = pointer + layout.at('lock');
    seqcounts.initialise(pointer, lockdep.initMap(pointer, { ...LOCK_KIND.OTHER, ...naming }).key);
    const { name, ...key } = naming;
    const lockName = { ...key, ...(name !== undefined && { name: `${name}.lock` }) };
    const map = lockdep.initMap(this.#lock, { ...LOCK_KIND.SPINLOCK, ...lockName });
    spinlocks.initialise(this.#lock, map.key);
  }

  /**
   * Calls `look` with the data, again and again until nobody wrote meanwhile, and returns what it
   * returned last. What it sees may be half old and half new until then, so it only reads and
   * computes.
   *
   * Context: any; whoever interrupts a writer takes `write_irqsave` there. Linux: read_seqbegin,
   * read_seqretry.
   *
   * @symbol none
   */
  *read<R>(this: Ref<SeqLock<T>>, look: (value: Readonly<T>) => R): Switching<R> {
    const { runtime, seqcounts } = this.#context.services;
    const { pointer } = this.#memory;
    for (;;) {
      const sequence = yield* seqcounts.readBegin(pointer);
      const answer = (yield* runtime.maybe(look(this.#cell.value))) as R;
      if (!seqcounts.mustRetry(pointer, sequence)) return answer;
    }
  }

  /** Takes the lock to write, spinning until it is free. Context: any. Linux: write_seqlock. */
  write(this: Ref<SeqLock<T>>): MaySwitch<Guard<T>> {
    const { lockContexts, spinlocks } = this.#context.services;
    const taken = lockContexts.lock(spinlocks, this.#lock, ACQUIRE.WRITE);
    return after(taken, () => this.#guard(() => lockContexts.unlock(spinlocks, this.#lock)));
  }

  /**
   * The same with softirqs off until the guard is dropped: for data that a timer writes, too.
   *
   * Context: any but hardirq. Linux: write_seqlock_bh.
   */
  write_bh(this: Ref<SeqLock<T>>): MaySwitch<Guard<T>> {
    const { lockContexts, spinlocks } = this.#context.services;
    const taken = lockContexts.lockBh(spinlocks, this.#lock, ACQUIRE.WRITE);
    return after(taken, () => this.#guard(() => lockContexts.unlockBh(spinlocks, this.#lock)));
  }

  /**
   * The same with interrupts off until the guard is dropped, which puts them back as they were: for
   * data that an interrupt handler reads or writes, too.
   *
   * Context: any. Linux: write_seqlock_irqsave.
   */
  write_irqsave(this: Ref<SeqLock<T>>): MaySwitch<Guard<T>> {
    const { lockContexts, spinlocks } = this.#context.services;
    const taken = lockContexts.lockIrqsave(spinlocks, this.#lock, ACQUIRE.WRITE);
    return after(taken, (flags) =>
      this.#guard(() => lockContexts.unlockIrqrestore(spinlocks, this.#lock, flags)),
    );
  }

  /** Drops the data. Context: process. */
  *[Symbol.dispose](): Sleeping<void> {
    const { runtime } = this.#context.services;
    yield* runtime.dropSwitching(this.#cell.value);
    this.#memory.free(this.#sizeBytes);
  }

  #guard(unlock: () => MaySwitch<void>): Guard<T> {
    const { seqcounts } = this.#context.services;
    const { pointer } = this.#memory;
    seqcounts.writeBegin(pointer);
    return new Guard(this.#cell, () => {
      seqcounts.writeEnd(pointer);
      return unlock();
    });
  }
}

/** @statics SeqLock */
export class SeqLockStatics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Puts `value` behind a new lock.
   *
   * Context: any. Linux: seqlock_init.
   *
   * @throws ENOMEM no memory for it
   * @lock_init
   */
  new<T>(value: T): SeqLock<T>;
  new<T>(value: T, told?: string): SeqLock<T> {
    return new SeqLock(this.#context, value, told);
  }
}
