// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Sequence counters: writers make the number odd while they write, and readers read again when it
 * was odd or has changed. Readers never keep writers waiting. A seqlock is one with a spinlock that
 * keeps writers apart.
 *
 * Linux: include/linux/seqlock.h.
 */
import type { Switching } from '../../uapi/coroutine.ts';
import { COST } from '../../uapi/costs.ts';
import { type LockLayout, lockLayout } from './layouts.ts';
import type { LockDependencies } from './lock-dependencies.ts';
import { LOCK_KIND } from './lockdep/lock-kind.ts';
import type { LockMap } from './lockdep/lock-class.ts';

/** So many accesses of a reader may race with a writer. Linux: KCSAN_SEQLOCK_REGION_MAX. */
const READ_ACCESSES_MAX = 1000;

export class Seqcounts {
  readonly layout: LockLayout;
  readonly #deps: LockDependencies;
  readonly #depKey: number;

  constructor(deps: LockDependencies) {
    this.#deps = deps;
    this.layout = lockLayout('seqcount_t', deps.ram.board);
    this.#depKey = this.layout.at('dep_key');
  }

  /** Makes memory a counter, whose class has `key`. Linux: __seqcount_init. */
  initialise(at: number, key: number): void {
    const { ram } = this.#deps;
    ram.store32(at, 0);
    ram.storePointer(at + this.#depKey, key);
  }

  /** Waits until nobody writes, and answers the number. Linux: read_seqcount_begin. */
  *readBegin(at: number): Switching<number> {
    const { ram, scheduler, execution, lockdep } = this.#deps;
    const map = this.#mapOf(at);
    lockdep.acquire(map);
    lockdep.release(map);
    for (;;) {
      const sequence = ram.load32(at);
      if (sequence % 2 === 0) {
        scheduler.happens.acquire(at);
        scheduler.happens.atomicNext(READ_ACCESSES_MAX);
        return sequence;
      }
      const looks = Math.max(1, Math.ceil((execution.budget + 1) / COST.SPIN));
      execution.budget -= looks * COST.SPIN;
      yield;
      scheduler.watch();
    }
  }

  /** Whether what was read since `sequence` may be wrong. Linux: read_seqcount_retry. */
  mustRetry(at: number, sequence: number): boolean {
    const { ram, scheduler } = this.#deps;
    scheduler.happens.atomicNext(0);
    return ram.load32(at) !== sequence >>> 0;
  }

  /** The writer's lock is held. Linux: write_seqcount_begin. */
  writeBegin(at: number): void {
    const { scheduler, lockdep } = this.#deps;
    const map = this.#mapOf(at);
    lockdep.acquire(map);
    lockdep.acquired(map);
    scheduler.happens.acquire(at);
    scheduler.happens.atomicBegin();
    this.#count(at);
  }

  /** Linux: write_seqcount_end. */
  writeEnd(at: number): void {
    const { scheduler, lockdep } = this.#deps;
    lockdep.release(this.#mapOf(at));
    scheduler.happens.release(at);
    this.#count(at);
    scheduler.happens.atomicEnd();
  }

  #count(at: number): void {
    const { ram } = this.#deps;
    ram.store32(at, (ram.load32(at) + 1) >>> 0);
  }

  #mapOf(at: number): LockMap {
    const { ram, lockdep } = this.#deps;
    return lockdep.mapOf(at, ram.loadPointer(at + this.#depKey), LOCK_KIND.OTHER);
  }
}
