// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Read-copy-update: what readers may still look at is freed when all who might have are done.
 *
 * A reader only turns preemption off and is counted, in one of two counts. A grace period turns
 * the page: new readers are counted in the other one, and it is over when the old count is 0.
 * Callbacks run after it in a kernel thread, with softirqs held off, so that they must not sleep.
 *
 * The thread is made when the first callback or waiter comes: a machine that never needs it does
 * not have it.
 *
 * Linux: kernel/rcu/tree.c without CONFIG_PREEMPT_RCU, booted with rcutree.use_softirq=0. Differs:
 * one thread for all CPUs, and grace periods are as short as their readers.
 */
import type { Sleeping } from '../uapi/coroutine.ts';
import type { KernelThread, KernelThreads } from './kthread.ts';
import { SOFTIRQ_DISABLE_OFFSET } from './sched/preempt.ts';
import type { Scheduler } from './sched/scheduler.ts';
import type { Task } from './sched/task.ts';
import { WaitQueue } from './sched/wait-queue.ts';

/** What happens after a grace period. Context: the thread, softirqs off: it must not sleep. */
export type RcuCallback = () => Sleeping<unknown> | void;

/** How deep in read sections a task is, and in which count it stands. */
interface Reader {
  depth: number;
  readonly page: number;
}

export class Rcu {
  readonly #scheduler: Scheduler;
  readonly #threads: KernelThreads;
  readonly #readers = new Map<Task, Reader>();
  /** Which of the two counts new readers go to. */
  #page = 0;
  readonly #callbacks: RcuCallback[] = [];
  /** Where those wait who wait for a grace period, or for callbacks. */
  readonly #done: WaitQueue;
  #thread: KernelThread | undefined;

  constructor(scheduler: Scheduler, threads: KernelThreads) {
    this.#scheduler = scheduler;
    this.#threads = threads;
    this.#done = new WaitQueue(scheduler, 'rcu_barrier');
  }

  /** Begins a read section; they nest. Context: any task. Linux: rcu_read_lock. */
  readLock(): void {
    const task = this.#scheduler.current;
    const reader = this.#readers.get(task);
    this.#scheduler.preempt.disable();
    if (reader === undefined) this.#readers.set(task, { depth: 1, page: this.#page });
    else reader.depth++;
  }

  /** Ends it. One too many does nothing to the count. Linux: rcu_read_unlock. */
  readUnlock(): void {
    const task = this.#scheduler.current;
    const reader = this.#readers.get(task);
    if (reader === undefined) return;
    reader.depth--;
    if (reader.depth === 0) {
      this.#readers.delete(task);
      this.#thread?.wake();
    }
    this.#scheduler.preempt.enable();
  }

  /** How deep in read sections a task is. */
  depthOf(task: Task): number {
    return this.#readers.get(task)?.depth ?? 0;
  }

  /** Runs `callback` after a grace period. Context: any. Linux: call_rcu. */
  call(callback: RcuCallback): void {
    this.#callbacks.push(callback);
    this.#thread ??= this.#threads.run('rcuc/0', (self) => this.#serve(self));
    this.#thread.wake();
  }

  /** Waits until all who read now are done. Context: task that may sleep. */
  *synchronize(): Sleeping<void> {
    yield* this.#waitForCallback();
  }

  /** Waits until all callbacks of before have run. Context: task that may sleep. */
  *barrier(): Sleeping<void> {
    yield* this.#waitForCallback();
  }

  /** Callbacks run in order: when one of ours has run, so have those before it. */
  *#waitForCallback(): Sleeping<void> {
    this.#scheduler.mightSleep();
    let hasRun = false;
    this.call(() => {
      hasRun = true;
      this.#done.wakeAll();
    });
    while (!hasRun) yield* this.#done.sleep();
  }

  *#serve(self: KernelThread): Sleeping<void> {
    for (;;) {
      while (this.#callbacks.length === 0) yield* self.queue.sleepInterruptible();
      const ready = this.#callbacks.splice(0);
      yield* this.#gracePeriod(self);
      yield* this.#invoke(ready);
    }
  }

  *#gracePeriod(self: KernelThread): Sleeping<void> {
    const old = this.#page;
    this.#page = 1 - old;
    while (this.#isRead(old)) yield* self.queue.sleepInterruptible();
  }

  /** Who died in a read section reads no more, though it never said so. */
  #isRead(page: number): boolean {
    for (const [task, reader] of this.#readers) {
      if (task.dying || task.state === 'Z' || task.state === 'X') this.#readers.delete(task);
      else if (reader.page === page) return true;
    }
    return false;
  }

  *#invoke(ready: readonly RcuCallback[]): Sleeping<void> {
    const { preempt } = this.#scheduler;
    for (const callback of ready) {
      preempt.add(SOFTIRQ_DISABLE_OFFSET);
      const rest = callback();
      if (rest !== undefined) yield* rest;
      preempt.subtract(SOFTIRQ_DISABLE_OFFSET);
      yield* this.#scheduler.reschedule();
    }
  }
}
