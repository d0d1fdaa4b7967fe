// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What /proc/sys/kernel decides for other rooms. Each is asked when it matters; init/ answers from
 * the values in memory.
 */
export class Policy {
  /** Seconds until a machine that panicked would start anew; 0 is never. */
  panicTimeout: () => number = off;
  panicOnOops: () => number = off;
  panicOnWarn: () => number = off;
  softlockupPanic: () => number = off;
  hardlockupPanic: () => number = off;
  /** Only root reads the kernel log. */
  dmesgRestrict: () => number = off;
  /** 2 hides addresses of the kernel from root as well. */
  kptrRestrict: () => number = off;
  /** No module comes or goes any more. */
  modulesDisabled: () => number = off;
}

function off(): number {
  return 0;
}
