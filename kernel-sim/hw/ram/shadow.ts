// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What each byte of the sanitizers' shadow says of eight bytes of memory.
 *
 * 0: all may be touched; 1 to 7: only the first so many; anything from 0x80: none, and why.
 *
 * Linux: mm/kasan/kasan.h, generic mode.
 */
export const SHADOW = {
  ADDRESSABLE: 0x00,
  PAGE_FREE: 0xff,
  /** Behind the requested size of a kmalloc that took whole pages. */
  PAGE_REDZONE: 0xfe,
  SLAB_REDZONE: 0xfc,
  SLAB_FREE: 0xfb,
  /** A freed object whose free stack is recorded. */
  SLAB_FREE_META: 0xfa,
  GLOBAL_REDZONE: 0xf9,
  VMALLOC_INVALID: 0xf8,
  STACK_LEFT: 0xf1,
  STACK_MID: 0xf2,
  STACK_RIGHT: 0xf3,
  STACK_PARTIAL: 0xf4,
} as const;

/** Bytes of memory that one byte of shadow stands for. */
export const GRANULE = 8;
