// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `$k`: what compiled drivers are given of the kernel (uapi/module-abi.ts says what each does).
 *
 * Nothing here may trust what a driver passes. What may run code of its (a getter of a dispose)
 * runs as the driver.
 */
import type { ModuleMemory, ModuleRuntime, ModuleWatcher } from '../../uapi/module-abi.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { COST } from '../../uapi/costs.ts';
import { isCoroutine } from '../../lib/coroutine.ts';
import { Oops } from '../oops.ts';
import { Clock } from '../../sim/clock.ts';
import { Execution } from '../sched/execution.ts';
import { ErrnoValue } from './errno-value.ts';

/** Taken before drivers come: their realm has no Reflect (init/freeze-intrinsics.ts). */
const { apply } = Reflect;

/** Linux: THREAD_SIZE on x86-64. */
export const KERNEL_STACK_BYTES = 16 * 1024;

const generatorPrototype: object = Object.getPrototypeOf(
  Object.getPrototypeOf((function* () {})()),
) as object;

/** What the runtime asks of the rest of the kernel. */
export interface RuntimeHooks {
  overrun(): void;
  /** The watchdog's look, after a point in a coroutine. */
  watch(): void;
  /** Reports a panic of the running task and marks it dying. */
  panic(thrown: unknown): Oops;
  stackOverflow(): Oops;
  /** Asks whether another task runs at this statement. */
  step(site: number): boolean;
}

/** What it asks for code that touches memory by itself. */
export interface RawHooks {
  readonly memory: ModuleMemory;
  readonly watcher: ModuleWatcher | null;
  readonly views: ModuleViews;
  readonly functions: ModuleFunctions;
  /** Somebody ran what lies at an address where no function begins. */
  badFetch(address: number): never;
  /** Where the running task keeps the pointers of its frames. */
  roots(): Float64Array;
  /** An array on the running task's stack; 0 when there is no room. */
  stackBuffer(sizeBytes: number): number;
  /** The arrays of a frame are no more. */
  closeFrame(frame: number): void;
  /** Where `.bss` of a module lies; 0 for none. */
  variables(base: number): number;
  globalBuffer(base: number, offset: number, sizeBytes: number): number;
}

/** Functions of modules and their addresses. */
export interface ModuleFunctions {
  /** Heeded only while the module of the site is being linked. */
  define(site: number, fn: unknown): void;
  /** 0 for one that has none. */
  addressOf(fn: unknown): number;
  at(address: number): ((...args: readonly unknown[]) => unknown) | undefined;
}

/** What turns memory into objects of a driver's classes. */
export interface ModuleViews {
  view(layout: unknown, address: number): object;
  storeValue(layout: unknown, address: number, value: unknown): void;
}

export class DriverRuntime extends Execution implements ModuleRuntime {
  readonly DROP = Symbol('drop');
  stepping = false;
  #hooks: RuntimeHooks | undefined;
  #raw: RawHooks | undefined;

  constructor() {
    super();
    Object.defineProperty(this, 'DROP', { writable: false, configurable: false });
    // All modules share it: none may put a function of its own in the place of ours.
    Object.preventExtensions(this);
  }

  /** Called once, when the rooms that it needs are there. */
  attach(hooks: RuntimeHooks): void {
    this.#hooks = hooks;
  }

  attachMemory(hooks: RawHooks): void {
    this.#raw = hooks;
  }

  enter(site: number, frameBytes: number): number {
    const stack = this.stack;
    const frame = this.sp;
    const usedBytes = (frame === 0 ? 0 : stack[frame - 1]!) + frameBytes;
    if (usedBytes > KERNEL_STACK_BYTES || frame + 2 > stack.length) {
      throw this.#attached().stackOverflow();
    }
    stack[frame] = site;
    stack[frame + 1] = usedBytes;
    this.sp = frame + 2;
    this.budget -= COST.FUNCTION_ENTRY;
    return frame;
  }

  overrun(): void {
    this.#attached().overrun();
  }

  *reschedule(): Sleeping<void> {
    yield;
    this.#attached().watch();
  }

