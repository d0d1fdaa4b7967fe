// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Sleeping locks that many may hold to read, or one to write.
 *
 * The first word counts: 1 for the writer that has it, 2 when somebody waits, 256 for each reader.
 * The second is the address of the writer, or of the last reader with its lowest bit set. Who comes
 * while others wait gets behind them. When the lock becomes free and a reader has waited longest,
 * all readers that wait get it together.
 *
 * Linux: kernel/locking/rwsem.c. Differs: nobody spins for a moment in the hope that the holder is
 * soon done.
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { COST } from '../../uapi/costs.ts';
import { ERRNO } from '../../uapi/errno.ts';
import type { Task } from '../sched/task.ts';
import { type LockLayout, lockLayout } from './layouts.ts';
import type { LockDependencies } from './lock-dependencies.ts';
import { sleepFor, type Wait, wantsToGiveUp } from './lock-sleep.ts';
import { ACQUIRE, type Acquire } from './lockdep/lockdep.ts';
import { LOCK_KIND } from './lockdep/lock-kind.ts';
import type { LockMap } from './lockdep/lock-class.ts';

const WRITER = 1;
const WAITERS = 2;
const READER = 256;
/** In the owner's word. Linux: RWSEM_READER_OWNED. */
const READER_OWNED = 1;
const OWNER_FLAGS = 8;

interface Waiter {
  readonly task: Task;
  readonly reads: boolean;
  /** A reader was given the lock. */
  isGranted: boolean;
}

export class RwSemaphores {
  readonly layout: LockLayout;
  readonly #deps: LockDependencies;
  readonly #owner: number;
  readonly #magic: number;
  readonly #depKey: number;
  readonly #waitList: number;
  readonly #queues = new Map<number, Waiter[]>();

  constructor(deps: LockDependencies) {
    this.#deps = deps;
    this.layout = lockLayout('rw_semaphore', deps.ram.board);
    this.#owner = this.layout.at('owner');
    this.#magic = this.layout.at('magic');
    this.#depKey = this.layout.at('dep_key');
    this.#waitList = this.layout.at('wait_list');
  }

