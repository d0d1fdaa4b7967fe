// SPDX-License-Identifier: GPL-2.0-or-later
// Made by scripts/generate-api.mjs. Do not edit.

import type { Target } from "uapi";

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

/** A pointer whose target is told by `Name` from others. Say `Ptr<T>`. */
export class Pointer<T, in out Name> {
  #nominal;
  private constructor();

  /** What it points to: `p.$.f` is C's `p->f`. Linux: *p. */
  $: T;

  /** What lies `index` elements further. Linux: p[index]. */
  [index: number]: T;

  /** The address as a number. Linux: (unsigned long)p. */
  readonly address: number;

  /** The pointer to what lies `count` elements further. Linux: p + count. */
  add(count: number): Pointer<T, Name>;

  /** The pointer to what lies `count` elements before. Linux: p - count. */
  sub(count: number): Pointer<T, Name>;

  /** How many elements lie between `from` and here. Linux: p - from. */
  diff(from: Pointer<T, Name>): number;

  /** The same address as a pointer to something else. Linux: (U *)p. */
  cast<U>(): Ptr<U>;
}

/**
 * A raw pointer. It may be NULL, dangle or lead nowhere; only using it is checked, by the kernel.
 */
export type Ptr<T> = Pointer<T, Target<T>>;

/**
 * A pointer to bytes of no type. It converts from and to every other by itself; what it points to
 * can be used only through one that has a type. Linux: void *.
 */
export type VoidPtr = Pointer<any, any>;

/** The type of NULL, which every pointer may be, also one to a function. */
export type NullPtr = VoidPtr & ((...args: any[]) => never);

/** The pointer to nothing. */
export const NULL: NullPtr;

/** The pointer to a place: `addr_of(p.$.f)`. Linux: &p->f. */
export function addr_of<T>(place: T): Ptr<T>;

/**
 * The pointer to the struct whose field `pointer` leads to.
 *
 * Linux: container_of(pointer, type, field).
 */
export function container_of<T extends object, Name extends keyof T & string>(pointer: Ptr<T[Name]>, type: abstract new (...args: never) => T, field: Name): Ptr<T>;

/**
 * A number as a pointer. Linux: (T *)address.
 *
 * @raw
 */
export function ptr_at<T>(address: number): Ptr<T>;

export {};
