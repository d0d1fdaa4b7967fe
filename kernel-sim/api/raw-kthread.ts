// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Kernel threads of a driver. A thread runs until its function returns: one that is to be stopped
 * asks `kthread_should_stop`, and the driver stops it before its code goes.
 *
 * @subpath kernel/raw
 */
import type { DriverThreads } from '../kernel/kthread/driver-threads.ts';
import type { Sleeping, Switching } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import type { Ptr, VoidPtr } from './raw-pointer.ts';
import type { task_struct } from './raw-task.ts';
import { addressOf, errorPointer, intOf, pointerTo } from './raw-value.ts';

/**
 * What a thread does. What it returns is what `kthread_stop` answers.
 *
 * @public
 */
export interface ThreadFunction {
  /**
   * Called once, by the thread.
   *
   * @context process
   * @raw
   */
  (data: VoidPtr): number;
}

/** @exports */
export class RawKthreadApi {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Makes a thread, which begins once `wake_up_process` says so. Its name is cut to 15 bytes.
   * Returns an ERR_PTR when there is no memory or no number for it.
   *
   * Context: process. Linux: kthread_create.
   *
   * @symbol kthread_create_on_node
   * @raw
   */
  *kthread_create(
    threadfn: ThreadFunction,
    data: VoidPtr,
    name: string,
  ): Sleeping<Ptr<task_struct>> {
    const { runtime } = this.#context;
    const func = runtime.addressOf(threadfn);
    const at = yield* this.#threads.create(func, data, String(name));
    return pointerTo(at < 0 ? errorPointer(this.#context, at) : at);
  }

  /**
   * The same, and has it begin.
   *
   * Context: process. Linux: kthread_run.
   *
   * @symbol kthread_create_on_node
   * @raw
   */
  *kthread_run(threadfn: ThreadFunction, data: VoidPtr, name: string): Sleeping<Ptr<task_struct>> {
    const thread = yield* this.kthread_create(threadfn, data, name);
    if (!this.#isError(thread)) this.#threads.wake(addressOf(thread));
    return thread;
  }

  /**
   * Has a thread that does not run yet do so on one CPU alone.
   *
   * Context: process. Linux: kthread_bind.
   *
   * @raw
   */
  kthread_bind(thread: Ptr<task_struct>, cpu: number): void {
    this.#threads.bind(addressOf(thread), intOf(cpu));
  }

  /**
   * Asks a thread to end and waits until it has. Returns what its function returned; -EINTR for one
   * that never began.
   *
   * Context: process. Linux: kthread_stop.
   *
   * @raw
   */
  *kthread_stop(thread: Ptr<task_struct>): Sleeping<number> {
    return yield* this.#threads.stop(addressOf(thread));
  }

  /**
   * True if somebody waits for the running thread to end.
   *
   * Context: a thread's. Linux: kthread_should_stop.
   *
   * @raw
   */
  kthread_should_stop(): boolean {
    return this.#threads.shouldStop;
  }

  /**
   * Has a thread rest in `kthread_parkme`, and waits until it does. 0, or a negative errno.
   *
   * Context: process. Linux: kthread_park.
   *
   * @raw
   */
  *kthread_park(thread: Ptr<task_struct>): Sleeping<number> {
    return yield* this.#threads.park(addressOf(thread));
  }

  /**
   * Has a thread that rests go on.
   *
   * Context: any. Linux: kthread_unpark.
   *
   * @raw
   */
  kthread_unpark(thread: Ptr<task_struct>): void {
    this.#threads.unpark(addressOf(thread));
  }

  /**
   * True if the running thread should rest.
   *
   * Context: a thread's. Linux: kthread_should_park.
   *
   * @raw
   */
  kthread_should_park(): boolean {
    return this.#threads.shouldPark;
  }

  /**
   * Rests for as long as the running thread should.
   *
   * Context: a thread's. Linux: kthread_parkme.
   *
   * @raw
   */
  *kthread_parkme(): Sleeping<void> {
    yield* this.#threads.parkme();
  }

  /**
   * Wakes a thread wherever it sleeps. False if it did not.
   *
   * Context: any. Linux: wake_up_process.
   *
   * @raw
   */
  *wake_up_process(thread: Ptr<task_struct>): Switching<boolean> {
    const isWoken = this.#threads.wake(addressOf(thread));
    yield* this.#context.services.scheduler.reschedule();
    return isWoken;
  }

  #isError(thread: Ptr<task_struct>): boolean {
    return addressOf(thread) >= errorPointer(this.#context, -4095);
  }

  get #threads(): DriverThreads {
    return this.#context.services.raw.threads;
  }
}
