// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Threads, mutexes and condition variables: pthreads(7).
 *
 * As in C these functions answer 0 or an error number and leave `errno` alone. A mutex is a word of
 * memory: 0 free, 1 taken, 2 taken and somebody waits; a condition variable one that counts. Taking
 * a free mutex is no system call.
 *
 * @subpath libc
 */
import { type Sleeping, WOULD_BLOCK } from '../../../uapi/coroutine.ts';
import { COST } from '../../../uapi/costs.ts';
import { ERRNO } from '../../../uapi/errno.ts';
import { FUTEX } from '../../../uapi/futex.ts';
import { SYS } from '../../../uapi/syscall-numbers.ts';
import type { ThreadOptions } from '../../../uapi/user-cpu.ts';
import type { Answer, ProgramContext } from './context.ts';

/** What is kept of a thread until it is joined. */
export interface ThreadRecord {
  /** Holds its id until the kernel clears it. */
  readonly word: number;
  value: unknown;
}

/** Makes a thread that runs `start`; answers as `UserCpu.createThread`. */
export type StartThread = (
  start: (argument: unknown) => unknown,
  argument: unknown,
  record: ThreadRecord,
  options: ThreadOptions,
) => number;

const WORD_BYTES = 16;
const WAIT = FUTEX.WAIT | FUTEX.PRIVATE_FLAG;
const WAKE = FUTEX.WAKE | FUTEX.PRIVATE_FLAG;
const EVERYBODY = 0x7fff_ffff;

/** @exports */
export class ThreadsApi {
  readonly #context: ProgramContext;
  readonly #start: StartThread;
  readonly #records = new Map<number, ThreadRecord>();

  constructor(context: ProgramContext, start: StartThread) {
    this.#context = context;
    this.#start = start;
  }

  /**
   * Starts a thread: pthread_create(3). Puts its number into `thread[0]`.
   *
   * @param start what it runs; its result is what pthread_join(3) answers
   * @returns 0, EAGAIN or ENOMEM
   */
  pthread_create<T>(
    thread: number[],
    start: (argument: T) => unknown,
    argument?: T,
  ): Answer<number> {
    const body = start as (argument: unknown) => unknown;
    return this.#context.later(this.#create(thread, body, argument));
  }

