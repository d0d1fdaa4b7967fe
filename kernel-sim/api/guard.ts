// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Guards, and where locks lie.
 *
 * @subpath kernel/sync
 */
import type { LockSpec } from '../kernel/locking/lockdep/lock-table.ts';
import { errnoValue } from '../kernel/module/errno-value.ts';
import { finished } from '../lib/coroutine.ts';
import type { MaySleep, MaySwitch, Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { dropNow } from './allocation.ts';
import type { ApiContext } from './context.ts';

/** The data of a lock. */
export interface Cell<T> {
  value: T;
}

/**
 * A lock that is held, and the way to its data. Dropping it gives the lock back.
 *
 * @public
 */
export class Guard<T> {
  readonly #cell: Cell<T>;
  readonly #release: () => MaySwitch<void>;
  readonly #retake: (() => MaySleep<unknown>) | undefined;
  #isHeld = true;

  /**
   * `retake` takes the lock again, after a wait that gave it back.
   *
   * @internal
   */
  constructor(cell: Cell<T>, release: () => MaySwitch<void>, retake?: () => MaySleep<unknown>) {
    this.#cell = cell;
    this.#release = release;
    this.#retake = retake;
  }

  /**
   * Gives the lock back while `wait` runs, which is given what gives it back.
   *
   * @internal
   */
  static *unlocked<R>(
    guard: Guard<unknown>,
    wait: (release: () => MaySwitch<void>) => Sleeping<R>,
  ): Sleeping<R> {
    guard.#check();
    const retake = guard.#retake;
    if (retake === undefined) throw new Error('this lock cannot be waited with');
    guard.#isHeld = false;
    const answer = yield* wait(guard.#release);
    yield* finished(retake());
    guard.#isHeld = true;
    return answer;
  }

  /** The data. It must not be kept past the guard. */
  get value(): T {
    this.#check();
    return this.#cell.value;
  }

  /** Puts other data in its place. */
  set value(value: T) {
    this.#check();
    this.#cell.value = value;
  }

  /** Context: that in which the lock was taken. */
  [Symbol.dispose](): MaySwitch<void> {
    if (!this.#isHeld) return undefined;
    this.#isHeld = false;
    return this.#release();
  }

  #check(): void {
    if (!this.#isHeld) throw new Error('the guard was dropped: the lock is not held any more');
  }
}

/**
 * A lock that is held to read, with others who do. Dropping it gives the lock back.
 *
 * @public
 */
export class ReadGuard<T> {
  readonly #cell: Cell<T>;
  readonly #release: () => MaySwitch<void>;
  #isHeld = true;

  /** @internal */
  constructor(cell: Cell<T>, release: () => MaySwitch<void>) {
    this.#cell = cell;
    this.#release = release;
  }

  /** The data, which must not be changed, nor kept past the guard. */
  get value(): Readonly<T> {
    if (!this.#isHeld) throw new Error('the guard was dropped: the lock is not held any more');
    return this.#cell.value;
  }

  /** Context: that in which the lock was taken. */
  [Symbol.dispose](): MaySwitch<void> {
    if (!this.#isHeld) return undefined;
    this.#isHeld = false;
    return this.#release();
  }
}

/** Memory for a lock: the module's data for one that is made while it is linked, else the heap. */
export class LockMemory {
  readonly pointer: number;
  /** Its class, where no line of the driver stands for it. */
  readonly naming: Pick<LockSpec, 'name' | 'key'>;
  readonly #context: ApiContext;
  readonly #isStatic: boolean;

  /**
   * `told` is what the toolchain calls a field or constant that it is made for.
   *
   * @throws ENOMEM
   */
  constructor(context: ApiContext, sizeBytes: number, told?: unknown) {
    const { slabs, moduleData, ownedPointers, lockdep } = context.services;
    const { module } = context;
    this.#context = context;
    this.#isStatic = !module.isLinked;
    const written = typeof told === 'string' ? told : undefined;
    if (this.#isStatic) {
      const offset = module.staticBytes.toString(16);
      this.naming = { name: written ?? `${module.name}.data+0x${offset}` };
    } else if (written === undefined) this.naming = {};
    else this.naming = { key: lockdep.table.fieldKey(module.name, written) };
    this.pointer = this.#isStatic ? moduleData(module, sizeBytes) : slabs.kmalloc(sizeBytes);
    if (this.pointer === 0) throw errnoValue(ERRNO.ENOMEM);
    if (!this.#isStatic) ownedPointers.add(this.pointer);
    if (!this.#isStatic) slabs.leaks.notLeak(this.pointer);
  }

  /**
   * The same for a value that was handed over: without memory it is dropped.
   *
   * @throws ENOMEM
   */
  static holding(
    context: ApiContext,
    value: unknown,
    sizeBytes: number,
    told?: unknown,
  ): LockMemory {
    try {
      return new LockMemory(context, sizeBytes, told);
    } catch (thrown) {
      dropNow(context, value);
      throw thrown;
    }
  }

  free(sizeBytes: number): void {
    const { lockdep, slabs, ownedPointers } = this.#context.services;
    lockdep.memoryFreed(this.pointer, sizeBytes);
    if (this.#isStatic) return;
    ownedPointers.delete(this.pointer);
    slabs.kfree(this.pointer);
  }
}
