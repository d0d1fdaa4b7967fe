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

  /** Where the innermost function on it stands; 0 in none. */
  get site(): number {
    return this.sp < 2 ? 0 : (this.stack[this.sp - 2] ?? 0);
  }

  dying = false;
  /** In which context the CPU is: kernel/sched/preempt.ts. */
  preemptCount = 0;
  /** Interrupts are off on this CPU. */
  irqsOff = false;
  /** Since when: what the watchdog measures. */
  irqsOffSinceNs = 0;
  /** Site of the call that turned preemption off, from a count of 0. */
  preemptSite = 0;

  /**
   * Puts frames of the kernel's functions onto the stack. Answers `sp` of before, to be set again
   * when they return.
   */
  push(path: FramePath): number {
    const { stack, sp } = this;
    const baseBytes = sp === 0 ? 0 : stack[sp - 1]!;
    const { sites, usedBytes } = path;
    for (let n = 0; n < sites.length; n++) {
      stack[sp + 2 * n] = sites[n]!;
      stack[sp + 2 * n + 1] = baseBytes + usedBytes[n]!;
    }
    this.sp = sp + 2 * sites.length;
    return sp;
  }
}

/** Functions that call each other, outermost first. */
export interface FramePath {
  readonly sites: readonly number[];
  /** Kernel stack used up to and with each. */
  readonly usedBytes: readonly number[];
}
