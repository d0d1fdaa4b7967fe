// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Shares of the CPU by nice value: each step is about a quarter more or less than the next, which
 * between two tasks makes a tenth of the CPU. Linux: sched_prio_to_weight of kernel/sched/core.c.
 */
import { SCHED, type SchedPolicy } from '../../uapi/sched.ts';

export const NICE_MIN = -20;
export const NICE_MAX = 19;
export const NICE_0_WEIGHT = 1024;
const IDLE_WEIGHT = 3;

/** From nice -20 to 19. */
// prettier-ignore
const WEIGHTS = [
  88_761, 71_755, 56_483, 46_273, 36_291,
  29_154, 23_254, 18_705, 14_949, 11_916,
   9_548,  7_620,  6_100,  4_904,  3_906,
   3_121,  2_501,  1_991,  1_586,  1_277,
   1_024,    820,    655,    526,    423,
     335,    272,    215,    172,    137,
     110,     87,     70,     56,     45,
      36,     29,     23,     18,     15,
] as const;

export function weightOf(policy: SchedPolicy, nice: number): number {
  if (policy === SCHED.IDLE) return IDLE_WEIGHT;
  return WEIGHTS[nice - NICE_MIN] ?? NICE_0_WEIGHT;
}
