// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Memory that one value of the safe API owns.
 *
 * Addresses are offsets into it, so that what a driver holds of it (a struct's view) leads to where
 * the bytes are now, not to where they were. Whatever is used after its end, or beyond what is in
 * use, is a panic that says so: never a bad access.
 */
import type { DriverRuntime } from '../kernel/module/runtime.ts';
import { errnoValue } from '../kernel/module/errno-value.ts';
import { isCoroutine } from '../lib/coroutine.ts';
import type { MaySleep } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { mayBlock } from '../uapi/gfp.ts';
import type { ApiContext } from './context.ts';
import { intOf } from './raw-value.ts';
import type { ValueMemory } from './value-memory.ts';

export class Allocation implements ValueMemory {
  readonly #context: ApiContext;
  readonly #what: string;
  #pointer = 0;
  #usedBytes = 0;
  #end: 'dropped' | 'moved' | undefined;

  /** Of the value `owner`, which a panic calls `what`. Nothing is allocated yet. */
  constructor(context: ApiContext, owner: object, what: string) {
    this.#context = context;
    this.#what = what;
    context.allocations.set(owner, this);
  }

  /** Where the bytes are; 0 while there are none. */
  get pointer(): number {
    return this.#pointer;
  }

  /** How many bytes may be touched, from the first. */
  set usedBytes(usedBytes: number) {
    this.#usedBytes = usedBytes;
  }

  /** Panics when the value is not there any more. */
  check(): void {
    if (this.#end === undefined) return;
    throw new Error(`use of a ${this.#what} that was ${this.#end}`);
  }

  /**
   * Makes room for `sizeBytes` bytes, and keeps those in use.
   *
   * @throws ENOMEM nothing has changed
   */
  resize(sizeBytes: number, gfp: number): void {
    const { slabs, scheduler, ownedPointers } = this.#context.services;
    const flags = intOf(gfp);
    if (mayBlock(flags)) scheduler.mightSleep();
    const pointer = slabs.kmalloc(sizeBytes, flags);
    if (pointer === 0) throw errnoValue(ERRNO.ENOMEM);
    const old = this.#pointer;
    if (this.#usedBytes > 0) slabs.ram.memcpy(pointer, old, this.#usedBytes);
    this.#pointer = pointer;
    ownedPointers.add(pointer);
    if (old === 0) return;
    ownedPointers.delete(old);
    slabs.kfree(old);
  }

  /** Ends the value, whose bytes stay until `free`. False if it had ended before. */
  end(how: 'dropped' | 'moved'): boolean {
    if (this.#end !== undefined) return false;
    this.#end = how;
    return true;
  }

  free(): void {
    const { slabs, ownedPointers } = this.#context.services;
    const pointer = this.#pointer;
    this.#pointer = 0;
    this.#usedBytes = 0;
    if (pointer === 0) return;
    ownedPointers.delete(pointer);
    slabs.kfree(pointer);
  }

  /** Nobody answers for the bytes any more: they stay allocated, and may be called a leak. */
  forget(): void {
    if (this.end('moved')) this.#context.services.ownedPointers.delete(this.#pointer);
  }

  load8(offset: number): number {
    return this.#context.memory.load8(this.#at(offset, 1));
  }

  load16(offset: number): number {
    return this.#context.memory.load16(this.#at(offset, 2));
  }

  load32(offset: number): number {
    return this.#context.memory.load32(this.#at(offset, 4));
  }

  load64(offset: number): bigint {
    return this.#context.memory.load64(this.#at(offset, 8));
  }

  loadPointer(offset: number): number {
    return this.#context.memory.loadPointer(this.#at(offset, this.#pointerBytes));
  }

  loadWord(offset: number): number {
    return this.#context.memory.loadWord(this.#at(offset, this.#pointerBytes));
  }

  store8(offset: number, value: number): void {
    this.#context.memory.store8(this.#at(offset, 1), value);
  }

  store16(offset: number, value: number): void {
    this.#context.memory.store16(this.#at(offset, 2), value);
  }

  store32(offset: number, value: number): void {
    this.#context.memory.store32(this.#at(offset, 4), value);
  }

  store64(offset: number, value: bigint): void {
    this.#context.memory.store64(this.#at(offset, 8), value);
  }

  storePointer(offset: number, value: number): void {
    this.#context.memory.storePointer(this.#at(offset, this.#pointerBytes), value);
  }

  loadBytes(offset: number, sizeBytes: number): Uint8Array {
    return this.#context.memory.loadBytes(this.#at(offset, sizeBytes), sizeBytes);
  }

  storeBytes(offset: number, bytes: Uint8Array): void {
    this.#context.memory.storeBytes(this.#at(offset, bytes.length), bytes);
  }

  get #pointerBytes(): number {
    return this.#context.services.slabs.ram.board.pointerBytes;
  }

  #at(offset: number, sizeBytes: number): number {
    this.check();
    if (offset < 0 || offset + sizeBytes > this.#usedBytes) {
      throw new Error(`use of an element that was taken out of its ${this.#what}`);
    }
    return this.#pointer + offset;
  }
}

/**
 * Drops values, then does the rest. Answers a coroutine when one of them made one: a dispose that
 * may switch. The toolchain knows from the type when to expect it.
 */
export function dropThen(
  runtime: DriverRuntime,
  values: Iterable<unknown>,
  rest: () => void,
): unknown {
  const iterator = values[Symbol.iterator]();
  for (let it = iterator.next(); it.done !== true; it = iterator.next()) {
    const answer = runtime.startDrop(it.value);
    if (!isCoroutine(answer)) continue;
    return (function* () {
      yield* answer;
      for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
        yield* runtime.dropSwitching(next.value);
      }
      rest();
    })();
  }
  rest();
  return undefined;
}

/**
 * Drops a value in a function that may not switch. A dispose that only might have is run to its
 * end; one that has to wait is a panic.
 */
export function dropNow(context: ApiContext, value: unknown): void {
  const { runtime } = context.services;
  finishNow(context, runtime.startDrop(value));
}

/** Runs to its end what may spin and must not wait, where nothing can: who waits panics. */
export function finishNow<T>({ services }: ApiContext, answer: MaySleep<T>): T {
  const { runtime, scheduler } = services;
  if (!isCoroutine(answer)) return answer;
  for (;;) {
    const step = answer.next();
    if (step.done === true) return step.value;
    if (scheduler.current.state !== 'R') {
      throw runtime.panic('a function that has to wait was called where nothing can wait');
    }
    runtime.overrun();
  }
}
