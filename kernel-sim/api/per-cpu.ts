// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Values of drivers that each CPU has for itself.
 *
 * @subpath kernel/sync
 */
import { errnoValue } from '../kernel/module/errno-value.ts';
import type { MaySwitch, Sleeping, Switching } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { ApiContext } from './context.ts';
import { type Cell, Guard } from './guard.ts';
import type { Ref } from './ownership.ts';

/**
 * One value for each CPU: what all change often, such as a counter, without waiting for each other.
 *
 * Linux: alloc_percpu.
 *
 * @public
 */
export class PerCpu<T> {
  readonly #context: ApiContext;
  readonly #cells: readonly Cell<T>[];
  /** Where the values lie, as per-CPU memory is named. */
  readonly #place: number;

  /** @internal */
  constructor(context: ApiContext, init: (cpu: number) => T) {
    const { raw, scheduler, slabs } = context.services;
    const { module } = context;
    if (!module.isLinked) throw new Error('a PerCpu at the top level would never be given back');
    this.#context = context;
    this.#place = raw.percpu.alloc(slabs.ram.board.pointerBytes);
    if (this.#place === 0) throw errnoValue(ERRNO.ENOMEM);
    // The value of the API has it.
    if (slabs.leaks.isTracking) slabs.leaks.notLeak(this.#place);
    this.#cells = scheduler.cpus.map(({ id }) => ({ value: init(id) }));
  }

  /**
   * The running CPU's value. Until the guard is dropped the task keeps its CPU, and must not sleep.
   * An interrupt handler that changes the value, too, may still come in between.
   *
   * Context: any. Linux: get_cpu_ptr.
   *
   * @symbol none
   */
  get(this: Ref<PerCpu<T>>): Guard<T> {
    const { scheduler } = this.#context.services;
    scheduler.preempt.disable();
    scheduler.happens.holdOff('preemption');
    return new Guard(this.#cells[scheduler.cpu.id]!, (): MaySwitch<void> => {
      scheduler.happens.letOn('preemption');
      scheduler.preempt.enable();
      return scheduler.point();
    });
  }

  /**
   * Calls `look` with each CPU's value in turn: to add them up. Others go on changing theirs.
   *
   * Context: any. Linux: for_each_possible_cpu.
   *
   * @symbol none
   */
  *for_each(
    this: Ref<PerCpu<T>>,
    look: (value: Readonly<T>, cpu: number) => void,
  ): Switching<void> {
    for (const [cpu, { value }] of this.#cells.entries()) {
      yield* this.#context.runtime.maybe(look(value, cpu));
    }
  }

  /** Drops the values. Context: process. Linux: free_percpu. */
  *[Symbol.dispose](): Sleeping<void> {
    const { raw, runtime } = this.#context.services;
    for (const { value } of this.#cells) yield* runtime.dropSwitching(value);
    raw.percpu.free(this.#place);
  }
}

/** @statics PerCpu */
export class PerCpuStatics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Makes a value for each CPU: `PerCpu.new(() => 0)`.
   *
   * Context: process; may sleep. Linux: alloc_percpu.
   *
   * @symbol pcpu_alloc_noprof
   * @may_sleep
   * @throws ENOMEM no memory for it
   */
  new<T>(init: (cpu: number) => T): PerCpu<T> {
    return new PerCpu(this.#context, init);
  }
}
