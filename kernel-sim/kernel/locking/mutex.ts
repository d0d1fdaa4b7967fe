// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Locks that are waited for asleep.
 *
 * A mutex is a struct of memory as on Linux; its first word is the address of the task that holds
 * it, with three flags in the low bits. All decisions are made on that word; who waits, in order,
 * is kept beside it. A waiter that was woken and found the mutex taken again asks for it to be
 * handed over, so nobody starves.
 *
 * Linux: kernel/locking/mutex.c. Differs: nobody spins for a moment in the hope that the holder is
 * soon done.
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { COST } from '../../uapi/costs.ts';
import { ERRNO } from '../../uapi/errno.ts';
import type { Task } from '../sched/task.ts';
import type { LockMap } from './lockdep/lock-class.ts';
import { ACQUIRE } from './lockdep/lockdep.ts';
import type { LockDependencies } from './spinlock.ts';

/** Somebody waits: unlocking must wake. */
const WAITERS = 1;
/** The first waiter wants the mutex handed over. */
const HANDOFF = 2;
/** It has been handed over: the task of the word only has to pick it up. */
const PICKUP = 4;
const FLAGS = WAITERS | HANDOFF | PICKUP;
/** What `ps -o wchan` shows of a waiter. */
const WAIT_CHANNEL = '__mutex_lock';

/** owner, wait_lock (4 bytes), osq (4 bytes), wait_list (two pointers). */
export function mutexBytes(pointerBytes: number): number {
  return 3 * pointerBytes + 8;
}

export class Mutexes {
  readonly #deps: LockDependencies;
  readonly #addressOf: (task: Task) => number;
  /** Tasks that wait, by mutex, in order of arrival. */
  readonly #queues = new Map<number, Task[]>();

  /** `addressOf` answers where a task's task_struct lies: a multiple of 8. */
  constructor(deps: LockDependencies, addressOf: (task: Task) => number) {
    this.#deps = deps;
    this.#addressOf = addressOf;
  }

  /** Makes the bytes at the lock's pointer a free mutex. Linux: __mutex_init. */
  initialise({ pointer }: LockMap): void {
    const { ram } = this.#deps;
    const { pointerBytes } = ram.board;
    ram.memset(pointer, 0, mutexBytes(pointerBytes));
    // An empty list leads to itself.
    const list = pointer + pointerBytes + 8;
    ram.storePointer(list, list);
    ram.storePointer(list + pointerBytes, list);
  }

  isLocked(lock: LockMap): boolean {
    return ownerOf(this.#deps.ram.loadPointer(lock.pointer)) !== 0;
  }

  /** Takes the mutex if nobody has it. Context: task. Linux: mutex_trylock. */
  tryAcquire(lock: LockMap): boolean {
    if (!this.#try(lock, this.#deps.scheduler.current, false)) return false;
    this.#deps.lockdep.acquire(lock, ACQUIRE.TRY);
    return true;
  }

  /**
   * Takes the mutex, sleeping until it is free. Context: task that may sleep. Linux: mutex_lock,
   * mutex_lock_interruptible.
   *
   * @returns 0, or -EINTR when `interruptible` and a signal came
   */
  *acquire(lock: LockMap, interruptible: boolean): Sleeping<number> {
    const { scheduler, lockdep, execution } = this.#deps;
    scheduler.mightSleep();
    lockdep.acquire(lock);
    execution.budget -= COST.LOCK;
    // A point before the lock is taken: another task may be faster.
    yield* scheduler.reschedule();
    let errno = 0;
    if (!this.#try(lock, scheduler.current, false)) {
      lockdep.contended(lock);
      errno = yield* this.#wait(lock, interruptible);
    }
    if (errno === 0) lockdep.acquired(lock);
    else lockdep.release(lock);
    return errno;
  }

  /** Gives the mutex back, and wakes who has waited longest. Linux: mutex_unlock. */
  release(lock: LockMap): void {
    const { ram, lockdep, scheduler } = this.#deps;
    lockdep.release(lock);
    const { pointer } = lock;
    const flags = flagsOf(ram.loadPointer(pointer));
    const first = this.#queues.get(pointer)?.[0];
    if ((flags & HANDOFF) !== 0 && first !== undefined) {
      ram.storePointer(pointer, this.#addressOf(first) + (flags & WAITERS) + PICKUP);
    } else ram.storePointer(pointer, flags & WAITERS);
    if (first !== undefined) scheduler.wake(first);
  }

  *#wait(lock: LockMap, interruptible: boolean): Sleeping<number> {
    const { scheduler } = this.#deps;
    const { pointer } = lock;
    const task = scheduler.current;
    const queue = this.#queues.get(pointer) ?? [];
    queue.push(task);
    this.#queues.set(pointer, queue);
    this.#setFlag(pointer, WAITERS);
    let wantsHandoff = false;
    let errno = 0;
    while (!this.#try(lock, task, wantsHandoff)) {
      if (interruptible && task.deliverable !== 0) {
        errno = -ERRNO.EINTR;
        break;
      }
      yield* scheduler.sleep(interruptible ? 'S' : 'D', WAIT_CHANNEL);
      wantsHandoff = queue[0] === task;
    }
    queue.splice(queue.indexOf(task), 1);
    if (queue.length === 0) {
      this.#queues.delete(pointer);
      this.#clearFlags(pointer);
    }
    return errno;
  }

  /** Linux: __mutex_trylock_common. */
  #try({ pointer }: LockMap, task: Task, wantsHandoff: boolean): boolean {
    const { ram } = this.#deps;
    const word = ram.loadPointer(pointer);
    const owner = ownerOf(word);
    const flags = flagsOf(word);
    const self = this.#addressOf(task);
    if (owner === 0) {
      ram.storePointer(pointer, self + flags);
      return true;
    }
    if ((flags & PICKUP) !== 0) {
      if (owner !== self) return false;
      ram.storePointer(pointer, owner + (flags & ~PICKUP));
      return true;
    }
    if (wantsHandoff) this.#setFlag(pointer, HANDOFF);
    return false;
  }

  #setFlag(pointer: number, flag: number): void {
    const { ram } = this.#deps;
    const word = ram.loadPointer(pointer);
    ram.storePointer(pointer, ownerOf(word) + (flagsOf(word) | flag));
  }

  #clearFlags(pointer: number): void {
    const { ram } = this.#deps;
    ram.storePointer(pointer, ownerOf(ram.loadPointer(pointer)));
  }
}

/** Pointers have more than 32 bits: no bit operations on the whole. */
function flagsOf(word: number): number {
  return word % (FLAGS + 1);
}

function ownerOf(word: number): number {
  return word - flagsOf(word);
}
