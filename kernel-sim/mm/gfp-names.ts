// SPDX-License-Identifier: GPL-2.0-or-later
/** Allocation flags by name. Linux: `%pGg`, include/trace/events/mmflags.h. */
import { GFP, GFP_MODIFIERS } from '../uapi/gfp.ts';

/** Combinations first, the larger before what it contains. */
const NAMES: readonly (readonly [string, number])[] = [
  ['GFP_USER', GFP.GFP_USER],
  ['GFP_KERNEL_ACCOUNT', GFP.GFP_KERNEL_ACCOUNT],
  ['GFP_KERNEL', GFP.GFP_KERNEL],
  ['GFP_NOFS', GFP.GFP_NOFS],
  ['GFP_ATOMIC', GFP.GFP_ATOMIC],
  ['GFP_NOIO', GFP.GFP_NOIO],
  ['GFP_NOWAIT', GFP.GFP_NOWAIT],
  ['GFP_DMA', GFP.GFP_DMA],
  ['GFP_DMA32', GFP.GFP_DMA32],
  ...Object.entries(GFP_MODIFIERS),
];

/** `0xcc0(GFP_KERNEL)`. */
export function formatGfp(flags: number): string {
  const names: string[] = [];
  let left = flags;
  for (const [name, bits] of NAMES) {
    if ((left & bits) !== bits) continue;
    names.push(name);
    left &= ~bits;
  }
  if (left !== 0) names.push(`0x${left.toString(16)}`);
  return `0x${flags.toString(16)}(${names.length === 0 ? 'none' : names.join('|')})`;
}
