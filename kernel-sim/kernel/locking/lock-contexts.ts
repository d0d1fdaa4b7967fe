// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Locks that spin, taken with interrupts or softirqs held off: for data that a handler shares.
 *
 * Linux: include/linux/spinlock_api_smp.h, rwlock_api_smp.h.
 */
import type { MaySwitch, Switching } from '../../uapi/coroutine.ts';
import type { Scheduler } from '../sched/scheduler.ts';
import type { Acquire } from './lockdep/lockdep.ts';

/** What a lock that spins can do: a spinlock, and either side of a rwlock. */
export interface SpinningLocks {
  lockNow(at: number, how: Acquire): boolean;
  lock(at: number, how: Acquire): Switching<void>;
  tryLock(at: number): boolean;
  unlock(at: number): void;
}

/** Interrupt flags with interrupts on, as local_irq_save answers them: x86's IF. */
const IRQS_ON = 0x200;

export class LockContexts {
  readonly #scheduler: Scheduler;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  lock(locks: SpinningLocks, at: number, how: Acquire): MaySwitch<void> {
    return locks.lockNow(at, how) ? undefined : locks.lock(at, how);
  }

  /** Linux: spin_lock_irq. */
  lockIrq(locks: SpinningLocks, at: number, how: Acquire): MaySwitch<void> {
    this.#scheduler.preempt.disableInterrupts();
    return locks.lockNow(at, how) ? undefined : locks.lock(at, how);
  }

  /** Answers what `unlockIrqrestore` wants. Linux: spin_lock_irqsave. */
  lockIrqsave(locks: SpinningLocks, at: number, how: Acquire): MaySwitch<number> {
    const flags = this.#saveInterrupts();
    return locks.lockNow(at, how) ? flags : answering(flags, locks.lock(at, how));
  }

  /** Linux: spin_lock_bh. */
  lockBh(locks: SpinningLocks, at: number, how: Acquire): MaySwitch<void> {
    this.#scheduler.preempt.disableSoftirqs();
    return locks.lockNow(at, how) ? undefined : locks.lock(at, how);
  }

  tryLockIrq(locks: SpinningLocks, at: number): boolean {
    const { preempt } = this.#scheduler;
    preempt.disableInterrupts();
    if (locks.tryLock(at)) return true;
    preempt.enableInterrupts();
    return false;
  }

  /** The flags, or -1 without the lock. */
  tryLockIrqsave(locks: SpinningLocks, at: number): number {
    const flags = this.#saveInterrupts();
    if (locks.tryLock(at)) return flags;
    this.#restoreInterrupts(flags);
    return -1;
  }

  tryLockBh(locks: SpinningLocks, at: number): boolean {
    this.#scheduler.preempt.disableSoftirqs();
    if (locks.tryLock(at)) return true;
    this.#enableSoftirqs();
    return false;
  }

  unlock(locks: SpinningLocks, at: number): MaySwitch<void> {
    locks.unlock(at);
    this.#scheduler.preempt.enable();
    return this.#scheduler.point();
  }

  unlockIrq(locks: SpinningLocks, at: number): MaySwitch<void> {
    const { preempt } = this.#scheduler;
    locks.unlock(at);
    preempt.enableInterrupts();
    preempt.enable();
    return this.#scheduler.point();
  }

  unlockIrqrestore(locks: SpinningLocks, at: number, flags: number): MaySwitch<void> {
    locks.unlock(at);
    this.#restoreInterrupts(flags);
    this.#scheduler.preempt.enable();
    return this.#scheduler.point();
  }

  unlockBh(locks: SpinningLocks, at: number): MaySwitch<void> {
    locks.unlock(at);
    this.#scheduler.preempt.enable();
    this.#enableSoftirqs();
    return this.#scheduler.point();
  }

  /** What waits is served before this returns. */
  #enableSoftirqs(): void {
    if (this.#scheduler.preempt.enableSoftirqs()) this.#scheduler.serveSoftirqs();
  }

  #saveInterrupts(): number {
    const { preempt } = this.#scheduler;
    const flags = preempt.irqsDisabled ? 0 : IRQS_ON;
    preempt.disableInterrupts();
    return flags;
  }

  #restoreInterrupts(flags: number): void {
    const { preempt } = this.#scheduler;
    if ((flags & IRQS_ON) === 0) preempt.disableInterrupts();
    else preempt.enableInterrupts();
  }
}

function* answering(flags: number, rest: Switching<void>): Switching<number> {
  yield* rest;
  return flags;
}
