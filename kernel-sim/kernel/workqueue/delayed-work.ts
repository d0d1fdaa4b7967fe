// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Work that a timer queues: a work_struct with a timer_list behind it, and the queue that it is
 * for.
 *
 * Linux: struct delayed_work of kernel/workqueue.c.
 */
import type { Ram } from '../../hw/ram/ram.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { FunctionCalls } from '../module/function-calls.ts';
import { TIMER_WORDS, type Timers } from '../time/timer.ts';
import { WORK_WORDS, type Workqueues } from './workqueue.ts';

export interface DelayedWorksParts {
  readonly ram: Ram;
  readonly timers: Timers;
  readonly workqueues: () => Workqueues;
  readonly functions: () => FunctionCalls;
  /** Notes who has queued it, for reports about its memory. */
  readonly recordStack: (item: number) => void;
}

export class DelayedWorks {
  readonly #parts: DelayedWorksParts;
  readonly #timerAt: number;
  readonly #queueAt: number;
  /** Of a delayed_work with its padding. */
  readonly sizeBytes: number;

  constructor(parts: DelayedWorksParts) {
    this.#parts = parts;
    const word = parts.ram.board.pointerBytes;
    this.#timerAt = WORK_WORDS * word;
    this.#queueAt = this.#timerAt + TIMER_WORDS * word;
    this.sizeBytes = this.#queueAt + 2 * word;
  }

  /** Linux: INIT_DELAYED_WORK. */
  initialise(item: number, func: number): void {
    const { timers, workqueues, functions } = this.#parts;
    workqueues().initialise(item, func);
    const due = functions().own('delayed_work_timer_fn', (timer) => this.#due(Number(timer)));
    timers.setUp(item + this.#timerAt, due, 0);
  }

  /** In so many ticks. False if it waits already. Context: any. Linux: queue_delayed_work. */
  queue(queue: number, item: number, jiffies: number): boolean {
    const { ram, timers, recordStack } = this.#parts;
    const workqueues = this.#parts.workqueues();
    if (!workqueues.claim(item)) return false;
    recordStack(item);
    if (jiffies === 0) {
      workqueues.insert(workqueues.at(queue), item);
      return true;
    }
    ram.storePointer(item + this.#queueAt, queue);
    timers.modify(item + this.#timerAt, timers.jiffies + jiffies);
    return true;
  }

  /** Takes it back, unless it has begun. Context: any. Linux: cancel_delayed_work. */
  cancel(item: number): boolean {
    const workqueues = this.#parts.workqueues();
    if (!this.#parts.timers.delete(item + this.#timerAt)) return workqueues.cancel(item);
    workqueues.setBegun(item);
    return true;
  }

  /** The same, and waits if it runs. Context: process. Linux: cancel_delayed_work_sync. */
  *cancelSync(item: number): Sleeping<boolean> {
    const wasWaiting = this.cancel(item);
    const wasQueued = yield* this.#parts.workqueues().cancelSync(item);
    // What ran meanwhile may have armed it again.
    return this.cancel(item) || wasWaiting || wasQueued;
  }

  /** Has it done now if its timer runs, and waits until it is. Linux: flush_delayed_work. */
  *flush(item: number): Sleeping<boolean> {
    const { timers, workqueues } = this.#parts;
    if (timers.delete(item + this.#timerAt)) this.#due(item + this.#timerAt);
    return yield* workqueues().flush(item);
  }

  /** Linux: delayed_work_timer_fn. */
  #due(timer: number): void {
    const workqueues = this.#parts.workqueues();
    const item = timer - this.#timerAt;
    const queue = this.#parts.ram.loadPointer(item + this.#queueAt);
    workqueues.insert(workqueues.at(queue), item);
  }
}
