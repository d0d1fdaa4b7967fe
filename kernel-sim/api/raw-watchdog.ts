// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * For code that keeps its CPU for long, and knows it.
 *
 * @subpath kernel/raw
 */
import type { Switching } from '../uapi/coroutine.ts';
import { condResched } from './cond-resched.ts';
import type { ApiContext } from './context.ts';

/** @exports */
export class RawWatchdogApi {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Tells the soft lockup detector that this CPU is alive.
   *
   * Context: any. Linux: touch_softlockup_watchdog.
   *
   * @raw
   */
  touch_softlockup_watchdog(): void {
    this.#context.services.scheduler.touchWatchdog('soft');
  }

  /**
   * Tells both lockup detectors that this CPU is alive, also with interrupts off.
   *
   * Context: any. Linux: touch_nmi_watchdog.
   *
   * @symbol none
   * @raw
   */
  touch_nmi_watchdog(): void {
    this.#context.services.scheduler.touchWatchdog('hard');
  }

  /**
   * Lets others run if it is their turn. True if somebody might have.
   *
   * Context: process, where it may sleep. Linux: cond_resched.
   *
   * @symbol __cond_resched
   * @raw
   */
  *cond_resched(): Switching<boolean> {
    return yield* condResched(this.#context);
  }
}
