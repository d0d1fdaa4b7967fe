// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Tasklets: functions that a softirq calls once for each time that they were scheduled, each on one
 * CPU at a time. What a tasklet is lies in memory; the order of those that wait is kept beside it.
 *
 * Linux: tasklet_action_common of kernel/softirq.c.
 */
import type { Ram } from '../../hw/ram/ram.ts';
import type { Switching } from '../../uapi/coroutine.ts';
import type { FunctionCalls } from '../module/function-calls.ts';
import { innerPath } from '../module/sites.ts';
import type { Execution } from '../sched/execution.ts';
import type { Scheduler } from '../sched/scheduler.ts';
import { SOFTIRQ, type Softirqs } from './softirq.ts';

/** Bits of the state: it waits for its turn; it runs. */
const SCHED = 1;
const RUN = 2;

const PATHS = {
  [SOFTIRQ.HI]: innerPath('tasklet_hi_action', 'tasklet_action_common'),
  [SOFTIRQ.TASKLET]: innerPath('tasklet_action', 'tasklet_action_common'),
} as const;

type TaskletVector = keyof typeof PATHS;

export interface TaskletsParts {
  readonly ram: Ram;
  readonly scheduler: Scheduler;
  readonly execution: Execution;
  readonly softirqs: Softirqs;
  readonly functions: () => FunctionCalls;
}

export class Tasklets {
  readonly #parts: TaskletsParts;
  /** By CPU: those that wait, in order. */
  readonly #waiting: Readonly<Record<TaskletVector, readonly number[][]>>;

  constructor(parts: TaskletsParts) {
    this.#parts = parts;
    const lists = (): number[][] => parts.scheduler.cpus.map(() => []);
    this.#waiting = { [SOFTIRQ.HI]: lists(), [SOFTIRQ.TASKLET]: lists() };
    for (const vector of [SOFTIRQ.HI, SOFTIRQ.TASKLET] as const) {
      parts.softirqs.open(vector, () => this.#serve(vector));
    }
  }

  /** Linux: tasklet_setup. */
  setUp(at: number, callback: number): void {
    const { ram } = this.#parts;
    const word = ram.board.pointerBytes;
    ram.memset(at, 0, 5 * word);
    ram.store8(at + 2 * word + 4, 1);
    ram.storePointer(at + this.#callbackAt, callback);
  }

  /** Has it called on this CPU, once. Context: any. Linux: tasklet_schedule. */
  schedule(at: number, vector: TaskletVector): void {
    const { scheduler, softirqs } = this.#parts;
    if ((this.#state(at) & SCHED) !== 0) return;
    this.#setState(at, this.#state(at) | SCHED);
    scheduler.happens.release(at);
    this.#waiting[vector][scheduler.cpu.id]!.push(at);
    softirqs.raise(vector);
  }

  /** It is not called until `enable`, whatever was scheduled. Nests. Linux: tasklet_disable. */
  *disable(at: number): Switching<void> {
    this.#count(at, 1);
    yield* this.#settle(at, RUN);
    this.#parts.scheduler.happens.acquire(at);
  }

  enable(at: number): void {
    this.#parts.scheduler.happens.release(at);
    this.#count(at, -1);
  }

  /** Waits until it neither waits nor runs. Context: process. Linux: tasklet_kill. */
  *kill(at: number): Switching<void> {
    const { scheduler } = this.#parts;
    scheduler.mightSleep();
    yield* this.#settle(at, SCHED | RUN);
    scheduler.happens.acquire(at);
  }

  *#settle(at: number, bits: number): Switching<void> {
    while ((this.#state(at) & bits) !== 0) yield* this.#parts.scheduler.relax();
  }

  *#serve(vector: TaskletVector): Switching<void> {
    const { scheduler, softirqs, execution, functions } = this.#parts;
    const frame = execution.push(PATHS[vector]);
    const list = this.#waiting[vector][scheduler.cpu.id]!;
    for (const at of list.splice(0)) {
      const state = this.#state(at);
      if ((state & RUN) !== 0 || this.#count(at, 0) !== 0) {
        list.push(at);
        softirqs.raise(vector);
        continue;
      }
      this.#setState(at, (state & ~SCHED) | RUN);
      scheduler.happens.acquire(at);
      const fetch = (): number => this.#parts.ram.loadPointer(at + this.#callbackAt);
      yield* functions().call(NO_FRAMES, fetch, at);
      scheduler.happens.release(at);
      this.#setState(at, this.#state(at) & ~RUN);
    }
    execution.sp = frame;
  }

  /** Behind next, state, count and use_callback. */
  get #callbackAt(): number {
    const word = this.#parts.ram.board.pointerBytes;
    return word === 8 ? 24 : 16;
  }

  #state(at: number): number {
    const { ram } = this.#parts;
    return ram.load32(at + ram.board.pointerBytes);
  }

  #setState(at: number, state: number): void {
    const { ram } = this.#parts;
    ram.store32(at + ram.board.pointerBytes, state);
  }

  #count(at: number, change: number): number {
    const { ram } = this.#parts;
    const place = at + 2 * ram.board.pointerBytes;
    const count = (ram.load32(place) + change) >>> 0;
    if (change !== 0) ram.store32(place, count);
    return count;
  }
}

const NO_FRAMES = innerPath();
