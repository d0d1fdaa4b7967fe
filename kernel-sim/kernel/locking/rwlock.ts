// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Spinning locks that many may hold to read, or one to write.
 *
 * The first word is Linux's queued rwlock: the lowest byte says that a writer has it, the next bit
 * that one waits until the readers are gone, and the rest counts readers. Who comes while a writer
 * has it or waits joins a queue, so that neither side starves; in an interrupt a reader only waits
 * for the writer that has it, since the queue may be behind what it interrupted.
 *
 * Linux: kernel/locking/qrwlock.c, spinlock_debug.c.
 */
import type { Switching } from '../../uapi/coroutine.ts';
import { COST } from '../../uapi/costs.ts';
import { type LockLayout, lockLayout } from './layouts.ts';
import type { SpinningLocks } from './lock-contexts.ts';
import type { LockDependencies } from './lock-dependencies.ts';
import { ACQUIRE, type Acquire } from './lockdep/lockdep.ts';
import { LOCK_KIND } from './lockdep/lock-kind.ts';
import type { LockMap } from './lockdep/lock-class.ts';

const WRITER = 0xff;
const WRITER_LOCKED = 1;
const WRITER_WAITS = 0x100;
const READER = 0x200;
/** Linux: RWLOCK_MAGIC. */
const MAGIC = 0xdeaf_1eed;
const NO_CPU = 0xffff_ffff;

export class Rwlocks {
  readonly layout: LockLayout;
  readonly readers: SpinningLocks;
  readonly writers: SpinningLocks;
  readonly #deps: LockDependencies;

  constructor(deps: LockDependencies) {
    this.#deps = deps;
    this.layout = lockLayout('rwlock_t', deps.ram.board);
    const memory = new RwlockMemory(deps, this.layout);
    this.readers = new Readers(deps, memory);
    this.writers = new Writers(deps, memory);
  }

  /** Makes memory a free lock, whose class has `key`. Linux: __rwlock_init. */
  initialise(at: number, key: number): void {
    const { ram } = this.#deps;
    const { layout } = this;
    ram.memset(at, 0, layout.sizeBytes);
    ram.store32(at + layout.at('magic'), MAGIC);
    ram.store32(at + layout.at('owner_cpu'), NO_CPU);
    ram.storePointer(at + layout.at('dep_key'), key);
  }
}

/** The words of a lock besides the first, and what they say of misuse. */
class RwlockMemory {
  readonly #deps: LockDependencies;
  readonly #magic: number;
  readonly #ownerCpu: number;
  readonly #owner: number;
  readonly #depKey: number;

  constructor(deps: LockDependencies, layout: LockLayout) {
    this.#deps = deps;
    this.#magic = layout.at('magic');
    this.#ownerCpu = layout.at('owner_cpu');
    this.#owner = layout.at('owner');
    this.#depKey = layout.at('dep_key');
  }

