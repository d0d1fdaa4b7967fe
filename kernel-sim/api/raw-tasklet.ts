// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Tasklets: what a handler leaves for later, done by a softirq with interrupts on.
 *
 * @subpath kernel/raw
 */
import { SOFTIRQ } from '../kernel/irq/softirq.ts';
import type { Switching } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import type { Ptr } from './raw-pointer.ts';
import { addressOf } from './raw-value.ts';
import type { FunctionKind, PointerKind, ScalarKind, Struct, StructClass } from './uapi-types.ts';
import type { UapiApi } from './uapi.ts';

/**
 * What a tasklet does. It may spin, never sleep.
 *
 * @public
 */
export interface TaskletFunction {
  /**
   * Called once for each time that it was scheduled.
   *
   * @context softirq
   * @raw
   */
  (tasklet: Ptr<tasklet_struct>): void;
}

/**
 * The fields of `tasklet_struct`.
 *
 * @public
 */
export type TaskletFields = {
  readonly next: PointerKind<tasklet_struct>;
  readonly state: ScalarKind<'usize'>;
  readonly count: ScalarKind<'u32'>;
  readonly use_callback: ScalarKind<'u8'>;
  readonly callback: FunctionKind<TaskletFunction>;
  readonly data: ScalarKind<'usize'>;
};

/**
 * A tasklet: `tasklet: tasklet_struct` as a field. Linux: struct tasklet_struct.
 *
 * @public
 */
export type tasklet_struct = Struct<TaskletFields>;

/** @exports */
export class RawTaskletApi {
  readonly #context: ApiContext;

  /** As a field: `tasklet: tasklet_struct`. Linux: struct tasklet_struct. */
  readonly tasklet_struct: StructClass<TaskletFields>;

  constructor(context: ApiContext, uapi: UapiApi) {
    this.#context = context;
    this.tasklet_struct = uapi.struct<TaskletFields>({
      next: uapi.ptr<tasklet_struct>(),
      state: uapi.usize,
      count: uapi.u32,
      use_callback: uapi.u8,
      callback: uapi.func<TaskletFunction>(),
      data: uapi.usize,
    });
  }

  /**
   * Makes memory into a tasklet that calls `callback`.
   *
   * Context: any. Linux: tasklet_setup.
   *
   * @raw
   */
  tasklet_setup(tasklet: Ptr<tasklet_struct>, callback: TaskletFunction): void {
    const { runtime, services } = this.#context;
    services.tasklets.setUp(addressOf(tasklet), runtime.addressOf(callback));
  }

  /**
   * Has it called soon, on this CPU; once, however often it is scheduled before.
   *
   * Context: any. Linux: tasklet_schedule.
   *
   * @symbol __tasklet_schedule
   * @raw
   */
  tasklet_schedule(tasklet: Ptr<tasklet_struct>): void {
    this.#context.services.tasklets.schedule(addressOf(tasklet), SOFTIRQ.TASKLET);
  }

  /**
   * The same, before all other softirqs.
   *
   * Context: any. Linux: tasklet_hi_schedule.
   *
   * @symbol __tasklet_hi_schedule
   * @raw
   */
  tasklet_hi_schedule(tasklet: Ptr<tasklet_struct>): void {
    this.#context.services.tasklets.schedule(addressOf(tasklet), SOFTIRQ.HI);
  }

  /**
   * Holds it off until `tasklet_enable`, and waits until it is done. Nests.
   *
   * Context: process. Linux: tasklet_disable.
   *
   * @symbol none
   * @raw
   */
  *tasklet_disable(tasklet: Ptr<tasklet_struct>): Switching<void> {
    yield* this.#context.services.tasklets.disable(addressOf(tasklet));
  }

  /**
   * Ends what `tasklet_disable` began.
   *
   * Context: any. Linux: tasklet_enable.
   *
   * @symbol none
   * @raw
   */
  tasklet_enable(tasklet: Ptr<tasklet_struct>): void {
    this.#context.services.tasklets.enable(addressOf(tasklet));
  }

  /**
   * Waits until it neither waits for its turn nor runs: whoever scheduled it must have ended.
   *
   * Context: process. Linux: tasklet_kill.
   *
   * @raw
   */
  *tasklet_kill(tasklet: Ptr<tasklet_struct>): Switching<void> {
    yield* this.#context.services.tasklets.kill(addressOf(tasklet));
  }
}
