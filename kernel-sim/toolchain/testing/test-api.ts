// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A small driver API for the toolchain's tests: everything in it writes down that it happened.
 *
 * It has one of each kind that the toolchain tells apart, so that tests need not follow the real
 * API.
 */
import type { Switching } from '../../uapi/coroutine.ts';
import type { TestRuntime } from './test-runtime.ts';

const KERNEL = `
declare const borrow: unique symbol;
/** Shared. */
export type Ref<T> = T & { readonly [borrow]?: "shared" | "mut" };
/** Exclusive. */
export type Mut<T> = T & { readonly [borrow]?: "mut" };
/** Consumed. */
export type Own<T> = T & { readonly [borrow]?: "own" };
declare class ErrnoValue {
  #nominal;
  private constructor();
}
export const Errno: { readonly EIO: ErrnoValue; readonly ENODEV: ErrnoValue };
declare class ModuleDefinition {
  #nominal;
  private constructor();
}
export interface ModuleClass<M extends object> {
  /** @context process */
  init(): M;
}
export interface ModuleInfo {
  readonly name?: string;
  readonly license: string;
  readonly description?: string;
  readonly author?: string;
}
export function module<M extends object>(cls: ModuleClass<M>, info: ModuleInfo): ModuleDefinition;
export function println(text: string): void;
export function drop<T>(value: T): void;
export {};
`;

const TEST = `
import type { Mut, Own, Ref } from "kernel";
/** Owned; dropping it logs. */
export class Token {
  #nominal;
  private constructor();
  readonly name: string;
  finish(this: Own<Token>): void;
  next(this: Ref<Token>): Token;
  [Symbol.dispose](): void;
}
/** Owned; dropping it sleeps. */
export class SlowToken {
  #nominal;
  private constructor();
  readonly name: string;
  /**
   * @sleeps
   */
  [Symbol.dispose](): void;
}
export class Guard<T> {
  #nominal;
  private constructor();
  get value(): T;
  set value(value: T);
  /**
   * @switches
   */
  [Symbol.dispose](): void;
}
export class Mutex<T> {
  #nominal;
  private constructor();
  static make<T>(name: string, value: T): Mutex<T>;
  /**
   * @sleeps
   */
  lock(this: Ref<Mutex<T>>): Guard<T>;
}
/** @lent */
export class Lent {
  #nominal;
  private constructor();
  readonly name: string;
}
export function token(name: string): Token;
export function maybe_token(name: string, isThere: boolean): Token | null;
export function slow_token(name: string): SlowToken;
export function lend(): Lent;
/** Throws EIO. */
export function fail(): number;
/** Is a bug. */
export function panic(): number;
export function take(token: Token): void;
export function take_two(first: Token, second: Token): void;
export function take_any(first: Token | null, second: number): void;
export function look(token: Ref<Token>): string;
export function change(token: Mut<Token>): number;
/**
 * @sleeps
 */
export function msleep(): void;
/**
 * @sleeps unless gfp=GFP_ATOMIC
 */
export function kmalloc(size: number, gfp: number): number;
/**
 * @may_sleep unless gfp=GFP_ATOMIC
 */
export function vmalloc(size: number, gfp: number): number;
export const GFP_ATOMIC: number;
export const GFP_KERNEL: number;
/**
 * @switches
 */
export function cpu_relax(): void;
/** Calls back plainly. */
export function each(count: number, f: (n: number) => void): void;
/**
 * Calls back, whatever the callback does.
 *
 * @sleeps
 */
export function each_slowly(count: number, f: (n: number) => void): void;
/** The frames of the driver, inmost first, as name:line. */
export function where(): string;
export interface Irq {
  /**
   * @context hardirq
   */
  handle(): void;
}
export interface Work {
  /**
   * @context process
   */
  run(): void;
}
export function request_irq(handler: Ref<Irq>): void;
export function queue_work(work: Ref<Work>): void;
export {};
`;

export const TEST_API = { kernel: KERNEL, 'kernel/test': TEST };

/** An Error only because lint wants what is thrown to be one. */
export class TestErrno extends Error {
  constructor(name: string) {
    super(name);
    this.name = name;
  }
}

const EIO = new TestErrno('EIO');

/** What `require` answers, over one runtime. */
export function makeTestApi(k: TestRuntime): Readonly<Record<string, object>> {
  const owned = (name: string): object => ({
    name,
    finish: () => k.log(`finish ${name}`),
    next: () => owned(`${name}+`),
    [Symbol.dispose]: () => k.log(`drop ${name}`),
  });
  const slow = (name: string): object => ({
    name,
    *[Symbol.dispose](): Switching<void> {
      yield;
      k.log(`drop ${name}`);
    },
  });
  const kernel = {
    Errno: { EIO, ENODEV: new TestErrno('ENODEV') },
    module: (cls: object) => cls,
    println: (text: string) => k.log(text),
    drop: (value: unknown) => k.drop(value),
  };
  const test = {
    Mutex: { make: (name: string, value: unknown) => mutex(k, name, value) },
    token: owned,
    maybe_token: (name: string, isThere: boolean) => (isThere ? owned(name) : null),
    slow_token: slow,
    lend: () => ({ name: 'lent' }),
    fail: () => {
      throw EIO;
    },
    panic: () => {
      throw new Error('a bug');
    },
    take: (it: { name: string }) => k.log(`take ${it.name}`),
    take_two: (a: { name: string }, b: { name: string }) => k.log(`take ${a.name} ${b.name}`),
    take_any: (it: { name: string } | null) => k.log(`take ${it?.name ?? 'nothing'}`),
    look: (it: { name: string }) => it.name,
    change: () => 1,
    *msleep(): Switching<void> {
      k.log('sleep');
      yield;
    },
    *kmalloc(): Switching<number> {
      yield;
      return 64;
    },
    vmalloc: () => 64,
    GFP_ATOMIC: 1,
    GFP_KERNEL: 2,
    *cpu_relax(): Switching<void> {
      yield;
    },
    each: (count: number, f: (n: number) => void) => {
      for (let n = 0; n < count; n++) k.sync(f(n));
    },
    *each_slowly(count: number, f: (n: number) => void): Switching<void> {
      for (let n = 0; n < count; n++) yield* k.maybe(f(n));
    },
    where: () => k.where(),
    request_irq: (handler: { handle: () => unknown }) => k.log(kindOf(handler.handle)),
    queue_work: (work: { run: () => unknown }) => k.log(kindOf(work.run)),
  };
  return { kernel, 'kernel/test': test };
}

function kindOf(f: unknown): string {
  return Object.prototype.toString.call(f) === '[object GeneratorFunction]' ? 'coroutine' : 'plain';
}

function mutex(k: TestRuntime, name: string, first: unknown): object {
  let value = first;
  return {
    *lock(): Switching<object> {
      yield;
      k.log(`lock ${name}`);
      return {
        get value() {
          return value;
        },
        set value(next: unknown) {
          value = next;
        },
        *[Symbol.dispose](): Switching<void> {
          yield;
          k.log(`unlock ${name}`);
        },
      };
    },
  };
}
