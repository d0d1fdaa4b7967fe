// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Locks that are waited for without sleeping: the CPU goes round in a loop until it has the lock,
 * in the order of arrival.
 *
 * A lock is four bytes of memory, Linux's queued spinlock: the lowest byte says that it is held,
 * the next that a first waiter spins on it, the upper half which CPU came last to the queue. What
 * a task does is decided by these bytes; the order of those between first and last is kept beside
 * them. Holding one turns preemption off, so a holder keeps its CPU.
 *
 * Linux: kernel/locking/qspinlock.c.
 */
import type { Ram } from '../../hw/ram/ram.ts';
import { COST } from '../../uapi/costs.ts';
import type { Switching } from '../../uapi/coroutine.ts';
import type { Execution } from '../sched/execution.ts';
import type { Scheduler } from '../sched/scheduler.ts';
import type { LockMap } from './lockdep/lock-class.ts';
import { ACQUIRE, type Lockdep } from './lockdep/lockdep.ts';

/** Size of raw_spinlock_t. */
export const SPINLOCK_BYTES = 4;
const LOCKED = 1;
const LOCKED_MASK = 0xff;
const PENDING = 0x100;
const TAIL_CPU_SHIFT = 18;

export interface LockDependencies {
  readonly ram: Ram;
  readonly scheduler: Scheduler;
  readonly execution: Execution;
  readonly lockdep: Lockdep;
}

export class Spinlocks {
  readonly #deps: LockDependencies;
  /** CPUs that wait, by lock, in order of arrival. */
  readonly #queues = new Map<number, number[]>();

  constructor(deps: LockDependencies) {
    this.#deps = deps;
  }

  /** Makes the bytes at the lock's pointer a free lock. */
  initialise({ pointer }: LockMap): void {
    this.#deps.ram.store32(pointer, 0);
  }

  isLocked({ pointer }: LockMap): boolean {
    return (this.#deps.ram.load32(pointer) & LOCKED_MASK) !== 0;
  }

  /** Takes the lock if it is free and nobody waits for it. Context: any. Linux: spin_trylock. */
  tryAcquire(lock: LockMap): boolean {
    if (!this.#try(lock)) return false;
    this.#deps.lockdep.acquire(lock, ACQUIRE.TRY);
    return true;
  }

  /**
   * Takes the lock, spinning until it is free. Context: any; who holds it already spins until the
   * watchdog bites. Linux: spin_lock.
   */
  *acquire(lock: LockMap): Switching<void> {
    const { scheduler, lockdep, execution } = this.#deps;
    lockdep.acquire(lock);
    execution.budget -= COST.LOCK;
    // A point before the lock is taken: another CPU may be faster.
    yield* scheduler.reschedule();
    if (!this.#try(lock)) {
      lockdep.contended(lock);
      scheduler.preempt.disable();
      yield* this.#spin(lock);
    }
    lockdep.acquired(lock);
  }

  /** Gives the lock back. The caller comes to a point soon. Linux: spin_unlock. */
  release(lock: LockMap): void {
    const { ram, scheduler, lockdep } = this.#deps;
    lockdep.release(lock);
    ram.store8(lock.pointer, 0);
    scheduler.preempt.enable();
  }

  #try({ pointer }: LockMap): boolean {
    const { scheduler, ram } = this.#deps;
    if (ram.load32(pointer) !== 0) return false;
    scheduler.preempt.disable();
    ram.store32(pointer, LOCKED);
    return true;
  }

  *#spin(lock: LockMap): Switching<void> {
    const { ram, scheduler, execution } = this.#deps;
    const { pointer } = lock;
    const queue = this.#queues.get(pointer) ?? [];
    const self = scheduler.cpu.id;
    queue.push(self);
    this.#queues.set(pointer, queue);
    this.#storeQueue(pointer, queue);
    let isMine = false;
    try {
      while (queue[0] !== self || (ram.load8(pointer) & LOCKED_MASK) !== 0) {
        // Nobody else runs before this CPU's time is up, so all tries until then fail alike.
        const tries = Math.max(1, Math.ceil((execution.budget + 1) / COST.SPIN));
        execution.budget -= tries * COST.SPIN;
        yield;
        scheduler.watch();
      }
      isMine = true;
    } finally {
      // The watchdog may have ended the wait.
      queue.splice(queue.indexOf(self), 1);
      if (queue.length === 0) this.#queues.delete(pointer);
      if (isMine) ram.store8(pointer, LOCKED);
      this.#storeQueue(pointer, queue);
    }
  }

  /** The first waiter is the pending one; if there are more, the last one is the tail. */
  #storeQueue(pointer: number, queue: readonly number[]): void {
    const { ram } = this.#deps;
    const locked = ram.load32(pointer) & LOCKED_MASK;
    const pending = queue.length > 0 ? PENDING : 0;
    const tail = queue.length > 1 ? (queue.at(-1)! + 1) << TAIL_CPU_SHIFT : 0;
    ram.store32(pointer, (locked | pending | tail) >>> 0);
  }
}
