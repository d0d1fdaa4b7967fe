// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `$k` of a compiled program (uapi/program-abi.ts says what each member does): frames on its stack,
 * user time, exceptions, and the ends of library calls.
 *
 * Nothing here may trust what a program passes: whoever writes bytes into a file can have them
 * executed.
 */
import { AssertionError } from '../../../lib/assert.ts';
import { isCoroutine } from '../../../lib/coroutine.ts';
import { type Sleeping, WOULD_BLOCK } from '../../../uapi/coroutine.ts';
import { COST } from '../../../uapi/costs.ts';
import type { ProgramRuntime } from '../../../uapi/program-abi.ts';
import { SIGNAL } from '../../../uapi/signal.ts';
import { ProcessEnd, type ProgramContext } from './context.ts';
import type { FileState } from './fork-copy.ts';

/** Taken before programs come: their realm has no Reflect. */
const { apply } = Reflect;

/** The stack that a process has, less what argv and the environment may take. */
const STACK_BYTES = 112 * 1024;
/** No frame of ours is smaller: saved registers, and what a call of the library takes. */
const FRAME_BYTES_MIN = 64;

/** Ends the process by the signal that waits for it already. */
export const WAITING_SIGNAL = 0;

/** What was thrown, and where: the sites on the stack at that instant, the innermost last. */
export interface Thrown {
  readonly value: unknown;
  readonly sites: readonly number[];
}

export class Runtime implements ProgramRuntime {
  readonly DROP = Symbol('drop');
  readonly #context: ProgramContext;
  /** Runs the handlers of signals that were caught. */
  readonly #handleSignals: () => Sleeping<void>;
  #end: ProcessEnd | undefined;
  #thrown: Thrown | undefined;
  readonly #files: FileState[] = [];
  isDue = false;

  constructor(context: ProgramContext, handleSignals: () => Sleeping<void>) {
    this.#context = context;
    this.#handleSignals = handleSignals;
  }

  get stack(): Int32Array {
    return this.#context.thread.stack;
  }

  get sp(): number {
    return this.#context.thread.sp;
  }

  set sp(frame: number) {
    const { thread } = this.#context;
    if (frame >= 0 && frame <= thread.sp) thread.sp = frame | 0;
  }

  get dying(): boolean {
    return this.#end !== undefined;
  }

  /** Why the process ends, once it does. */
  get end(): ProcessEnd | undefined {
    return this.#end;
  }

  enter(site: number, frameBytes: number): number {
    const { thread } = this.#context;
    const { stack, sp } = thread;
    const usedBytes = (sp === 0 ? 0 : stack[sp - 1]!) + Math.max(frameBytes, FRAME_BYTES_MIN);
    if (!(usedBytes <= STACK_BYTES) || sp + 2 > stack.length) throw this.kill(SIGNAL.SEGV);
    stack[sp] = site;
    stack[sp + 1] = usedBytes;
    thread.sp = sp + 2;
    this.isDue = thread.cpu.charge(COST.FUNCTION_ENTRY) === WOULD_BLOCK;
    return sp;
  }

  charge(nanoseconds: number): boolean {
    if (!(nanoseconds >= 0)) return false;
    return this.#context.cpu.charge(nanoseconds) === WOULD_BLOCK;
  }

  /** What could be a coroutine is one; here only the end of the process can be seen to. */
  overrun(): void {
    const { thread } = this.#context;
    if (this.#end === undefined && thread.cpu.overrun()) this.kill(WAITING_SIGNAL);
    // Meanwhile other CPUs have run other threads.
    this.#context.thread = thread;
    if (this.#end !== undefined) throw this.#end;
  }

  *reschedule(): Sleeping<void> {
    yield* this.#context.wait();
    this.isDue = false;
    yield* this.#afterWait();
  }

  *finish(): Sleeping<unknown> {
    const { thread } = this.#context;
    const { sp, rest } = thread;
    thread.isOpen = false;
    thread.rest = undefined;
    const context = this.#context;
    const result = rest === undefined ? yield* context.finishCall(WOULD_BLOCK) : yield* rest;
    context.thread = thread;
    thread.sp = sp;
    yield* this.#afterWait();
    return result;
  }

  *#afterWait(): Sleeping<void> {
    if (this.#end !== undefined) throw this.#end;
    const { errno } = this.#context.thread;
    yield* this.#handleSignals();
    this.#context.thread.errno = errno;
  }

  unwind(thrown: unknown): unknown {
    if (this.#thrown === undefined || this.#thrown.value !== thrown) {
      this.#thrown = { value: thrown, sites: sitesOf(this.#context.thread) };
    }
    return this.#end ?? thrown;
  }

  caught(thrown: unknown): void {
    if (thrown instanceof AssertionError || thrown instanceof ProcessEnd) throw thrown;
    if (this.#end !== undefined) throw this.#end;
    this.#thrown = undefined;
  }

  /** Where `thrown` came from, as far as is known. */
  originOf(thrown: unknown): readonly number[] {
    const known = this.#thrown;
    return known !== undefined && known.value === thrown ? known.sites : [];
  }

  /** The process ends by `signal`: throw the answer. None of its code runs any more. */
  kill(signal: number): ProcessEnd {
    this.#end ??= new ProcessEnd(signal);
    return this.#end;
  }

  register(functions: readonly unknown[], variables: object, exports: object): void {
    this.#files.push({ functions, variables, exports });
  }

  /** The program's files, in the order in which they were evaluated. */
  get files(): readonly FileState[] {
    return this.#files;
  }

  drop(value: unknown): void {
    const dispose = this.#disposeOf(value);
    if (dispose !== undefined) this.sync(apply(dispose, value, []));
  }

  *dropSwitching(value: unknown): Sleeping<void> {
    const dispose = this.#disposeOf(value);
    if (dispose !== undefined) yield* this.maybe(apply(dispose, value, []));
  }

  *maybe(result: unknown): Sleeping<unknown> {
    if (isCoroutine(result)) return yield* result;
    const isOpen = result === WOULD_BLOCK && this.#context.thread.isOpen;
    return isOpen ? yield* this.finish() : result;
  }

  sync<T>(result: T): T {
    const isOpen = (result as unknown) === WOULD_BLOCK && this.#context.thread.isOpen;
    if (isOpen || isCoroutine(result)) {
      throw new TypeError('a function that may switch was called where none may');
    }
    return result;
  }

  #disposeOf(value: unknown): ((...args: never[]) => unknown) | undefined {
    if (this.dying || typeof value !== 'object' || value === null) return undefined;
    const dispose = (value as Record<symbol, unknown>)[Symbol.dispose];
    return typeof dispose === 'function' ? (dispose as (...args: never[]) => unknown) : undefined;
  }
}

function sitesOf({ stack, sp }: { readonly stack: Int32Array; readonly sp: number }): number[] {
  const sites: number[] = [];
  for (let at = 0; at < sp; at += 2) sites.push(stack[at] ?? 0);
  return sites;
}
