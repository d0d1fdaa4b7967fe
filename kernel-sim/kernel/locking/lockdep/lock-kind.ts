// SPDX-License-Identifier: GPL-2.0-or-later
/** Wait types of the kinds of locks. Linux: the dep_map initialisers of include/linux/. */
import { WAIT_TYPE, type WaitTypes } from './lock-class.ts';

// prettier-ignore
export const LOCK_KIND = {
  RAW_SPINLOCK: { outer: WAIT_TYPE.NONE, inner: WAIT_TYPE.RAW_SPINLOCK },
  SPINLOCK: { outer: WAIT_TYPE.NONE, inner: WAIT_TYPE.SPINLOCK },
  RWLOCK: { outer: WAIT_TYPE.NONE, inner: WAIT_TYPE.SPINLOCK },
  MUTEX: { outer: WAIT_TYPE.NONE, inner: WAIT_TYPE.MUTEX },
  RWSEM: { outer: WAIT_TYPE.NONE, inner: WAIT_TYPE.MUTEX },
  /** Sequence counters, work items, timers: not locks, and checked for order only. */
  OTHER: { outer: WAIT_TYPE.NONE, inner: WAIT_TYPE.NONE },
  RCU: { outer: WAIT_TYPE.FREE, inner: WAIT_TYPE.SPINLOCK },
  RCU_BH: { outer: WAIT_TYPE.FREE, inner: WAIT_TYPE.SPINLOCK },
  RCU_SCHED: { outer: WAIT_TYPE.FREE, inner: WAIT_TYPE.RAW_SPINLOCK },
} as const satisfies Readonly<Record<string, WaitTypes>>;
