// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A fault of kernel code, ours or a module's: the learner's mistake made visible.
 *
 * Thrown to unwind the task that made it. By the time that it is thrown its report is in the log
 * and the task is marked dying, so none of the driver's code runs on the way out; only the task
 * runner catches it (`Scheduler`), kills the task and goes on.
 */
import { SIGNAL } from '../uapi/signal.ts';

export class Oops extends Error {
  readonly title: string;
  /** What the task dies of, for its parent. */
  readonly signal: number;

  constructor(title: string, signal = SIGNAL.KILL) {
    super(title);
    this.title = title;
    this.signal = signal;
  }
}