  *#create(
    thread: number[],
    start: (argument: unknown) => unknown,
    argument: unknown,
  ): Sleeping<number> {
    const word = yield* this.#word();
    if (word === 0) return ERRNO.ENOMEM;
    const record: ThreadRecord = { word, value: undefined };
    const options = { parentTid: word, clearChildTid: word };
    let tid = this.#start(start, argument, record, options);
    if (tid === WOULD_BLOCK) tid = yield* this.#context.wait();
    if (tid < 0) return -tid;
    this.#records.set(tid, record);
    thread[0] = tid;
    return 0;
  }

  /**
   * Waits until a thread has ended: pthread_join(3). Puts its result into `result[0]`.
   *
   * @returns 0 or ESRCH
   */
  pthread_join(thread: number, result?: unknown[]): Answer<number> {
    return this.#context.later(this.#join(thread, result));
  }

  *#join(thread: number, result: unknown[] | undefined): Sleeping<number> {
    const record = this.#records.get(thread);
    if (record === undefined) return ERRNO.ESRCH;
    this.#records.delete(thread);
    const { cpu } = this.#context.thread;
    for (let tid = cpu.load32(record.word); tid !== 0; tid = cpu.load32(record.word)) {
      // The kernel wakes who waits without the private flag.
      yield* this.#futex(record.word, FUTEX.WAIT, tid);
    }
    this.#context.memory.free(record.word);
    if (result !== undefined) result[0] = record.value;
    return 0;
  }

  /** Ends the calling thread: pthread_exit(3). */
  pthread_exit(value?: unknown): Answer<never> {
    return this.#context.later(this.#exit(value));
  }

  *#exit(value: unknown): Sleeping<never> {
    const tid = yield* this.#context.callLater(SYS.gettid);
    const record = this.#records.get(tid);
    if (record !== undefined) record.value = value;
    for (;;) yield* this.#context.callLater(SYS.exit, 0);
  }

  /** The calling thread's number: pthread_self(3). */
  pthread_self(): Answer<number> {
    return this.#context.call(SYS.gettid);
  }

  /** Makes a mutex: pthread_mutex_init(3). Its address, or NULL with ENOMEM. */
  pthread_mutex_init(): Answer<number> {
    return this.#context.later(this.#word());
  }

  /** Takes a mutex, and waits until it is free: pthread_mutex_lock(3). */
  pthread_mutex_lock(mutex: number): Answer<number> {
    return this.#tryLock(mutex) ? this.#soon() : this.#context.later(this.#lock(mutex));
  }

  /** Takes a mutex if it is free: pthread_mutex_trylock(3). 0 or EBUSY. */
  pthread_mutex_trylock(mutex: number): Answer<number> {
    return this.#tryLock(mutex) ? this.#soon() : ERRNO.EBUSY;
  }

  /** Gives a mutex back: pthread_mutex_unlock(3). */
  pthread_mutex_unlock(mutex: number): Answer<number> {
    return this.#release(mutex) ? this.#context.later(this.#wake(mutex, 1)) : this.#soon();
  }

  /** Gives a mutex's memory back: pthread_mutex_destroy(3). */
  pthread_mutex_destroy(mutex: number): Answer<number> {
    this.#context.memory.free(mutex);
    return 0;
  }

  /** Makes a condition variable: pthread_cond_init(3). Its address, or NULL with ENOMEM. */
  pthread_cond_init(): Answer<number> {
    return this.#context.later(this.#word());
  }

  /**
   * Gives `mutex` back, waits for a signal, and takes it again: pthread_cond_wait(3). It may wake
   * without a signal: look at the condition again.
   */
  pthread_cond_wait(cond: number, mutex: number): Answer<number> {
    return this.#context.later(this.#wait(cond, mutex));
  }

  /** Wakes one that waits: pthread_cond_signal(3). */
  pthread_cond_signal(cond: number): Answer<number> {
    return this.#context.later(this.#signal(cond, 1));
  }

  /** Wakes all that wait: pthread_cond_broadcast(3). */
  pthread_cond_broadcast(cond: number): Answer<number> {
    return this.#context.later(this.#signal(cond, EVERYBODY));
  }

  /** Gives a condition variable's memory back: pthread_cond_destroy(3). */
  pthread_cond_destroy(cond: number): Answer<number> {
    this.#context.memory.free(cond);
    return 0;
  }

  *#word(): Sleeping<number> {
    const address = yield* this.#context.allocate(WORD_BYTES);
    if (address !== 0) this.#context.cpu.store32(Number(address), 0);
    return address;
  }

  /** No thread comes between the load and the store: see `UserCpu.createThread`. */
  #tryLock(mutex: number): boolean {
    const { cpu } = this.#context;
    if (cpu.load32(Number(mutex)) !== 0) return false;
    cpu.store32(Number(mutex), 1);
    return true;
  }

  *#lock(mutex: number): Sleeping<number> {
    const { cpu } = this.#context;
    while (cpu.load32(Number(mutex)) !== 0) {
      cpu.store32(Number(mutex), 2);
      yield* this.#futex(mutex, WAIT, 2);
    }
    cpu.store32(Number(mutex), 2); // Others may still wait.
    return 0;
  }

  /** True when somebody waits. */
  #release(mutex: number): boolean {
    const { cpu } = this.#context;
    const before = cpu.load32(Number(mutex));
    cpu.store32(Number(mutex), 0);
    return before === 2;
  }

  *#wait(cond: number, mutex: number): Sleeping<number> {
    const count = this.#context.cpu.load32(Number(cond));
    if (this.#release(mutex)) yield* this.#wake(mutex, 1);
    yield* this.#futex(cond, WAIT, count);
    return yield* this.#lock(mutex);
  }

  *#signal(cond: number, waiters: number): Sleeping<number> {
    const { cpu } = this.#context;
    cpu.store32(Number(cond), (cpu.load32(Number(cond)) + 1) >>> 0);
    return yield* this.#wake(cond, waiters);
  }

  *#wake(word: number, waiters: number): Sleeping<number> {
    yield* this.#futex(word, WAKE, waiters);
    return 0;
  }

  /** futex(2); why it came back does not matter, since everybody looks again. */
  *#futex(word: number, operation: number, value: number): Sleeping<void> {
    const { thread } = this.#context;
    const { errno } = thread;
    yield* this.#context.callLater(SYS.futex, word, operation, value);
    thread.errno = errno;
  }

  /** 0, with a place where others may run. */
  #soon(): number {
    const isDue = this.#context.cpu.charge(COST.BACK_EDGE) === WOULD_BLOCK;
    return isDue ? this.#context.later(this.#pause()) : 0;
  }

  *#pause(): Sleeping<number> {
    yield* this.#context.wait();
    return 0;
  }
}
