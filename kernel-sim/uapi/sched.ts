// SPDX-License-Identifier: GPL-2.0-or-later
/** Scheduling policies. Linux: include/uapi/linux/sched.h. */

export const SCHED = { OTHER: 0, FIFO: 1, RR: 2, BATCH: 3, IDLE: 5 } as const;
export type SchedPolicy = (typeof SCHED)[keyof typeof SCHED];
