// SPDX-License-Identifier: GPL-2.0-or-later
// Made by scripts/generate-api.mjs. Do not edit.

import type { Ref } from "kernel";

/**
 * What a high-resolution timer calls. Nothing may sleep there: what must is left to a `Work`.
 */
export interface HrTimerCallback {
  /**
   * The time is over; interrupts are off. What it shares with tasks lies behind a `Spinlock` that
   * these take with `lock_irq` or `lock_irqsave`.
   *
   * @context hardirq
   * @nothrow
   * @returns HRTIMER_RESTART to be called again at the instant to which it has moved `timer` on, or
   *   HRTIMER_NORESTART
   */
  run(this: Ref<this>, timer: Ref<HrTimer>): number;
}

/**
 * Calls an object once at an instant in nanoseconds. Dropping it stops the timer, waits until the
 * callback is done if it runs, and drops the object.
 *
 * Linux: struct hrtimer.
 */
export class HrTimer {
  #nominal;
  private constructor();

  /**
   * A timer that does not run yet.
   *
   * Context: process. Linux: hrtimer_setup.
   *
   * @param callback handed over; dropped with the timer
   * @throws ENOMEM no memory for it
   * @symbol hrtimer_setup
   */
  static new(callback: HrTimerCallback): HrTimer;

  /**
   * Has the callback called in so many nanoseconds; a timer that runs already begins anew.
   *
   * Context: any. Linux: hrtimer_start with HRTIMER_MODE_REL.
   *
   * @symbol hrtimer_start_range_ns
   */
  start(this: Ref<HrTimer>, nanoseconds: number): void;

  /**
   * The same for an instant, as `ktime_get` counts.
   *
   * Context: any. Linux: hrtimer_start with HRTIMER_MODE_ABS.
   *
   * @symbol hrtimer_start_range_ns
   */
  start_at(this: Ref<HrTimer>, nanoseconds: number): void;

  /**
   * Moves the instant on by whole intervals, into the future. Answers by how many: more than one if
   * the last ones were missed. For a callback that then returns HRTIMER_RESTART.
   *
   * Context: any; the timer does not run. Linux: hrtimer_forward_now.
   *
   * @symbol hrtimer_forward
   */
  forward_now(this: Ref<HrTimer>, nanoseconds: number): number;

  /**
   * True while it runs, or its callback does. Context: any. Linux: hrtimer_active.
   *
   * @symbol hrtimer_active
   */
  is_active(this: Ref<HrTimer>): boolean;

  /**
   * Stops it, unless its callback is running: then -1. 1 if it was to come, 0 if not.
   *
   * Context: any. Linux: hrtimer_try_to_cancel.
   *
   * @symbol hrtimer_try_to_cancel
   */
  try_to_cancel(this: Ref<HrTimer>): number;

  /**
   * Stops it, and waits until the callback does not run. Must not be called by the callback, nor
   * with a lock held that the callback takes. True if it was to come.
   *
   * Context: any but hardirq. Linux: hrtimer_cancel.
   *
   * @switches
   * @symbol hrtimer_cancel
   */
  cancel(this: Ref<HrTimer>): boolean;

  /**
   * Context: process. Linux: hrtimer_cancel.
   *
   * @sleeps
   * @symbol hrtimer_cancel
   */
  [Symbol.dispose](): void;
}

/** An `HrTimer` has done its work. */
export const HRTIMER_NORESTART: number;

/** It is to run again, for the instant to which it was moved on. */
export const HRTIMER_RESTART: number;

/**
 * Sleeps for at least `milliseconds`; signals do not wake it.
 *
 * Context: process. Linux: msleep.
 *
 * @sleeps
 * @symbol msleep
 */
export function msleep(milliseconds: number): void;

/**
 * Sleeps for so many milliseconds, or until a signal comes. Returns those that are left.
 *
 * Context: process. Linux: msleep_interruptible.
 *
 * @sleeps
 * @symbol msleep_interruptible
 */
export function msleep_interruptible(milliseconds: number): number;

/**
 * Sleeps for at least `least` microseconds; on Linux at most for `most`.
 *
 * Context: process. Linux: usleep_range.
 *
 * @sleeps
 * @symbol usleep_range_state
 */
export function usleep_range(least: number, most: number): void;

/**
 * Keeps the CPU busy for so many microseconds: for short waits where nothing may sleep.
 *
 * Context: any. Linux: udelay.
 *
 * @switches
 * @symbol __udelay
 */
export function udelay(microseconds: number): void;

/**
 * Keeps the CPU busy for so many milliseconds. Where it may sleep, `msleep` is better.
 *
 * Context: any. Linux: mdelay.
 *
 * @switches
 * @symbol __udelay
 */
export function mdelay(milliseconds: number): void;

/**
 * Nanoseconds since boot. Context: any. Linux: ktime_get.
 *
 * @symbol ktime_get
 */
export function ktime_get(): number;

/** What a timer calls. Nothing may sleep there: what must is left to a `Work`. */
export interface TimerCallback {
  /**
   * The time is over. `timer` can be started again, for what comes back again and again.
   *
   * @context softirq
   * @nothrow
   */
  run(this: Ref<this>, timer: Ref<Timer>): void;
}

/**
 * Calls an object once when so much time has passed. Dropping it stops the timer, waits until the
 * callback is done if it runs, and drops the object.
 *
 * Linux: struct timer_list.
 */
export class Timer {
  #nominal;
  private constructor();

  /**
   * A timer that does not run yet.
   *
   * Context: process. Linux: timer_setup.
   *
   * @lock_init
   * @param callback handed over; dropped with the timer
   * @throws ENOMEM no memory for it
   * @symbol timer_init_key
   */
  static new(callback: TimerCallback): Timer;

  /**
   * Has the callback called in `milliseconds`, rounded up to ticks of 4 ms; a timer that runs
   * already begins anew. True if it did.
   *
   * Context: any. Linux: mod_timer.
   *
   * @symbol mod_timer
   */
  start(this: Ref<Timer>, milliseconds: number): boolean;

  /**
   * True while it runs: the callback is still to come. Context: any. Linux: timer_pending.
   *
   * @symbol timer_pending
   */
  is_pending(this: Ref<Timer>): boolean;

  /**
   * Stops it. The callback may be running on another CPU. True if it was to come.
   *
   * Context: any. Linux: timer_delete.
   *
   * @symbol timer_delete
   */
  cancel(this: Ref<Timer>): boolean;

  /**
   * Stops it, and waits until the callback does not run. Must not be called by the callback, nor
   * with a lock held that the callback takes.
   *
   * Context: any but hardirq. Linux: timer_delete_sync.
   *
   * @switches
   * @symbol timer_delete_sync
   */
  cancel_sync(this: Ref<Timer>): boolean;

  /**
   * Context: process. Linux: timer_shutdown_sync.
   *
   * @sleeps
   * @symbol timer_shutdown_sync
   */
  [Symbol.dispose](): void;
}

export {};
