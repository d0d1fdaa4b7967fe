// SPDX-License-Identifier: GPL-2.0-or-later
// Made by scripts/generate-api.mjs. Do not edit.

import type { Ref } from "kernel";

/**
 * Lets others run if it is their turn: for loops that take long, which the watchdog reports after
 * two seconds otherwise. True if somebody might have.
 *
 * Context: process. Linux: cond_resched.
 *
 * @sleeps
 * @symbol __cond_resched
 */
export function cond_resched(): boolean;

/** What a thread does. */
export interface ThreadBody {
  /**
   * The life of the thread, which ends when this returns. It looks at `thread.should_stop()` often:
   * whoever drops the thread waits for it.
   *
   * @context process
   * @nothrow
   */
  run(this: Ref<this>, thread: CurrentThread): void;
}

/**
 * The running thread, as its body sees it.
 *
 * @lent
 */
export class CurrentThread {
  #nominal;
  private constructor();

  /**
   * True once somebody waits for its end. Context: process. Linux: kthread_should_stop.
   *
   * @symbol kthread_should_stop
   */
  should_stop(): boolean;

  /**
   * Sleeps for `milliseconds`, rounded up to ticks of 4 ms, or until the thread is to stop.
   *
   * Context: process. Linux: schedule_timeout_interruptible.
   *
   * @sleeps
   * @symbol schedule_timeout_interruptible
   */
  sleep(milliseconds: number): void;
}

/**
 * A thread of the kernel. Dropping it asks the thread to stop, waits until it has ended, and drops
 * its body.
 *
 * Linux: kthread_run.
 */
export class Thread {
  #nominal;
  private constructor();

  /**
   * Makes a thread, and lets it begin.
   *
   * Context: process. Linux: kthread_run.
   *
   * @param name as `ps` shows it
   * @param body handed over; dropped with the thread
   * @throws ENOMEM no memory for it
   * @throws EAGAIN there are too many
   * @sleeps
   * @symbol kthread_create_on_node
   */
  static spawn(name: string, body: ThreadBody): Thread;

  /**
   * Context: process. Linux: kthread_stop.
   *
   * @sleeps
   * @symbol kthread_stop
   */
  [Symbol.dispose](): void;
}

export {};
