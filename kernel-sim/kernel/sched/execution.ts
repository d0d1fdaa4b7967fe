// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The part of a CPU's state that code touches at every step: time left, and the running task's
 * shadow stack. One per machine; the scheduler swaps what is in it. kernel/module adds the rest of
 * what compiled drivers see of it as `$k`.
 */
import { Clock } from '../../sim/clock.ts';

export class Execution extends Clock {
  stack: Int32Array = new Int32Array(2);
  sp = 0;
  dying = false;
  /** In which context the CPU is: kernel/sched/preempt.ts. */
  preemptCount = 0;
  /** The running task holds interrupts off. */
  irqsOff = false;
  /** Since when: what the watchdog measures. */
  irqsOffSinceNs = 0;
  /** Site of the call that turned preemption off, from a count of 0. */
  preemptSite = 0;
}
