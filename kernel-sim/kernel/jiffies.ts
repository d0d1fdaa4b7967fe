// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Time in ticks of the kernel's timer. Differs: nothing ticks; the count follows from the clock.
 *
 * Linux: include/linux/jiffies.h, with CONFIG_HZ=250.
 */
export const HZ = 250;
const MS_PER_S = 1000;
export const NS_PER_JIFFY = 1_000_000_000 / HZ;
/** The 32-bit counter overflows five minutes after boot, so that bugs show early. */
const INITIAL_JIFFIES = 0x1_0000_0000 - 300 * HZ;

export function jiffiesAt(nowNs: number): number {
  return INITIAL_JIFFIES + Math.floor(nowNs / NS_PER_JIFFY);
}

/** How many ticks last at least so long. Linux: msecs_to_jiffies. */
export function jiffiesIn(milliseconds: number): number {
  return Math.ceil((milliseconds * HZ) / MS_PER_S);
}
