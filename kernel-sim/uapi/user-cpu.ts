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
  syscall(
    number: number,
    a0?: number,
    a1?: number,
    a2?: number,
    a3?: number,
    a4?: number,
    a5?: number,
  ): number;

  /** Finishes the system call (or `charge`) that answered WOULD_BLOCK. */
  wait(): Sleeping<number>;

  /**
   * fork(2), except that the child begins in `child`: a running coroutine cannot be cloned. Memory
   * and descriptors are copied. Returns the child's pid or a negative errno.
   */
  fork(child: (cpu: UserCpu) => Sleeping<number>): number;

  /**
   * pthread_create's half of clone(2): a thread of the same process that begins in `start`, with a
   * UserCpu of its own. It shares memory, descriptors, directories, umask and the dispositions of
   * signals (CLONE_VM, FS, FILES, SIGHAND, THREAD, SYSVSEM); its mask of blocked signals is a copy.
   * Returns its thread id, or -EAGAIN or -ENOMEM; as `fork`, it may answer WOULD_BLOCK.
   *
   * exit(2), and a return from `start`, end the thread alone; exit_group(2), a return from the main
   * program, a fatal signal and execve(2) end all. Threads run on different CPUs, but they change
   * only at system calls and at `charge`: between two of those a load and a store are one step, so
   * a lock's fast path needs no atomic instruction.
   *
   * To join a thread: let `clearChildTid` and `parentTid` be one word of memory, and futex-WAIT
   * until it is 0. The kernel clears it when nothing of the thread will run in user mode again.
   */
  createThread(start: Program, options?: ThreadOptions): number;

  /**
   * Spends `nanoseconds` of user time. Answers WOULD_BLOCK when the time slice or host slice is
   * over: `yield* wait()` then. Every loop that makes no system call must call this.
   */
  charge(nanoseconds: number): number;

  /**
   * For a loop that cannot switch, after `charge` has answered WOULD_BLOCK: takes interrupts and
   * lets other CPUs catch up. True when the program has to stop: a signal waits that ends it, which
   * `charge` and `wait` deliver. One that computes on for a second gets SIGXCPU.
   */
  overrun(): boolean;

  /**
   * Where the kernel enters the program for a signal that it handles: the program's own name for
   * the handler, as rt_sigaction(2) was given it, and the signal. It happens inside `wait`, before
   * that answers: each trap on which a signal waits answers WOULD_BLOCK. Until the entry returns,
   * the signals of the action's mask are blocked; then the call that was cut short answers EINTR,
   * or begins again with SA_RESTART. Linux: the frame that setup_rt_frame pushes; the return from
   * here is rt_sigreturn(2).
   */
  signalEntry: ((handler: number, signal: number) => Sleeping<void>) | undefined;

  /**
   * Signals caught and not looked at yet: bit n-1 for signal n. The program clears what it has
   * handled with `takeSignals`.
   */
  takeSignals(): number;

  /**
   * One load or store of user memory. An unmapped or protected address raises SIGSEGV, one behind
   * the end of a mapped file SIGBUS: the load gives 0, the store does nothing, and so does
   * everything else until the next `wait`, where the signal is taken.
   */
  load8(address: number): number;
  load32(address: number): number;
  store8(address: number, value: number): void;
  store32(address: number, value: number): void;

  /** A copy of `length` bytes at `address`. */
  loadBytes(address: number, length: number): Uint8Array;
  storeBytes(address: number, bytes: Uint8Array): void;

  /**
   * Where the kernel put argc, argv and envp: the System V layout of a process's first stack. In a
   * thread, `ThreadOptions.stack`.
   */
  readonly initialStack: number;
}

/** Addresses of clone(2)'s arguments; 0 is none. The words have 32 bits. */
export interface ThreadOptions {
  /** The thread's id is stored here before `createThread` answers. CLONE_PARENT_SETTID. */
  readonly parentTid?: number;
  /**
   * At the thread's end 0 is stored here and one futex waiter is woken. CLONE_CHILD_CLEARTID; the
   * thread can change it by set_tid_address(2).
   */
  readonly clearChildTid?: number;
  /**
   * The top of memory that the thread uses as its stack, which its maker has mapped: what its
   * `initialStack` says. The kernel does nothing with it.
   */
  readonly stack?: number;
}

/** A program: runs to its exit status (0..255). */
export interface Program {
  (cpu: UserCpu): Sleeping<number>;
  /** `-n`, `--lines=`: what its executable says of its command line. */
  readonly options?: readonly string[];
}
