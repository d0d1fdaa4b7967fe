// SPDX-License-Identifier: GPL-2.0-or-later
/** Resource limits. Linux: include/uapi/asm-generic/resource.h, struct rlimit64. */

// prettier-ignore
export const RLIMIT = {
  CPU: 0, FSIZE: 1, DATA: 2, STACK: 3, CORE: 4, RSS: 5, NPROC: 6, NOFILE: 7, MEMLOCK: 8, AS: 9,
  LOCKS: 10, SIGPENDING: 11, MSGQUEUE: 12, NICE: 13, RTPRIO: 14, RTTIME: 15,
} as const;

/** How many there are. */
export const RLIM_NLIMITS = 16;

/** No limit; in memory all 64 bits are set. */
export const RLIM_INFINITY = Infinity;

/** Byte offsets of struct rlimit64. */
export const RLIMIT64 = { cur: 0, max: 8, SIZE: 16 } as const;
