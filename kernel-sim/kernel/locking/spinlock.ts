// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Locks that are waited for without sleeping: the CPU goes round in a loop until it has the lock,
 * in the order of arrival.
 *
 * The first word of a lock is Linux's queued spinlock: the lowest byte says that it is held, the
 * next that a first waiter spins on it, the upper half which CPU came last to the queue. What a
 * task does is decided by these bytes; the order of those between first and last is kept beside
 * them. Holding one turns preemption off, so a holder keeps its CPU.
 *
 * Linux: kernel/locking/qspinlock.c, spinlock.c, spinlock_debug.c.
 */
import type { Switching } from '../../uapi/coroutine.ts';
import { COST } from '../../uapi/costs.ts';
import type { Task } from '../sched/task.ts';
import { type LockLayout, lockLayout } from './layouts.ts';
import type { LockDependencies } from './lock-dependencies.ts';
import { ACQUIRE, type Acquire } from './lockdep/lockdep.ts';

const LOCKED = 1;
const LOCKED_MASK = 0xff;
const PENDING = 0x100;
const TAIL_CPU_SHIFT = 18;
/** Linux: SPINLOCK_MAGIC. */
const MAGIC = 0xdead_4ead;
/** owner_cpu of a free lock. */
const NO_CPU = 0xffff_ffff;

export class Spinlocks {
  readonly layout: LockLayout;
  readonly #deps: LockDependencies;
  readonly #magic: number;
  readonly #ownerCpu: number;
  readonly #owner: number;
  readonly #depKey: number;

  constructor(deps: LockDependencies) {
    this.#deps = deps;
    this.layout = lockLayout('spinlock_t', deps.ram.board);
    this.#magic = this.layout.at('magic');
    this.#ownerCpu = this.layout.at('owner_cpu');
    this.#owner = this.layout.at('owner');
    this.#depKey = this.layout.at('dep_key');
  }

