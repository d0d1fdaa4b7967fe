// SPDX-License-Identifier: GPL-2.0-or-later
/** What a slab cache can be asked for. Linux: include/linux/slab.h; the numbers are its own too. */
export const SLAB = {
  /** Structures are looked at before they are used. `slub_debug=F`. */
  CONSISTENCY_CHECKS: 0x100,
  /** Bytes around each object that nobody may change. `slub_debug=Z`. */
  RED_ZONE: 0x400,
  /** Free objects are filled, so that a late write shows. `slub_debug=P`. */
  POISON: 0x800,
  /** A cache of kmalloc: its objects know how much of them was asked for. */
  KMALLOC: 0x1000,
  HWCACHE_ALIGN: 0x2000,
  /** Who took and who freed an object last. `slub_debug=U`. */
  STORE_USER: 0x1_0000,
  RECLAIM_ACCOUNT: 0x2_0000,
  PANIC: 0x4_0000,
  /** A freed object stays an object of its type until an RCU grace period is over. */
  TYPESAFE_BY_RCU: 0x8_0000,
  NO_MERGE: 0x100_0000,
  /** With failslab's cache-filter, only such caches fail. `slub_debug=A`. */
  FAILSLAB: 0x200_0000,
  ACCOUNT: 0x400_0000,
  /** `slub_debug=` does not apply. */
  NO_USER_FLAGS: 0x1000_0000,
} as const;

/** Those that need room or work of their own: such a cache is shared with nobody. */
export const SLAB_DEBUG_FLAGS =
  SLAB.CONSISTENCY_CHECKS | SLAB.RED_ZONE | SLAB.POISON | SLAB.STORE_USER;

/** What keeps a cache from being merged. Linux: SLAB_NEVER_MERGE. */
export const SLAB_NEVER_MERGE =
  SLAB.RED_ZONE | SLAB.POISON | SLAB.STORE_USER | SLAB.TYPESAFE_BY_RCU | SLAB.NO_MERGE;

/** In what merged caches must agree. Linux: SLAB_MERGE_SAME. */
export const SLAB_MERGE_SAME = SLAB.RECLAIM_ACCOUNT | SLAB.ACCOUNT;
