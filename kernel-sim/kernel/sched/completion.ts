// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Completions: a count in memory of what is done, and those who wait for it, in order of arrival.
 *
 * Linux: include/linux/completion.h, kernel/sched/completion.c.
 */
import type { Ram } from '../../hw/ram/ram.ts';
import type { Sleeping, Switching } from '../../uapi/coroutine.ts';
import type { HappensBefore } from '../kcsan/happens.ts';
import type { WaitHeads } from './wait-head.ts';
import { TASK_STATE } from './task-state.ts';

/** Done for ever: what complete_all leaves. */
const ALL_DONE = 0xffff_ffff;

export class Completions {
  readonly #ram: Ram;
  readonly #scheduler: { readonly happens: HappensBefore };
  readonly #waits: WaitHeads;
  /** Where the queue lies in the struct, whose first word is the count. */
  readonly #queue: number;

  constructor(ram: Ram, scheduler: { readonly happens: HappensBefore }, waits: WaitHeads) {
    this.#ram = ram;
    this.#scheduler = scheduler;
    this.#waits = waits;
    this.#queue = ram.board.pointerBytes;
  }

  get bytes(): number {
    return this.#queue + this.#waits.layout.headBytes;
  }

  /** Linux: init_completion. */
  initialise(completion: number): void {
    this.reinitialise(completion);
    this.#waits.initialise(completion + this.#queue);
  }

  /** Linux: reinit_completion. */
  reinitialise(completion: number): void {
    this.#ram.store32(completion, 0);
  }

  /** Lets one who waits, or will, go on. Context: any. Linux: complete. */
  *complete(completion: number): Switching<void> {
    this.#scheduler.happens.release(completion);
    const done = this.#ram.load32(completion);
    if (done !== ALL_DONE) this.#ram.store32(completion, done + 1);
    yield* this.#waits.wake(completion + this.#queue, TASK_STATE.TASK_NORMAL, 1);
  }

  /** Lets everybody go on, also those who come later. Context: any. Linux: complete_all. */
  *completeAll(completion: number): Switching<void> {
    this.#scheduler.happens.release(completion);
    this.#ram.store32(completion, ALL_DONE);
    yield* this.#waits.wake(completion + this.#queue, TASK_STATE.TASK_NORMAL, 0);
  }

  /** Context: any. Linux: try_wait_for_completion. */
  tryWait(completion: number): boolean {
    const done = this.#ram.load32(completion);
    if (done === 0) return false;
    if (done !== ALL_DONE) this.#ram.store32(completion, done - 1);
    this.#scheduler.happens.acquire(completion);
    return true;
  }

  /** Whether nobody would have to wait. Context: any. Linux: completion_done. */
  isDone(completion: number): boolean {
    if (this.#ram.load32(completion) === 0) return false;
    this.#scheduler.happens.acquire(completion);
    return true;
  }

  /**
   * Waits for one `complete`. Context: task that may sleep. Answers as `WaitHeads.waitEvent` does.
   * Linux: wait_for_completion and its family.
   */
  *wait(completion: number, state: number, jiffies?: number): Sleeping<number> {
    const isTaken = (): boolean => this.tryWait(completion);
    const how = { state, isExclusive: true, ...(jiffies !== undefined && { jiffies }) };
    return yield* this.#waits.waitEvent(completion + this.#queue, how, isTaken);
  }
}
