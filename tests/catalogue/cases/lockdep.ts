// SPDX-License-Identifier: GPL-2.0-or-later
/** The tests of lib/locking-selftest.c. */
import type { BugCase } from '../bug-case.ts';
import { INTERRUPT_CASES } from './lockdep-interrupts.ts';
import { LEVEL_CASES } from './lockdep-levels.ts';
import { ORDER_CASES } from './lockdep-orders.ts';
import { SINGLE_CASES } from './lockdep-single.ts';

export const LOCKDEP_CASES: readonly BugCase[] = [
  ...ORDER_CASES,
  ...INTERRUPT_CASES,
  ...LEVEL_CASES,
  ...SINGLE_CASES,
];
