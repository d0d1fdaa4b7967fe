// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The state of a compiled program's C library: its threads, which of them runs, and its memory.
 *
 * A library function is plain. It answers its value, or WOULD_BLOCK after it has left what remains
 * to be done in the running thread (`later`) or in the CPU alone; the program's code then enters
 * `finish`. A coroutine of the library may be left for other threads at each of its yields, so
 * whatever comes back from one makes its own thread the running one again (`wait`).
 */
import { type Sleeping, WOULD_BLOCK } from '../../../uapi/coroutine.ts';
import { ERRNO } from '../../../uapi/errno.ts';
import { PATH_MAX } from '../../../uapi/fs.ts';
import { SIGNAL } from '../../../uapi/signal.ts';
import { SYS } from '../../../uapi/syscall-numbers.ts';
import type { UserCpu } from '../../../uapi/user-cpu.ts';
import { encodeUtf8 } from '../../../lib/utf8.ts';
import { Memory } from '../memory.ts';

/** What a library function answers: its value, or that the rest must be waited for. */
export type Answer<T> = T | typeof WOULD_BLOCK;

/** Frames that fit into the user stack of 128 KiB at the least bytes a frame takes. */
const STACK_FRAMES = 2048;
/** Room for a path that is one byte too long, so that the kernel can say so. */
const PATH_BYTES = PATH_MAX + 16;
const OUT_BYTES = PATH_MAX;
const SCRATCH_BYTES = 2 * PATH_BYTES + OUT_BYTES;

/** What each thread has for itself. */
export class Thread {
  cpu: UserCpu;
  /** Sites and bytes used, as a driver's stack (uapi/module-abi.ts). */
  readonly stack = new Int32Array(2 * STACK_FRAMES);
  sp = 0;
  errno = 0;
  /** A library function answered WOULD_BLOCK, and nobody has entered `finish` yet. */
  isOpen = false;
  /** The rest of that function; undefined when the answer is the system call's own. */
  rest: Sleeping<unknown> | undefined = undefined;
  /** Memory for the arguments of system calls; 0 until it is wanted. */
  scratch = 0;

  constructor(cpu: UserCpu) {
    this.cpu = cpu;
  }
}

/** The process's end on its way through the program's code, which cannot catch it. */
export class ProcessEnd extends Error {
  readonly signal: number;

  constructor(signal: number) {
    super('the process ends');
    this.signal = signal;
  }
}

export class ProgramContext {
  thread: Thread;
  readonly memory: Memory;
  /** The end of the process by a signal, to be thrown; `Runtime` says how. */
  kill: (signal: number) => ProcessEnd = (signal) => new ProcessEnd(signal);

  constructor(cpu: UserCpu, parent?: ProgramContext) {
    this.thread = new Thread(cpu);
    this.memory = new Memory(new RunningCpu(this), parent?.memory);
    if (parent !== undefined) {
      this.thread.scratch = parent.thread.scratch;
      this.thread.errno = parent.thread.errno;
    }
  }

  get cpu(): UserCpu {
    return this.thread.cpu;
  }

  // Plain: what answers at once, or leaves the rest.

  /** A system call as C has it: its result, or -1 with `errno` set, or WOULD_BLOCK. */
  call(number: number, a0 = 0, a1 = 0, a2 = 0, a3 = 0, a4 = 0, a5 = 0): number {
    // Whatever a program made by hand passes, the kernel gets numbers.
    const [b0, b1, b2] = [Number(a0), Number(a1), Number(a2)];
    const [b3, b4, b5] = [Number(a3), Number(a4), Number(a5)];
    const { thread } = this;
    const result = thread.cpu.syscall(Number(number), b0, b1, b2, b3, b4, b5);
    // Where a driver computed for long, other CPUs have caught up, and run other threads.
    this.thread = thread;
    return this.answer(result);
  }

  /** The same for the raw result of the kernel. */
  answer(result: number): number {
    if (result >= 0) return result;
    if (result !== WOULD_BLOCK) return this.fail(-result);
    this.thread.isOpen = true;
    return WOULD_BLOCK;
  }

  /** Sets `errno` and answers -1. */
  fail(errno: number): number {
    this.thread.errno = errno;
    return -1;
  }

  /** Leaves `rest` for `finish`. */
  later(rest: Sleeping<unknown>): typeof WOULD_BLOCK {
    this.thread.isOpen = true;
    this.thread.rest = rest;
    return WOULD_BLOCK;
  }

  /** A system call whose first argument is a path. */
  pathCall(number: number, path: string, a1 = 0, a2 = 0): number {
    if (this.thread.scratch === 0) return this.later(this.#pathCallLater(number, path, a1, a2));
    return this.call(number, this.putPath(path), a1, a2);
  }

  *#pathCallLater(number: number, path: string, a1: number, a2: number): Sleeping<number> {
    if ((yield* this.scratch()) === 0) return -1;
    return yield* this.finishCall(this.call(number, this.putPath(path), a1, a2));
  }