  mapOf(at: number): LockMap {
    const { ram, lockdep } = this.#deps;
    return lockdep.mapOf(at, ram.loadPointer(at + this.#depKey), LOCK_KIND.RWLOCK);
  }

  setOwner(at: number): void {
    const { ram, debug, scheduler } = this.#deps;
    ram.store32(at + this.#ownerCpu, scheduler.cpu.id);
    ram.storePointer(at + this.#owner, debug.self);
  }

  clearOwner(at: number): void {
    const { ram } = this.#deps;
    ram.store32(at + this.#ownerCpu, NO_CPU);
    ram.storePointer(at + this.#owner, 0);
  }

  checkMagic(at: number): void {
    const { ram, debug } = this.#deps;
    if (!debug.isOn || ram.load32(at + this.#magic) === MAGIC) return;
    debug.rwlockBug('bad magic', at);
  }

  /** Linux: debug_write_lock_before. */
  checkWrite(at: number): void {
    const { ram, debug, scheduler } = this.#deps;
    if (!debug.isOn) return;
    this.checkMagic(at);
    if (ram.loadPointer(at + this.#owner) === debug.self) debug.rwlockBug('recursion', at);
    else if (ram.load32(at + this.#ownerCpu) === scheduler.cpu.id) {
      debug.rwlockBug('cpu recursion', at);
    }
  }

  /** Linux: debug_write_unlock. */
  checkUnlock(at: number): void {
    const { ram, debug, scheduler } = this.#deps;
    if (!debug.isOn) return;
    this.checkMagic(at);
    if (ram.loadPointer(at + this.#owner) !== debug.self) debug.rwlockBug('wrong owner', at);
    else if (ram.load32(at + this.#ownerCpu) !== scheduler.cpu.id) {
      debug.rwlockBug('wrong CPU', at);
    }
  }
}

class Readers implements SpinningLocks {
  readonly #deps: LockDependencies;
  readonly #memory: RwlockMemory;

  constructor(deps: LockDependencies, memory: RwlockMemory) {
    this.#deps = deps;
    this.#memory = memory;
  }

  lockNow(at: number): boolean {
    const { execution, ram, scheduler } = this.#deps;
    execution.budget -= COST.LOCK;
    if (execution.budget < 0 || (ram.load32(at) & (WRITER | WRITER_WAITS)) !== 0) return false;
    scheduler.preempt.disable();
    this.#take(at, this.#how);
    return true;
  }

  *lock(at: number): Switching<void> {
    const { execution, ram, scheduler, lockdep, spinners } = this.#deps;
    const { preempt, blockers } = scheduler;
    preempt.disable();
    if (execution.budget < 0) yield;
    if ((ram.load32(at) & (WRITER | WRITER_WAITS)) === 0) {
      this.#take(at, this.#how);
      return;
    }
    const map = this.#memory.mapOf(at);
    lockdep.acquire(map, this.#how);
    this.#memory.checkMagic(at);
    lockdep.contended(map);
    blockers.begin('rwlock-read', at, map.name, () => this.#deps.holdersOf(at));
    const self = preempt.inInterrupt ? undefined : spinners.join(at);
    let counted = 0;
    let isMine = false;
    try {
      while (self !== undefined && !spinners.isFirst(at, self)) yield* spinners.spin();
      counted = READER;
      ram.store32(at, ram.load32(at) + READER);
      while ((ram.load32(at) & WRITER) !== 0) yield* spinners.spin();
      isMine = true;
    } finally {
      blockers.end();
      if (self !== undefined) spinners.leave(at, self);
      // The watchdog may have ended the wait.
      if (!isMine) ram.store32(at, ram.load32(at) - counted);
    }
    scheduler.happens.acquire(at);
    lockdep.acquired(map);
  }

  tryLock(at: number): boolean {
    const { execution, ram, scheduler } = this.#deps;
    execution.budget -= COST.LOCK;
    if ((ram.load32(at) & (WRITER | WRITER_WAITS)) !== 0) return false;
    scheduler.preempt.disable();
    this.#take(at, ACQUIRE.TRY_READ);
    return true;
  }

  unlock(at: number): void {
    const { ram, lockdep, scheduler } = this.#deps;
    lockdep.release(this.#memory.mapOf(at));
    this.#memory.checkMagic(at);
    scheduler.happens.release(at + 1);
    ram.store32(at, (ram.load32(at) - READER) >>> 0);
  }

  get #how(): Acquire {
    return this.#deps.lockdep.readLockIsRecursive ? ACQUIRE.READ_RECURSIVE : ACQUIRE.READ;
  }

  #take(at: number, how: Acquire): void {
    const { ram, lockdep, scheduler } = this.#deps;
    const map = this.#memory.mapOf(at);
    lockdep.acquire(map, how);
    this.#memory.checkMagic(at);
    ram.store32(at, ram.load32(at) + READER);
    scheduler.happens.acquire(at);
    if (how.trylock !== true) lockdep.acquired(map);
  }
}

class Writers implements SpinningLocks {
  readonly #deps: LockDependencies;
  readonly #memory: RwlockMemory;

  constructor(deps: LockDependencies, memory: RwlockMemory) {
    this.#deps = deps;
    this.#memory = memory;
  }

  lockNow(at: number, how: Acquire): boolean {
    const { execution, ram, scheduler } = this.#deps;
    execution.budget -= COST.LOCK;
    if (execution.budget < 0 || ram.load32(at) !== 0) return false;
    scheduler.preempt.disable();
    this.#take(at, how);
    return true;
  }

  *lock(at: number, how: Acquire): Switching<void> {
    const { execution, ram, scheduler, lockdep, spinners } = this.#deps;
    const { blockers } = scheduler;
    scheduler.preempt.disable();
    if (execution.budget < 0) yield;
    if (ram.load32(at) === 0) {
      this.#take(at, how);
      return;
    }
    const map = this.#memory.mapOf(at);
    lockdep.acquire(map, how);
    this.#memory.checkWrite(at);
    lockdep.contended(map);
    blockers.begin('rwlock-write', at, map.name, () => this.#deps.holdersOf(at));
    const self = spinners.join(at);
    let isMine = false;
    try {
      while (!spinners.isFirst(at, self)) yield* spinners.spin();
      ram.store32(at, (ram.load32(at) | WRITER_WAITS) >>> 0);
      while (ram.load32(at) !== WRITER_WAITS) yield* spinners.spin();
      isMine = true;
    } finally {
      blockers.end();
      // The watchdog may have ended the wait.
      const isFirst = spinners.isFirst(at, self);
      spinners.leave(at, self);
      if (isMine) ram.store32(at, WRITER_LOCKED);
      else if (isFirst) ram.store32(at, (ram.load32(at) & ~WRITER_WAITS) >>> 0);
    }
    this.#got(at);
    lockdep.acquired(map);
  }

  tryLock(at: number): boolean {
    const { execution, ram, scheduler } = this.#deps;
    execution.budget -= COST.LOCK;
    if (ram.load32(at) !== 0) return false;
    scheduler.preempt.disable();
    this.#take(at, ACQUIRE.TRY);
    return true;
  }

  unlock(at: number): void {
    const { ram, lockdep, scheduler } = this.#deps;
    lockdep.release(this.#memory.mapOf(at));
    this.#memory.checkUnlock(at);
    this.#memory.clearOwner(at);
    scheduler.happens.release(at);
    ram.store8(at, 0);
  }

  #take(at: number, how: Acquire): void {
    const { ram, lockdep } = this.#deps;
    const map = this.#memory.mapOf(at);
    lockdep.acquire(map, how);
    this.#memory.checkWrite(at);
    ram.store32(at, WRITER_LOCKED);
    this.#got(at);
    if (how.trylock !== true) lockdep.acquired(map);
  }

  #got(at: number): void {
    const { happens } = this.#deps.scheduler;
    this.#memory.setOwner(at);
    happens.acquire(at);
    happens.acquire(at + 1);
  }
}
