// SPDX-License-Identifier: GPL-2.0-or-later
/** Scheduling policies, and the shapes of the calls about them. Linux: uapi/linux/sched.h. */

export const SCHED = { OTHER: 0, FIFO: 1, RR: 2, BATCH: 3, IDLE: 5 } as const;
export type SchedPolicy = (typeof SCHED)[keyof typeof SCHED];

/** With sched_setscheduler(2)'s policy: children begin with SCHED_OTHER. */
export const SCHED_RESET_ON_FORK = 0x4000_0000;

/** Byte offsets of struct sched_attr, and its first size. */
export const SCHED_ATTR = {
  size: 0,
  policy: 4,
  flags: 8,
  nice: 16,
  priority: 20,
  runtime: 24,
  SIZE: 48,
} as const;
export const SCHED_FLAG = { RESET_ON_FORK: 1, KEEP_POLICY: 8, KEEP_PARAMS: 16 } as const;

/** getpriority(2): whose. */
export const PRIO = { PROCESS: 0, PGRP: 1, USER: 2 } as const;

/** getrusage(2): whose. */
export const RUSAGE = { SELF: 0, CHILDREN: -1, THREAD: 1 } as const;

/** Byte offsets of struct rusage, as far as we fill it. */
export const RUSAGE_FIELDS = { utime: 0, stime: 16, nvcsw: 128, nivcsw: 136, SIZE: 144 } as const;

/** A tick of times(2) and /proc: USER_HZ is 100. */
export const CLOCK_TICK_NS = 10_000_000;
