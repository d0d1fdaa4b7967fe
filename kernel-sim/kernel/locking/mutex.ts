// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Locks that are waited for asleep.
 *
 * A mutex is a struct of memory as on Linux; its first word is the address of the task that holds
 * it, with three flags in the low bits. All decisions are made on that word; who waits, in order,
 * is kept beside it. A waiter that was woken and found the mutex taken again asks for it to be
 * handed over, so nobody starves.
 *
 * Linux: kernel/locking/mutex.c, mutex-debug.c. Differs: nobody spins for a moment in the hope that
 * the holder is soon done.
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { COST } from '../../uapi/costs.ts';
import { ERRNO } from '../../uapi/errno.ts';
import type { Task } from '../sched/task.ts';
import { type LockLayout, lockLayout } from './layouts.ts';
import type { LockDependencies } from './lock-dependencies.ts';
import { ACQUIRE, type Acquire } from './lockdep/lockdep.ts';
import { sleepFor, type Wait, wantsToGiveUp } from './lock-sleep.ts';

/** Somebody waits: unlocking must wake. */
const WAITERS = 1;
/** The first waiter wants the mutex handed over. */
const HANDOFF = 2;
/** It has been handed over: the task of the word only has to pick it up. */
const PICKUP = 4;
const FLAGS = WAITERS | HANDOFF | PICKUP;
/** What `ps -o wchan` shows of a waiter. */
const WAIT_CHANNEL = '__mutex_lock';

export class Mutexes {
  readonly layout: LockLayout;
  readonly #deps: LockDependencies;
  readonly #waitList: number;
  readonly #magic: number;
  readonly #depKey: number;
  /** Tasks that wait, by mutex, in order of arrival. */
  readonly #queues = new Map<number, Task[]>();

  constructor(deps: LockDependencies) {
    this.#deps = deps;
    this.layout = lockLayout('mutex', deps.ram.board);
    this.#waitList = this.layout.at('wait_list');
    this.#magic = this.layout.at('magic');
    this.#depKey = this.layout.at('dep_key');
  }

