// SPDX-License-Identifier: GPL-2.0-or-later
/** Letting others run in between, from either side of the API. Linux: cond_resched. */
import type { Sleeping } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';

/** True if somebody might have run. Context: task that may sleep. */
export function* condResched({ runtime, services }: ApiContext): Sleeping<boolean> {
  const { scheduler } = services;
  scheduler.mightSleep();
  // The watchdog's own thread gets to run then.
  if (!scheduler.preempt.inAtomic) scheduler.touchWatchdog('soft');
  const isDue = runtime.budget < 0;
  yield* scheduler.reschedule();
  return isDue;
}