  *step(site: number): Sleeping<void> {
    if (this.#attached().step(site)) yield;
  }

  unwind(thrown: unknown): unknown {
    if (this.dying || thrown instanceof Oops || ErrnoValue.numberOf(thrown) !== 0) return thrown;
    return this.#attached().panic(thrown);
  }

  /** The end of the running task for a value that no driver may throw there. Throw the answer. */
  panic(thrown: unknown): Oops {
    return this.#attached().panic(thrown);
  }

  caught(thrown: unknown): void {
    if (this.dying || ErrnoValue.numberOf(thrown) === 0) throw this.unwind(thrown);
  }

  drop(value: unknown): void {
    const dispose = this.#glueOf(value);
    if (dispose !== undefined) this.sync(apply(dispose, value, []));
  }

  /** The same, begun: a coroutine when glue or dispose is one. */
  startDrop(value: unknown): unknown {
    const dispose = this.#glueOf(value);
    return dispose === undefined ? undefined : apply(dispose, value, []);
  }

  *dropSwitching(value: unknown): Sleeping<void> {
    yield* this.maybe(this.startDrop(value));
  }

  isCoroutine(result: unknown): boolean {
    return isCoroutine(result);
  }

  *maybe(result: unknown): Sleeping<unknown> {
    return isCoroutine(result) ? yield* result : result;
  }

  sync<T>(result: T): T {
    if (isCoroutine(result)) {
      throw this.#attached().panic('a function that may sleep was called where none may');
    }
    return result;
  }

  get memory(): ModuleMemory {
    return this.#rawHooks().memory;
  }

  get watcher(): ModuleWatcher | null {
    return this.#rawHooks().watcher;
  }

  leave(frame: number): void {
    this.#rawHooks().closeFrame(frame);
    this.sp = frame;
  }

  stackBuffer(sizeBytes: number): number {
    const address = this.#rawHooks().stackBuffer(sizeBytes);
    if (address === 0) throw this.#attached().stackOverflow();
    return address;
  }

  variables(base: number): number {
    return this.#rawHooks().variables(base);
  }

  globalBuffer(base: number, offset: number, sizeBytes: number): number {
    return this.#rawHooks().globalBuffer(base, offset, sizeBytes);
  }

  openRoots(count: number): Float64Array {
    const roots = this.#rawHooks().roots();
    const start = roots[0]!;
    const end = start + count;
    // A frame has room for its variables, and all together fit onto the kernel stack.
    roots.fill(0, start, end);
    roots[0] = end;
    return roots;
  }

  defineFunction(site: number, fn: unknown): void {
    this.#rawHooks().functions.define(site, fn);
  }

  addressOf(fn: unknown): number {
    if (fn === null || fn === undefined || fn === 0) return 0;
    const address = this.#rawHooks().functions.addressOf(fn);
    if (address === 0) throw this.panic('a function without an address was stored in memory');
    return address;
  }

  callPointer(address: number, ...values: readonly unknown[]): unknown {
    const hooks = this.#rawHooks();
    const fn = hooks.functions.at(address);
    return fn === undefined ? hooks.badFetch(address) : fn(...values);
  }

  functionAt(address: number): unknown {
    // NULL is a number, as every pointer is.
    if (address === 0) return 0;
    const hooks = this.#rawHooks();
    return hooks.functions.at(address) ?? ((): never => hooks.badFetch(address));
  }

  view(layout: unknown, address: number): object {
    return this.#rawHooks().views.view(layout, address);
  }

  storeValue(layout: unknown, address: number, value: unknown): void {
    this.#rawHooks().views.storeValue(layout, address, value);
  }

  /** Context: inside of a call into the driver, since a getter of its may run. */
  #glueOf(value: unknown): ((...args: never[]) => unknown) | undefined {
    if (this.dying || typeof value !== 'object' || value === null) return undefined;
    const owner = value as Record<symbol, unknown>;
    const glue = owner[this.DROP] ?? owner[Symbol.dispose];
    return typeof glue === 'function' ? (glue as (...args: never[]) => unknown) : undefined;
  }

  #rawHooks(): RawHooks {
    if (this.#raw === undefined) throw new Error('memory is attached before a driver runs');
    return this.#raw;
  }

  #attached(): RuntimeHooks {
    if (this.#hooks === undefined) throw new Error('the runtime is attached before a driver runs');
    return this.#hooks;
  }
}

for (const shared of [DriverRuntime, Execution, Clock]) Object.freeze(shared.prototype);

/** True for a function that the toolchain compiled to a generator function. */
export function isSwitching(fn: unknown): boolean {
  if (typeof fn !== 'function') return false;
  const prototype: unknown = Object.getOwnPropertyDescriptor(fn, 'prototype')?.value;
  return (
    typeof prototype === 'object' &&
    prototype !== null &&
    Object.prototype.isPrototypeOf.call(generatorPrototype, prototype)
  );
}
