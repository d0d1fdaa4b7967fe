// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Timers: a function that is called once after so many ticks, where nothing may sleep.
 *
 * @subpath kernel/raw
 */
import type { Switching } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';
import type { Ptr, VoidPtr } from './raw-pointer.ts';
import { addressOf, intOf, sizeOf } from './raw-value.ts';
import type { FunctionKind, PointerKind, ScalarKind, Struct, StructClass } from './uapi-types.ts';
import type { UapiApi } from './uapi.ts';

/**
 * What a timer does.
 *
 * @public
 */
export interface TimerFunction {
  /**
   * Called when the timer is due.
   *
   * @context softirq
   * @raw
   */
  (timer: Ptr<timer_list>): void;
}

/**
 * The fields of `timer_list`.
 *
 * @public
 */
export type TimerFields = {
  readonly next: PointerKind<VoidPtr>;
  readonly pprev: PointerKind<VoidPtr>;
  readonly expires: ScalarKind<'usize'>;
  readonly function: FunctionKind<TimerFunction>;
  readonly flags: ScalarKind<'u32'>;
};

/**
 * A timer: `timer: timer_list` as a field. Linux: struct timer_list.
 *
 * @public
 */
export type timer_list = Struct<TimerFields>;

/** @exports */
export class RawTimerApi {
  readonly #context: ApiContext;

  /** As a field: `timer: timer_list`. Linux: struct timer_list. */
  readonly timer_list: StructClass<TimerFields>;

  constructor(context: ApiContext, uapi: UapiApi) {
    this.#context = context;
    this.timer_list = uapi.struct<TimerFields>({
      next: uapi.ptr(),
      pprev: uapi.ptr(),
      expires: uapi.usize,
      function: uapi.func<TimerFunction>(),
      flags: uapi.u32,
    });
  }

  /**
   * Makes memory into a timer that calls `callback` and is not armed.
   *
   * Context: any. Linux: timer_setup.
   *
   * @symbol timer_init_key
   * @raw
   * @lock_init
   */
  timer_setup(timer: Ptr<timer_list>, callback: TimerFunction, flags: number): void {
    const func = this.#context.runtime.addressOf(callback);
    this.#context.services.raw.timers.setUp(addressOf(timer), func, intOf(flags) >>> 0);
  }

  /**
   * True if the timer is armed.
   *
   * Context: any. Linux: timer_pending.
   *
   * @symbol none
   * @raw
   */
  timer_pending(timer: Ptr<timer_list>): boolean {
    return this.#context.services.raw.timers.isPending(addressOf(timer));
  }

  /**
   * Arms a timer for the tick `expires`, or moves it there. True if it was armed.
   *
   * Context: any. Linux: mod_timer.
   *
   * @raw
   */
  mod_timer(timer: Ptr<timer_list>, expires: number): boolean {
    this.#context.services.slabs.recordAuxStack(addressOf(timer));
    return this.#context.services.raw.timers.modify(addressOf(timer), sizeOf(expires));
  }

  /**
   * Arms a timer for the tick in its field `expires`. It must not be armed.
   *
   * Context: any. Linux: add_timer.
   *
   * @raw
   */
  add_timer(timer: Ptr<timer_list>): void {
    this.#context.services.raw.timers.add(addressOf(timer));
  }

  /**
   * Disarms a timer. Its callback may still be running. True if it was armed.
   *
   * Context: any. Linux: timer_delete.
   *
   * @symbol timer_delete
   * @raw
   */
  timer_delete(timer: Ptr<timer_list>): boolean {
    return this.#context.services.raw.timers.delete(addressOf(timer));
  }

  /**
   * Disarms a timer. Its callback may still be running. True if it was armed.
   *
   * Context: any. Linux: del_timer.
   *
   * @symbol timer_delete
   * @raw
   */
  del_timer(timer: Ptr<timer_list>): boolean {
    return this.#context.services.raw.timers.delete(addressOf(timer));
  }

  /**
   * Disarms a timer and waits until its callback does not run: before its memory goes. Must not be
   * called by the callback, nor with a lock held that the callback takes.
   *
   * Context: any. Linux: timer_delete_sync.
   *
   * @symbol timer_delete_sync
   * @raw
   */
  *timer_delete_sync(timer: Ptr<timer_list>): Switching<boolean> {
    return yield* this.#context.services.raw.timers.deleteSync(addressOf(timer));
  }

  /**
   * Disarms a timer and waits until its callback does not run: before its memory goes. Must not be
   * called by the callback, nor with a lock held that the callback takes.
   *
   * Context: any. Linux: del_timer_sync.
   *
   * @symbol timer_delete_sync
   * @raw
   */
  *del_timer_sync(timer: Ptr<timer_list>): Switching<boolean> {
    return yield* this.#context.services.raw.timers.deleteSync(addressOf(timer));
  }

  /**
   * The same, and it cannot be armed again.
   *
   * Context: any. Linux: timer_shutdown_sync.
   *
   * @raw
   */
  *timer_shutdown_sync(timer: Ptr<timer_list>): Switching<boolean> {
    return yield* this.#context.services.raw.timers.shutDownSync(addressOf(timer));
  }
}
