// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a program may do: compute, touch its own memory, and trap into the kernel.
 *
 * The kernel hands one of these to each program that it starts. A program has nothing else, so
 * what it does to the world it does by system calls.
 */
import type { Sleeping } from './coroutine.ts';

export interface UserCpu {
  /**
   * Traps into the kernel with x86-64's convention: a number, up to six integer arguments.
   * Returns the result, a negative errno, or WOULD_BLOCK: then `yield* wait()` gives the result.
   */
  syscall(number: number, a0?: number, a1?: number, a2?: number, a3?: number, a4?: number): number;

  /** Finishes the system call (or `charge`) that answered WOULD_BLOCK. */
  wait(): Sleeping<number>;

  /**
   * fork(2), except that the child begins in `child`: a running coroutine cannot be cloned. Memory
   * and descriptors are copied. Returns the child's pid or a negative errno.
   */
  fork(child: (cpu: UserCpu) => Sleeping<number>): number;

  /**
   * Spends `nanoseconds` of user time. Answers WOULD_BLOCK when the time slice or host slice is
   * over: `yield* wait()` then. Every loop that makes no system call must call this.
   */
  charge(nanoseconds: number): number;

  /**
   * Signals caught and not looked at yet: bit n-1 for signal n. The program clears what it has
   * handled with `takeSignals`.
   */
  takeSignals(): number;

  /** One load or store of user memory. An unmapped address raises SIGSEGV. */
  load8(address: number): number;
  load32(address: number): number;
  store8(address: number, value: number): void;
  store32(address: number, value: number): void;

  /** A copy of `length` bytes at `address`. */
  loadBytes(address: number, length: number): Uint8Array;
  storeBytes(address: number, bytes: Uint8Array): void;

  /** Where the kernel put argc, argv and envp: the System V layout of a process's first stack. */
  readonly initialStack: number;
}

/** A program: runs to its exit status (0..255). */
export type Program = (cpu: UserCpu) => Sleeping<number>;