  /** Writes a path into scratch memory, which there must be; the second one beside the first. */
  putPath(path: string, isSecond = false): number {
    const address = this.thread.scratch + (isSecond ? PATH_BYTES : 0);
    const bytes = encodeUtf8(path).subarray(0, PATH_MAX);
    if (bytes.length > 0) this.cpu.storeBytes(address, bytes);
    this.cpu.store8(address + bytes.length, 0);
    return address;
  }

  /** Scratch memory of PATH_MAX bytes for what a call writes. */
  get out(): number {
    return this.thread.scratch + 2 * PATH_BYTES;
  }

  // Coroutines.

  /** Waits as the CPU says; the thread that waited runs again afterwards. */
  *wait(): Sleeping<number> {
    const { thread } = this;
    const result = yield* thread.cpu.wait();
    this.thread = thread;
    return result;
  }

  /** The end of `call`, out of a coroutine of the library. */
  *finishCall(result: number): Sleeping<number> {
    if (result !== WOULD_BLOCK) return result;
    this.thread.isOpen = false;
    const answer = yield* this.wait();
    return answer < 0 ? this.fail(-answer) : answer;
  }

  /** A system call out of a coroutine of the library. */
  *callLater(number: number, a0 = 0, a1 = 0, a2 = 0, a3 = 0, a4 = 0): Sleeping<number> {
    return yield* this.finishCall(this.call(number, a0, a1, a2, a3, a4));
  }

  /** Sees to it that there is scratch memory: its address, or 0 with `errno` set. */
  *scratch(): Sleeping<number> {
    const { thread } = this;
    if (thread.scratch === 0) thread.scratch = yield* this.allocate(SCRATCH_BYTES);
    return thread.scratch;
  }

  /** malloc(3): the address, or 0 with `errno` set. */
  *allocate(size: number): Sleeping<number> {
    const address = yield* this.memory.malloc(size);
    if (address === 0) this.fail(ERRNO.ENOMEM);
    return address;
  }

  /** Ends the process as glibc does when it finds something broken. */
  *die(message: string): Sleeping<never> {
    yield* this.writeAll(2, encodeUtf8(`${message}\n`));
    throw this.kill(SIGNAL.ABRT);
  }

  /** Writes all of `bytes`; false when the kernel took less, `errno` says why. */
  *writeAll(fd: number, bytes: Uint8Array): Sleeping<boolean> {
    if ((yield* this.scratch()) === 0) return false;
    for (let at = 0; at < bytes.length;) {
      const piece = bytes.subarray(at, at + OUT_BYTES);
      this.cpu.storeBytes(this.out, piece);
      const count = yield* this.callLater(SYS.write, fd, this.out, piece.length);
      if (count < 0) return false;
      at += count;
    }
    return true;
  }
}

/** The CPU of whichever thread runs, for memory that all of them share. */
class RunningCpu implements UserCpu {
  readonly #context: ProgramContext;

  constructor(context: ProgramContext) {
    this.#context = context;
  }

  get #cpu(): UserCpu {
    return this.#context.thread.cpu;
  }

  get initialStack(): number {
    return this.#cpu.initialStack;
  }

  syscall(...args: Parameters<UserCpu['syscall']>): number {
    return this.#cpu.syscall(...args);
  }
  wait(): Sleeping<number> {
    return this.#context.wait();
  }
  fork(...args: Parameters<UserCpu['fork']>): number {
    return this.#cpu.fork(...args);
  }
  createThread(...args: Parameters<UserCpu['createThread']>): number {
    return this.#cpu.createThread(...args);
  }
  charge(nanoseconds: number): number {
    return this.#cpu.charge(nanoseconds);
  }
  overrun(): boolean {
    return this.#cpu.overrun();
  }
  get signalEntry(): UserCpu['signalEntry'] {
    return this.#cpu.signalEntry;
  }
  set signalEntry(entry: UserCpu['signalEntry']) {
    this.#cpu.signalEntry = entry;
  }
  takeSignals(): number {
    return this.#cpu.takeSignals();
  }
  load8(address: number): number {
    return this.#cpu.load8(address);
  }
  load32(address: number): number {
    return this.#cpu.load32(address);
  }
  store8(address: number, value: number): void {
    this.#cpu.store8(address, value);
  }
  store32(address: number, value: number): void {
    this.#cpu.store32(address, value);
  }
  loadBytes(address: number, length: number): Uint8Array {
    return this.#cpu.loadBytes(address, length);
  }
  storeBytes(address: number, bytes: Uint8Array): void {
    this.#cpu.storeBytes(address, bytes);
  }
}