  /** Makes memory a free mutex, whose class has `key`. Linux: __mutex_init. */
  initialise(at: number, key: number): void {
    const { ram } = this.#deps;
    ram.memset(at, 0, this.layout.sizeBytes);
    // An empty list leads to itself.
    const list = at + this.#waitList;
    ram.storePointer(list, list);
    ram.storePointer(list + ram.board.pointerBytes, list);
    ram.storePointer(at + this.#magic, at);
    ram.storePointer(at + this.#depKey, key);
  }

  /** No mutex is here any more. Linux: mutex_destroy. */
  destroy(at: number): void {
    const { ram, debug } = this.#deps;
    if (debug.isOn && this.isLocked(at)) debug.warnOn('mutex_is_locked(lock)');
    ram.storePointer(at + this.#magic, 0);
  }

  /** Linux: mutex_is_locked. */
  isLocked(at: number): boolean {
    return this.ownerOf(at) !== 0;
  }

  /** The address of the task that holds it, 0 for none. */
  ownerOf(at: number): number {
    return ownerIn(this.#deps.ram.loadPointer(at));
  }

  /** Takes the mutex if nobody has it. Context: task. Linux: mutex_trylock. */
  tryLock(at: number): boolean {
    const { execution, scheduler, lockdep } = this.#deps;
    execution.budget -= COST.LOCK;
    this.#checkMagic(at);
    if (!this.#try(at, scheduler.current, false)) return false;
    scheduler.happens.acquire(at);
    lockdep.acquire(this.#mapOf(at), ACQUIRE.TRY);
    return true;
  }

  /**
   * Takes the mutex if that can be done at once. If not, `lock` has to be entered. Context: task
   * that may sleep.
   */
  lockNow(at: number, how: Acquire): boolean {
    const { execution, ram, scheduler } = this.#deps;
    execution.budget -= COST.LOCK;
    if (execution.budget < 0 || ram.loadPointer(at) !== 0) return false;
    scheduler.mightSleep();
    this.#checkMagic(at);
    const map = this.#mapOf(at);
    this.#deps.lockdep.acquire(map, how);
    this.#try(at, scheduler.current, false);
    scheduler.happens.acquire(at);
    this.#deps.lockdep.acquired(map);
    return true;
  }

  /**
   * Takes the mutex, sleeping until it is free. Context: task that may sleep. Linux: mutex_lock,
   * mutex_lock_interruptible, mutex_lock_killable.
   *
   * @returns 0, or -EINTR when a signal that `wait` heeds came
   */
  *lock(at: number, how: Acquire, wait: Wait): Sleeping<number> {
    const { scheduler, lockdep } = this.#deps;
    scheduler.mightSleep();
    // A point before the lock is taken: another task may be faster.
    yield* scheduler.reschedule();
    this.#checkMagic(at);
    const map = this.#mapOf(at);
    lockdep.acquire(map, how);
    let errno = 0;
    if (!this.#try(at, scheduler.current, false)) {
      lockdep.contended(map);
      scheduler.blockers.begin('mutex', at, map.name, () => this.#holders(at));
      try {
        errno = yield* this.#wait(at, wait);
      } finally {
        scheduler.blockers.end();
      }
    }
    if (errno !== 0) {
      lockdep.release(map);
      return errno;
    }
    scheduler.happens.acquire(at);
    lockdep.acquired(map);
    return 0;
  }

  /** Gives the mutex back, and wakes who has waited longest. Linux: mutex_unlock. */
  unlock(at: number): void {
    const { ram, lockdep, scheduler, debug } = this.#deps;
    lockdep.release(this.#mapOf(at));
    const word = ram.loadPointer(at);
    if (debug.isOn) this.#checkUnlock(at, word);
    scheduler.happens.release(at);
    const flags = flagsIn(word);
    const first = this.#queues.get(at)?.[0];
    if ((flags & HANDOFF) !== 0 && first !== undefined) {
      ram.storePointer(at, this.#deps.addressOf(first) + (flags & WAITERS) + PICKUP);
    } else ram.storePointer(at, flags & WAITERS);
    if (first !== undefined) scheduler.wake(first);
  }

  /** Who has the mutex now, as its memory says. */
  #holders(at: number): readonly Task[] {
    const holder = this.#deps.taskAt(this.ownerOf(at));
    return holder === undefined ? [] : [holder];
  }

  *#wait(at: number, wait: Wait): Sleeping<number> {
    const { scheduler } = this.#deps;
    const task = scheduler.current;
    const queue = this.#queues.get(at) ?? [];
    queue.push(task);
    this.#queues.set(at, queue);
    this.#setFlag(at, WAITERS);
    let wantsHandoff = false;
    let errno = 0;
    while (!this.#try(at, task, wantsHandoff)) {
      if (wantsToGiveUp(task, wait)) {
        errno = -ERRNO.EINTR;
        break;
      }
      yield* sleepFor(scheduler, wait, WAIT_CHANNEL);
      wantsHandoff = queue[0] === task;
    }
    queue.splice(queue.indexOf(task), 1);
    if (queue.length === 0) {
      this.#queues.delete(at);
      this.#clearFlags(at);
    }
    return errno;
  }

  /** Linux: __mutex_trylock_common. */
  #try(at: number, task: Task, wantsHandoff: boolean): boolean {
    const { ram, addressOf } = this.#deps;
    const word = ram.loadPointer(at);
    const owner = ownerIn(word);
    const flags = flagsIn(word);
    const self = addressOf(task);
    if (owner === 0) {
      ram.storePointer(at, self + flags);
      return true;
    }
    if ((flags & PICKUP) !== 0) {
      if (owner !== self) return false;
      ram.storePointer(at, owner + (flags & ~PICKUP));
      return true;
    }
    if (wantsHandoff) this.#setFlag(at, HANDOFF);
    return false;
  }

  #mapOf(at: number): ReturnType<LockDependencies['lockdep']['mapOf']> {
    const { ram, lockdep } = this.#deps;
    return lockdep.mapOf(at, ram.loadPointer(at + this.#depKey));
  }

  #checkMagic(at: number): void {
    const { ram, debug } = this.#deps;
    if (debug.isOn && ram.loadPointer(at + this.#magic) !== at) {
      debug.warnOn('lock->magic != lock');
    }
  }

  /** Linux: __mutex_unlock_slowpath, debug_mutex_unlock. */
  #checkUnlock(at: number, word: number): void {
    const { debug } = this.#deps;
    if (ownerIn(word) !== debug.self) debug.warnOn('__owner_task(owner) != current');
    else if ((flagsIn(word) & PICKUP) !== 0) debug.warnOn('owner & MUTEX_FLAG_PICKUP');
    else this.#checkMagic(at);
  }

  #setFlag(at: number, flag: number): void {
    const { ram } = this.#deps;
    const word = ram.loadPointer(at);
    ram.storePointer(at, ownerIn(word) + (flagsIn(word) | flag));
  }

  #clearFlags(at: number): void {
    const { ram } = this.#deps;
    ram.storePointer(at, ownerIn(ram.loadPointer(at)));
  }
}

/** Pointers have more than 32 bits: no bit operations on the whole. */
function flagsIn(word: number): number {
  return ((word % (FLAGS + 1)) + (FLAGS + 1)) % (FLAGS + 1);
}

function ownerIn(word: number): number {
  return word - flagsIn(word);
}
