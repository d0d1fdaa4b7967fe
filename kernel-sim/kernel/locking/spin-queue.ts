// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Who spins on a lock, in the order of arrival. The locks' bytes decide; this says whose turn it is
 * to look at them.
 *
 * An interrupt may come while its CPU spins, and spin too: on one lock a CPU may stand more than
 * once. Linux: kernel/locking/mcs_spinlock.h.
 */
import type { Switching } from '../../uapi/coroutine.ts';
import { COST } from '../../uapi/costs.ts';
import type { Execution } from '../sched/execution.ts';
import type { Scheduler } from '../sched/scheduler.ts';

export interface Spinner {
  readonly cpu: number;
}

const NOBODY: readonly Spinner[] = [];

export class SpinQueues {
  readonly #scheduler: Scheduler;
  readonly #execution: Execution;
  readonly #queues = new Map<number, Spinner[]>();

  constructor(scheduler: Scheduler, execution: Execution) {
    this.#scheduler = scheduler;
    this.#execution = execution;
  }

  of(pointer: number): readonly Spinner[] {
    return this.#queues.get(pointer) ?? NOBODY;
  }

  /** To the end of the queue. */
  join(pointer: number): Spinner {
    const self = { cpu: this.#scheduler.cpu.id };
    const queue = this.#queues.get(pointer);
    if (queue === undefined) this.#queues.set(pointer, [self]);
    else queue.push(self);
    return self;
  }

  isFirst(pointer: number, self: Spinner): boolean {
    return this.#queues.get(pointer)?.[0] === self;
  }

  leave(pointer: number, self: Spinner): void {
    const queue = this.#queues.get(pointer);
    if (queue === undefined) return;
    queue.splice(queue.indexOf(self), 1);
    if (queue.length === 0) this.#queues.delete(pointer);
  }

  /**
   * One turn of a loop that waits for another CPU, preemption being off. Nobody else runs before
   * this CPU's time is up, so all looks until then are alike.
   */
  *spin(): Switching<void> {
    const execution = this.#execution;
    const looks = Math.max(1, Math.ceil((execution.budget + 1) / COST.SPIN));
    execution.budget -= looks * COST.SPIN;
    yield;
    this.#scheduler.watch();
  }
}
