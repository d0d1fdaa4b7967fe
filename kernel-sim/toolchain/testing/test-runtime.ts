// SPDX-License-Identifier: GPL-2.0-or-later
/** The smallest `$k` that keeps the contract of uapi/module-abi.ts, and writes everything down. */
import type { Switching } from '../../uapi/coroutine.ts';
import { COST } from '../../uapi/costs.ts';
import type { ModuleRuntime, ModuleWatcher, SiteTable } from '../../uapi/module-abi.ts';
import { TestErrno } from './test-api.ts';

/** What is thrown on once a task has oopsed. */
export class Death extends Error {
  constructor(cause: unknown) {
    super('the task died', { cause });
  }
}

export const BASE = 100;

export class TestRuntime implements ModuleRuntime {
  budget = 1_000_000;
  stack = new Int32Array(4096);
  sp = 0;
  dying = false;
  stepping = true;
  readonly DROP = Symbol('drop');
  readonly events: string[] = [];
  /** Where the panic was, when there was one. */
  panic: string | null = null;
  /** How often a point was met that may switch, and how often a statement's. */
  reschedules = 0;
  overruns = 0;
  steps = 0;
  readonly #sites: SiteTable;
  readonly watcher: ModuleWatcher | null;

  /** A watcher writes down what it is told of fields and variables. */
  constructor(sites: SiteTable, isWatched = false) {
    this.#sites = sites;
    const stored = (place: string, before: unknown, after: unknown): void =>
      this.log(`store ${place} ${nameOf(before)}->${nameOf(after)}`);
    const watcher: ModuleWatcher = {
      loadField: (_object, _bytes, offset) => this.log(`load ${offset}`),
      storeField: (_object, _bytes, offset, _size, before, after) =>
        stored(String(offset), before, after),
      loadVariable: (address) => this.log(`load @${address}`),
      storeVariable: (address, _size, before, after) => stored(`@${address}`, before, after),
    };
    this.watcher = isWatched ? watcher : null;
  }

  get spentNs(): number {
    return 1_000_000 - this.budget;
  }

  log(text: string): void {
    this.events.push(text);
  }

  /** The frames of the driver, inmost first. */
  where(): string {
    const frames: string[] = [];
    for (let at = this.sp - 2; at >= 0; at -= 2) {
      const [fn, , line] = this.#sites.sites[(this.stack[at] ?? 0) - BASE] ?? [0, 0, 0];
      frames.push(`${this.#sites.functions[fn]?.name ?? '?'}:${line}`);
    }
    return frames.join(' ');
  }

  enter(site: number, frameBytes: number): number {
    const at = this.sp;
    this.budget -= COST.FUNCTION_ENTRY;
    this.stack[at] = site;
    this.stack[at + 1] = (this.stack[at - 1] ?? 0) + frameBytes;
    this.sp += 2;
    return at;
  }

  overrun(): void {
    this.overruns++;
  }

  *reschedule(): Switching<void> {
    this.reschedules++;
    yield;
  }

  *step(): Switching<void> {
    this.steps++;
    yield;
  }

  unwind(thrown: unknown): unknown {
    if (this.dying || thrown instanceof TestErrno) return thrown;
    this.dying = true;
    this.panic = this.where();
    return new Death(thrown);
  }

  caught(thrown: unknown): void {
    const known = this.unwind(thrown);
    if (this.dying || !(known instanceof TestErrno)) throw known;
  }

  drop(value: unknown): void {
    const glue = this.#glueOf(value);
    if (glue !== undefined) this.sync(glue.call(value));
  }

  startDrop(value: unknown): unknown {
    return this.#glueOf(value)?.call(value);
  }

  *dropSwitching(value: unknown): Switching<void> {
    yield* this.maybe(this.startDrop(value));
  }

  isCoroutine(result: unknown): boolean {
    return isCoroutine(result);
  }

  *maybe(result: unknown): Switching<unknown> {
    return isCoroutine(result) ? yield* result : result;
  }

  sync<T>(result: T): T {
    if (isCoroutine(result)) throw new Death('a coroutine where none may be');
    return result;
  }

  get memory(): never {
    throw new Error('these tests have no memory');
  }

  leave(frame: number): void {
    this.sp = frame;
  }

  stackBuffer(): never {
    return this.memory;
  }

  variables(): number {
    return 0;
  }

  globalBuffer(): never {
    return this.memory;
  }

  openRoots(): never {
    return this.memory;
  }

  defineFunction(): never {
    return this.memory;
  }

  addressOf(): never {
    return this.memory;
  }

  callPointer(): never {
    return this.memory;
  }

  functionAt(): never {
    return this.memory;
  }

  view(): never {
    return this.memory;
  }

  storeValue(): never {
    return this.memory;
  }

  #glueOf(value: unknown): ((this: unknown) => unknown) | undefined {
    if (typeof value !== 'object' || value === null) return undefined;
    const owner = value as Record<symbol, unknown>;
    const glue = owner[this.DROP] ?? owner[Symbol.dispose];
    return typeof glue === 'function' ? (glue as (this: unknown) => unknown) : undefined;
  }
}

function isCoroutine(value: unknown): value is Switching<unknown> {
  return Object.prototype.toString.call(value) === '[object Generator]';
}

function nameOf(value: unknown): string {
  const isPlain = typeof value === 'number' || typeof value === 'bigint';
  return isPlain || typeof value === 'boolean' ? String(value) : typeof value;
}