  /** Makes memory a free lock, whose class has `key`. Linux: __raw_spin_lock_init. */
  initialise(at: number, key: number): void {
    const { ram } = this.#deps;
    ram.store32(at, 0);
    ram.store32(at + this.#magic, MAGIC);
    ram.store32(at + this.#ownerCpu, NO_CPU);
    ram.storePointer(at + this.#owner, 0);
    ram.storePointer(at + this.#depKey, key);
  }

  /** Linux: spin_is_locked. */
  isLocked(at: number): boolean {
    return this.#deps.ram.load32(at) !== 0;
  }

  /** Linux: spin_is_contended. */
  isContended(at: number): boolean {
    return this.#deps.ram.load32(at) > LOCKED_MASK;
  }

  /**
   * Takes the lock if that can be done at once: it is free, and the CPU has time. If not, `lock`
   * has to be entered. Context: any; turns preemption off.
   */
  lockNow(at: number, how: Acquire): boolean {
    const { ram, execution, scheduler } = this.#deps;
    execution.budget -= COST.LOCK;
    if (execution.budget < 0 || ram.load32(at) !== 0) return false;
    scheduler.preempt.disable();
    this.#take(at, how);
    return true;
  }

  /**
   * Takes the lock, spinning until it is free. Context: any; turns preemption off. Who holds it
   * already spins for ever. Linux: spin_lock.
   */
  *lock(at: number, how: Acquire): Switching<void> {
    const { ram, execution, lockdep, scheduler, debug, spinners } = this.#deps;
    scheduler.preempt.disable();
    // Another CPU may be faster.
    if (execution.budget < 0) yield;
    if (ram.load32(at) === 0) {
      this.#take(at, how);
      return;
    }
    const map = this.#mapOf(at);
    lockdep.acquire(map, how);
    if (debug.isOn) this.#checkBefore(at);
    lockdep.contended(map);
    const self = spinners.join(at);
    this.#storeQueue(at);
    scheduler.blockers.begin('spinlock', at, map.name, () => this.#holders(at));
    let isMine = false;
    try {
      while (!spinners.isFirst(at, self) || (ram.load8(at) & LOCKED_MASK) !== 0) {
        yield* spinners.spin();
      }
      isMine = true;
    } finally {
      // The watchdog may have ended the wait.
      scheduler.blockers.end();
      spinners.leave(at, self);
      if (isMine) ram.store8(at, LOCKED);
      this.#storeQueue(at);
    }
    this.#setOwner(at);
    scheduler.happens.acquire(at);
    lockdep.acquired(map);
  }

  /** Takes the lock if it is free and nobody waits for it. Context: any. Linux: spin_trylock. */
  tryLock(at: number): boolean {
    const { execution, scheduler, ram } = this.#deps;
    execution.budget -= COST.LOCK;
    if (ram.load32(at) !== 0) return false;
    scheduler.preempt.disable();
    this.#take(at, ACQUIRE.TRY);
    return true;
  }

  /** Gives the lock back, and leaves preemption to the caller. Linux: do_raw_spin_unlock. */
  unlock(at: number): void {
    const { ram, lockdep, debug, scheduler } = this.#deps;
    lockdep.release(this.#mapOf(at));
    if (debug.isOn) this.#checkUnlock(at);
    ram.store32(at + this.#ownerCpu, NO_CPU);
    ram.storePointer(at + this.#owner, 0);
    scheduler.happens.release(at);
    ram.store8(at, 0);
  }

  #take(at: number, how: Acquire): void {
    const { ram, lockdep, debug, scheduler } = this.#deps;
    const map = this.#mapOf(at);
    lockdep.acquire(map, how);
    if (debug.isOn) this.#checkBefore(at);
    this.#setOwner(at);
    ram.store32(at, LOCKED);
    scheduler.happens.acquire(at);
    if (how.trylock !== true) lockdep.acquired(map);
  }

  #mapOf(at: number): ReturnType<LockDependencies['lockdep']['mapOf']> {
    const { ram, lockdep } = this.#deps;
    return lockdep.mapOf(at, ram.loadPointer(at + this.#depKey));
  }

  /** Linux: debug_spin_lock_before. */
  #checkBefore(at: number): void {
    const { ram, debug, scheduler } = this.#deps;
    if (ram.load32(at + this.#magic) !== MAGIC) this.#report('bad magic', at);
    else if (ram.loadPointer(at + this.#owner) === debug.self) this.#report('recursion', at);
    else if (ram.load32(at + this.#ownerCpu) === scheduler.cpu.id) {
      this.#report('cpu recursion', at);
    }
  }

  #setOwner(at: number): void {
    const { ram, debug, scheduler } = this.#deps;
    ram.store32(at + this.#ownerCpu, scheduler.cpu.id);
    ram.storePointer(at + this.#owner, debug.self);
  }

  /** Linux: debug_spin_unlock. */
  #checkUnlock(at: number): void {
    const { ram, debug, scheduler } = this.#deps;
    if (ram.load32(at + this.#magic) !== MAGIC) this.#report('bad magic', at);
    else if ((ram.load32(at) & LOCKED_MASK) === 0) this.#report('already unlocked', at);
    else if (ram.loadPointer(at + this.#owner) !== debug.self) this.#report('wrong owner', at);
    else if (ram.load32(at + this.#ownerCpu) !== scheduler.cpu.id) this.#report('wrong CPU', at);
  }

  #report(what: string, pointer: number): void {
    const { ram, debug } = this.#deps;
    debug.spinlockBug(what, {
      pointer,
      magic: ram.load32(pointer + this.#magic),
      owner: ram.loadPointer(pointer + this.#owner),
      ownerCpu: ram.load32(pointer + this.#ownerCpu),
    });
  }

  /** Who has the lock now, as its memory says. */
  #holders(at: number): readonly Task[] {
    const holder = this.#deps.taskAt(this.#deps.ram.loadPointer(at + this.#owner));
    return holder === undefined ? [] : [holder];
  }

  /** The first waiter is the pending one; if there are more, the last one is the tail. */
  #storeQueue(at: number): void {
    const { ram, spinners } = this.#deps;
    const queue = spinners.of(at);
    const locked = ram.load32(at) & LOCKED_MASK;
    const pending = queue.length > 0 ? PENDING : 0;
    const tail = queue.length > 1 ? (queue.at(-1)!.cpu + 1) << TAIL_CPU_SHIFT : 0;
    ram.store32(at, (locked | pending | tail) >>> 0);
  }
}
