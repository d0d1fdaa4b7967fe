// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Assertions: what must hold whatever a driver, program, device or frame does.
 *
 * A failed one is a bug of the simulator and stops the run. What a learner can cause is an errno or
 * an `Oops` (kernel/oops.ts), never this.
 */
export class AssertionError extends Error {}

export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new AssertionError(what);
}
