// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * futex(2): sleeping until a word of memory changes.
 *
 *     futex(uaddr, op, val, timeout | val2, uaddr2, val3)
 *
 * `uaddr` is a 32-bit word, aligned to 4. WAIT sleeps if the word still holds `val` (else -EAGAIN)
 * and answers 0 once woken, -EINTR or -ETIMEDOUT; its timeout is a relative struct timespec, that
 * of WAIT_BITSET an absolute one. WAKE wakes up to `val` waiters and answers how many. A waiter may
 * be woken without a reason: look at the word again.
 *
 * Linux: include/uapi/linux/futex.h. Differs: no PI futexes, no robust lists.
 */
export const FUTEX = {
  WAIT: 0,
  WAKE: 1,
  REQUEUE: 3,
  CMP_REQUEUE: 4,
  WAIT_BITSET: 9,
  WAKE_BITSET: 10,
  /** ORed to the operation: no other process shares the word. Cheaper; the same meaning. */
  PRIVATE_FLAG: 0x80,
  /** ORed: an absolute timeout is CLOCK_REALTIME's, else CLOCK_MONOTONIC's. */
  CLOCK_REALTIME: 0x100,
} as const;

export const FUTEX_BITSET_MATCH_ANY = 0xffff_ffff;
