// SPDX-License-Identifier: GPL-2.0-or-later
// Made by scripts/generate-api.mjs. Do not edit.

/**
 * How to find memory: for who may sleep (`GFP_KERNEL`) or who must not (`GFP_ATOMIC`). Linux:
 * include/linux/gfp_types.h.
 */
export const GFP_KERNEL: number;

/**
 * How to find memory: for who may sleep (`GFP_KERNEL`) or who must not (`GFP_ATOMIC`). Linux:
 * include/linux/gfp_types.h.
 */
export const GFP_KERNEL_ACCOUNT: number;

/**
 * How to find memory: for who may sleep (`GFP_KERNEL`) or who must not (`GFP_ATOMIC`). Linux:
 * include/linux/gfp_types.h.
 */
export const GFP_ATOMIC: number;

/**
 * How to find memory: for who may sleep (`GFP_KERNEL`) or who must not (`GFP_ATOMIC`). Linux:
 * include/linux/gfp_types.h.
 */
export const GFP_NOWAIT: number;

/**
 * How to find memory: for who may sleep (`GFP_KERNEL`) or who must not (`GFP_ATOMIC`). Linux:
 * include/linux/gfp_types.h.
 */
export const GFP_NOIO: number;

/**
 * How to find memory: for who may sleep (`GFP_KERNEL`) or who must not (`GFP_ATOMIC`). Linux:
 * include/linux/gfp_types.h.
 */
export const GFP_NOFS: number;

/**
 * How to find memory: for who may sleep (`GFP_KERNEL`) or who must not (`GFP_ATOMIC`). Linux:
 * include/linux/gfp_types.h.
 */
export const GFP_USER: number;

/**
 * How to find memory: for who may sleep (`GFP_KERNEL`) or who must not (`GFP_ATOMIC`). Linux:
 * include/linux/gfp_types.h.
 */
export const GFP_DMA: 1;

/**
 * How to find memory: for who may sleep (`GFP_KERNEL`) or who must not (`GFP_ATOMIC`). Linux:
 * include/linux/gfp_types.h.
 */
export const GFP_DMA32: 4;

/**
 * A modifier to be ORed to `GFP_KERNEL` and its like. Linux: include/linux/gfp_types.h.
 */
export const __GFP_HIGH: 32;

/**
 * A modifier to be ORed to `GFP_KERNEL` and its like. Linux: include/linux/gfp_types.h.
 */
export const __GFP_IO: 64;

/**
 * A modifier to be ORed to `GFP_KERNEL` and its like. Linux: include/linux/gfp_types.h.
 */
export const __GFP_FS: 128;

/**
 * A modifier to be ORed to `GFP_KERNEL` and its like. Linux: include/linux/gfp_types.h.
 */
export const __GFP_ZERO: 256;

/**
 * A modifier to be ORed to `GFP_KERNEL` and its like. Linux: include/linux/gfp_types.h.
 */
export const __GFP_DIRECT_RECLAIM: 1024;

/**
 * A modifier to be ORed to `GFP_KERNEL` and its like. Linux: include/linux/gfp_types.h.
 */
export const __GFP_KSWAPD_RECLAIM: 2048;

/**
 * A modifier to be ORed to `GFP_KERNEL` and its like. Linux: include/linux/gfp_types.h.
 */
export const __GFP_RECLAIM: number;

/**
 * A modifier to be ORed to `GFP_KERNEL` and its like. Linux: include/linux/gfp_types.h.
 */
export const __GFP_NOWARN: 8192;

/**
 * A modifier to be ORed to `GFP_KERNEL` and its like. Linux: include/linux/gfp_types.h.
 */
export const __GFP_RETRY_MAYFAIL: 16384;

/**
 * A modifier to be ORed to `GFP_KERNEL` and its like. Linux: include/linux/gfp_types.h.
 */
export const __GFP_NOFAIL: 32768;

/**
 * A modifier to be ORed to `GFP_KERNEL` and its like. Linux: include/linux/gfp_types.h.
 */
export const __GFP_NORETRY: 65536;

/**
 * A modifier to be ORed to `GFP_KERNEL` and its like. Linux: include/linux/gfp_types.h.
 */
export const __GFP_COMP: 262144;

/**
 * A modifier to be ORed to `GFP_KERNEL` and its like. Linux: include/linux/gfp_types.h.
 */
export const __GFP_ACCOUNT: 4194304;

/**
 * Memory of `size` bytes, with whatever was there before. NULL when there is none.
 *
 * Context: any; may sleep unless the flags forbid it. Linux: kmalloc.
 *
 * @raw
 * @may_sleep unless gfp=GFP_ATOMIC
 * @symbol __kmalloc_noprof
 */
export function kmalloc(size: number, gfp: number): VoidPtr;

/**
 * As `kmalloc`, filled with zeros.
 *
 * Context: any; may sleep unless the flags forbid it. Linux: kzalloc.
 *
 * @raw
 * @may_sleep unless gfp=GFP_ATOMIC
 * @symbol __kmalloc_noprof
 */
export function kzalloc(size: number, gfp: number): VoidPtr;

/**
 * Gives memory back. NULL is ignored; what is no live allocation's beginning is reported.
 *
 * Context: any. Linux: kfree.
 *
 * @raw
 * @symbol kfree
 */
export function kfree(pointer: VoidPtr): void;

/**
 * A pointer to nobody knows what. It converts from and to every other pointer, as in C.
 */
export type VoidPtr = number;

export {};
