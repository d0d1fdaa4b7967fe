// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Work queues: functions that are called later, by a kernel thread, where they may sleep.
 *
 * A work item is what its owner says it is: a key that tells it from others, and what to do. Queued
 * twice before it begins, it is done once; from when it begins it can be queued again, and may free
 * itself: the queue looks at it no more.
 *
 * Linux: kernel/workqueue.c. Differs: a queue has a thread of its own, made when the first work
 * comes, and does one work at a time, in order.
 */
import type { Sleeping } from '../uapi/coroutine.ts';
import type { Ram } from '../hw/ram/ram.ts';
import type { KernelThread, KernelThreads } from './kthread.ts';
import type { FunctionCalls } from './module/function-calls.ts';
import { threadPath } from './module/sites.ts';
import type { Scheduler } from './sched/scheduler.ts';
import { WaitQueue } from './sched/wait-queue.ts';

/** What a worker does with an item. Context: the worker, which may sleep. */
export type WorkFunction = (item: number) => Sleeping<void>;

export class Workqueue {
  readonly name: string;
  readonly #scheduler: Scheduler;
  readonly #threads: KernelThreads;
  readonly #work: WorkFunction;
  readonly #items: number[] = [];
  /** Counts what was queued and what was done, so that a flush knows when its turn has come. */
  #queued = 0;
  #done = 0;
  #current: number | undefined;
  readonly #flushers: WaitQueue;
  #worker: KernelThread | undefined;

  /** `work` is told the item: its address in memory. */
  constructor(name: string, scheduler: Scheduler, threads: KernelThreads, work: WorkFunction) {
    this.name = name;
    this.#scheduler = scheduler;
    this.#threads = threads;
    this.#work = work;
    this.#flushers = new WaitQueue(scheduler, 'flush_workqueue');
  }

  /** Whether the item waits for its turn. */
  isPending(item: number): boolean {
    return this.#items.includes(item);
  }

  /** Context: any. Linux: queue_work. */
  queue(item: number): void {
    this.#items.push(item);
    this.#queued++;
    const name = `kworker/R-${this.name}`;
    this.#worker ??= this.#threads.run(name, (self) => this.#serve(self));
    this.#worker.wake();
  }

  /** Takes an item out that has not begun. Context: any. Linux: cancel_work. */
  cancel(item: number): boolean {
    const at = this.#items.indexOf(item);
    if (at < 0) return false;
    this.#items.splice(at, 1);
    this.#done++;
    this.#flushers.wakeAll();
    return true;
  }

  /** Waits until the item is neither queued nor running. Linux: flush_work. */
  *flushItem(item: number): Sleeping<void> {
    this.#scheduler.mightSleep();
    while (this.#current === item || this.isPending(item)) yield* this.#flushers.sleep();
  }

  /** Waits until all that is queued now is done. Linux: flush_workqueue. */
  *flush(): Sleeping<void> {
    this.#scheduler.mightSleep();
    const until = this.#queued;
    while (this.#done < until) yield* this.#flushers.sleep();
  }

  /** Waits until nothing is left, also of what works queue, and ends the worker. */
  *destroy(): Sleeping<void> {
    this.#scheduler.mightSleep();
    while (this.#done < this.#queued) yield* this.#flushers.sleep();
    if (this.#worker !== undefined) yield* this.#worker.stop();
  }

  *#serve(self: KernelThread): Sleeping<void> {
    while (!self.shouldStop) {
      const item = this.#items.shift();
      if (item === undefined) {
        yield* self.queue.sleepInterruptible();
        continue;
      }
      this.#current = item;
      yield* this.#work(item);
      this.#current = undefined;
      this.#done++;
      this.#flushers.wakeAll();
      yield* this.#scheduler.reschedule();
    }
  }
}

/** Bit of a work's first word: it waits for its turn. Linux: WORK_STRUCT_PENDING. */
const PENDING = 1;
/** Words of a work_struct before its function: data, and the two links of a list. */
const WORDS_BEFORE_FUNC = 3;
const PATH = threadPath('worker_thread', 'process_one_work');

export interface WorkqueuesParts {
  readonly scheduler: Scheduler;
  readonly threads: KernelThreads;
  readonly ram: Ram;
  readonly functions: () => FunctionCalls;
}

/** Queues of a machine, by the address of their workqueue_struct, and work items in memory. */
export class Workqueues {
  readonly #parts: WorkqueuesParts;
  readonly #queues = new Map<number, Workqueue>();
  #system: Workqueue | undefined;

  constructor(parts: WorkqueuesParts) {
    this.#parts = parts;
  }

  /** The queue that all share. Linux: system_wq. */
  get system(): Workqueue {
    return (this.#system ??= this.#make('events'));
  }

  create(address: number, name: string): void {
    this.#queues.set(address, this.#make(name));
    this.#parts.ram.storePointer(address, address);
  }

  /**
   * What memory says that this queue is. What is no queue leads nowhere, as it would on Linux some
   * loads later.
   */
  at(address: number): Workqueue {
    const { ram } = this.#parts;
    const self = ram.loadPointer(address);
    ram.load8(self);
    const queue = this.#queues.get(self);
    if (queue !== undefined) return queue;
    return ram.reporter.fault({ pointer: self, sizeBytes: 1, isWrite: false, firstBad: self });
  }

  /** Forgets a queue that has ended. */
  remove(address: number): void {
    this.#queues.delete(address);
  }

  /** Queues in which an item may be. */
  get all(): Workqueue[] {
    return [...this.#queues.values(), ...(this.#system === undefined ? [] : [this.#system])];
  }

  /** Makes memory into an item on no list. Linux: INIT_WORK. */
  initialise(item: number, func: number): void {
    const { ram } = this.#parts;
    const word = ram.board.pointerBytes;
    ram.storePointer(item, 0);
    ram.storePointer(item + word, item + word);
    ram.storePointer(item + 2 * word, item + word);
    ram.storePointer(item + WORDS_BEFORE_FUNC * word, func);
  }

  /** False if it already waits for its turn. Linux: queue_work. */
  queue(queue: Workqueue, item: number): boolean {
    const { ram } = this.#parts;
    const data = ram.load32(item);
    if ((data & PENDING) !== 0) return false;
    ram.store32(item, data | PENDING);
    queue.queue(item);
    return true;
  }

  /** Takes an item out of whatever queue it waits in. Linux: cancel_work. */
  cancel(item: number): boolean {
    const isTaken = this.all.some((queue) => queue.cancel(item));
    if (isTaken) this.#setBegun(item);
    return isTaken;
  }

  /** Linux: set_work_pool_and_clear_pending. */
  #setBegun(item: number): void {
    const { ram } = this.#parts;
    ram.store32(item, ram.load32(item) & ~PENDING);
  }

  #make(name: string): Workqueue {
    const { scheduler, threads } = this.#parts;
    return new Workqueue(name, scheduler, threads, (item) => this.#process(item));
  }

  /** Linux: process_one_work. */
  *#process(item: number): Sleeping<void> {
    const { ram, functions } = this.#parts;
    const fetch = (): number => {
      const func = ram.loadPointer(item + WORDS_BEFORE_FUNC * ram.board.pointerBytes);
      this.#setBegun(item);
      return func;
    };
    yield* functions().call(PATH, fetch, item);
  }
}
