// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Keeping the CPU busy for some time.
 *
 * Linux: include/linux/delay.h.
 */
import type { Switching } from '../../uapi/coroutine.ts';
import type { DriverRuntime } from '../module/runtime.ts';
import type { Scheduler } from '../sched/scheduler.ts';

/** How long a busy CPU does not look up. */
const STEP_NS = 10_000;

/** Context: any. Linux: __const_udelay. */
export function* delay(
  scheduler: Scheduler,
  runtime: DriverRuntime,
  nanoseconds: number,
): Switching<void> {
  for (let left = nanoseconds; left > 0; left -= STEP_NS) {
    runtime.charge(Math.min(left, STEP_NS));
    yield* scheduler.reschedule();
    scheduler.watch();
  }
}
