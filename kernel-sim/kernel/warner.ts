// SPDX-License-Identifier: GPL-2.0-or-later
/** What a detector needs to say that something is wrong. kernel/die.ts is one. */
import type { Oops } from './oops.ts';

export interface Warner {
  /** Reports, with the way here, and goes on. Linux: WARN. */
  warn(text?: string): void;
  /** The same, but once for each `kind`. Linux: WARN_ONCE. */
  warnOnce(text: string | undefined, kind: string): void;
  /** Reports and ends the task: throw the answer. `place` is a line of Linux's. Linux: BUG. */
  bug(place?: string): Oops;
  /** Ends the machine: throw the answer. Linux: panic. */
  stopMachine(text: string): Oops;
}
