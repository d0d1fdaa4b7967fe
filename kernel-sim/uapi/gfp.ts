// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * How an allocation may go about finding memory. The numbers are those of Linux 6.12, since error
 * messages and traces print them.
 *
 * Linux: include/linux/gfp_types.h.
 */
const DMA = 0x1;
const HIGHMEM = 0x2;
const DMA32 = 0x4;
const MOVABLE = 0x8;
const HIGH = 0x20;
const IO = 0x40;
const FS = 0x80;
const ZERO = 0x100;
const DIRECT_RECLAIM = 0x400;
const KSWAPD_RECLAIM = 0x800;
const NOWARN = 0x2000;
const RETRY_MAYFAIL = 0x4000;
const NOFAIL = 0x8000;
const NORETRY = 0x1_0000;
const COMP = 0x4_0000;
const HARDWALL = 0x10_0000;
const ACCOUNT = 0x40_0000;

const RECLAIM = DIRECT_RECLAIM | KSWAPD_RECLAIM;
const KERNEL = RECLAIM | IO | FS;

/** Modifiers, to be ORed to one of the combinations below. */
export const GFP_MODIFIERS = {
  __GFP_HIGH: HIGH,
  __GFP_IO: IO,
  __GFP_FS: FS,
  __GFP_ZERO: ZERO,
  __GFP_DIRECT_RECLAIM: DIRECT_RECLAIM,
  __GFP_KSWAPD_RECLAIM: KSWAPD_RECLAIM,
  __GFP_RECLAIM: RECLAIM,
  __GFP_NOWARN: NOWARN,
  __GFP_RETRY_MAYFAIL: RETRY_MAYFAIL,
  __GFP_NOFAIL: NOFAIL,
  __GFP_NORETRY: NORETRY,
  __GFP_COMP: COMP,
  __GFP_ACCOUNT: ACCOUNT,
} as const;

/** What to pass: who waits for memory, who must not, and where it has to lie. */
export const GFP = {
  GFP_KERNEL: KERNEL,
  GFP_KERNEL_ACCOUNT: KERNEL | ACCOUNT,
  GFP_ATOMIC: HIGH | KSWAPD_RECLAIM,
  GFP_NOWAIT: KSWAPD_RECLAIM | NOWARN,
  GFP_NOIO: RECLAIM,
  GFP_NOFS: RECLAIM | IO,
  GFP_USER: KERNEL | HARDWALL,
  GFP_DMA: DMA,
  GFP_DMA32: DMA32,
} as const;

/** Pages of processes. No driver asks for them. */
export const GFP_HIGHUSER_MOVABLE = KERNEL | HARDWALL | HIGHMEM | MOVABLE;

/** True if memory may be waited for. Linux: gfpflags_allow_blocking. */
export function mayBlock(flags: number): boolean {
  return (flags & DIRECT_RECLAIM) !== 0;
}