  /** Makes memory a free lock, whose class has `key`. Linux: __init_rwsem. */
  initialise(at: number, key: number): void {
    const { ram } = this.#deps;
    ram.memset(at, 0, this.layout.sizeBytes);
    const list = at + this.#waitList;
    ram.storePointer(list, list);
    ram.storePointer(list + ram.board.pointerBytes, list);
    ram.storePointer(at + this.#magic, at);
    ram.storePointer(at + this.#depKey, key);
  }

  /** Linux: rwsem_is_locked. */
  isLocked(at: number): boolean {
    return this.#count(at) !== 0 && this.#count(at) !== WAITERS;
  }

  /** Linux: down_read_trylock. */
  tryRead(at: number): boolean {
    this.#deps.execution.budget -= COST.LOCK;
    this.#checkMagic(at);
    if (!this.#isFreeToRead(at)) return false;
    this.#deps.lockdep.acquire(this.#mapOf(at), ACQUIRE.TRY_READ);
    this.#beginRead(at, this.#deps.scheduler.current);
    this.#deps.scheduler.happens.acquire(at);
    return true;
  }

  /** Linux: down_write_trylock. */
  tryWrite(at: number): boolean {
    this.#deps.execution.budget -= COST.LOCK;
    this.#checkMagic(at);
    if (this.#count(at) !== 0) return false;
    this.#deps.lockdep.acquire(this.#mapOf(at), ACQUIRE.TRY);
    this.#beginWrite(at);
    return true;
  }

  /**
   * Takes the lock to read, sleeping until that can be. Context: task that may sleep. Linux:
   * down_read.
   *
   * @returns 0, or -EINTR when a signal that `wait` heeds came
   */
  *read(at: number, how: Acquire, wait: Wait): Sleeping<number> {
    const { scheduler, lockdep } = this.#deps;
    const map = yield* this.#begin(at, how);
    if (this.#isFreeToRead(at)) this.#beginRead(at, scheduler.current);
    else {
      const errno = yield* this.#wait(at, map, true, wait);
      if (errno !== 0) return errno;
    }
    if (!this.#isReaderOwned(at)) this.#warnOn('!is_rwsem_reader_owned(sem)', at);
    scheduler.happens.acquire(at);
    lockdep.acquired(map);
    return 0;
  }

  /** The same to write. Linux: down_write, down_write_killable. */
  *write(at: number, how: Acquire, wait: Wait): Sleeping<number> {
    const map = yield* this.#begin(at, how);
    if (this.#count(at) === 0) this.#beginWrite(at);
    else {
      const errno = yield* this.#wait(at, map, false, wait);
      if (errno !== 0) return errno;
    }
    this.#deps.lockdep.acquired(map);
    return 0;
  }

  /** Linux: up_read. */
  endRead(at: number): void {
    const { ram, lockdep, scheduler, debug } = this.#deps;
    lockdep.release(this.#mapOf(at));
    this.#checkMagic(at);
    if (!this.#isReaderOwned(at)) this.#warnOn('!is_rwsem_reader_owned(sem)', at);
    if (ram.loadPointer(at + this.#owner) === debug.self + READER_OWNED) {
      ram.storePointer(at + this.#owner, READER_OWNED);
    }
    scheduler.happens.release(at + 1);
    const count = this.#count(at) - READER;
    this.#store(at, count);
    if (count < 0) this.#warnOn('tmp < 0', at);
    if (count === WAITERS) this.#wakeFirst(at);
  }

  /** Linux: up_write. */
  endWrite(at: number): void {
    const { ram, lockdep, scheduler, debug } = this.#deps;
    lockdep.release(this.#mapOf(at));
    this.#checkMagic(at);
    if (this.#writerOf(at) !== debug.self) {
      this.#warnOn(
        '(rwsem_owner(sem) != current) && !rwsem_test_oflags(sem, RWSEM_NONSPINNABLE)',
        at,
      );
    }
    ram.storePointer(at + this.#owner, 0);
    scheduler.happens.release(at);
    this.#store(at, this.#count(at) - WRITER);
    this.#wakeFirst(at);
  }

  /** From writing to reading, with nobody in between. Linux: downgrade_write. */
  downgrade(at: number): void {
    const { lockdep, scheduler, debug } = this.#deps;
    const map = this.#mapOf(at);
    lockdep.release(map);
    lockdep.acquire(map, ACQUIRE.TRY_READ);
    if (this.#writerOf(at) !== debug.self) this.#warnOn('rwsem_owner(sem) != current', at);
    scheduler.happens.release(at);
    this.#store(at, this.#count(at) - WRITER);
    this.#beginRead(at, scheduler.current);
    if (this.#queues.get(at)?.[0]?.reads === true) this.#wakeFirst(at);
  }

  *#begin(at: number, how: Acquire): Sleeping<LockMap> {
    const { scheduler, execution, lockdep } = this.#deps;
    scheduler.mightSleep();
    execution.budget -= COST.LOCK;
    // A point before the lock is taken: another task may be faster.
    yield* scheduler.reschedule();
    this.#checkMagic(at);
    const map = this.#mapOf(at);
    lockdep.acquire(map, how);
    return map;
  }

  *#wait(at: number, map: LockMap, reads: boolean, wait: Wait): Sleeping<number> {
    const { scheduler, lockdep, holdersOf } = this.#deps;
    const { blockers, current: task } = scheduler;
    const self: Waiter = { task, reads, isGranted: false };
    const queue = this.#queues.get(at) ?? [];
    queue.push(self);
    this.#queues.set(at, queue);
    this.#store(at, this.#count(at) + (queue.length === 1 ? WAITERS : 0));
    lockdep.contended(map);
    const kind = reads ? 'rwsem-read' : 'rwsem-write';
    const owners = (): readonly Task[] => holdersOf(at);
    blockers.begin(kind, at, map.name, owners, () => this.#isReaderOwned(at));
    try {
      while (!this.#isMine(at, self, queue)) {
        if (wantsToGiveUp(task, wait)) {
          this.#leave(at, self);
          this.#wakeFirst(at);
          lockdep.release(map);
          return -ERRNO.EINTR;
        }
        const channel = reads ? 'rwsem_down_read_slowpath' : 'rwsem_down_write_slowpath';
        yield* sleepFor(scheduler, wait, channel);
      }
    } finally {
      blockers.end();
    }
    return 0;
  }

  /** A writer takes what is free when it is first; readers are given it. */
  #isMine(at: number, self: Waiter, queue: readonly Waiter[]): boolean {
    if (self.isGranted) return true;
    if (queue[0] !== self || this.#count(at) !== WAITERS) return false;
    this.#leave(at, self);
    if (self.reads) this.#beginRead(at, self.task);
    else this.#beginWrite(at);
    // Other readers come in together with this one.
    if (self.reads) this.#wakeFirst(at);
    return true;
  }

  #leave(at: number, self: Waiter): void {
    const queue = this.#queues.get(at);
    if (queue === undefined) return;
    queue.splice(queue.indexOf(self), 1);
    if (queue.length > 0) return;
    this.#queues.delete(at);
    this.#store(at, this.#count(at) - WAITERS);
  }

  /** Linux: rwsem_mark_wake. */
  #wakeFirst(at: number): void {
    const { scheduler } = this.#deps;
    const first = this.#queues.get(at)?.[0];
    if (first === undefined || (this.#count(at) & WRITER) !== 0) return;
    if (!first.reads) {
      scheduler.wake(first.task);
      return;
    }
    const readers = this.#queues.get(at)!.filter(({ reads }) => reads);
    for (const reader of readers) {
      reader.isGranted = true;
      this.#leave(at, reader);
      this.#beginRead(at, reader.task);
      scheduler.wake(reader.task);
    }
  }

  #isFreeToRead(at: number): boolean {
    const count = this.#count(at);
    return count >= 0 && (count & (WRITER | WAITERS)) === 0;
  }

  #beginRead(at: number, task: Task): void {
    const { ram, addressOf } = this.#deps;
    this.#store(at, this.#count(at) + READER);
    ram.storePointer(at + this.#owner, addressOf(task) + READER_OWNED);
  }

  #beginWrite(at: number): void {
    const { ram, scheduler, debug } = this.#deps;
    this.#store(at, this.#count(at) + WRITER);
    ram.storePointer(at + this.#owner, debug.self);
    scheduler.happens.acquire(at);
    scheduler.happens.acquire(at + 1);
  }

  #isReaderOwned(at: number): boolean {
    return this.#deps.ram.loadPointer(at + this.#owner) % 2 === READER_OWNED;
  }

  /** The address of the writer that has it; 0 for none. */
  #writerOf(at: number): number {
    const word = this.#deps.ram.loadPointer(at + this.#owner);
    return word % 2 === READER_OWNED ? 0 : word - (word % OWNER_FLAGS);
  }

  #mapOf(at: number): LockMap {
    const { ram, lockdep } = this.#deps;
    return lockdep.mapOf(at, ram.loadPointer(at + this.#depKey), LOCK_KIND.RWSEM);
  }

  #checkMagic(at: number): void {
    if (this.#deps.ram.loadPointer(at + this.#magic) !== at) this.#warnOn('sem->magic != sem', at);
  }

  #warnOn(condition: string, at: number): void {
    const { ram, debug } = this.#deps;
    if (!debug.isOn) return;
    const hex = (offset: number): string => {
      const digits = ram.formatPointer(ram.loadPointer(at + offset)).replace(/^0+(?=.)/u, '');
      return `0x${digits}`;
    };
    const curr = `0x${ram.formatPointer(debug.self).replace(/^0+(?=.)/u, '')}`;
    const list = this.#queues.has(at) ? 'not ' : '';
    const words = `count = ${hex(0)}, magic = ${hex(this.#magic)}, owner = ${hex(this.#owner)}`;
    debug.rwsemWarnOn(`(${condition}): ${words}, curr ${curr}, list ${list}empty`);
  }

  /** A long: too many releases make it negative. */
  #count(at: number): number {
    const { ram } = this.#deps;
    const word = ram.loadPointer(at);
    const half = ram.board.pointerBytes === 8 ? 2 ** 47 : 2 ** 31;
    return word >= half ? word - 2 * half : word;
  }

  #store(at: number, count: number): void {
    this.#deps.ram.storePointer(at, count);
  }
}
