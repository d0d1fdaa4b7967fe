// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a CPU keeps of code that it has left: a task's, or that of an interrupt on top of it.
 *
 * An interrupt has a shadow stack of its own, as it has a stack of its own on Linux. While it runs
 * nothing of the task below does, so that what belongs to the task alone (modules on its stack,
 * held locks) is found there by both.
 */
import type { Switching } from '../../uapi/coroutine.ts';

/** Frames of the shadow stack: two words each, and more than 16 KiB of kernel stack can hold. */
export const STACK_WORDS = 2 * 1024;

export interface Context {
  /** The shadow stack (uapi/module-abi.ts), and whether it ended in an oops. */
  readonly stack: Int32Array;
  sp: number;
  dying: boolean;
  /** Preempt count and interrupt flag while it is not on a CPU: kernel/sched/preempt.ts. */
  preemptCount: number;
  irqsOff: boolean;
  /** Since when interrupts are off. */
  irqsOffSinceNs: number;
  /** Since when it has computed in a driver without sleeping; Infinity outside of drivers. */
  stintStartNs: number;
  /** Pointers that its frames hold, once one does: uapi/module-abi.ts, `openRoots`. */
  roots: Float64Array | undefined;
  /** Physical address of its kernel stack's pages, 0 for one that takes them when it needs them. */
  stackPages: number;
  /** Where its kernel stack begins, 0 as long as nobody has asked: mm/kernel-stacks.ts. */
  kernelStack: number;
}

/** A hardware interrupt or softirqs, on one level of one CPU. */
export class InterruptContext implements Context {
  readonly stack = new Int32Array(STACK_WORDS);
  sp = 0;
  dying = false;
  preemptCount = 0;
  irqsOff = false;
  irqsOffSinceNs = 0;
  stintStartNs = Infinity;
  roots: Float64Array | undefined = undefined;
  stackPages = 0;
  kernelStack = 0;
  /** What is left to do, if it could not be done at once. */
  body: Switching<void> | undefined = undefined;
  isSoftirq = false;
  /** Somebody has been told that it wanted to sleep. */
  hasSlept = false;

  /** Makes it that of another interrupt. */
  begin(preemptCount: number, isSoftirq: boolean, nowNs: number): void {
    this.sp = 0;
    this.dying = false;
    this.preemptCount = preemptCount;
    this.irqsOff = !isSoftirq;
    this.irqsOffSinceNs = nowNs;
    this.stintStartNs = Infinity;
    this.body = undefined;
    this.isSoftirq = isSoftirq;
    this.hasSlept = false;
    if (this.roots !== undefined) this.roots[0] = 1;
  }
}
