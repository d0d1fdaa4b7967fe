// SPDX-License-Identifier: GPL-2.0-or-later
/** What a turn of the kernel ended with: both sides of the border know these. */
export const TURN = {
  /** There is more to do. */
  RUNNING: 0,
  /** Everybody waits: for a timer, or for something from outside. */
  IDLE: 1,
  /** The machine is off. */
  HALTED: 2,
  /** The simulator failed. */
  FAILED: 3,
} as const;
