// SPDX-License-Identifier: GPL-2.0-or-later
// Made by scripts/generate-api.mjs. Do not edit.

import type { Ref } from "kernel";
import type { UsbDevice } from "kernel/usb";
import type { FunctionKind, PointerKind, ScalarKind, Struct, StructClass, Target, u16, u32, u64, u8, usize } from "uapi";

declare const cacheMark: unique symbol;

declare const poolMark: unique symbol;

declare const pageMark: unique symbol;

declare const taskMark: unique symbol;

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
 * As `kmalloc`, on a node of memory. There is one, whatever `node` says.
 *
 * Context: any; may sleep unless the flags forbid it. Linux: kmalloc_node.
 *
 * @raw
 * @may_sleep unless gfp=GFP_ATOMIC
 * @symbol __kmalloc_node_noprof
 */
export function kmalloc_node(size: number, gfp: number, node: number): VoidPtr;

/**
 * As `kzalloc`, on a node of memory. There is one, whatever `node` says.
 *
 * Context: any; may sleep unless the flags forbid it. Linux: kzalloc_node.
 *
 * @raw
 * @may_sleep unless gfp=GFP_ATOMIC
 * @symbol __kmalloc_node_noprof
 */
export function kzalloc_node(size: number, gfp: number, node: number): VoidPtr;

/**
 * As `kmalloc`, for functions that allocate for who calls them: the way there is recorded in any
 * case.
 *
 * Context: any; may sleep unless the flags forbid it. Linux: kmalloc_track_caller.
 *
 * @raw
 * @may_sleep unless gfp=GFP_ATOMIC
 * @symbol __kmalloc_node_track_caller_noprof
 */
export function kmalloc_track_caller(size: number, gfp: number): VoidPtr;

/**
 * As `kmalloc_node`, for functions that allocate for who calls them.
 *
 * Context: any; may sleep unless the flags forbid it. Linux: kmalloc_node_track_caller.
 *
 * @raw
 * @may_sleep unless gfp=GFP_ATOMIC
 * @symbol __kmalloc_node_track_caller_noprof
 */
export function kmalloc_node_track_caller(size: number, gfp: number, node: number): VoidPtr;

/**
 * Memory for `count` elements of `size` bytes each; NULL also when the product is too large.
 *
 * Context: any; may sleep unless the flags forbid it. Linux: kmalloc_array.
 *
 * @raw
 * @may_sleep unless gfp=GFP_ATOMIC
 * @symbol __kmalloc_noprof
 */
export function kmalloc_array(count: number, size: number, gfp: number): VoidPtr;

/**
 * As `kmalloc_array`, filled with zeros.
 *
 * Context: any; may sleep unless the flags forbid it. Linux: kcalloc.
 *
 * @raw
 * @may_sleep unless gfp=GFP_ATOMIC
 * @symbol __kmalloc_noprof
 */
export function kcalloc(count: number, size: number, gfp: number): VoidPtr;

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
 * Memory of `size` bytes with what was in `pointer`, which is gone then, or still the same. NULL
 * when there is none, and then the old memory is as it was. Of NULL it is as `kmalloc`.
 *
 * Context: any; may sleep unless the flags forbid it. Linux: krealloc.
 *
 * @raw
 * @may_sleep unless gfp=GFP_ATOMIC
 * @symbol krealloc_noprof
 */
export function krealloc(pointer: VoidPtr, size: number, gfp: number): VoidPtr;

/**
 * As `kfree`, and what was in it is wiped first.
 *
 * Context: any. Linux: kfree_sensitive.
 *
 * @raw
 * @symbol kfree_sensitive
 */
export function kfree_sensitive(pointer: VoidPtr): void;

/**
 * Bytes that an allocation really has. Those that were not asked for must not be touched.
 *
 * Context: any. Linux: ksize.
 *
 * @raw
 * @symbol ksize
 */
export function ksize(pointer: VoidPtr): number;

/**
 * A copy of `size` bytes in memory of its own. NULL when there is none.
 *
 * Context: any; may sleep unless the flags forbid it. Linux: kmemdup.
 *
 * @raw
 * @may_sleep unless gfp=GFP_ATOMIC
 * @symbol kmemdup_noprof
 */
export function kmemdup(source: VoidPtr, size: number, gfp: number): VoidPtr;

/**
 * A copy of a string in memory of its own. NULL when there is none, and of NULL.
 *
 * Context: any; may sleep unless the flags forbid it. Linux: kstrdup.
 *
 * @raw
 * @may_sleep unless gfp=GFP_ATOMIC
 * @symbol kstrdup
 */
export function kstrdup(text: Ptr<u8> | string, gfp: number): Ptr<u8>;

/**
 * The same of at most `max` bytes and a NUL.
 *
 * Context: any; may sleep unless the flags forbid it. Linux: kstrndup.
 *
 * @raw
 * @may_sleep unless gfp=GFP_ATOMIC
 * @symbol kstrndup
 */
export function kstrndup(text: Ptr<u8> | string, max: number, gfp: number): Ptr<u8>;

/** The field of `atomic_t`. */
export type AtomicFields = { readonly counter: ScalarKind<'s32'> };

/** An integer for several at once. Linux: atomic_t. */
export type atomic_t = Struct<AtomicFields>;

/** As a field: `count: atomic_t`. Linux: atomic_t. */
export const atomic_t: StructClass<AtomicFields>;

/**
 * The value now.
 *
 * Context: any. Linux: atomic_read.
 *
 * @raw
 */
export function atomic_read(v: Ptr<atomic_t>): number;

/**
 * Sets the value.
 *
 * Context: any. Linux: atomic_set.
 *
 * @raw
 */
export function atomic_set(v: Ptr<atomic_t>, value: number): void;

/**
 * Adds a value.
 *
 * Context: any. Linux: atomic_add.
 *
 * @raw
 */
export function atomic_add(value: number, v: Ptr<atomic_t>): void;

/**
 * Adds a value and returns what that makes.
 *
 * Context: any. Linux: atomic_add_return.
 *
 * @raw
 */
export function atomic_add_return(value: number, v: Ptr<atomic_t>): number;

/**
 * Adds a value and returns what was there before.
 *
 * Context: any. Linux: atomic_fetch_add.
 *
 * @raw
 */
export function atomic_fetch_add(value: number, v: Ptr<atomic_t>): number;

/**
 * Subtracts a value.
 *
 * Context: any. Linux: atomic_sub.
 *
 * @raw
 */
export function atomic_sub(value: number, v: Ptr<atomic_t>): void;

/**
 * Subtracts a value and returns what that makes.
 *
 * Context: any. Linux: atomic_sub_return.
 *
 * @raw
 */
export function atomic_sub_return(value: number, v: Ptr<atomic_t>): number;

/**
 * Subtracts a value and returns what was there before.
 *
 * Context: any. Linux: atomic_fetch_sub.
 *
 * @raw
 */
export function atomic_fetch_sub(value: number, v: Ptr<atomic_t>): number;

/**
 * Adds 1.
 *
 * Context: any. Linux: atomic_inc.
 *
 * @raw
 */
export function atomic_inc(v: Ptr<atomic_t>): void;

/**
 * Adds 1 and returns what that makes.
 *
 * Context: any. Linux: atomic_inc_return.
 *
 * @raw
 */
export function atomic_inc_return(v: Ptr<atomic_t>): number;

/**
 * Adds 1. True if that makes 0.
 *
 * Context: any. Linux: atomic_inc_and_test.
 *
 * @raw
 */
export function atomic_inc_and_test(v: Ptr<atomic_t>): boolean;

/**
 * Subtracts 1.
 *
 * Context: any. Linux: atomic_dec.
 *
 * @raw
 */
export function atomic_dec(v: Ptr<atomic_t>): void;

/**
 * Subtracts 1 and returns what that makes.
 *
 * Context: any. Linux: atomic_dec_return.
 *
 * @raw
 */
export function atomic_dec_return(v: Ptr<atomic_t>): number;

/**
 * Subtracts 1. True if that makes 0.
 *
 * Context: any. Linux: atomic_dec_and_test.
 *
 * @raw
 */
export function atomic_dec_and_test(v: Ptr<atomic_t>): boolean;

/**
 * Sets the value and returns what was there before.
 *
 * Context: any. Linux: atomic_xchg.
 *
 * @raw
 */
export function atomic_xchg(v: Ptr<atomic_t>, value: number): number;

/**
 * Sets the value if it is `expected`; returns what was there before.
 *
 * Context: any. Linux: atomic_cmpxchg.
 *
 * @raw
 */
export function atomic_cmpxchg(v: Ptr<atomic_t>, expected: number, value: number): number;

/**
 * Adds a value unless it is `unless`. False if it is.
 *
 * Context: any. Linux: atomic_add_unless.
 *
 * @raw
 */
export function atomic_add_unless(v: Ptr<atomic_t>, value: number, unless: number): boolean;

/**
 * Adds 1 unless it is 0. False if it is.
 *
 * Context: any. Linux: atomic_inc_not_zero.
 *
 * @raw
 */
export function atomic_inc_not_zero(v: Ptr<atomic_t>): boolean;

/** The field of `atomic64_t`. */
export type Atomic64Fields = { readonly counter: ScalarKind<'s64'> };

/** A 64-bit integer for several at once. Linux: atomic64_t. */
export type atomic64_t = Struct<Atomic64Fields>;

/** As a field: `count: atomic64_t`. Linux: atomic64_t. */
export const atomic64_t: StructClass<Atomic64Fields>;

/**
 * The value now.
 *
 * Context: any. Linux: atomic64_read.
 *
 * @raw
 */
export function atomic64_read(v: Ptr<atomic64_t>): bigint;

/**
 * Sets the value.
 *
 * Context: any. Linux: atomic64_set.
 *
 * @raw
 */
export function atomic64_set(v: Ptr<atomic64_t>, value: bigint): void;

/**
 * Adds a value.
 *
 * Context: any. Linux: atomic64_add.
 *
 * @raw
 */
export function atomic64_add(value: bigint, v: Ptr<atomic64_t>): void;

/**
 * Adds a value and returns what that makes.
 *
 * Context: any. Linux: atomic64_add_return.
 *
 * @raw
 */
export function atomic64_add_return(value: bigint, v: Ptr<atomic64_t>): bigint;

/**
 * Adds a value and returns what was there before.
 *
 * Context: any. Linux: atomic64_fetch_add.
 *
 * @raw
 */
export function atomic64_fetch_add(value: bigint, v: Ptr<atomic64_t>): bigint;

/**
 * Subtracts a value.
 *
 * Context: any. Linux: atomic64_sub.
 *
 * @raw
 */
export function atomic64_sub(value: bigint, v: Ptr<atomic64_t>): void;

/**
 * Subtracts a value and returns what that makes.
 *
 * Context: any. Linux: atomic64_sub_return.
 *
 * @raw
 */
export function atomic64_sub_return(value: bigint, v: Ptr<atomic64_t>): bigint;

/**
 * Subtracts a value and returns what was there before.
 *
 * Context: any. Linux: atomic64_fetch_sub.
 *
 * @raw
 */
export function atomic64_fetch_sub(value: bigint, v: Ptr<atomic64_t>): bigint;

/**
 * Adds 1.
 *
 * Context: any. Linux: atomic64_inc.
 *
 * @raw
 */
export function atomic64_inc(v: Ptr<atomic64_t>): void;

/**
 * Adds 1 and returns what that makes.
 *
 * Context: any. Linux: atomic64_inc_return.
 *
 * @raw
 */
export function atomic64_inc_return(v: Ptr<atomic64_t>): bigint;

/**
 * Adds 1. True if that makes 0.
 *
 * Context: any. Linux: atomic64_inc_and_test.
 *
 * @raw
 */
export function atomic64_inc_and_test(v: Ptr<atomic64_t>): boolean;

/**
 * Subtracts 1.
 *
 * Context: any. Linux: atomic64_dec.
 *
 * @raw
 */
export function atomic64_dec(v: Ptr<atomic64_t>): void;

/**
 * Subtracts 1 and returns what that makes.
 *
 * Context: any. Linux: atomic64_dec_return.
 *
 * @raw
 */
export function atomic64_dec_return(v: Ptr<atomic64_t>): bigint;

/**
 * Subtracts 1. True if that makes 0.
 *
 * Context: any. Linux: atomic64_dec_and_test.
 *
 * @raw
 */
export function atomic64_dec_and_test(v: Ptr<atomic64_t>): boolean;

/**
 * Sets the value and returns what was there before.
 *
 * Context: any. Linux: atomic64_xchg.
 *
 * @raw
 */
export function atomic64_xchg(v: Ptr<atomic64_t>, value: bigint): bigint;

/**
 * Sets the value if it is `expected`; returns what was there before.
 *
 * Context: any. Linux: atomic64_cmpxchg.
 *
 * @raw
 */
export function atomic64_cmpxchg(v: Ptr<atomic64_t>, expected: bigint, value: bigint): bigint;

/**
 * Adds a value unless it is `unless`. False if it is.
 *
 * Context: any. Linux: atomic64_add_unless.
 *
 * @raw
 */
export function atomic64_add_unless(v: Ptr<atomic64_t>, value: bigint, unless: bigint): boolean;

/**
 * Adds 1 unless it is 0. False if it is.
 *
 * Context: any. Linux: atomic64_inc_not_zero.
 *
 * @raw
 */
export function atomic64_inc_not_zero(v: Ptr<atomic64_t>): boolean;

/**
 * Reads a place at once, as it is now: `READ_ONCE(p.$.flag)`.
 *
 * Context: any. Linux: READ_ONCE.
 */
export function READ_ONCE<T>(place: T): T;

/**
 * Writes a place at once: `WRITE_ONCE(p.$.flag, 1)`. Nothing keeps earlier stores before it but a
 * barrier.
 *
 * Context: any. Linux: WRITE_ONCE.
 */
export function WRITE_ONCE<T>(place: T, value: T): void;

/**
 * Reads a place before all that follows.
 *
 * Context: any. Linux: smp_load_acquire.
 */
export function smp_load_acquire<T>(place: T): T;

/**
 * Writes a place after all that came before: whoever reads it with `smp_load_acquire` sees that.
 *
 * Context: any. Linux: smp_store_release.
 */
export function smp_store_release<T>(place: T, value: T): void;

/**
 * Reads a place of which it does not matter that others change it meanwhile.
 *
 * Context: any. Linux: data_race.
 */
export function data_race<T>(place: T): T;

/**
 * Claims that nobody else writes the place now. The race detector holds it against what others
 * do; without one it does nothing.
 *
 * Context: any. Linux: ASSERT_EXCLUSIVE_WRITER.
 */
export function ASSERT_EXCLUSIVE_WRITER<T>(place: T): void;

/**
 * Claims that nobody else reads or writes the place now.
 *
 * Context: any. Linux: ASSERT_EXCLUSIVE_ACCESS.
 */
export function ASSERT_EXCLUSIVE_ACCESS<T>(place: T): void;

/**
 * What the running context does from now on is not looked at, until `kcsan_enable_current`.
 * Nests.
 *
 * Context: any. Linux: kcsan_disable_current.
 */
export function kcsan_disable_current(): void;

/**
 * Ends it.
 *
 * Context: that of its begin. Linux: kcsan_enable_current.
 */
export function kcsan_enable_current(): void;

/**
 * All accesses before come before all that follow.
 *
 * Context: any. Linux: smp_mb.
 */
export function smp_mb(): void;

/**
 * All loads before come before all loads that follow.
 *
 * Context: any. Linux: smp_rmb.
 */
export function smp_rmb(): void;

/**
 * All stores before come before all stores that follow.
 *
 * Context: any. Linux: smp_wmb.
 */
export function smp_wmb(): void;

/**
 * Sets a bit, at once.
 *
 * Context: any. Linux: set_bit.
 *
 * @raw
 */
export function set_bit(nr: number, map: Ptr<usize>): void;

/**
 * Clears a bit, at once.
 *
 * Context: any. Linux: clear_bit.
 *
 * @raw
 */
export function clear_bit(nr: number, map: Ptr<usize>): void;

/**
 * Turns a bit over, at once.
 *
 * Context: any. Linux: change_bit.
 *
 * @raw
 */
export function change_bit(nr: number, map: Ptr<usize>): void;

/**
 * Sets a bit and returns what it was.
 *
 * Context: any. Linux: test_and_set_bit.
 *
 * @raw
 */
export function test_and_set_bit(nr: number, map: Ptr<usize>): boolean;

/**
 * Clears a bit and returns what it was.
 *
 * Context: any. Linux: test_and_clear_bit.
 *
 * @raw
 */
export function test_and_clear_bit(nr: number, map: Ptr<usize>): boolean;

/**
 * Turns a bit over and returns what it was.
 *
 * Context: any. Linux: test_and_change_bit.
 *
 * @raw
 */
export function test_and_change_bit(nr: number, map: Ptr<usize>): boolean;

/**
 * True if a bit is set.
 *
 * Context: any. Linux: test_bit.
 *
 * @raw
 */
export function test_bit(nr: number, map: Ptr<usize>): boolean;

/**
 * The first bit that is set of `size` ones; `size` if none is.
 *
 * Context: any. Linux: find_first_bit.
 *
 * @raw
 * @symbol _find_first_bit
 */
export function find_first_bit(map: Ptr<usize>, size: number): number;

/**
 * The first bit that is set from bit `from` on; `size` if none is.
 *
 * Context: any. Linux: find_next_bit.
 *
 * @raw
 * @symbol _find_next_bit
 */
export function find_next_bit(map: Ptr<usize>, size: number, from: number): number;

/**
 * The first bit that is clear of `size` ones; `size` if none is.
 *
 * Context: any. Linux: find_first_zero_bit.
 *
 * @raw
 * @symbol _find_first_zero_bit
 */
export function find_first_zero_bit(map: Ptr<usize>, size: number): number;

/**
 * The first bit that is clear from bit `from` on; `size` if none is.
 *
 * Context: any. Linux: find_next_zero_bit.
 *
 * @raw
 * @symbol _find_next_zero_bit
 */
export function find_next_zero_bit(map: Ptr<usize>, size: number, from: number): number;

/**
 * Reports, with the way here, that something is wrong; goes on. Returns `condition`.
 *
 * Context: any. Linux: WARN.
 */
export function WARN(condition: boolean, text: string): boolean;

/**
 * The same without a text.
 *
 * Context: any. Linux: WARN_ON.
 */
export function WARN_ON(condition: boolean): boolean;

/**
 * Reports the first time only. Returns `condition`.
 *
 * Context: any. Linux: WARN_ONCE.
 */
export function WARN_ONCE(condition: boolean, text: string): boolean;

/**
 * The same without a text.
 *
 * Context: any. Linux: WARN_ON_ONCE.
 */
export function WARN_ON_ONCE(condition: boolean): boolean;

/**
 * Reports that nothing can go on here, and ends the task.
 *
 * Context: any. Linux: BUG.
 */
export function BUG(): never;

/**
 * The same if `condition` is true.
 *
 * Context: any. Linux: BUG_ON.
 */
export function BUG_ON(condition: boolean): void;

/**
 * Ends the machine.
 *
 * Context: any. Linux: panic.
 *
 * @symbol panic
 */
export function panic(text: string): never;

/**
 * A negative errno in the place of a pointer.
 *
 * Context: any. Linux: ERR_PTR.
 */
export function ERR_PTR(error: number): VoidPtr;

/**
 * The negative errno that stands in the place of a pointer.
 *
 * Context: any. Linux: PTR_ERR.
 */
export function PTR_ERR(pointer: VoidPtr): number;

/**
 * True if an errno stands in the place of the pointer.
 *
 * Context: any. Linux: IS_ERR.
 */
export function IS_ERR(pointer: VoidPtr): boolean;

/**
 * The same, or NULL.
 *
 * Context: any. Linux: IS_ERR_OR_NULL.
 */
export function IS_ERR_OR_NULL(pointer: VoidPtr): boolean;

/**
 * The negative errno, or 0 for any other pointer.
 *
 * Context: any. Linux: PTR_ERR_OR_ZERO.
 */
export function PTR_ERR_OR_ZERO(pointer: VoidPtr): number;

/**
 * The same pointer, but FORTIFY does not know any more what it leads to.
 *
 * Context: any. Linux: OPTIMIZER_HIDE_VAR.
 */
export function OPTIMIZER_HIDE_VAR<T>(pointer: Ptr<T>): Ptr<T>;

/**
 * A cache of objects. What it has for itself is the kernel's. Linux: struct kmem_cache.
 */
export interface kmem_cache {
  /** Nothing: only the type has it. */
  readonly [cacheMark]: never;
}

/** What a cache can be asked for. Linux: include/linux/slab.h. */
export const SLAB_CONSISTENCY_CHECKS: 256;

/** What a cache can be asked for. Linux: include/linux/slab.h. */
export const SLAB_RED_ZONE: 1024;

/** What a cache can be asked for. Linux: include/linux/slab.h. */
export const SLAB_POISON: 2048;

/** What a cache can be asked for. Linux: include/linux/slab.h. */
export const SLAB_HWCACHE_ALIGN: 8192;

/** What a cache can be asked for. Linux: include/linux/slab.h. */
export const SLAB_STORE_USER: 65536;

/** What a cache can be asked for. Linux: include/linux/slab.h. */
export const SLAB_RECLAIM_ACCOUNT: 131072;

/** What a cache can be asked for. Linux: include/linux/slab.h. */
export const SLAB_PANIC: 262144;

/** What a cache can be asked for. Linux: include/linux/slab.h. */
export const SLAB_TYPESAFE_BY_RCU: 524288;

/** What a cache can be asked for. Linux: include/linux/slab.h. */
export const SLAB_NO_MERGE: 16777216;

/** What a cache can be asked for. Linux: include/linux/slab.h. */
export const SLAB_ACCOUNT: 67108864;

/**
 * A cache of objects of `size` bytes; NULL without memory. `ctor` is called once for each object
 * when its page is made. Programs may see nothing of the objects.
 *
 * Context: process; may sleep. Linux: kmem_cache_create.
 *
 * @raw
 * @symbol __kmem_cache_create_args
 */
export function kmem_cache_create(name: string, size: number, align: number, flags: number, ctor: ((object: VoidPtr) => void) | NullPtr): Ptr<kmem_cache>;

/**
 * The same; `usersize` bytes of each object, from `useroffset` on, may be copied to and from
 * programs.
 *
 * Context: process; may sleep. Linux: kmem_cache_create_usercopy.
 *
 * @raw
 * @symbol __kmem_cache_create_args
 */
export function kmem_cache_create_usercopy(name: string, size: number, align: number, flags: number, useroffset: number, usersize: number, ctor: ((object: VoidPtr) => void) | NullPtr): Ptr<kmem_cache>;

/**
 * Gives a cache up. Objects that are still in use are a WARN, and stay. NULL is ignored.
 *
 * Context: process; may sleep. Linux: kmem_cache_destroy.
 *
 * @raw
 * @symbol kmem_cache_destroy
 */
export function kmem_cache_destroy(cache: Ptr<kmem_cache>): void;

/**
 * An object, with whatever was there before. NULL when there is none.
 *
 * Context: any; may sleep unless the flags forbid it. Linux: kmem_cache_alloc.
 *
 * @raw
 * @may_sleep unless gfp=GFP_ATOMIC
 * @symbol kmem_cache_alloc_noprof
 */
export function kmem_cache_alloc(cache: Ptr<kmem_cache>, gfp: number): VoidPtr;

/**
 * An object filled with zeros. NULL when there is none.
 *
 * Context: any; may sleep unless the flags forbid it. Linux: kmem_cache_zalloc.
 *
 * @raw
 * @may_sleep unless gfp=GFP_ATOMIC
 * @symbol kmem_cache_alloc_noprof
 */
export function kmem_cache_zalloc(cache: Ptr<kmem_cache>, gfp: number): VoidPtr;

/**
 * Gives an object back to its cache.
 *
 * Context: any. Linux: kmem_cache_free.
 *
 * @raw
 * @symbol kmem_cache_free
 */
export function kmem_cache_free(cache: Ptr<kmem_cache>, object: VoidPtr): void;

/**
 * Bytes of its objects.
 *
 * Context: any. Linux: kmem_cache_size.
 *
 * @raw
 * @symbol kmem_cache_size
 */
export function kmem_cache_size(cache: Ptr<kmem_cache>): number;

/**
 * Gives back the pages of a cache that have no objects. Returns 0 if none with objects are left.
 *
 * Context: process. Linux: kmem_cache_shrink.
 *
 * @raw
 * @symbol kmem_cache_shrink
 */
export function kmem_cache_shrink(cache: Ptr<kmem_cache>): number;

/**
 * Looks at every object of a cache. Returns how many errors that reported.
 *
 * Context: process. Linux: validate_slab_cache, which needs slub_debug.
 *
 * @raw
 * @symbol validate_slab_cache
 */
export function validate_slab_cache(cache: Ptr<kmem_cache>): number;

/** The fields of `completion`. */
export type CompletionFields = {
  readonly done: ScalarKind<'u32'>;
  readonly wait: StructClass<WaitQueueHeadFields>;
};

/**
 * What somebody waits for: `done: completion` as a field. Linux: struct completion.
 */
export type completion = Struct<CompletionFields>;

/** As a field: `done: completion`. Linux: struct completion. */
export const completion: StructClass<CompletionFields>;

/**
 * Makes memory into a completion of which nothing is done.
 *
 * Context: any. Linux: init_completion.
 *
 * @raw
 * @lock_init
 */
export function init_completion(x: Ptr<completion>): void;

/**
 * Makes a completion one of which nothing is done again. Nobody may wait for it.
 *
 * Context: any. Linux: reinit_completion.
 *
 * @raw
 */
export function reinit_completion(x: Ptr<completion>): void;

/**
 * Lets one who waits, or the next who will, go on.
 *
 * Context: any. Linux: complete.
 *
 * @raw
 * @switches
 * @symbol complete
 */
export function complete(x: Ptr<completion>): void;

/**
 * Lets everybody go on, also those who come later.
 *
 * Context: any. Linux: complete_all.
 *
 * @raw
 * @switches
 * @symbol complete_all
 */
export function complete_all(x: Ptr<completion>): void;

/**
 * Takes what is done, if something is, without waiting.
 *
 * Context: any. Linux: try_wait_for_completion.
 *
 * @raw
 * @symbol try_wait_for_completion
 */
export function try_wait_for_completion(x: Ptr<completion>): boolean;

/**
 * True if nobody would have to wait.
 *
 * Context: any. Linux: completion_done.
 *
 * @raw
 * @symbol completion_done
 */
export function completion_done(x: Ptr<completion>): boolean;

/**
 * Waits until it is done. Signals do not end it.
 *
 * Context: process. Linux: wait_for_completion.
 *
 * @raw
 * @sleeps
 * @symbol wait_for_completion
 */
export function wait_for_completion(x: Ptr<completion>): void;

/**
 * Waits until it is done (0) or a signal comes (-ERESTARTSYS).
 *
 * Context: process. Linux: wait_for_completion_interruptible.
 *
 * @raw
 * @sleeps
 * @symbol wait_for_completion_interruptible
 */
export function wait_for_completion_interruptible(x: Ptr<completion>): number;

/**
 * Waits until it is done (0) or a signal comes that kills (-ERESTARTSYS).
 *
 * Context: process. Linux: wait_for_completion_killable.
 *
 * @raw
 * @sleeps
 * @symbol wait_for_completion_killable
 */
export function wait_for_completion_killable(x: Ptr<completion>): number;

/**
 * Waits for so many jiffies. Returns those that are left, at least 1; 0 when it is not done.
 *
 * Context: process. Linux: wait_for_completion_timeout.
 *
 * @raw
 * @sleeps
 * @symbol wait_for_completion_timeout
 */
export function wait_for_completion_timeout(x: Ptr<completion>, timeout: number): number;

/**
 * The same, and -ERESTARTSYS when a signal comes.
 *
 * Context: process. Linux: wait_for_completion_interruptible_timeout.
 *
 * @raw
 * @sleeps
 * @symbol wait_for_completion_interruptible_timeout
 */
export function wait_for_completion_interruptible_timeout(x: Ptr<completion>, timeout: number): number;

/**
 * The same, and -ERESTARTSYS when a signal comes that kills.
 *
 * Context: process. Linux: wait_for_completion_killable_timeout.
 *
 * @raw
 * @sleeps
 * @symbol wait_for_completion_killable_timeout
 */
export function wait_for_completion_killable_timeout(x: Ptr<completion>, timeout: number): number;

/** Ticks in a second. Linux: HZ. */
export const HZ: number;

/**
 * Ticks of the kernel's timer, of which HZ are in a second: a variable that each use reads anew,
 * and that nobody races for. The count begins shortly before it overflows 32 bits.
 *
 * Context: any. Linux: jiffies.
 */
export let jiffies: number;

/**
 * So many milliseconds in ticks, rounded up.
 *
 * Context: any. Linux: msecs_to_jiffies.
 */
export function msecs_to_jiffies(milliseconds: number): number;

/**
 * So many ticks in milliseconds.
 *
 * Context: any. Linux: jiffies_to_msecs.
 */
export function jiffies_to_msecs(jiffies: number): number;

/**
 * Keeps the CPU busy for so many nanoseconds.
 *
 * Context: any. Linux: ndelay.
 *
 * @switches
 * @symbol __ndelay
 */
export function ndelay(nanoseconds: number): void;

/**
 * Keeps the CPU busy for so many microseconds.
 *
 * Context: any. Linux: udelay.
 *
 * @switches
 * @symbol __udelay
 */
export function udelay(microseconds: number): void;

/**
 * Keeps the CPU busy for so many milliseconds.
 *
 * Context: any. Linux: mdelay.
 *
 * @switches
 * @symbol __udelay
 */
export function mdelay(milliseconds: number): void;

/**
 * Sleeps for at least `least` microseconds; on Linux at most for `most`.
 *
 * Context: process. Linux: usleep_range.
 *
 * @sleeps
 * @symbol usleep_range_state
 */
export function usleep_range(least: number, most: number): void;

/**
 * Sleeps for so many milliseconds, or until a signal comes. Returns those that are left.
 *
 * Context: process. Linux: msleep_interruptible.
 *
 * @sleeps
 * @symbol msleep_interruptible
 */
export function msleep_interruptible(milliseconds: number): number;

/** The fields of `delayed_work`. */
export type DelayedWorkFields = {
  readonly work: StructClass<WorkFields>;
  readonly timer: StructClass<TimerFields>;
  readonly wq: PointerKind<VoidPtr>;
  readonly cpu: ScalarKind<'s32'>;
};

/**
 * A work item with a timer: `poll: delayed_work` as a field. Linux: struct delayed_work.
 */
export type delayed_work = Struct<DelayedWorkFields>;

/** As a field: `poll: delayed_work`. Linux: struct delayed_work. */
export const delayed_work: StructClass<DelayedWorkFields>;

/**
 * Makes memory into a work item that does `func` when its timer is due.
 *
 * Context: any. Linux: INIT_DELAYED_WORK.
 *
 * @raw
 * @lock_init
 * @symbol delayed_work_timer_fn
 */
export function INIT_DELAYED_WORK(work: Ptr<delayed_work>, func: WorkFunction): void;

/**
 * Has an item done by a queue in so many ticks. False if it already waits.
 *
 * Context: any. Linux: queue_delayed_work.
 *
 * @raw
 * @symbol queue_delayed_work_on
 */
export function queue_delayed_work(queue: Ptr<workqueue_struct>, work: Ptr<delayed_work>, delay: number): boolean;

/**
 * The same in the queue that all share.
 *
 * Context: any. Linux: schedule_delayed_work.
 *
 * @raw
 * @symbol queue_delayed_work_on
 */
export function schedule_delayed_work(work: Ptr<delayed_work>, delay: number): boolean;

/**
 * The same, whether it waits already or not. True if it did.
 *
 * Context: any. Linux: mod_delayed_work.
 *
 * @raw
 * @symbol mod_delayed_work_on
 */
export function mod_delayed_work(queue: Ptr<workqueue_struct>, work: Ptr<delayed_work>, delay: number): boolean;

/**
 * Takes an item back, unless it has begun. True if it waited.
 *
 * Context: any. Linux: cancel_delayed_work.
 *
 * @raw
 * @symbol cancel_delayed_work
 */
export function cancel_delayed_work(work: Ptr<delayed_work>): boolean;

/**
 * The same, and waits if it runs.
 *
 * Context: process. Linux: cancel_delayed_work_sync.
 *
 * @raw
 * @sleeps
 * @symbol cancel_delayed_work_sync
 */
export function cancel_delayed_work_sync(work: Ptr<delayed_work>): boolean;

/**
 * Has an item done now if its timer is armed, and waits until it is.
 *
 * Context: process. Linux: flush_delayed_work.
 *
 * @raw
 * @sleeps
 * @symbol flush_delayed_work
 */
export function flush_delayed_work(work: Ptr<delayed_work>): boolean;

/** Both read and write it. Linux: enum dma_data_direction. */
export const DMA_BIDIRECTIONAL: number;

/** The device reads it. */
export const DMA_TO_DEVICE: number;

/** The device writes it. */
export const DMA_FROM_DEVICE: number;

/**
 * Lends memory to a device: the bus address, which `dma_mapping_error` tells from a failure.
 *
 * Context: any. Linux: dma_map_single.
 *
 * @raw
 * @param device as `PlatformDevice.as_ptr` answers it
 * @symbol dma_map_page_attrs
 */
export function dma_map_single(device: VoidPtr, pointer: VoidPtr, bytes: number, direction: number): number;

/**
 * True if `dma_map_single` has failed. Context: any. Linux: dma_mapping_error.
 *
 * @raw
 */
export function dma_mapping_error(device: VoidPtr, address: number): boolean;

/**
 * Takes memory back, as it was lent. Context: any. Linux: dma_unmap_single.
 *
 * @raw
 * @symbol dma_unmap_page_attrs
 */
export function dma_unmap_single(device: VoidPtr, address: number, bytes: number, direction: number): void;

/**
 * The CPU reads what the device has written, before it takes all of it back. Context: any. Linux:
 * dma_sync_single_for_cpu.
 *
 * @raw
 * @symbol __dma_sync_single_for_cpu
 */
export function dma_sync_single_for_cpu(device: VoidPtr, address: number, bytes: number, direction: number): void;

/**
 * The fields of `hlist_node`: the next entry or NULL, and where the pointer to this one lies.
 */
export type HlistNodeFields = {
  readonly next: PointerKind<hlist_node>;
  readonly pprev: PointerKind<Ptr<hlist_node>>;
};

/** An entry's place in a hashed list. Linux: struct hlist_node. */
export type hlist_node = Struct<HlistNodeFields>;

/** The field of `hlist_head`: the first entry, or NULL. */
export type HlistHeadFields = { readonly first: PointerKind<hlist_node> };

/** The head of a hashed list: NULL when it is empty. Linux: struct hlist_head. */
export type hlist_head = Struct<HlistHeadFields>;

/** As a field: `node: hlist_node`. Linux: struct hlist_node. */
export const hlist_node: StructClass<HlistNodeFields>;

/** As a field: `table: array(hlist_head, 16)`. Linux: struct hlist_head. */
export const hlist_head: StructClass<HlistHeadFields>;

/**
 * Makes a list empty.
 *
 * Context: any. Linux: INIT_HLIST_HEAD.
 *
 * @raw
 */
export function INIT_HLIST_HEAD(head: Ptr<hlist_head>): void;

/**
 * Makes an entry one that is on no list.
 *
 * Context: any. Linux: INIT_HLIST_NODE.
 *
 * @raw
 */
export function INIT_HLIST_NODE(node: Ptr<hlist_node>): void;

/**
 * Puts an entry first.
 *
 * Context: any. Linux: hlist_add_head.
 *
 * @raw
 */
export function hlist_add_head(node: Ptr<hlist_node>, head: Ptr<hlist_head>): void;

/**
 * Takes an entry out of its list. Its links lead nowhere afterwards.
 *
 * Context: any. Linux: hlist_del.
 *
 * @raw
 */
export function hlist_del(node: Ptr<hlist_node>): void;

/**
 * Takes an entry out of its list, if it is on one, and leaves it as one that is on none.
 *
 * Context: any. Linux: hlist_del_init.
 *
 * @raw
 */
export function hlist_del_init(node: Ptr<hlist_node>): void;

/**
 * True if nothing is on the list.
 *
 * Context: any. Linux: hlist_empty.
 *
 * @raw
 */
export function hlist_empty(head: Ptr<hlist_head>): boolean;

/**
 * True if the entry is on no list.
 *
 * Context: any. Linux: hlist_unhashed.
 *
 * @raw
 */
export function hlist_unhashed(node: Ptr<hlist_node>): boolean;

/** What a high-resolution timer does. */
export interface HrTimerFunction {
  /**
   * Called when the timer is due, with interrupts off. Answers HRTIMER_RESTART to be called again
   * at the instant to which it has moved the timer, else HRTIMER_NORESTART.
   *
   * @context hardirq
   * @raw
   */
  (timer: Ptr<hrtimer>): number;
}

/** The fields of `hrtimer`. */
export type HrTimerFields = {
  readonly node_parent: ScalarKind<'usize'>;
  readonly node_right: PointerKind<VoidPtr>;
  readonly node_left: PointerKind<VoidPtr>;
  readonly expires: ScalarKind<'s64'>;
  readonly softexpires: ScalarKind<'s64'>;
  readonly function: FunctionKind<HrTimerFunction>;
  readonly base: PointerKind<VoidPtr>;
  readonly state: ScalarKind<'u8'>;
  readonly is_rel: ScalarKind<'u8'>;
  readonly is_soft: ScalarKind<'u8'>;
  readonly is_hard: ScalarKind<'u8'>;
};

/** A high-resolution timer: `poll: hrtimer` as a field. Linux: struct hrtimer. */
export type hrtimer = Struct<HrTimerFields>;

/** As a field: `poll: hrtimer`. Linux: struct hrtimer. */
export const hrtimer: StructClass<HrTimerFields>;

/** Nanoseconds since boot: the only clock that timers have. */
export const CLOCK_MONOTONIC: number;

/** The time is an instant. */
export const HRTIMER_MODE_ABS: number;

/** The time is from now on. */
export const HRTIMER_MODE_REL: number;

/** An instant, and the function is called in a softirq. */
export const HRTIMER_MODE_ABS_SOFT: number;

/** From now on, and the function is called in a softirq. */
export const HRTIMER_MODE_REL_SOFT: number;

/** An instant, and the function takes raw spinlocks only. */
export const HRTIMER_MODE_ABS_HARD: number;

/** From now on, and the function takes raw spinlocks only. */
export const HRTIMER_MODE_REL_HARD: number;

/** The timer has done its work. */
export const HRTIMER_NORESTART: number;

/** The timer is armed again, for the instant that it says. */
export const HRTIMER_RESTART: number;

/**
 * Makes memory into a timer that calls `callback` and is not armed.
 *
 * Context: any. Linux: hrtimer_setup.
 *
 * @raw
 * @symbol hrtimer_setup
 */
export function hrtimer_setup(timer: Ptr<hrtimer>, callback: HrTimerFunction, _clock_id: number, mode: number): void;

/**
 * Arms a timer for an instant, or for so many nanoseconds from now, as `mode` says.
 *
 * Context: any. Linux: hrtimer_start.
 *
 * @raw
 * @symbol hrtimer_start_range_ns
 */
export function hrtimer_start(timer: Ptr<hrtimer>, time: number, mode: number): void;

/**
 * Arms a timer for the instant that it says.
 *
 * Context: any. Linux: hrtimer_restart.
 *
 * @raw
 * @symbol hrtimer_start_range_ns
 */
export function hrtimer_restart(timer: Ptr<hrtimer>): void;

/**
 * Disarms a timer, unless its callback runs: then -1. 1 if it was armed, 0 if not.
 *
 * Context: any. Linux: hrtimer_try_to_cancel.
 *
 * @raw
 * @symbol hrtimer_try_to_cancel
 */
export function hrtimer_try_to_cancel(timer: Ptr<hrtimer>): number;

/**
 * Disarms a timer and waits until its callback does not run: before its memory goes. Must not be
 * called by the callback, nor with a lock held that the callback takes. True if it was armed.
 *
 * Context: any. Linux: hrtimer_cancel.
 *
 * @raw
 * @switches
 * @symbol hrtimer_cancel
 */
export function hrtimer_cancel(timer: Ptr<hrtimer>): boolean;

/**
 * Moves a timer that is not armed on by whole intervals, past `now`. Answers by how many: more
 * than one if the last ones were missed.
 *
 * Context: any. Linux: hrtimer_forward.
 *
 * @raw
 * @symbol hrtimer_forward
 */
export function hrtimer_forward(timer: Ptr<hrtimer>, now: number, interval: number): number;

/**
 * The same, past the present instant: for a callback that is called again and again.
 *
 * Context: any. Linux: hrtimer_forward_now.
 *
 * @raw
 * @symbol hrtimer_forward
 */
export function hrtimer_forward_now(timer: Ptr<hrtimer>, interval: number): number;

/**
 * True if the timer is armed, or its callback runs.
 *
 * Context: any. Linux: hrtimer_active.
 *
 * @raw
 * @symbol hrtimer_active
 */
export function hrtimer_active(timer: Ptr<hrtimer>): boolean;

/**
 * True if the timer is armed.
 *
 * Context: any. Linux: hrtimer_is_queued.
 *
 * @raw
 */
export function hrtimer_is_queued(timer: Ptr<hrtimer>): boolean;

/**
 * Nanoseconds until a timer is due; below 0 when it is over.
 *
 * Context: any. Linux: hrtimer_get_remaining.
 *
 * @raw
 * @symbol __hrtimer_get_remaining
 */
export function hrtimer_get_remaining(timer: Ptr<hrtimer>): number;

/**
 * So many milliseconds in nanoseconds.
 *
 * Context: any. Linux: ms_to_ktime.
 */
export function ms_to_ktime(milliseconds: number): number;

/** What runs when a line is raised, with interrupts off. It may spin, never sleep. */
export interface IrqHandlerFunction {
  /**
   * Called for each interrupt of the line, with what was given to `request_irq`. Answers
   * IRQ_HANDLED if its device did it, else IRQ_NONE.
   *
   * @context hardirq
   * @raw
   */
  (irq: number, dev_id: VoidPtr): number;
}

/** What an interrupt leaves for its thread, which may sleep. */
export interface IrqThreadFunction {
  /**
   * Called by the thread `irq/N-NAME`. Answers IRQ_HANDLED.
   *
   * @context process
   * @raw
   */
  (irq: number, dev_id: VoidPtr): number;
}

/** Others may have handlers on the same line. */
export const IRQF_SHARED: number;

/** The handler never runs in a thread: it may take raw spinlocks, and no others. */
export const IRQF_NO_THREAD: number;

/** The line stays silent until the handler's thread is done. */
export const IRQF_ONESHOT: number;

/** It was another device of the line. */
export const IRQ_NONE: number;

/** The interrupt was ours, and is dealt with. */
export const IRQ_HANDLED: number;

/** The interrupt was ours; the rest is for the handler's thread. */
export const IRQ_WAKE_THREAD: number;

/**
 * Has `handler` called when a line is raised. 0, or a negative errno.
 *
 * Context: process. Linux: request_irq.
 *
 * @raw
 * @symbol request_threaded_irq
 */
export function request_irq(irq: number, handler: IrqHandlerFunction, flags: number, name: string, dev_id: VoidPtr): number;

/**
 * The same with a thread: it calls `thread_fn` whenever `handler` answers IRQ_WAKE_THREAD, or at
 * each interrupt if there is no handler, which needs IRQF_ONESHOT. 0, or a negative errno.
 *
 * Context: process. Linux: request_threaded_irq.
 *
 * @raw
 * @symbol request_threaded_irq
 */
export function request_threaded_irq(irq: number, handler: IrqHandlerFunction | null, thread_fn: IrqThreadFunction | null, flags: number, name: string, dev_id: VoidPtr): number;

/**
 * Takes a handler away, and waits until it is done.
 *
 * Context: process. Linux: free_irq.
 *
 * @raw
 * @switches
 * @symbol free_irq
 */
export function free_irq(irq: number, dev_id: VoidPtr): void;

/**
 * Holds a line off, and waits until its handlers are done. Nests.
 *
 * Context: process. Linux: disable_irq.
 *
 * @raw
 * @switches
 * @symbol disable_irq
 */
export function disable_irq(irq: number): void;

/**
 * Holds a line off. Nests.
 *
 * Context: any. Linux: disable_irq_nosync.
 *
 * @raw
 * @symbol disable_irq_nosync
 */
export function disable_irq_nosync(irq: number): void;

/**
 * Ends what `disable_irq` began: what came meanwhile comes now.
 *
 * Context: any. Linux: enable_irq.
 *
 * @raw
 * @symbol enable_irq
 */
export function enable_irq(irq: number): void;

/**
 * Waits until no handler of a line runs.
 *
 * Context: process. Linux: synchronize_irq.
 *
 * @raw
 * @switches
 * @symbol synchronize_irq
 */
export function synchronize_irq(irq: number): void;

/**
 * The line of the device "ringzero,tick".
 *
 * Context: any.
 *
 * @raw
 */
export function tick_irq(): number;

/**
 * Has that device interrupt once, so many microseconds from now; 0 for at once.
 *
 * Context: any.
 *
 * @raw
 */
export function tick_once(microseconds: number): void;

/**
 * Has that device interrupt every so many microseconds.
 *
 * Context: any.
 *
 * @raw
 */
export function tick_every(microseconds: number): void;

/**
 * Has that device be still.
 *
 * Context: any.
 *
 * @raw
 */
export function tick_stop(): void;

/**
 * Turns interrupts of this CPU off. Answers what they were, for `local_irq_restore`.
 *
 * Context: any. Linux: local_irq_save.
 *
 * @raw
 */
export function local_irq_save(): number;

/**
 * Makes interrupts what they were: what has become due meanwhile comes now.
 *
 * Context: any. Linux: local_irq_restore.
 *
 * @raw
 * @switches
 */
export function local_irq_restore(flags: number): void;

/**
 * Turns interrupts of this CPU off. Does not nest.
 *
 * Context: any. Linux: local_irq_disable.
 *
 * @raw
 */
export function local_irq_disable(): void;

/**
 * Turns interrupts of this CPU on, whoever turned them off.
 *
 * Context: any. Linux: local_irq_enable.
 *
 * @raw
 * @switches
 */
export function local_irq_enable(): void;

/**
 * True if this CPU takes no interrupts.
 *
 * Context: any. Linux: irqs_disabled.
 *
 * @raw
 */
export function irqs_disabled(): boolean;

/**
 * No softirq is served on this CPU until `local_bh_enable`. Nests.
 *
 * Context: process, softirq. Linux: local_bh_disable.
 *
 * @raw
 */
export function local_bh_disable(): void;

/**
 * Ends what `local_bh_disable` began: what waits is served before it returns.
 *
 * Context: process, softirq. Linux: local_bh_enable.
 *
 * @raw
 * @switches
 * @symbol __local_bh_enable_ip
 */
export function local_bh_enable(): void;

/**
 * The running task keeps its CPU until `preempt_enable`, and must not sleep. Nests.
 *
 * Context: any. Linux: preempt_disable.
 *
 * @raw
 */
export function preempt_disable(): void;

/**
 * Ends what `preempt_disable` began: a switch that is due happens now.
 *
 * Context: any. Linux: preempt_enable.
 *
 * @raw
 * @switches
 */
export function preempt_enable(): void;

/**
 * The word that says in which context code runs: preempt offs in bits 0-7, softirqs in 8-15,
 * interrupts in 16-19.
 *
 * Context: any. Linux: preempt_count.
 *
 * @raw
 */
export function preempt_count(): number;

/**
 * True in an interrupt's handler.
 *
 * Context: any. Linux: in_hardirq.
 *
 * @raw
 */
export function in_hardirq(): boolean;

/**
 * True while a softirq is served, and with bottom halves off.
 *
 * Context: any. Linux: in_softirq.
 *
 * @raw
 */
export function in_softirq(): boolean;

/**
 * True while a softirq is served.
 *
 * Context: any. Linux: in_serving_softirq.
 *
 * @raw
 */
export function in_serving_softirq(): boolean;

/**
 * True in a handler, in a softirq, and with bottom halves off.
 *
 * Context: any. Linux: in_interrupt.
 *
 * @raw
 */
export function in_interrupt(): boolean;

/**
 * True in a task's own code: neither in a handler nor in a softirq.
 *
 * Context: any. Linux: in_task.
 *
 * @raw
 */
export function in_task(): boolean;

/**
 * True where the preempt count says that nothing may sleep.
 *
 * Context: any. Linux: in_atomic.
 *
 * @raw
 */
export function in_atomic(): boolean;

/**
 * How many CPUs the machine has.
 *
 * Context: any. Linux: num_online_cpus.
 *
 * @raw
 */
export function num_online_cpus(): number;

/**
 * Says that what follows may sleep, whether it will or not: where it must not, that is reported.
 *
 * Context: process. Linux: might_sleep.
 *
 * @raw
 * @symbol __might_sleep
 */
export function might_sleep(): void;

/**
 * Said in each turn of a loop that waits for another CPU: the others go on meanwhile.
 *
 * Context: any. Linux: cpu_relax.
 *
 * @raw
 * @switches
 */
export function cpu_relax(): void;

/**
 * The object is no leak, though nothing may lead to it; what lies in it counts. NULL and what is
 * no object's beginning are ignored.
 *
 * Context: any. Linux: kmemleak_not_leak.
 *
 * @raw
 * @symbol kmemleak_not_leak
 */
export function kmemleak_not_leak(object: VoidPtr): void;

/**
 * The object is no leak, and no pointers lie in it.
 *
 * Context: any. Linux: kmemleak_ignore.
 *
 * @raw
 * @symbol kmemleak_ignore
 */
export function kmemleak_ignore(object: VoidPtr): void;

/**
 * No pointers lie in the object. It may be a leak all the same.
 *
 * Context: any. Linux: kmemleak_no_scan.
 *
 * @raw
 * @symbol kmemleak_no_scan
 */
export function kmemleak_no_scan(object: VoidPtr): void;

/**
 * Whoever watches over leaks forgets the object. It stays allocated.
 *
 * Context: any. Linux: kmemleak_free.
 *
 * @raw
 * @symbol kmemleak_free
 */
export function kmemleak_free(object: VoidPtr): void;

/** What a thread does. What it returns is what `kthread_stop` answers. */
export interface ThreadFunction {
  /**
   * Called once, by the thread.
   *
   * @context process
   * @raw
   */
  (data: VoidPtr): number;
}

/**
 * Makes a thread, which begins once `wake_up_process` says so. Its name is cut to 15 bytes.
 * Returns an ERR_PTR when there is no memory or no number for it.
 *
 * Context: process. Linux: kthread_create.
 *
 * @raw
 * @sleeps
 * @symbol kthread_create_on_node
 */
export function kthread_create(threadfn: ThreadFunction, data: VoidPtr, name: string): Ptr<task_struct>;

/**
 * The same, and has it begin.
 *
 * Context: process. Linux: kthread_run.
 *
 * @raw
 * @sleeps
 * @symbol kthread_create_on_node
 */
export function kthread_run(threadfn: ThreadFunction, data: VoidPtr, name: string): Ptr<task_struct>;

/**
 * Has a thread that does not run yet do so on one CPU alone.
 *
 * Context: process. Linux: kthread_bind.
 *
 * @raw
 * @symbol kthread_bind
 */
export function kthread_bind(thread: Ptr<task_struct>, cpu: number): void;

/**
 * Asks a thread to end and waits until it has. Returns what its function returned; -EINTR for one
 * that never began.
 *
 * Context: process. Linux: kthread_stop.
 *
 * @raw
 * @sleeps
 * @symbol kthread_stop
 */
export function kthread_stop(thread: Ptr<task_struct>): number;

/**
 * True if somebody waits for the running thread to end.
 *
 * Context: a thread's. Linux: kthread_should_stop.
 *
 * @raw
 * @symbol kthread_should_stop
 */
export function kthread_should_stop(): boolean;

/**
 * Has a thread rest in `kthread_parkme`, and waits until it does. 0, or a negative errno.
 *
 * Context: process. Linux: kthread_park.
 *
 * @raw
 * @sleeps
 * @symbol kthread_park
 */
export function kthread_park(thread: Ptr<task_struct>): number;

/**
 * Has a thread that rests go on.
 *
 * Context: any. Linux: kthread_unpark.
 *
 * @raw
 * @symbol kthread_unpark
 */
export function kthread_unpark(thread: Ptr<task_struct>): void;

/**
 * True if the running thread should rest.
 *
 * Context: a thread's. Linux: kthread_should_park.
 *
 * @raw
 * @symbol kthread_should_park
 */
export function kthread_should_park(): boolean;

/**
 * Rests for as long as the running thread should.
 *
 * Context: a thread's. Linux: kthread_parkme.
 *
 * @raw
 * @sleeps
 * @symbol kthread_parkme
 */
export function kthread_parkme(): void;

/**
 * Wakes a thread wherever it sleeps. False if it did not.
 *
 * Context: any. Linux: wake_up_process.
 *
 * @raw
 * @switches
 * @symbol wake_up_process
 */
export function wake_up_process(thread: Ptr<task_struct>): boolean;

/** The fields of `list_head`: the next entry and the one before, or the head. */
export type ListHeadFields = {
  readonly next: PointerKind<list_head>;
  readonly prev: PointerKind<list_head>;
};

/**
 * The head of a list, or an entry's place in it. An empty list leads to itself. Linux: struct
 * list_head.
 */
export type list_head = Struct<ListHeadFields>;

/** A class whose values are entries of lists. */
export type EntryClass<T> = (abstract new (...args: never) => T) & {
  readonly offsetof: (field: keyof T & string) => number;
};

/** As a field: `node: list_head`. Linux: struct list_head. */
export const list_head: StructClass<ListHeadFields>;

/** What `next` of a deleted entry leads to: nowhere. Linux: LIST_POISON1. */
export const LIST_POISON1: Ptr<list_head>;

/** What `prev` of a deleted entry leads to: nowhere. Linux: LIST_POISON2. */
export const LIST_POISON2: Ptr<list_head>;

/**
 * Makes a list empty, or an entry one that is on no list.
 *
 * Context: any. Linux: INIT_LIST_HEAD.
 *
 * @raw
 */
export function INIT_LIST_HEAD(list: Ptr<list_head>): void;

/**
 * Puts an entry behind the head: the last one to come is the first.
 *
 * Context: any. Linux: list_add.
 *
 * @raw
 */
export function list_add(entry: Ptr<list_head>, head: Ptr<list_head>): void;

/**
 * Puts an entry before the head, at the end of the list.
 *
 * Context: any. Linux: list_add_tail.
 *
 * @raw
 */
export function list_add_tail(entry: Ptr<list_head>, head: Ptr<list_head>): void;

/**
 * Takes an entry out of its list. Its links lead nowhere afterwards.
 *
 * Context: any. Linux: list_del.
 *
 * @raw
 */
export function list_del(entry: Ptr<list_head>): void;

/**
 * Takes an entry out of its list and leaves it as one that is on none.
 *
 * Context: any. Linux: list_del_init.
 *
 * @raw
 */
export function list_del_init(entry: Ptr<list_head>): void;

/**
 * Puts `entry` in the place of `old`, whose links stay as they are.
 *
 * Context: any. Linux: list_replace.
 *
 * @raw
 */
export function list_replace(old: Ptr<list_head>, entry: Ptr<list_head>): void;

/**
 * Takes an entry out of its list and puts it behind a head.
 *
 * Context: any. Linux: list_move.
 *
 * @raw
 */
export function list_move(entry: Ptr<list_head>, head: Ptr<list_head>): void;

/**
 * Takes an entry out of its list and puts it at the end of another.
 *
 * Context: any. Linux: list_move_tail.
 *
 * @raw
 */
export function list_move_tail(entry: Ptr<list_head>, head: Ptr<list_head>): void;

/**
 * True if nothing is on the list.
 *
 * Context: any. Linux: list_empty.
 *
 * @raw
 */
export function list_empty(head: Ptr<list_head>): boolean;

/**
 * True if one entry is on the list.
 *
 * Context: any. Linux: list_is_singular.
 *
 * @raw
 */
export function list_is_singular(head: Ptr<list_head>): boolean;

/**
 * True if the entry is the first of the list.
 *
 * Context: any. Linux: list_is_first.
 *
 * @raw
 */
export function list_is_first(entry: Ptr<list_head>, head: Ptr<list_head>): boolean;

/**
 * True if the entry is the last of the list.
 *
 * Context: any. Linux: list_is_last.
 *
 * @raw
 */
export function list_is_last(entry: Ptr<list_head>, head: Ptr<list_head>): boolean;

/**
 * True if `entry` is the head itself: where a walk ends.
 *
 * Context: any. Linux: list_is_head.
 */
export function list_is_head(entry: Ptr<list_head>, head: Ptr<list_head>): boolean;

/**
 * Puts all that is on `list` behind `head`. `list` is not to be used before it is made empty.
 *
 * Context: any. Linux: list_splice.
 *
 * @raw
 */
export function list_splice(list: Ptr<list_head>, head: Ptr<list_head>): void;

/**
 * Puts all that is on `list` behind `head`, and makes `list` empty.
 *
 * Context: any. Linux: list_splice_init.
 *
 * @raw
 */
export function list_splice_init(list: Ptr<list_head>, head: Ptr<list_head>): void;

/**
 * How many entries are on the list.
 *
 * Context: any. Linux: list_count_nodes.
 *
 * @raw
 */
export function list_count_nodes(head: Ptr<list_head>): number;

/**
 * What the first entry lies in. Of an empty list it is the head, taken for an entry.
 *
 * Context: any. Linux: list_first_entry.
 *
 * @raw
 */
export function list_first_entry<T extends object>(head: Ptr<list_head>, type: EntryClass<T>, field: keyof T & string): Ptr<T>;

/**
 * What the last entry lies in.
 *
 * Context: any. Linux: list_last_entry.
 *
 * @raw
 */
export function list_last_entry<T extends object>(head: Ptr<list_head>, type: EntryClass<T>, field: keyof T & string): Ptr<T>;

/**
 * What the entry behind that of `pos` lies in.
 *
 * Context: any. Linux: list_next_entry.
 *
 * @raw
 */
export function list_next_entry<T extends object>(pos: Ptr<T>, type: EntryClass<T>, field: keyof T & string): Ptr<T>;

/**
 * True if a walk has come around: `pos` is the head, taken for an entry.
 *
 * Context: any. Linux: list_entry_is_head.
 */
export function list_entry_is_head<T extends object>(pos: Ptr<T>, head: Ptr<list_head>, type: EntryClass<T>, field: keyof T & string): boolean;

/**
 * Calls `each` with what every entry lies in, from the first to the last, until it answers false.
 * The link to the next one is read behind the call: who frees the entry in it reads freed memory.
 *
 * Context: any. Linux: list_for_each_entry.
 *
 * @raw
 */
export function list_for_each_entry<T extends object>(head: Ptr<list_head>, type: EntryClass<T>, field: keyof T & string, each: (pos: Ptr<T>) => boolean | void): void;

/**
 * The same, but the link to the next one is read before the call, which may free the entry.
 *
 * Context: any. Linux: list_for_each_entry_safe.
 *
 * @raw
 */
export function list_for_each_entry_safe<T extends object>(head: Ptr<list_head>, type: EntryClass<T>, field: keyof T & string, each: (pos: Ptr<T>) => boolean | void): void;

/**
 * Warns unless the running code holds the lock, of whatever kind.
 *
 * Context: any. Linux: lockdep_assert_held.
 *
 * @raw
 */
export function lockdep_assert_held(lock: VoidPtr): void;

/**
 * Warns unless the running code holds the lock as a writer.
 *
 * Context: any. Linux: lockdep_assert_held_write.
 *
 * @raw
 */
export function lockdep_assert_held_write(lock: VoidPtr): void;

/**
 * Warns unless the running code holds the lock as a reader.
 *
 * Context: any. Linux: lockdep_assert_held_read.
 *
 * @raw
 */
export function lockdep_assert_held_read(lock: VoidPtr): void;

/**
 * Warns if the running code holds the lock.
 *
 * Context: any. Linux: lockdep_assert_not_held.
 *
 * @raw
 */
export function lockdep_assert_not_held(lock: VoidPtr): void;

/**
 * Makes a lock one of the class that `key` stands for, an address of the driver's choice, under a
 * name. For locks that one line makes and that are taken in different ways.
 *
 * Context: any; nobody may hold the lock. Linux: lockdep_set_class_and_name.
 *
 * @raw
 */
export function lockdep_set_class_and_name(lock: VoidPtr, key: VoidPtr, name: string): void;

/**
 * Makes a lock one of another nesting level of its class, below 8.
 *
 * Context: any; nobody may hold the lock. Linux: lockdep_set_subclass.
 *
 * @raw
 */
export function lockdep_set_subclass(lock: VoidPtr, subclass: number): void;

/** A pool of elements E. What it has for itself is the kernel's. Linux: mempool_t. */
export interface mempool_t<E> {
  /** Nothing: only the type has it. */
  readonly [poolMark]: E;
}

/**
 * A pool of `min_nr` elements of `size` bytes; NULL without memory.
 *
 * Context: process. Linux: mempool_create_kmalloc_pool.
 *
 * @raw
 * @may_sleep
 * @symbol mempool_create_node_noprof
 */
export function mempool_create_kmalloc_pool(min_nr: number, size: number): Ptr<mempool_t<VoidPtr>>;

/**
 * A pool of objects of a cache; NULL without memory.
 *
 * Context: process. Linux: mempool_create_slab_pool.
 *
 * @raw
 * @may_sleep
 * @symbol mempool_create_node_noprof
 */
export function mempool_create_slab_pool(min_nr: number, cache: Ptr<kmem_cache>): Ptr<mempool_t<VoidPtr>>;

/**
 * A pool of 2^order pages each; NULL without memory.
 *
 * Context: process. Linux: mempool_create_page_pool.
 *
 * @raw
 * @may_sleep
 * @symbol mempool_create_node_noprof
 */
export function mempool_create_page_pool(min_nr: number, order: number): Ptr<mempool_t<Ptr<page>>>;

/**
 * Frees a pool and what it has in reserve. NULL is ignored.
 *
 * Context: process. Linux: mempool_destroy.
 *
 * @raw
 * @symbol mempool_destroy
 */
export function mempool_destroy<E>(pool: Ptr<mempool_t<E>>): void;

/**
 * An element, of the reserve if there is no other; NULL if that is empty.
 *
 * Context: any; may sleep unless the flags forbid it. Linux: mempool_alloc.
 *
 * @raw
 * @may_sleep unless gfp=GFP_ATOMIC
 * @symbol mempool_alloc_noprof
 */
export function mempool_alloc<E>(pool: Ptr<mempool_t<E>>, gfp: number): E;

/**
 * An element of the reserve; NULL if that is empty.
 *
 * Context: any. Linux: mempool_alloc_preallocated.
 *
 * @raw
 * @symbol mempool_alloc_preallocated
 */
export function mempool_alloc_preallocated<E>(pool: Ptr<mempool_t<E>>): E;

/**
 * Gives an element back: to the reserve until that is full.
 *
 * Context: any. Linux: mempool_free.
 *
 * @raw
 * @symbol mempool_free
 */
export function mempool_free<E>(item: NoInfer<E>, pool: Ptr<mempool_t<E>>): void;

/**
 * The module whose code this is, as the functions below want it.
 *
 * Context: any. Linux: THIS_MODULE.
 */
export function this_module(): VoidPtr;

/**
 * Holds a module, so that it cannot be unloaded, unless it is on its way out.
 *
 * Context: any. Linux: try_module_get.
 *
 * @raw
 * @symbol try_module_get
 */
export function try_module_get(module: VoidPtr): boolean;

/**
 * Lets go of a module. Once too often is a warning.
 *
 * Context: any. Linux: module_put.
 *
 * @raw
 * @symbol module_put
 */
export function module_put(module: VoidPtr): void;

/**
 * How many hold a module; -1 for one that is on its way out.
 *
 * Context: any. Linux: module_refcount.
 *
 * @raw
 * @symbol module_refcount
 */
export function module_refcount(module: VoidPtr): number;

/**
 * The fields of `mutex`: who holds it with flags in the low bits, who waits, and what is checked.
 */
export type MutexFields = {
  readonly owner: ScalarKind<'usize'>;
  readonly wait_lock: ScalarKind<'u32'>;
  readonly osq: ScalarKind<'u32'>;
  readonly wait_list: StructClass<ListHeadFields>;
  readonly magic: PointerKind<undefined>;
  readonly dep_key: ScalarKind<'usize'>;
};

/** A lock that is waited for asleep. Linux: struct mutex. */
export type mutex = Struct<MutexFields>;

/** As a field: `lock: mutex`. Linux: struct mutex. */
export const mutex: StructClass<MutexFields>;

/**
 * A mutex among the variables of the module, free and ready: `const bank_lock = DEFINE_MUTEX();`
 * at the top level of a file.
 *
 * Context: none, since it is there when the module is. Linux: DEFINE_MUTEX.
 *
 * @static
 */
export function DEFINE_MUTEX(): Ptr<mutex>;

/**
 * Makes memory a mutex that is free. All that one line makes are of one class to lockdep.
 *
 * Context: any; nobody may hold it. Linux: mutex_init.
 *
 * @raw
 * @lock_init
 * @symbol __mutex_init
 */
export function mutex_init(lock: Ptr<mutex>): void;

/**
 * Takes the mutex, sleeping until it is free. Signals do not end the wait. Who holds it
 * already waits for ever.
 *
 * Context: process. Linux: mutex_lock.
 *
 * @raw
 * @sleeps
 * @symbol mutex_lock
 */
export function mutex_lock(lock: Ptr<mutex>): void;

/**
 * The same, but a signal ends the wait: 0 with the mutex, -EINTR without.
 *
 * Context: process. Linux: mutex_lock_interruptible.
 *
 * @raw
 * @sleeps
 * @symbol mutex_lock_interruptible
 */
export function mutex_lock_interruptible(lock: Ptr<mutex>): number;

/**
 * The same, but a signal that kills ends the wait: 0 with the mutex, -EINTR without.
 *
 * Context: process. Linux: mutex_lock_killable.
 *
 * @raw
 * @sleeps
 * @symbol mutex_lock_killable
 */
export function mutex_lock_killable(lock: Ptr<mutex>): number;

/**
 * Takes a second mutex of a class that is held: `subclass`, 1 to 7, says which of an order
 * that the driver knows it is.
 *
 * Context: process. Linux: mutex_lock_nested.
 *
 * @raw
 * @sleeps
 * @symbol mutex_lock_nested
 */
export function mutex_lock_nested(lock: Ptr<mutex>, subclass: number): void;

/**
 * The same, but a signal ends the wait: 0 with the mutex, -EINTR without.
 *
 * Context: process. Linux: mutex_lock_interruptible_nested.
 *
 * @raw
 * @sleeps
 * @symbol mutex_lock_interruptible_nested
 */
export function mutex_lock_interruptible_nested(lock: Ptr<mutex>, subclass: number): number;

/**
 * The same, but a signal that kills ends the wait: 0 with the mutex, -EINTR without.
 *
 * Context: process. Linux: mutex_lock_killable_nested.
 *
 * @raw
 * @sleeps
 * @symbol mutex_lock_killable_nested
 */
export function mutex_lock_killable_nested(lock: Ptr<mutex>, subclass: number): number;

/**
 * Takes one of many mutexes of a class, in any order: `outer`, which is held, keeps everybody
 * else from doing so.
 *
 * Context: process. Linux: mutex_lock_nest_lock.
 *
 * @raw
 * @sleeps
 * @symbol _mutex_lock_nest_lock
 */
export function mutex_lock_nest_lock(lock: Ptr<mutex>, outer: VoidPtr): void;

/**
 * Takes the mutex if it is free. True if so.
 *
 * Context: process. Linux: mutex_trylock.
 *
 * @raw
 * @symbol mutex_trylock
 */
export function mutex_trylock(lock: Ptr<mutex>): boolean;

/**
 * Gives the mutex back. The task that took it has to.
 *
 * Context: process. Linux: mutex_unlock.
 *
 * @raw
 * @switches
 * @symbol mutex_unlock
 */
export function mutex_unlock(lock: Ptr<mutex>): void;

/**
 * Whether anybody holds the mutex now.
 *
 * Context: any. Linux: mutex_is_locked.
 *
 * @raw
 * @symbol mutex_is_locked
 */
export function mutex_is_locked(lock: Ptr<mutex>): boolean;

/**
 * Says that the memory is no mutex any more. Nobody may hold it.
 *
 * Context: process. Linux: mutex_destroy.
 *
 * @raw
 * @symbol mutex_destroy
 */
export function mutex_destroy(lock: Ptr<mutex>): void;

/** A page of memory. What it has for itself is the kernel's. Linux: struct page. */
export interface page {
  /** Nothing: only the type has it. */
  readonly [pageMark]: never;
}

/** Bytes of a page. */
export const PAGE_SIZE: 4096;

/** The logarithm of it. */
export const PAGE_SHIFT: 12;

/**
 * 2^order pages that lie together; NULL when there are none.
 *
 * Context: any; may sleep unless the flags forbid it. Linux: alloc_pages.
 *
 * @raw
 * @may_sleep unless gfp=GFP_ATOMIC
 * @symbol alloc_pages_noprof
 */
export function alloc_pages(gfp: number, order: number): Ptr<page>;

/**
 * One page; NULL when there is none.
 *
 * Context: any; may sleep unless the flags forbid it. Linux: alloc_page.
 *
 * @raw
 * @may_sleep unless gfp=GFP_ATOMIC
 * @symbol alloc_pages_noprof
 */
export function alloc_page(gfp: number): Ptr<page>;

/**
 * One page filled with zeros, by its address. NULL when there is none.
 *
 * Context: any; may sleep unless the flags forbid it. Linux: get_zeroed_page.
 *
 * @raw
 * @may_sleep unless gfp=GFP_ATOMIC
 * @symbol get_zeroed_page_noprof
 */
export function get_zeroed_page(gfp: number): VoidPtr;

/**
 * Gives pages back, by their address. NULL is ignored.
 *
 * Context: any. Linux: free_pages.
 *
 * @raw
 * @symbol free_pages
 */
export function free_pages(address: VoidPtr, order: number): void;

/**
 * Gives a page back, by its address.
 *
 * Context: any. Linux: free_page.
 *
 * @raw
 * @symbol free_pages
 */
export function free_page(address: VoidPtr): void;

/**
 * Where a page lies.
 *
 * Context: any. Linux: page_address.
 */
export function page_address(page: Ptr<page>): VoidPtr;

/**
 * The number of a page.
 *
 * Context: any. Linux: page_to_pfn.
 */
export function page_to_pfn(page: Ptr<page>): number;

/**
 * The page of a number.
 *
 * Context: any. Linux: pfn_to_page.
 */
export function pfn_to_page(pfn: number): Ptr<page>;

/**
 * The page that an address of the direct map lies in.
 *
 * Context: any. Linux: virt_to_page.
 */
export function virt_to_page(address: VoidPtr): Ptr<page>;

/**
 * The physical address behind one of the direct map.
 *
 * Context: any. Linux: virt_to_phys.
 */
export function virt_to_phys(address: VoidPtr): number;

/**
 * The address of the direct map for a physical one.
 *
 * Context: any. Linux: phys_to_virt.
 */
export function phys_to_virt(physical: number): VoidPtr;

/**
 * How far behind the beginning of its page an address is.
 *
 * Context: any. Linux: offset_in_page.
 */
export function offset_in_page(address: VoidPtr): number;

/**
 * The same for a value of a class: `alloc_percpu(Counters)`.
 *
 * Context: process; may sleep. Linux: alloc_percpu.
 *
 * @raw
 * @may_sleep
 * @symbol pcpu_alloc_noprof
 */
export function alloc_percpu<T extends object>(type: (abstract new (...args: never) => T) & { readonly size: number; readonly align: number }): Ptr<T>;

/**
 * Gives it back on all CPUs. NULL is ignored.
 *
 * Context: any. Linux: free_percpu.
 *
 * @raw
 * @symbol free_percpu
 */
export function free_percpu(place: VoidPtr): void;

/**
 * What a CPU has of it.
 *
 * Context: any. Linux: per_cpu_ptr.
 */
export function per_cpu_ptr<T>(place: Ptr<T>, cpu: number): Ptr<T>;

/**
 * What the running CPU has of it. Who may be switched to another must not use it any more.
 *
 * Context: any. Linux: this_cpu_ptr.
 */
export function this_cpu_ptr<T>(place: Ptr<T>): Ptr<T>;

/**
 * The number of the running CPU.
 *
 * Context: any. Linux: smp_processor_id.
 */
export function smp_processor_id(): number;

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

/** What says what is in a file of /proc. */
export interface ShowFunction {
  /**
   * Called when somebody reads the file from its start. Writes to `file` with `seq_puts`, and
   * answers 0 or a negative errno.
   *
   * @context process
   * @raw
   */
  (file: VoidPtr, data: VoidPtr): number;
}

/**
 * Makes a directory in `parent`, NULL for /proc itself. NULL if there is one, or no memory.
 *
 * Context: process. Linux: proc_mkdir.
 *
 * @raw
 * @symbol proc_mkdir
 */
export function proc_mkdir(name: string, parent: VoidPtr): VoidPtr;

/**
 * Makes a file in `parent`, NULL for /proc itself, that `show` writes when it is read. NULL if
 * there is one, or no memory. It must be gone before the module is.
 *
 * Context: process. Linux: proc_create_single_data.
 *
 * @raw
 * @symbol proc_create_single_data
 */
export function proc_create_single(name: string, mode: number, parent: VoidPtr, show: ShowFunction): VoidPtr;

/**
 * Writes a text to a file of /proc that is being read.
 *
 * Context: process, in what was given to `proc_create_single`. Linux: seq_puts.
 *
 * @raw
 * @symbol seq_puts
 */
export function seq_puts(file: VoidPtr, text: string): void;

/**
 * Takes an entry of a directory away, NULL for /proc itself, by its name.
 *
 * Context: process. Linux: remove_proc_entry.
 *
 * @raw
 * @symbol remove_proc_entry
 */
export function remove_proc_entry(name: string, parent: VoidPtr): void;

/**
 * Takes an entry away, with all that is below it. NULL is none.
 *
 * Context: process. Linux: proc_remove.
 *
 * @raw
 * @symbol proc_remove
 */
export function proc_remove(entry: VoidPtr): void;

/**
 * The fields of `raw_spinlock_t`: whether it is held and who waits, and what is checked.
 */
export type RawSpinlockFields = {
  readonly val: ScalarKind<'u32'>;
  readonly magic: ScalarKind<'u32'>;
  readonly owner_cpu: ScalarKind<'u32'>;
  readonly owner: PointerKind<undefined>;
  readonly dep_key: ScalarKind<'usize'>;
};

/**
 * A spinlock for the innermost of the kernel: what holds it takes no other spinlock. Linux:
 * raw_spinlock_t.
 */
export type raw_spinlock_t = Struct<RawSpinlockFields>;

/** As a field: `lock: raw_spinlock_t`. Linux: raw_spinlock_t. */
export const raw_spinlock_t: StructClass<RawSpinlockFields>;

/**
 * A lock among the variables of the module, free and ready:
 * `const bank_lock = DEFINE_RAW_SPINLOCK();` at the top level of a file.
 *
 * Context: none, since it is there when the module is. Linux: DEFINE_RAW_SPINLOCK.
 *
 * @static
 */
export function DEFINE_RAW_SPINLOCK(): Ptr<raw_spinlock_t>;

/**
 * Makes memory a lock that is free. All that one line makes are of one class to lockdep.
 *
 * Context: any; nobody may hold it. Linux: raw_spin_lock_init.
 *
 * @raw
 * @lock_init
 */
export function raw_spin_lock_init(lock: Ptr<raw_spinlock_t>): void;

/**
 * Takes the lock, spinning until it is free. Preemption is off until it is given back: nothing
 * in between may sleep. Who holds the lock already spins for ever.
 *
 * Context: any. Linux: raw_spin_lock.
 *
 * @raw
 * @switches
 * @symbol _raw_spin_lock
 */
export function raw_spin_lock(lock: Ptr<raw_spinlock_t>): void;

/**
 * The same with interrupts off: for what an interrupt handler takes, too, where they were on.
 *
 * Context: any. Linux: raw_spin_lock_irq.
 *
 * @raw
 * @switches
 * @symbol _raw_spin_lock_irq
 */
export function raw_spin_lock_irq(lock: Ptr<raw_spinlock_t>): void;

/**
 * The same with interrupts off, wherever it is called. Returns what
 * `raw_spin_unlock_irqrestore` wants.
 *
 * Context: any. Linux: raw_spin_lock_irqsave.
 *
 * @raw
 * @switches
 * @symbol _raw_spin_lock_irqsave
 */
export function raw_spin_lock_irqsave(lock: Ptr<raw_spinlock_t>): number;

/**
 * The same with softirqs off: for what a timer, a tasklet or a network function takes, too.
 *
 * Context: any. Linux: raw_spin_lock_bh.
 *
 * @raw
 * @switches
 * @symbol _raw_spin_lock_bh
 */
export function raw_spin_lock_bh(lock: Ptr<raw_spinlock_t>): void;

/**
 * Takes a second lock of a class that is held: `subclass`, 1 to 7, says which of an order that
 * the driver knows it is.
 *
 * Context: any. Linux: raw_spin_lock_nested.
 *
 * @raw
 * @switches
 * @symbol _raw_spin_lock_nested
 */
export function raw_spin_lock_nested(lock: Ptr<raw_spinlock_t>, subclass: number): void;

/**
 * The same with interrupts off.
 *
 * Context: any. Linux: raw_spin_lock_irqsave_nested.
 *
 * @raw
 * @switches
 * @symbol _raw_spin_lock_irqsave_nested
 */
export function raw_spin_lock_irqsave_nested(lock: Ptr<raw_spinlock_t>, subclass: number): number;

/**
 * Takes one of many locks of a class, in any order: `outer`, which is held, keeps everybody
 * else from doing so.
 *
 * Context: any. Linux: raw_spin_lock_nest_lock.
 *
 * @raw
 * @switches
 * @symbol _raw_spin_lock_nest_lock
 */
export function raw_spin_lock_nest_lock(lock: Ptr<raw_spinlock_t>, outer: VoidPtr): void;

/**
 * Gives the lock back.
 *
 * Context: that of the lock. Linux: raw_spin_unlock.
 *
 * @raw
 * @switches
 * @symbol _raw_spin_unlock
 */
export function raw_spin_unlock(lock: Ptr<raw_spinlock_t>): void;

/**
 * Gives the lock back, and turns interrupts on.
 *
 * Context: that of the lock. Linux: raw_spin_unlock_irq.
 *
 * @raw
 * @switches
 * @symbol _raw_spin_unlock_irq
 */
export function raw_spin_unlock_irq(lock: Ptr<raw_spinlock_t>): void;

/**
 * Gives the lock back, and puts interrupts as they were.
 *
 * Context: that of the lock. Linux: raw_spin_unlock_irqrestore.
 *
 * @raw
 * @switches
 * @symbol _raw_spin_unlock_irqrestore
 */
export function raw_spin_unlock_irqrestore(lock: Ptr<raw_spinlock_t>, flags: number): void;

/**
 * Gives the lock back, and turns softirqs on.
 *
 * Context: that of the lock. Linux: raw_spin_unlock_bh.
 *
 * @raw
 * @switches
 * @symbol _raw_spin_unlock_bh
 */
export function raw_spin_unlock_bh(lock: Ptr<raw_spinlock_t>): void;

/**
 * Takes the lock if it is free. True if so.
 *
 * Context: any. Linux: raw_spin_trylock.
 *
 * @raw
 * @symbol _raw_spin_trylock
 */
export function raw_spin_trylock(lock: Ptr<raw_spinlock_t>): boolean;

/**
 * The same; with the lock, interrupts are off.
 *
 * Context: any. Linux: raw_spin_trylock_irq.
 *
 * @raw
 */
export function raw_spin_trylock_irq(lock: Ptr<raw_spinlock_t>): boolean;

/**
 * The same. Returns the flags to restore, or -1 without the lock.
 *
 * Context: any. Linux: raw_spin_trylock_irqsave.
 *
 * @raw
 */
export function raw_spin_trylock_irqsave(lock: Ptr<raw_spinlock_t>): number;

/**
 * The same; with the lock, softirqs are off.
 *
 * Context: any. Linux: raw_spin_trylock_bh.
 *
 * @raw
 * @symbol _raw_spin_trylock_bh
 */
export function raw_spin_trylock_bh(lock: Ptr<raw_spinlock_t>): boolean;

/**
 * Whether anybody holds the lock now.
 *
 * Context: any. Linux: raw_spin_is_locked.
 *
 * @raw
 */
export function raw_spin_is_locked(lock: Ptr<raw_spinlock_t>): boolean;

/**
 * Puts an entry behind the head, where readers find it complete.
 *
 * Context: any, with the list's lock. Linux: list_add_rcu.
 *
 * @raw
 */
export function list_add_rcu(entry: Ptr<list_head>, head: Ptr<list_head>): void;

/**
 * Puts an entry before the head: it is the last one.
 *
 * Context: any, with the list's lock. Linux: list_add_tail_rcu.
 *
 * @raw
 */
export function list_add_tail_rcu(entry: Ptr<list_head>, head: Ptr<list_head>): void;

/**
 * Takes an entry out. Readers that are at it go on from it, so it must be freed after a grace
 * period only.
 *
 * Context: any, with the list's lock. Linux: list_del_rcu.
 *
 * @raw
 */
export function list_del_rcu(entry: Ptr<list_head>): void;

/**
 * Calls `each` with the entries, in order, until it answers false. `condition` says that whoever
 * changes the list is kept from it, for those who are no readers.
 *
 * Context: a read section. Linux: list_for_each_entry_rcu.
 *
 * @raw
 */
export function list_for_each_entry_rcu<T extends object>(head: Ptr<list_head>, type: EntryClass<T>, field: keyof T & string, each: (pos: Ptr<T>) => boolean | void, condition?: boolean): void;

/**
 * What runs after a grace period, where nothing may sleep. Usually it frees what holds the head.
 */
export interface RcuCallback {
  /**
   * Called once, with the head that was given to `call_rcu`.
   *
   * @raw
   */
  (head: Ptr<rcu_head>): void;
}

/** The fields of `rcu_head`. */
export type RcuHeadFields = {
  readonly next: PointerKind<rcu_head>;
  readonly func: FunctionKind<RcuCallback>;
};

/** What a struct needs to be freed after a grace period. Linux: struct rcu_head. */
export type rcu_head = Struct<RcuHeadFields>;

/** As a field: `rcu: rcu_head`. Linux: struct rcu_head. */
export const rcu_head: StructClass<RcuHeadFields>;

/**
 * Begins a read section: what can be reached now stays until `rcu_read_unlock`. Sections nest;
 * nothing in them may sleep.
 *
 * Context: any. Linux: rcu_read_lock.
 *
 * @raw
 * @symbol __rcu_read_lock
 */
export function rcu_read_lock(): void;

/**
 * Ends a read section.
 *
 * Context: that of its begin. Linux: rcu_read_unlock.
 *
 * @raw
 * @symbol __rcu_read_unlock
 */
export function rcu_read_unlock(): void;

/**
 * Begins a read section in which no softirq is served on this CPU.
 *
 * Context: any. Linux: rcu_read_lock_bh.
 *
 * @raw
 */
export function rcu_read_lock_bh(): void;

/**
 * Ends what `rcu_read_lock_bh` began.
 *
 * Context: that of its begin. Linux: rcu_read_unlock_bh.
 *
 * @raw
 * @symbol __local_bh_enable_ip
 */
export function rcu_read_unlock_bh(): void;

/**
 * Begins a read section in which this task keeps its CPU.
 *
 * Context: any. Linux: rcu_read_lock_sched.
 *
 * @raw
 */
export function rcu_read_lock_sched(): void;

/**
 * Ends what `rcu_read_lock_sched` began.
 *
 * Context: that of its begin. Linux: rcu_read_unlock_sched.
 *
 * @raw
 */
export function rcu_read_unlock_sched(): void;

/**
 * True in a read section of `rcu_read_lock`; always where lockdep does not watch.
 *
 * Context: any. Linux: rcu_read_lock_held.
 *
 * @raw
 * @symbol rcu_read_lock_held
 */
export function rcu_read_lock_held(): boolean;

/**
 * True where softirqs are held off; always where lockdep does not watch.
 *
 * Context: any. Linux: rcu_read_lock_bh_held.
 *
 * @raw
 * @symbol rcu_read_lock_bh_held
 */
export function rcu_read_lock_bh_held(): boolean;

/**
 * True where this task keeps its CPU; always where lockdep does not watch.
 *
 * Context: any. Linux: rcu_read_lock_sched_held.
 *
 * @raw
 * @symbol rcu_read_lock_sched_held
 */
export function rcu_read_lock_sched_held(): boolean;

/**
 * The pointer that lies at `place`, for a reader: `rcu_dereference(addr_of(p.$.next))`.
 *
 * Context: a read section. Linux: rcu_dereference.
 *
 * @raw
 */
export function rcu_dereference<T>(place: Ptr<Ptr<T>>): Ptr<T>;

/**
 * The same, for readers and for who meets `condition`: has the lock of those who change it.
 *
 * Context: any. Linux: rcu_dereference_check.
 *
 * @raw
 */
export function rcu_dereference_check<T>(place: Ptr<Ptr<T>>, condition: boolean): Ptr<T>;

/**
 * The same, in a section of `rcu_read_lock_bh`.
 *
 * Context: a read section. Linux: rcu_dereference_bh.
 *
 * @raw
 */
export function rcu_dereference_bh<T>(place: Ptr<Ptr<T>>): Ptr<T>;

/**
 * The same, in a section of `rcu_read_lock_sched`.
 *
 * Context: a read section. Linux: rcu_dereference_sched.
 *
 * @raw
 */
export function rcu_dereference_sched<T>(place: Ptr<Ptr<T>>): Ptr<T>;

/**
 * The pointer at `place`, for those who keep it from changing: `condition` says how.
 *
 * Context: any. Linux: rcu_dereference_protected.
 *
 * @raw
 */
export function rcu_dereference_protected<T>(place: Ptr<Ptr<T>>, condition: boolean): Ptr<T>;

/**
 * The pointer at `place`, to be compared, not followed.
 *
 * Context: any. Linux: rcu_access_pointer.
 *
 * @raw
 */
export function rcu_access_pointer<T>(place: Ptr<Ptr<T>>): Ptr<T>;

/**
 * Lets readers see `value` at `place`, with all that was written to it before.
 *
 * Context: any. Linux: rcu_assign_pointer.
 *
 * @raw
 */
export function rcu_assign_pointer<T>(place: Ptr<Ptr<T>>, value: Ptr<T> | NullPtr): void;

/**
 * Stores a pointer that no reader can see yet, or NULL.
 *
 * Context: any. Linux: RCU_INIT_POINTER.
 *
 * @raw
 */
export function RCU_INIT_POINTER<T>(place: Ptr<Ptr<T>>, value: Ptr<T> | NullPtr): void;

/**
 * Has `func` called with `head` when all who read now are done.
 *
 * Context: any. Linux: call_rcu.
 *
 * @raw
 * @symbol call_rcu
 */
export function call_rcu(head: Ptr<rcu_head>, func: RcuCallback): void;

/**
 * Frees an object of kmalloc's when all who read now are done.
 *
 * Context: any. Linux: kfree_rcu_mightsleep, without the sleep.
 *
 * @raw
 * @symbol kvfree_call_rcu
 */
export function kfree_rcu(pointer: VoidPtr): void;

/**
 * Waits until all who read now are done.
 *
 * Context: process. Linux: synchronize_rcu.
 *
 * @raw
 * @sleeps
 * @symbol synchronize_rcu
 */
export function synchronize_rcu(): void;

/**
 * Waits until all callbacks of before have run: a module that gave some has to, before it goes.
 *
 * Context: process. Linux: rcu_barrier.
 *
 * @raw
 * @sleeps
 * @symbol rcu_barrier
 */
export function rcu_barrier(): void;

/** The field of `refcount_t`. Linux: its atomic_t. */
export type RefcountFields = { readonly refs: ScalarKind<'s32'> };

/** How many hold something. Linux: refcount_t. */
export type refcount_t = Struct<RefcountFields>;

/** The field of `kref`. */
export type KrefFields = { readonly refcount: StructClass<RefcountFields> };

/** A reference count with a function for the last one. Linux: struct kref. */
export type kref = Struct<KrefFields>;

/** As a field: `refs: refcount_t`. Linux: refcount_t. */
export const refcount_t: StructClass<RefcountFields>;

/** As a field: `ref: kref`. Linux: struct kref. */
export const kref: StructClass<KrefFields>;

/** The largest count. Linux: REFCOUNT_MAX. */
export const REFCOUNT_MAX: 2147483647;

/** What a count that went wrong stays at. Linux: REFCOUNT_SATURATED. */
export const REFCOUNT_SATURATED: -1073741824;

/**
 * Sets a count that nobody else knows yet.
 *
 * Context: any. Linux: refcount_set.
 *
 * @raw
 */
export function refcount_set(r: Ptr<refcount_t>, value: number): void;

/**
 * The count now.
 *
 * Context: any. Linux: refcount_read.
 *
 * @raw
 */
export function refcount_read(r: Ptr<refcount_t>): number;

/**
 * One more holds it. At 0 it is freed already: that is a WARN.
 *
 * Context: any. Linux: refcount_inc.
 *
 * @raw
 */
export function refcount_inc(r: Ptr<refcount_t>): void;

/**
 * So many more hold it.
 *
 * Context: any. Linux: refcount_add.
 *
 * @raw
 */
export function refcount_add(value: number, r: Ptr<refcount_t>): void;

/**
 * One more holds it, unless the count is 0. False if it is.
 *
 * Context: any. Linux: refcount_inc_not_zero.
 *
 * @raw
 */
export function refcount_inc_not_zero(r: Ptr<refcount_t>): boolean;

/**
 * So many more hold it, unless the count is 0. False if it is.
 *
 * Context: any. Linux: refcount_add_not_zero.
 *
 * @raw
 */
export function refcount_add_not_zero(value: number, r: Ptr<refcount_t>): boolean;

/**
 * One less holds it, and others are known to. That it was the last is a WARN.
 *
 * Context: any. Linux: refcount_dec.
 *
 * @raw
 */
export function refcount_dec(r: Ptr<refcount_t>): void;

/**
 * One less holds it. True if it was the last: then it is to be freed.
 *
 * Context: any. Linux: refcount_dec_and_test.
 *
 * @raw
 */
export function refcount_dec_and_test(r: Ptr<refcount_t>): boolean;

/**
 * So many less hold it. True if nobody does any more.
 *
 * Context: any. Linux: refcount_sub_and_test.
 *
 * @raw
 */
export function refcount_sub_and_test(value: number, r: Ptr<refcount_t>): boolean;

/**
 * Makes a count of 1 one of 0. False if it is another.
 *
 * Context: any. Linux: refcount_dec_if_one.
 *
 * @raw
 * @symbol refcount_dec_if_one
 */
export function refcount_dec_if_one(r: Ptr<refcount_t>): boolean;

/**
 * One less holds it, unless that is the last one. False if it is.
 *
 * Context: any. Linux: refcount_dec_not_one.
 *
 * @raw
 * @symbol refcount_dec_not_one
 */
export function refcount_dec_not_one(r: Ptr<refcount_t>): boolean;

/**
 * Who makes it holds it.
 *
 * Context: any. Linux: kref_init.
 *
 * @raw
 */
export function kref_init(ref: Ptr<kref>): void;

/**
 * How many hold it.
 *
 * Context: any. Linux: kref_read.
 *
 * @raw
 */
export function kref_read(ref: Ptr<kref>): number;

/**
 * One more holds it.
 *
 * Context: any. Linux: kref_get.
 *
 * @raw
 */
export function kref_get(ref: Ptr<kref>): void;

/**
 * One more holds it, unless nobody does. False then.
 *
 * Context: any. Linux: kref_get_unless_zero.
 *
 * @raw
 */
export function kref_get_unless_zero(ref: Ptr<kref>): boolean;

/**
 * One less holds it. Was it the last, `release` is called, to free what it lies in. True then.
 *
 * Context: any. Linux: kref_put.
 *
 * @raw
 */
export function kref_put(ref: Ptr<kref>, release: (ref: Ptr<kref>) => void): boolean;

/** The fields of `rwlock_t`: who reads or writes, and what is checked. */
export type RwlockFields = {
  readonly cnts: ScalarKind<'u32'>;
  readonly wait_lock: ScalarKind<'u32'>;
  readonly magic: ScalarKind<'u32'>;
  readonly owner_cpu: ScalarKind<'u32'>;
  readonly owner: PointerKind<undefined>;
  readonly dep_key: ScalarKind<'usize'>;
};

/** A spinning lock with two sides. Linux: rwlock_t. */
export type rwlock_t = Struct<RwlockFields>;

/** As a field: `lock: rwlock_t`. Linux: rwlock_t. */
export const rwlock_t: StructClass<RwlockFields>;

/**
 * A lock among the variables of the module, free and ready: `const table_lock = DEFINE_RWLOCK();`
 * at the top level of a file.
 *
 * Context: none, since it is there when the module is. Linux: DEFINE_RWLOCK.
 *
 * @static
 */
export function DEFINE_RWLOCK(): Ptr<rwlock_t>;

/**
 * Makes memory a lock that is free. All that one line makes are of one class to lockdep.
 *
 * Context: any; nobody may hold it. Linux: rwlock_init.
 *
 * @raw
 * @lock_init
 * @symbol __rwlock_init
 */
export function rwlock_init(lock: Ptr<rwlock_t>): void;

/**
 * Takes the lock to read, with others who read, spinning until nobody writes or waits to. In an
 * interrupt who waits is passed.
 *
 * Context: any. Linux: read_lock.
 *
 * @raw
 * @switches
 * @symbol _raw_read_lock
 */
export function read_lock(lock: Ptr<rwlock_t>): void;

/**
 * The same with interrupts off.
 *
 * Context: any. Linux: read_lock_irq.
 *
 * @raw
 * @switches
 * @symbol _raw_read_lock_irq
 */
export function read_lock_irq(lock: Ptr<rwlock_t>): void;

/**
 * The same with interrupts off. Returns what `read_unlock_irqrestore` wants.
 *
 * Context: any. Linux: read_lock_irqsave.
 *
 * @raw
 * @switches
 * @symbol _raw_read_lock_irqsave
 */
export function read_lock_irqsave(lock: Ptr<rwlock_t>): number;

/**
 * The same with softirqs off.
 *
 * Context: any. Linux: read_lock_bh.
 *
 * @raw
 * @switches
 * @symbol _raw_read_lock_bh
 */
export function read_lock_bh(lock: Ptr<rwlock_t>): void;

/**
 * Takes the lock if that can be done at once. True if so.
 *
 * Context: any. Linux: read_trylock.
 *
 * @raw
 * @symbol _raw_read_trylock
 */
export function read_trylock(lock: Ptr<rwlock_t>): boolean;

/**
 * Gives the lock back.
 *
 * Context: that of the lock. Linux: read_unlock.
 *
 * @raw
 * @switches
 * @symbol _raw_read_unlock
 */
export function read_unlock(lock: Ptr<rwlock_t>): void;

/**
 * Gives the lock back, and turns interrupts on.
 *
 * Context: that of the lock. Linux: read_unlock_irq.
 *
 * @raw
 * @switches
 * @symbol _raw_read_unlock_irq
 */
export function read_unlock_irq(lock: Ptr<rwlock_t>): void;

/**
 * Gives the lock back, and puts interrupts as they were.
 *
 * Context: that of the lock. Linux: read_unlock_irqrestore.
 *
 * @raw
 * @switches
 * @symbol _raw_read_unlock_irqrestore
 */
export function read_unlock_irqrestore(lock: Ptr<rwlock_t>, flags: number): void;

/**
 * Gives the lock back, and turns softirqs on.
 *
 * Context: that of the lock. Linux: read_unlock_bh.
 *
 * @raw
 * @switches
 * @symbol _raw_read_unlock_bh
 */
export function read_unlock_bh(lock: Ptr<rwlock_t>): void;

/**
 * Takes the lock to write, alone, spinning until that can be.
 *
 * Context: any. Linux: write_lock.
 *
 * @raw
 * @switches
 * @symbol _raw_write_lock
 */
export function write_lock(lock: Ptr<rwlock_t>): void;

/**
 * The same for a second lock of a class that is held: `subclass`, 1 to 7, says which of an order
 * that the driver knows it is.
 *
 * Context: any. Linux: write_lock_nested.
 *
 * @raw
 * @switches
 * @symbol _raw_write_lock_nested
 */
export function write_lock_nested(lock: Ptr<rwlock_t>, subclass: number): void;

/**
 * The same with interrupts off.
 *
 * Context: any. Linux: write_lock_irq.
 *
 * @raw
 * @switches
 * @symbol _raw_write_lock_irq
 */
export function write_lock_irq(lock: Ptr<rwlock_t>): void;

/**
 * The same with interrupts off. Returns what `write_unlock_irqrestore` wants.
 *
 * Context: any. Linux: write_lock_irqsave.
 *
 * @raw
 * @switches
 * @symbol _raw_write_lock_irqsave
 */
export function write_lock_irqsave(lock: Ptr<rwlock_t>): number;

/**
 * The same with softirqs off.
 *
 * Context: any. Linux: write_lock_bh.
 *
 * @raw
 * @switches
 * @symbol _raw_write_lock_bh
 */
export function write_lock_bh(lock: Ptr<rwlock_t>): void;

/**
 * Takes the lock if that can be done at once. True if so.
 *
 * Context: any. Linux: write_trylock.
 *
 * @raw
 * @symbol _raw_write_trylock
 */
export function write_trylock(lock: Ptr<rwlock_t>): boolean;

/**
 * Gives the lock back.
 *
 * Context: that of the lock. Linux: write_unlock.
 *
 * @raw
 * @switches
 * @symbol _raw_write_unlock
 */
export function write_unlock(lock: Ptr<rwlock_t>): void;

/**
 * Gives the lock back, and turns interrupts on.
 *
 * Context: that of the lock. Linux: write_unlock_irq.
 *
 * @raw
 * @switches
 * @symbol _raw_write_unlock_irq
 */
export function write_unlock_irq(lock: Ptr<rwlock_t>): void;

/**
 * Gives the lock back, and puts interrupts as they were.
 *
 * Context: that of the lock. Linux: write_unlock_irqrestore.
 *
 * @raw
 * @switches
 * @symbol _raw_write_unlock_irqrestore
 */
export function write_unlock_irqrestore(lock: Ptr<rwlock_t>, flags: number): void;

/**
 * Gives the lock back, and turns softirqs on.
 *
 * Context: that of the lock. Linux: write_unlock_bh.
 *
 * @raw
 * @switches
 * @symbol _raw_write_unlock_bh
 */
export function write_unlock_bh(lock: Ptr<rwlock_t>): void;

/**
 * The fields of `rw_semaphore`: who reads or writes, who waits, and what is checked.
 */
export type RwSemaphoreFields = {
  readonly count: ScalarKind<'usize'>;
  readonly owner: ScalarKind<'usize'>;
  readonly osq: ScalarKind<'u32'>;
  readonly wait_lock: ScalarKind<'u32'>;
  readonly wait_list: StructClass<ListHeadFields>;
  readonly magic: PointerKind<undefined>;
  readonly dep_key: ScalarKind<'usize'>;
};

/** A sleeping lock with two sides. Linux: struct rw_semaphore. */
export type rw_semaphore = Struct<RwSemaphoreFields>;

/** As a field: `lock: rw_semaphore`. Linux: struct rw_semaphore. */
export const rw_semaphore: StructClass<RwSemaphoreFields>;

/**
 * A lock among the variables of the module, free and ready: `const table_lock = DECLARE_RWSEM();`
 * at the top level of a file.
 *
 * Context: none, since it is there when the module is. Linux: DECLARE_RWSEM.
 *
 * @static
 */
export function DECLARE_RWSEM(): Ptr<rw_semaphore>;

/**
 * Makes memory a lock that is free. All that one line makes are of one class to lockdep.
 *
 * Context: any; nobody may hold it. Linux: init_rwsem.
 *
 * @raw
 * @lock_init
 * @symbol __init_rwsem
 */
export function init_rwsem(sem: Ptr<rw_semaphore>): void;

/**
 * Takes the lock to read, with others who read, sleeping until nobody writes. Signals do not end
 * the wait.
 *
 * Context: process. Linux: down_read.
 *
 * @raw
 * @sleeps
 * @symbol down_read
 */
export function down_read(sem: Ptr<rw_semaphore>): void;

/**
 * The same, but a signal ends the wait: 0 with the lock, -EINTR without.
 *
 * Context: process. Linux: down_read_interruptible.
 *
 * @raw
 * @sleeps
 * @symbol down_read_interruptible
 */
export function down_read_interruptible(sem: Ptr<rw_semaphore>): number;

/**
 * The same, but a signal that kills ends the wait: 0 with the lock, -EINTR without.
 *
 * Context: process. Linux: down_read_killable.
 *
 * @raw
 * @sleeps
 * @symbol down_read_killable
 */
export function down_read_killable(sem: Ptr<rw_semaphore>): number;

/**
 * Takes a second lock of a class that is held to read: `subclass`, 1 to 7, says which of an order
 * that the driver knows it is.
 *
 * Context: process. Linux: down_read_nested.
 *
 * @raw
 * @sleeps
 * @symbol down_read_nested
 */
export function down_read_nested(sem: Ptr<rw_semaphore>, subclass: number): void;

/**
 * Takes the lock to read if that can be done at once. True if so.
 *
 * Context: process. Linux: down_read_trylock.
 *
 * @raw
 * @symbol down_read_trylock
 */
export function down_read_trylock(sem: Ptr<rw_semaphore>): boolean;

/**
 * Takes the lock to write, alone, sleeping until that can be. Signals do not end the wait.
 *
 * Context: process. Linux: down_write.
 *
 * @raw
 * @sleeps
 * @symbol down_write
 */
export function down_write(sem: Ptr<rw_semaphore>): void;

/**
 * The same, but a signal that kills ends the wait: 0 with the lock, -EINTR without.
 *
 * Context: process. Linux: down_write_killable.
 *
 * @raw
 * @sleeps
 * @symbol down_write_killable
 */
export function down_write_killable(sem: Ptr<rw_semaphore>): number;

/**
 * Takes a second lock of a class that is held to write: `subclass`, 1 to 7, says which of an
 * order that the driver knows it is.
 *
 * Context: process. Linux: down_write_nested.
 *
 * @raw
 * @sleeps
 * @symbol down_write_nested
 */
export function down_write_nested(sem: Ptr<rw_semaphore>, subclass: number): void;

/**
 * Takes one of many locks of a class to write, in any order: `outer`, which is held, keeps
 * everybody else from doing so.
 *
 * Context: process. Linux: down_write_nest_lock.
 *
 * @raw
 * @sleeps
 * @symbol _down_write_nest_lock
 */
export function down_write_nest_lock(sem: Ptr<rw_semaphore>, outer: VoidPtr): void;

/**
 * Takes the lock to write if that can be done at once. True if so.
 *
 * Context: process. Linux: down_write_trylock.
 *
 * @raw
 * @symbol down_write_trylock
 */
export function down_write_trylock(sem: Ptr<rw_semaphore>): boolean;

/**
 * Gives the lock back that was taken to read.
 *
 * Context: process. Linux: up_read.
 *
 * @raw
 * @switches
 * @symbol up_read
 */
export function up_read(sem: Ptr<rw_semaphore>): void;

/**
 * Gives the lock back that was taken to write. The task that took it has to.
 *
 * Context: process. Linux: up_write.
 *
 * @raw
 * @switches
 * @symbol up_write
 */
export function up_write(sem: Ptr<rw_semaphore>): void;

/**
 * Goes from writing to reading, with nobody in between.
 *
 * Context: process. Linux: downgrade_write.
 *
 * @raw
 * @switches
 * @symbol downgrade_write
 */
export function downgrade_write(sem: Ptr<rw_semaphore>): void;

/**
 * Whether anybody holds the lock now.
 *
 * Context: any. Linux: rwsem_is_locked.
 *
 * @raw
 */
export function rwsem_is_locked(sem: Ptr<rw_semaphore>): boolean;

/**
 * The fields of `semaphore`: how many may still pass, who waits, and who passed last.
 */
export type SemaphoreFields = {
  readonly lock: ScalarKind<'u32'>;
  readonly count: ScalarKind<'u32'>;
  readonly wait_list: StructClass<ListHeadFields>;
  readonly last_holder: ScalarKind<'usize'>;
};

/** A semaphore. Linux: struct semaphore. */
export type semaphore = Struct<SemaphoreFields>;

/** As a field: `free: semaphore`. Linux: struct semaphore. */
export const semaphore: StructClass<SemaphoreFields>;

/**
 * A semaphore among the variables of the module, which `count` may pass:
 * `const slots = DEFINE_SEMAPHORE(4);` at the top level of a file.
 *
 * Context: none, since it is there when the module is. Linux: DEFINE_SEMAPHORE.
 *
 * @static
 */
export function DEFINE_SEMAPHORE(count: number): Ptr<semaphore>;

/**
 * Makes memory a semaphore that `count` may pass.
 *
 * Context: any; nobody may wait for it. Linux: sema_init.
 *
 * @raw
 */
export function sema_init(sem: Ptr<semaphore>, count: number): void;

/**
 * Passes, sleeping until that can be. Signals do not end the wait.
 *
 * Context: process. Linux: down.
 *
 * @raw
 * @sleeps
 * @symbol down
 */
export function down(sem: Ptr<semaphore>): void;

/**
 * The same, but a signal ends the wait: 0, or -EINTR.
 *
 * Context: process. Linux: down_interruptible.
 *
 * @raw
 * @sleeps
 * @symbol down_interruptible
 */
export function down_interruptible(sem: Ptr<semaphore>): number;

/**
 * The same, but a signal that kills ends the wait: 0, or -EINTR.
 *
 * Context: process. Linux: down_killable.
 *
 * @raw
 * @sleeps
 * @symbol down_killable
 */
export function down_killable(sem: Ptr<semaphore>): number;

/**
 * The same for so many jiffies at most: 0, or -ETIME.
 *
 * Context: process. Linux: down_timeout.
 *
 * @raw
 * @sleeps
 * @symbol down_timeout
 */
export function down_timeout(sem: Ptr<semaphore>, timeout: number): number;

/**
 * Passes if that can be done at once. 0 if so, else 1: the other way round than other locks.
 *
 * Context: any. Linux: down_trylock.
 *
 * @raw
 * @symbol down_trylock
 */
export function down_trylock(sem: Ptr<semaphore>): number;

/**
 * Lets one more pass. Anybody may.
 *
 * Context: any. Linux: up.
 *
 * @raw
 * @symbol up
 */
export function up(sem: Ptr<semaphore>): void;

/** The fields of `seqcount_t`: odd while somebody writes. */
export type SeqcountFields = {
  readonly sequence: ScalarKind<'u32'>;
  readonly dep_key: ScalarKind<'usize'>;
};

/** A sequence counter. Linux: seqcount_t. */
export type seqcount_t = Struct<SeqcountFields>;

/** The fields of `seqlock_t`. */
export type SeqlockFields = {
  readonly seqcount: StructClass<SeqcountFields>;
  readonly lock: StructClass<SpinlockFields>;
};

/**
 * A sequence counter with the spinlock that keeps writers apart. Linux: seqlock_t.
 */
export type seqlock_t = Struct<SeqlockFields>;

/** As a field: `seq: seqcount_t`. Linux: seqcount_t. */
export const seqcount_t: StructClass<SeqcountFields>;

/** As a field: `lock: seqlock_t`. Linux: seqlock_t. */
export const seqlock_t: StructClass<SeqlockFields>;

/**
 * A seqlock among the variables of the module, free and ready: `const clock = DEFINE_SEQLOCK();`
 * at the top level of a file.
 *
 * Context: none, since it is there when the module is. Linux: DEFINE_SEQLOCK.
 *
 * @static
 */
export function DEFINE_SEQLOCK(): Ptr<seqlock_t>;

/**
 * Makes memory a counter at which nobody writes.
 *
 * Context: any. Linux: seqcount_init.
 *
 * @raw
 * @lock_init
 */
export function seqcount_init(s: Ptr<seqcount_t>): void;

/**
 * Makes memory a seqlock that is free.
 *
 * Context: any; nobody may hold it. Linux: seqlock_init.
 *
 * @raw
 * @lock_init
 */
export function seqlock_init(sl: Ptr<seqlock_t>): void;

/**
 * Begins to read: waits until nobody writes, and answers the number for `read_seqcount_retry`.
 *
 * Context: any. Linux: read_seqcount_begin.
 *
 * @raw
 * @switches
 */
export function read_seqcount_begin(s: Ptr<seqcount_t>): number;

/**
 * Whether somebody has written since: then what was read may be wrong, and is to be read again.
 *
 * Context: any. Linux: read_seqcount_retry.
 *
 * @raw
 */
export function read_seqcount_retry(s: Ptr<seqcount_t>, start: number): boolean;

/**
 * Begins to write. Something else keeps other writers out, and preemption is off.
 *
 * Context: any. Linux: write_seqcount_begin.
 *
 * @raw
 */
export function write_seqcount_begin(s: Ptr<seqcount_t>): void;

/**
 * Ends writing.
 *
 * Context: any. Linux: write_seqcount_end.
 *
 * @raw
 */
export function write_seqcount_end(s: Ptr<seqcount_t>): void;

/**
 * Begins to read: waits until nobody writes, and answers the number for `read_seqretry`.
 *
 * Context: any. Linux: read_seqbegin.
 *
 * @raw
 * @switches
 */
export function read_seqbegin(sl: Ptr<seqlock_t>): number;

/**
 * Whether somebody has written since: then what was read may be wrong, and is to be read again.
 *
 * Context: any. Linux: read_seqretry.
 *
 * @raw
 */
export function read_seqretry(sl: Ptr<seqlock_t>, start: number): boolean;

/**
 * Takes the lock that keeps writers apart, and begins to write.
 *
 * Context: any. Linux: write_seqlock.
 *
 * @raw
 * @switches
 */
export function write_seqlock(sl: Ptr<seqlock_t>): void;

/**
 * Ends writing, and gives the lock back.
 *
 * Context: that of the lock. Linux: write_sequnlock.
 *
 * @raw
 * @switches
 */
export function write_sequnlock(sl: Ptr<seqlock_t>): void;

/**
 * The same with softirqs off.
 *
 * Context: any. Linux: write_seqlock_bh.
 *
 * @raw
 * @switches
 */
export function write_seqlock_bh(sl: Ptr<seqlock_t>): void;

/**
 * Ends writing, and gives the lock back.
 *
 * Context: that of the lock. Linux: write_sequnlock_bh.
 *
 * @raw
 * @switches
 */
export function write_sequnlock_bh(sl: Ptr<seqlock_t>): void;

/**
 * The same with interrupts off.
 *
 * Context: any. Linux: write_seqlock_irq.
 *
 * @raw
 * @switches
 */
export function write_seqlock_irq(sl: Ptr<seqlock_t>): void;

/**
 * Ends writing, and gives the lock back.
 *
 * Context: that of the lock. Linux: write_sequnlock_irq.
 *
 * @raw
 * @switches
 */
export function write_sequnlock_irq(sl: Ptr<seqlock_t>): void;

/**
 * The same with interrupts off. Returns what `write_sequnlock_irqrestore` wants.
 *
 * Context: any. Linux: write_seqlock_irqsave.
 *
 * @raw
 * @switches
 */
export function write_seqlock_irqsave(sl: Ptr<seqlock_t>): number;

/**
 * Ends writing, gives the lock back, and puts interrupts as they were.
 *
 * Context: that of the lock. Linux: write_sequnlock_irqrestore.
 *
 * @raw
 * @switches
 */
export function write_sequnlock_irqrestore(sl: Ptr<seqlock_t>, flags: number): void;

/**
 * The fields of `spinlock_t`: whether it is held and who waits, and what is checked.
 */
export type SpinlockFields = {
  readonly val: ScalarKind<'u32'>;
  readonly magic: ScalarKind<'u32'>;
  readonly owner_cpu: ScalarKind<'u32'>;
  readonly owner: PointerKind<undefined>;
  readonly dep_key: ScalarKind<'usize'>;
};

/** A lock that is waited for without sleeping. Linux: spinlock_t. */
export type spinlock_t = Struct<SpinlockFields>;

/** As a field: `lock: spinlock_t`. Linux: spinlock_t. */
export const spinlock_t: StructClass<SpinlockFields>;

/**
 * A lock among the variables of the module, free and ready:
 * `const bank_lock = DEFINE_SPINLOCK();` at the top level of a file.
 *
 * Context: none, since it is there when the module is. Linux: DEFINE_SPINLOCK.
 *
 * @static
 */
export function DEFINE_SPINLOCK(): Ptr<spinlock_t>;

/**
 * Makes memory a lock that is free. All that one line makes are of one class to lockdep.
 *
 * Context: any; nobody may hold it. Linux: spin_lock_init.
 *
 * @raw
 * @lock_init
 * @symbol __raw_spin_lock_init
 */
export function spin_lock_init(lock: Ptr<spinlock_t>): void;

/**
 * Takes the lock, spinning until it is free. Preemption is off until it is given back: nothing
 * in between may sleep. Who holds the lock already spins for ever.
 *
 * Context: any. Linux: spin_lock.
 *
 * @raw
 * @switches
 * @symbol _raw_spin_lock
 */
export function spin_lock(lock: Ptr<spinlock_t>): void;

/**
 * The same with interrupts off: for what an interrupt handler takes, too, where they were on.
 *
 * Context: any. Linux: spin_lock_irq.
 *
 * @raw
 * @switches
 * @symbol _raw_spin_lock_irq
 */
export function spin_lock_irq(lock: Ptr<spinlock_t>): void;

/**
 * The same with interrupts off, wherever it is called. Returns what `spin_unlock_irqrestore`
 * wants.
 *
 * Context: any. Linux: spin_lock_irqsave.
 *
 * @raw
 * @switches
 * @symbol _raw_spin_lock_irqsave
 */
export function spin_lock_irqsave(lock: Ptr<spinlock_t>): number;

/**
 * The same with softirqs off: for what a timer, a tasklet or a network function takes, too.
 *
 * Context: any. Linux: spin_lock_bh.
 *
 * @raw
 * @switches
 * @symbol _raw_spin_lock_bh
 */
export function spin_lock_bh(lock: Ptr<spinlock_t>): void;

/**
 * Takes a second lock of a class that is held: `subclass`, 1 to 7, says which of an order that
 * the driver knows it is.
 *
 * Context: any. Linux: spin_lock_nested.
 *
 * @raw
 * @switches
 * @symbol _raw_spin_lock_nested
 */
export function spin_lock_nested(lock: Ptr<spinlock_t>, subclass: number): void;

/**
 * The same with interrupts off.
 *
 * Context: any. Linux: spin_lock_irqsave_nested.
 *
 * @raw
 * @switches
 * @symbol _raw_spin_lock_irqsave_nested
 */
export function spin_lock_irqsave_nested(lock: Ptr<spinlock_t>, subclass: number): number;

/**
 * Takes one of many locks of a class, in any order: `outer`, which is held, keeps everybody
 * else from doing so.
 *
 * Context: any. Linux: spin_lock_nest_lock.
 *
 * @raw
 * @switches
 * @symbol _raw_spin_lock_nest_lock
 */
export function spin_lock_nest_lock(lock: Ptr<spinlock_t>, outer: VoidPtr): void;

/**
 * Gives the lock back.
 *
 * Context: that of the lock. Linux: spin_unlock.
 *
 * @raw
 * @switches
 * @symbol _raw_spin_unlock
 */
export function spin_unlock(lock: Ptr<spinlock_t>): void;

/**
 * Gives the lock back, and turns interrupts on.
 *
 * Context: that of the lock. Linux: spin_unlock_irq.
 *
 * @raw
 * @switches
 * @symbol _raw_spin_unlock_irq
 */
export function spin_unlock_irq(lock: Ptr<spinlock_t>): void;

/**
 * Gives the lock back, and puts interrupts as they were.
 *
 * Context: that of the lock. Linux: spin_unlock_irqrestore.
 *
 * @raw
 * @switches
 * @symbol _raw_spin_unlock_irqrestore
 */
export function spin_unlock_irqrestore(lock: Ptr<spinlock_t>, flags: number): void;

/**
 * Gives the lock back, and turns softirqs on.
 *
 * Context: that of the lock. Linux: spin_unlock_bh.
 *
 * @raw
 * @switches
 * @symbol _raw_spin_unlock_bh
 */
export function spin_unlock_bh(lock: Ptr<spinlock_t>): void;

/**
 * Takes the lock if it is free. True if so.
 *
 * Context: any. Linux: spin_trylock.
 *
 * @raw
 * @symbol _raw_spin_trylock
 */
export function spin_trylock(lock: Ptr<spinlock_t>): boolean;

/**
 * The same; with the lock, interrupts are off.
 *
 * Context: any. Linux: spin_trylock_irq.
 *
 * @raw
 */
export function spin_trylock_irq(lock: Ptr<spinlock_t>): boolean;

/**
 * The same. Returns the flags to restore, or -1 without the lock.
 *
 * Context: any. Linux: spin_trylock_irqsave.
 *
 * @raw
 */
export function spin_trylock_irqsave(lock: Ptr<spinlock_t>): number;

/**
 * The same; with the lock, softirqs are off.
 *
 * Context: any. Linux: spin_trylock_bh.
 *
 * @raw
 * @symbol _raw_spin_trylock_bh
 */
export function spin_trylock_bh(lock: Ptr<spinlock_t>): boolean;

/**
 * Whether anybody holds the lock now.
 *
 * Context: any. Linux: spin_is_locked.
 *
 * @raw
 */
export function spin_is_locked(lock: Ptr<spinlock_t>): boolean;

/**
 * Whether anybody waits for it now.
 *
 * Context: any. Linux: spin_is_contended.
 *
 * @raw
 */
export function spin_is_contended(lock: Ptr<spinlock_t>): boolean;

/**
 * An array of `size` bytes on the kernel stack, with whatever was there before. It ends with the
 * function that calls. The stack has 16 KiB for everybody on it.
 *
 * Context: any. Linux: u8 buffer[size].
 *
 * @frame
 */
export function stack_buffer(size: number): VoidPtr;

/**
 * An array of `size` bytes among the variables of the module, zeroed. Stands at the top level of
 * a file: `const table: Ptr<u8> = global_buffer(256);`, with a size that is known when the module
 * is built.
 *
 * Context: none, since it is there when the module is. Linux: static u8 table[size].
 *
 * @static
 */
export function global_buffer(size: number): VoidPtr;

/**
 * Copies `size` bytes; the two ranges must not overlap. Returns `target`.
 *
 * Context: any. Linux: memcpy.
 *
 * @raw
 * @symbol memcpy
 */
export function memcpy(target: VoidPtr, source: VoidPtr, size: number): VoidPtr;

/**
 * Copies `size` bytes, also to where they overlap. Returns `target`.
 *
 * Context: any. Linux: memmove.
 *
 * @raw
 * @symbol memmove
 */
export function memmove(target: VoidPtr, source: VoidPtr, size: number): VoidPtr;

/**
 * Fills `size` bytes with the lowest byte of `value`. Returns `target`.
 *
 * Context: any. Linux: memset.
 *
 * @raw
 * @symbol memset
 */
export function memset(target: VoidPtr, value: number, size: number): VoidPtr;

/**
 * 0 if both ranges have the same bytes, else the difference of the first two that differ.
 *
 * Context: any. Linux: memcmp.
 *
 * @raw
 * @symbol memcmp
 */
export function memcmp(left: VoidPtr, right: VoidPtr, size: number): number;

/**
 * Where the byte `value` first is; NULL if it is nowhere.
 *
 * Context: any. Linux: memchr.
 *
 * @raw
 * @symbol memchr
 */
export function memchr(pointer: VoidPtr, value: number, size: number): VoidPtr;

/**
 * Where the byte `value` first is; the end of the range if it is nowhere.
 *
 * Context: any. Linux: memscan.
 *
 * @raw
 * @symbol memscan
 */
export function memscan(pointer: VoidPtr, value: number, size: number): VoidPtr;

/**
 * Where the first byte that is not `value` is; NULL if all are.
 *
 * Context: any. Linux: memchr_inv.
 *
 * @raw
 * @symbol memchr_inv
 */
export function memchr_inv(pointer: VoidPtr, value: number, size: number): VoidPtr;

/**
 * Bytes before the NUL.
 *
 * Context: any. Linux: strlen.
 *
 * @raw
 * @symbol strlen
 */
export function strlen(text: Ptr<u8>): number;

/**
 * Bytes before the NUL, at most `max`.
 *
 * Context: any. Linux: strnlen.
 *
 * @raw
 * @symbol strnlen
 */
export function strnlen(text: Ptr<u8>, max: number): number;

/**
 * Copies a string with its NUL. Nothing says how much room there is: use `strscpy`. Returns
 * `target`.
 *
 * Context: any. Linux: strcpy.
 *
 * @raw
 * @symbol strcpy
 */
export function strcpy(target: Ptr<u8>, source: Ptr<u8> | string): Ptr<u8>;

/**
 * Copies `size` bytes of a string, filled up with NULs; one that is too long ends without any.
 * Returns `target`.
 *
 * Context: any. Linux: strncpy.
 *
 * @raw
 * @symbol strncpy
 */
export function strncpy(target: Ptr<u8>, source: Ptr<u8> | string, size: number): Ptr<u8>;

/**
 * Copies a string into a buffer of `size` bytes. The copy always ends with a NUL. Returns its
 * length, or -E2BIG (-7) if it was cut.
 *
 * Context: any. Linux: strscpy.
 *
 * @raw
 * @symbol sized_strscpy
 */
export function strscpy(target: Ptr<u8>, source: Ptr<u8> | string, size: number): number;

/**
 * Appends a string to another, whatever room there is. Returns `target`.
 *
 * Context: any. Linux: strcat.
 *
 * @raw
 * @symbol strcat
 */
export function strcat(target: Ptr<u8>, source: Ptr<u8> | string): Ptr<u8>;

/**
 * Appends at most `count` bytes of a string and a NUL, whatever room there is. Returns `target`.
 *
 * Context: any. Linux: strncat.
 *
 * @raw
 * @symbol strncat
 */
export function strncat(target: Ptr<u8>, source: Ptr<u8> | string, count: number): Ptr<u8>;

/**
 * Appends what has room in a buffer of `size` bytes. Returns the length that all of it would have
 * had.
 *
 * Context: any. Linux: strlcat.
 *
 * @raw
 * @symbol strlcat
 */
export function strlcat(target: Ptr<u8>, source: Ptr<u8> | string, size: number): number;

/**
 * 0 if both strings are the same, else -1 or 1, by the first bytes that differ.
 *
 * Context: any. Linux: strcmp.
 *
 * @raw
 * @symbol strcmp
 */
export function strcmp(left: Ptr<u8>, right: Ptr<u8> | string): number;

/**
 * The same for at most `max` bytes.
 *
 * Context: any. Linux: strncmp.
 *
 * @raw
 * @symbol strncmp
 */
export function strncmp(left: Ptr<u8>, right: Ptr<u8> | string, max: number): number;

/**
 * Where the byte `value` first is in a string; NULL if it is nowhere. 0 finds the end.
 *
 * Context: any. Linux: strchr.
 *
 * @raw
 * @symbol strchr
 */
export function strchr(text: Ptr<u8>, value: number): Ptr<u8>;

/**
 * Where it is last.
 *
 * Context: any. Linux: strrchr.
 *
 * @raw
 * @symbol strrchr
 */
export function strrchr(text: Ptr<u8>, value: number): Ptr<u8>;

/**
 * Where `needle` first begins in a string; NULL if nowhere.
 *
 * Context: any. Linux: strstr.
 *
 * @raw
 * @symbol strstr
 */
export function strstr(text: Ptr<u8>, needle: Ptr<u8> | string): Ptr<u8>;

/**
 * Stores a text as UTF-8 with a NUL behind it, in one piece. Returns how many bytes it has
 * without the NUL. C would say memcpy(target, "…", sizeof "…").
 *
 * Context: any.
 *
 * @raw
 */
export function write_text(target: Ptr<u8>, text: string): number;

/**
 * The string behind a pointer as a text: up to its NUL, at most `max` bytes. What is no UTF-8
 * reads as U+FFFD.
 *
 * Context: any.
 *
 * @raw
 */
export function read_text(source: Ptr<u8>, max: number): string;

/** A task. What it has for itself is the kernel's. Linux: struct task_struct. */
export interface task_struct {
  /** Nothing: only the type has it. */
  readonly [taskMark]: never;
}

/** For `schedule_timeout`: for ever. Linux: MAX_SCHEDULE_TIMEOUT. */
export const MAX_SCHEDULE_TIMEOUT: number;

/**
 * The running task; in an interrupt the one that it has interrupted.
 *
 * Context: any. Linux: current.
 */
export function get_current(): Ptr<task_struct>;

/**
 * True if a signal waits for the running task.
 *
 * Context: process. Linux: signal_pending(current).
 */
export function signal_pending(): boolean;

/**
 * Says in which state the running task will be once it calls `schedule`, until somebody wakes it.
 *
 * Context: process. Linux: set_current_state.
 */
export function set_current_state(state: number): void;

/**
 * Gives the CPU away: until woken, if the task has said that it will sleep, and else for a
 * moment.
 *
 * Context: process. Linux: schedule.
 *
 * @sleeps
 * @symbol schedule
 */
export function schedule(): void;

/**
 * The same for no longer than so many jiffies. Returns those that are left.
 *
 * Context: process. Linux: schedule_timeout.
 *
 * @sleeps
 * @symbol schedule_timeout
 */
export function schedule_timeout(timeout: number): number;

/**
 * Sleeps for so many jiffies or until a signal comes. Returns those that are left.
 *
 * Context: process. Linux: schedule_timeout_interruptible.
 *
 * @sleeps
 * @symbol schedule_timeout_interruptible
 */
export function schedule_timeout_interruptible(timeout: number): number;

/**
 * The same, but only a signal that kills ends it.
 *
 * Context: process. Linux: schedule_timeout_killable.
 *
 * @sleeps
 * @symbol schedule_timeout_killable
 */
export function schedule_timeout_killable(timeout: number): number;

/**
 * The same, whatever signals come.
 *
 * Context: process. Linux: schedule_timeout_uninterruptible.
 *
 * @sleeps
 * @symbol schedule_timeout_uninterruptible
 */
export function schedule_timeout_uninterruptible(timeout: number): number;

/** What a tasklet does. It may spin, never sleep. */
export interface TaskletFunction {
  /**
   * Called once for each time that it was scheduled.
   *
   * @context softirq
   * @raw
   */
  (tasklet: Ptr<tasklet_struct>): void;
}

/** The fields of `tasklet_struct`. */
export type TaskletFields = {
  readonly next: PointerKind<tasklet_struct>;
  readonly state: ScalarKind<'usize'>;
  readonly count: ScalarKind<'u32'>;
  readonly use_callback: ScalarKind<'u8'>;
  readonly callback: FunctionKind<TaskletFunction>;
  readonly data: ScalarKind<'usize'>;
};

/** A tasklet: `tasklet: tasklet_struct` as a field. Linux: struct tasklet_struct. */
export type tasklet_struct = Struct<TaskletFields>;

/** As a field: `tasklet: tasklet_struct`. Linux: struct tasklet_struct. */
export const tasklet_struct: StructClass<TaskletFields>;

/**
 * Makes memory into a tasklet that calls `callback`.
 *
 * Context: any. Linux: tasklet_setup.
 *
 * @raw
 * @symbol tasklet_setup
 */
export function tasklet_setup(tasklet: Ptr<tasklet_struct>, callback: TaskletFunction): void;

/**
 * Has it called soon, on this CPU; once, however often it is scheduled before.
 *
 * Context: any. Linux: tasklet_schedule.
 *
 * @raw
 * @symbol __tasklet_schedule
 */
export function tasklet_schedule(tasklet: Ptr<tasklet_struct>): void;

/**
 * The same, before all other softirqs.
 *
 * Context: any. Linux: tasklet_hi_schedule.
 *
 * @raw
 * @symbol __tasklet_hi_schedule
 */
export function tasklet_hi_schedule(tasklet: Ptr<tasklet_struct>): void;

/**
 * Holds it off until `tasklet_enable`, and waits until it is done. Nests.
 *
 * Context: process. Linux: tasklet_disable.
 *
 * @raw
 * @switches
 */
export function tasklet_disable(tasklet: Ptr<tasklet_struct>): void;

/**
 * Ends what `tasklet_disable` began.
 *
 * Context: any. Linux: tasklet_enable.
 *
 * @raw
 */
export function tasklet_enable(tasklet: Ptr<tasklet_struct>): void;

/**
 * Waits until it neither waits for its turn nor runs: whoever scheduled it must have ended.
 *
 * Context: process. Linux: tasklet_kill.
 *
 * @raw
 * @switches
 * @symbol tasklet_kill
 */
export function tasklet_kill(tasklet: Ptr<tasklet_struct>): void;

/** What a timer does. */
export interface TimerFunction {
  /**
   * Called when the timer is due.
   *
   * @context softirq
   * @raw
   */
  (timer: Ptr<timer_list>): void;
}

/** The fields of `timer_list`. */
export type TimerFields = {
  readonly next: PointerKind<VoidPtr>;
  readonly pprev: PointerKind<VoidPtr>;
  readonly expires: ScalarKind<'usize'>;
  readonly function: FunctionKind<TimerFunction>;
  readonly flags: ScalarKind<'u32'>;
};

/** A timer: `timer: timer_list` as a field. Linux: struct timer_list. */
export type timer_list = Struct<TimerFields>;

/** As a field: `timer: timer_list`. Linux: struct timer_list. */
export const timer_list: StructClass<TimerFields>;

/**
 * Makes memory into a timer that calls `callback` and is not armed.
 *
 * Context: any. Linux: timer_setup.
 *
 * @raw
 * @lock_init
 * @symbol timer_init_key
 */
export function timer_setup(timer: Ptr<timer_list>, callback: TimerFunction, flags: number): void;

/**
 * True if the timer is armed.
 *
 * Context: any. Linux: timer_pending.
 *
 * @raw
 */
export function timer_pending(timer: Ptr<timer_list>): boolean;

/**
 * Arms a timer for the tick `expires`, or moves it there. True if it was armed.
 *
 * Context: any. Linux: mod_timer.
 *
 * @raw
 * @symbol mod_timer
 */
export function mod_timer(timer: Ptr<timer_list>, expires: number): boolean;

/**
 * Arms a timer for the tick in its field `expires`. It must not be armed.
 *
 * Context: any. Linux: add_timer.
 *
 * @raw
 * @symbol add_timer
 */
export function add_timer(timer: Ptr<timer_list>): void;

/**
 * Disarms a timer. Its callback may still be running. True if it was armed.
 *
 * Context: any. Linux: timer_delete.
 *
 * @raw
 * @symbol timer_delete
 */
export function timer_delete(timer: Ptr<timer_list>): boolean;

/**
 * Disarms a timer. Its callback may still be running. True if it was armed.
 *
 * Context: any. Linux: del_timer.
 *
 * @raw
 * @symbol timer_delete
 */
export function del_timer(timer: Ptr<timer_list>): boolean;

/**
 * Disarms a timer and waits until its callback does not run: before its memory goes. Must not be
 * called by the callback, nor with a lock held that the callback takes.
 *
 * Context: any. Linux: timer_delete_sync.
 *
 * @raw
 * @switches
 * @symbol timer_delete_sync
 */
export function timer_delete_sync(timer: Ptr<timer_list>): boolean;

/**
 * Disarms a timer and waits until its callback does not run: before its memory goes. Must not be
 * called by the callback, nor with a lock held that the callback takes.
 *
 * Context: any. Linux: del_timer_sync.
 *
 * @raw
 * @switches
 * @symbol timer_delete_sync
 */
export function del_timer_sync(timer: Ptr<timer_list>): boolean;

/**
 * The same, and it cannot be armed again.
 *
 * Context: any. Linux: timer_shutdown_sync.
 *
 * @raw
 * @switches
 * @symbol timer_shutdown_sync
 */
export function timer_shutdown_sync(timer: Ptr<timer_list>): boolean;

/**
 * What is called when a transfer has ended.
 *
 * Linux: usb_complete_t.
 */
export interface UrbCompletion {
  /**
   * Called with its `status` and `actual_length` set. It may submit the URB again.
   *
   * @context softirq
   * @raw
   */
  (urb: Ptr<urb>): void;
}

/** The fields of `urb` that a driver may look at. */
export type UrbStructFields = {
  readonly complete: FunctionKind<UrbCompletion>;
  // oxlint-disable-next-line typescript/no-explicit-any -- of whatever type the driver gave
  readonly context: PointerKind<any>;
  // oxlint-disable-next-line typescript/no-explicit-any -- of whatever type the driver gave
  readonly transfer_buffer: PointerKind<any>;
  readonly setup_packet: PointerKind<usb_ctrlrequest>;
  readonly pipe: ScalarKind<'u32'>;
  readonly transfer_flags: ScalarKind<'u32'>;
  readonly transfer_buffer_length: ScalarKind<'u32'>;
  readonly actual_length: ScalarKind<'u32'>;
  readonly status: ScalarKind<'s32'>;
  readonly interval: ScalarKind<'s32'>;
};

/** A request for a transfer, as `usb_alloc_urb` makes it. Linux: struct urb. */
export type urb = Struct<UrbStructFields>;

/** The fields of `usb_anchor`. */
export type UsbAnchorFields = {
  readonly next: PointerKind<VoidPtr>;
  readonly prev: PointerKind<VoidPtr>;
};

/**
 * Keeps URBs together that are under way, so that all of them can be ended: `anchor: usb_anchor`
 * as a field. Linux: struct usb_anchor.
 */
export type usb_anchor = Struct<UsbAnchorFields>;

/** The fields of `usb_ctrlrequest`. */
export type UsbControlFields = {
  readonly bRequestType: ScalarKind<'u8'>;
  readonly bRequest: ScalarKind<'u8'>;
  readonly wValue: ScalarKind<'le16'>;
  readonly wIndex: ScalarKind<'le16'>;
  readonly wLength: ScalarKind<'le16'>;
};

/** The eight bytes that begin a control transfer. Linux: struct usb_ctrlrequest. */
export type usb_ctrlrequest = Struct<UsbControlFields>;

/** What `usb_alloc_urb` makes. Linux: struct urb. */
export const urb: StructClass<UrbStructFields>;

/** As a field: `anchor: usb_anchor`. Linux: struct usb_anchor. */
export const usb_anchor: StructClass<UsbAnchorFields>;

/** What begins a control transfer. Linux: struct usb_ctrlrequest. */
export const usb_ctrlrequest: StructClass<UsbControlFields>;

/**
 * An URB, or NULL without memory.
 *
 * Context: any that `gfp` allows. Linux: usb_alloc_urb.
 *
 * @raw
 * @param iso_packets 0: there are no isochronous transfers here
 * @symbol usb_alloc_urb
 */
export function usb_alloc_urb(iso_packets: number, gfp: number): Ptr<urb>;

/**
 * Gives an URB up. Whoever has submitted it kills it before, since `complete` may still come.
 *
 * Context: any. Linux: usb_free_urb.
 *
 * @raw
 * @symbol usb_free_urb
 */
export function usb_free_urb(urb: Ptr<urb>): void;

/**
 * The pipe of a control endpoint that is asked. Context: any. Linux: usb_rcvctrlpipe.
 */
export function usb_rcvctrlpipe(_device: Ref<UsbDevice>, endpoint: number): number;

/**
 * The pipe of a control endpoint that is told. Context: any. Linux: usb_sndctrlpipe.
 */
export function usb_sndctrlpipe(_device: Ref<UsbDevice>, endpoint: number): number;

/** The pipe of a bulk endpoint that gives. Context: any. Linux: usb_rcvbulkpipe. */
export function usb_rcvbulkpipe(_device: Ref<UsbDevice>, endpoint: number): number;

/** The pipe of a bulk endpoint that takes. Context: any. Linux: usb_sndbulkpipe. */
export function usb_sndbulkpipe(_device: Ref<UsbDevice>, endpoint: number): number;

/**
 * The pipe of an interrupt endpoint that gives. Context: any. Linux: usb_rcvintpipe.
 */
export function usb_rcvintpipe(_device: Ref<UsbDevice>, endpoint: number): number;

/**
 * Fills an URB for endpoint 0. `setup_packet` and `buffer` must lie where a device may reach
 * them: in memory of `kmalloc`, not on the stack.
 *
 * Context: any. Linux: usb_fill_control_urb.
 *
 * @raw
 */
export function usb_fill_control_urb(urb: Ptr<urb>, device: Ref<UsbDevice>, pipe: number, setup_packet: Ptr<usb_ctrlrequest>, buffer: VoidPtr, length: number, complete: UrbCompletion, context: VoidPtr): void;

/**
 * Fills an URB for a bulk endpoint.
 *
 * Context: any. Linux: usb_fill_bulk_urb.
 *
 * @raw
 */
export function usb_fill_bulk_urb(urb: Ptr<urb>, device: Ref<UsbDevice>, pipe: number, buffer: VoidPtr, length: number, complete: UrbCompletion, context: VoidPtr): void;

/**
 * Fills an URB for an interrupt endpoint. How often it is asked is what the endpoint's descriptor
 * says; `interval` is kept.
 *
 * Context: any. Linux: usb_fill_int_urb.
 *
 * @raw
 */
export function usb_fill_int_urb(urb: Ptr<urb>, device: Ref<UsbDevice>, pipe: number, buffer: VoidPtr, length: number, complete: UrbCompletion, context: VoidPtr, interval: number): void;

/**
 * Has a transfer begin: 0, or a negative errno, and then `complete` is not called. -ENODEV and
 * -ENOENT: the device has gone, or the driver is leaving. -EPERM: somebody kills it. -EBUSY: it
 * is under way.
 *
 * Context: any. Linux: usb_submit_urb.
 *
 * @raw
 * @symbol usb_submit_urb
 */
export function usb_submit_urb(urb: Ptr<urb>, _gfp: number): number;

/**
 * Takes it back: `complete` is called with -ECONNRESET, soon. -EINPROGRESS, or another negative
 * errno for one that is not under way.
 *
 * Context: any. Linux: usb_unlink_urb.
 *
 * @raw
 * @symbol usb_unlink_urb
 */
export function usb_unlink_urb(urb: Ptr<urb>): number;

/**
 * Takes it back and waits until `complete` has returned. It cannot be submitted meanwhile.
 *
 * Context: process. Linux: usb_kill_urb.
 *
 * @raw
 * @sleeps
 * @symbol usb_kill_urb
 */
export function usb_kill_urb(urb: Ptr<urb>): void;

/**
 * Makes memory an anchor without URBs.
 *
 * Context: any. Linux: init_usb_anchor.
 *
 * @raw
 */
export function init_usb_anchor(anchor: Ptr<usb_anchor>): void;

/**
 * Keeps an URB at an anchor until it has ended.
 *
 * Context: any. Linux: usb_anchor_urb.
 *
 * @raw
 * @symbol usb_anchor_urb
 */
export function usb_anchor_urb(urb: Ptr<urb>, anchor: Ptr<usb_anchor>): void;

/**
 * Takes an URB from its anchor.
 *
 * Context: any. Linux: usb_unanchor_urb.
 *
 * @raw
 * @symbol usb_unanchor_urb
 */
export function usb_unanchor_urb(urb: Ptr<urb>): void;

/**
 * Kills all URBs of an anchor.
 *
 * Context: process. Linux: usb_kill_anchored_urbs.
 *
 * @raw
 * @sleeps
 * @symbol usb_kill_anchored_urbs
 */
export function usb_kill_anchored_urbs(anchor: Ptr<usb_anchor>): void;

/**
 * How memory of a process may be used, for `vm_mmap`. Linux: include/uapi/asm-generic/mman.h.
 */
export const PROT_NONE: 0;

/**
 * How memory of a process may be used, for `vm_mmap`. Linux: include/uapi/asm-generic/mman.h.
 */
export const PROT_READ: 1;

/**
 * How memory of a process may be used, for `vm_mmap`. Linux: include/uapi/asm-generic/mman.h.
 */
export const PROT_WRITE: 2;

/**
 * How memory of a process may be used, for `vm_mmap`. Linux: include/uapi/asm-generic/mman.h.
 */
export const PROT_EXEC: 4;

/**
 * What memory of a process is, for `vm_mmap`. Linux: include/uapi/asm-generic/mman.h.
 */
export const MAP_SHARED: 1;

/**
 * What memory of a process is, for `vm_mmap`. Linux: include/uapi/asm-generic/mman.h.
 */
export const MAP_PRIVATE: 2;

/**
 * What memory of a process is, for `vm_mmap`. Linux: include/uapi/asm-generic/mman.h.
 */
export const MAP_ANONYMOUS: 32;

/** An address of the calling process. Linux: void __user *. */
export type UserPtr = VoidPtr;

/**
 * Copies `size` bytes to the process. Returns how many are left: 0 is success.
 *
 * Context: process; may sleep. Linux: copy_to_user.
 *
 * @raw
 * @may_sleep
 * @symbol _copy_to_user
 */
export function copy_to_user(to: UserPtr, from: VoidPtr, size: number): number;

/**
 * Copies `size` bytes from the process. Returns how many are left: 0 is success. What is left is
 * filled with zeros.
 *
 * Context: process; may sleep. Linux: copy_from_user.
 *
 * @raw
 * @may_sleep
 * @symbol _copy_from_user
 */
export function copy_from_user(to: VoidPtr, from: UserPtr, size: number): number;

/**
 * Fills `size` bytes of the process with zeros. Returns how many are left: 0 is success.
 *
 * Context: process; may sleep. Linux: clear_user.
 *
 * @raw
 * @may_sleep
 * @symbol clear_user
 */
export function clear_user(to: UserPtr, size: number): number;

/**
 * Copies a string from the process into `count` bytes, with its NUL if that has room. Returns its
 * length, or -EFAULT (-14).
 *
 * Context: process; may sleep. Linux: strncpy_from_user.
 *
 * @raw
 * @may_sleep
 * @symbol strncpy_from_user
 */
export function strncpy_from_user(to: Ptr<u8>, from: UserPtr, count: number): number;

/**
 * True if these are addresses that a process may have, whether it has them or not.
 *
 * Context: any. Linux: access_ok.
 */
export function access_ok(address: UserPtr, size: number): boolean;

/**
 * Reads a byte of the process into `value`, 0 if it cannot be read. Returns 0 or -EFAULT (-14).
 *
 * Context: process; may sleep. Linux: get_user.
 *
 * @raw
 * @may_sleep
 * @symbol __get_user_1
 */
export function get_user_u8(value: Ptr<u8>, from: UserPtr): number;

/**
 * The same for two bytes.
 *
 * Context: process; may sleep. Linux: get_user.
 *
 * @raw
 * @may_sleep
 * @symbol __get_user_2
 */
export function get_user_u16(value: Ptr<u16>, from: UserPtr): number;

/**
 * The same for four bytes.
 *
 * Context: process; may sleep. Linux: get_user.
 *
 * @raw
 * @may_sleep
 * @symbol __get_user_4
 */
export function get_user_u32(value: Ptr<u32>, from: UserPtr): number;

/**
 * The same for eight bytes.
 *
 * Context: process; may sleep. Linux: get_user.
 *
 * @raw
 * @may_sleep
 * @symbol __get_user_8
 */
export function get_user_u64(value: Ptr<u64>, from: UserPtr): number;

/**
 * Writes a byte of the process. Returns 0 or -EFAULT (-14).
 *
 * Context: process; may sleep. Linux: put_user.
 *
 * @raw
 * @may_sleep
 * @symbol __put_user_1
 */
export function put_user_u8(value: number, to: UserPtr): number;

/**
 * The same for two bytes.
 *
 * Context: process; may sleep. Linux: put_user.
 *
 * @raw
 * @may_sleep
 * @symbol __put_user_2
 */
export function put_user_u16(value: number, to: UserPtr): number;

/**
 * The same for four bytes.
 *
 * Context: process; may sleep. Linux: put_user.
 *
 * @raw
 * @may_sleep
 * @symbol __put_user_4
 */
export function put_user_u32(value: number, to: UserPtr): number;

/**
 * The same for eight bytes.
 *
 * Context: process; may sleep. Linux: put_user.
 *
 * @raw
 * @may_sleep
 * @symbol __put_user_8
 */
export function put_user_u64(value: bigint, to: UserPtr): number;

/**
 * Gives the calling process memory of no file, where there is room. Returns its address, or an
 * error: IS_ERR.
 *
 * Context: process; may sleep. Linux: vm_mmap.
 *
 * @raw
 * @may_sleep
 * @param file NULL: there are no others yet
 * @symbol vm_mmap
 */
export function vm_mmap(file: VoidPtr, address: UserPtr | number, length: number, prot: number, flags: number, offset: number): UserPtr;

/**
 * Memory of `size` bytes, with whatever was there before. NULL when there is none.
 *
 * Context: process; may sleep. Linux: vmalloc.
 *
 * @raw
 * @symbol vmalloc_noprof
 */
export function vmalloc(size: number): VoidPtr;

/**
 * The same, filled with zeros.
 *
 * Context: process; may sleep. Linux: vzalloc.
 *
 * @raw
 * @symbol vzalloc_noprof
 */
export function vzalloc(size: number): VoidPtr;

/**
 * Gives back what `vmalloc` answered. NULL is ignored.
 *
 * Context: process, where it may sleep, or interrupt. Linux: vfree.
 *
 * @raw
 * @symbol vfree
 */
export function vfree(address: VoidPtr): void;

/**
 * As `kmalloc`, or as `vmalloc` for what finds no room there. `kvfree` gives it back.
 *
 * Context: process; may sleep. Linux: kvmalloc.
 *
 * @raw
 * @symbol __kvmalloc_node_noprof
 */
export function kvmalloc(size: number, gfp: number): VoidPtr;

/**
 * The same, filled with zeros.
 *
 * Context: process; may sleep. Linux: kvzalloc.
 *
 * @raw
 * @symbol __kvmalloc_node_noprof
 */
export function kvzalloc(size: number, gfp: number): VoidPtr;

/**
 * Gives back what `kvmalloc` answered. NULL is ignored.
 *
 * Context: process. Linux: kvfree.
 *
 * @raw
 * @symbol kvfree
 */
export function kvfree(address: VoidPtr): void;

/**
 * True for an address that `vmalloc` could have answered.
 *
 * Context: any. Linux: is_vmalloc_addr.
 *
 * @symbol is_vmalloc_addr
 */
export function is_vmalloc_addr(address: VoidPtr): boolean;

/**
 * Sleeps until `condition` holds. Signals do not end it.
 *
 * Context: process. Linux: wait_event.
 *
 * @raw
 * @sleeps
 * @symbol prepare_to_wait_event
 */
export function wait_event(queue: Ptr<wait_queue_head>, condition: () => boolean): void;

/**
 * The same as a task that does not count as load.
 *
 * Context: process. Linux: wait_event_idle.
 *
 * @raw
 * @sleeps
 * @symbol prepare_to_wait_event
 */
export function wait_event_idle(queue: Ptr<wait_queue_head>, condition: () => boolean): void;

/**
 * Sleeps until `condition` holds (0) or a signal comes (-ERESTARTSYS).
 *
 * Context: process. Linux: wait_event_interruptible.
 *
 * @raw
 * @sleeps
 * @symbol prepare_to_wait_event
 */
export function wait_event_interruptible(queue: Ptr<wait_queue_head>, condition: () => boolean): number;

/**
 * The same, woken alone: for those of whom each takes something away.
 *
 * Context: process. Linux: wait_event_interruptible_exclusive.
 *
 * @raw
 * @sleeps
 * @symbol prepare_to_wait_event
 */
export function wait_event_interruptible_exclusive(queue: Ptr<wait_queue_head>, condition: () => boolean): number;

/**
 * Sleeps until `condition` holds (0) or a signal comes that kills (-ERESTARTSYS).
 *
 * Context: process. Linux: wait_event_killable.
 *
 * @raw
 * @sleeps
 * @symbol prepare_to_wait_event
 */
export function wait_event_killable(queue: Ptr<wait_queue_head>, condition: () => boolean): number;

/**
 * The same, woken alone.
 *
 * Context: process. Linux: wait_event_killable_exclusive.
 *
 * @raw
 * @sleeps
 * @symbol prepare_to_wait_event
 */
export function wait_event_killable_exclusive(queue: Ptr<wait_queue_head>, condition: () => boolean): number;

/**
 * Sleeps until `condition` holds, for so many jiffies. Returns those that are left, at least 1; 0
 * when they are over and it does not hold.
 *
 * Context: process. Linux: wait_event_timeout.
 *
 * @raw
 * @sleeps
 * @symbol prepare_to_wait_event
 */
export function wait_event_timeout(queue: Ptr<wait_queue_head>, condition: () => boolean, timeout: number): number;

/**
 * The same, and -ERESTARTSYS when a signal comes.
 *
 * Context: process. Linux: wait_event_interruptible_timeout.
 *
 * @raw
 * @sleeps
 * @symbol prepare_to_wait_event
 */
export function wait_event_interruptible_timeout(queue: Ptr<wait_queue_head>, condition: () => boolean, timeout: number): number;

/**
 * The same, and -ERESTARTSYS when a signal comes that kills.
 *
 * Context: process. Linux: wait_event_killable_timeout.
 *
 * @raw
 * @sleeps
 * @symbol prepare_to_wait_event
 */
export function wait_event_killable_timeout(queue: Ptr<wait_queue_head>, condition: () => boolean, timeout: number): number;

/** The fields of the lock of a wait queue. */
export type WaitLockFields = {
  readonly val: ScalarKind<'u32'>;
  readonly magic: ScalarKind<'u32'>;
  readonly owner_cpu: ScalarKind<'u32'>;
  readonly owner: PointerKind<unknown>;
  readonly dep_key: PointerKind<unknown>;
};

/** The fields of `wait_queue_head`. */
export type WaitQueueHeadFields = {
  readonly lock: StructClass<WaitLockFields>;
  readonly head: StructClass<{
    readonly next: PointerKind<list_head>;
    readonly prev: PointerKind<list_head>;
  }>;
};

/**
 * A queue of tasks that wait: `queue: wait_queue_head` as a field. Linux: struct wait_queue_head.
 */
export type wait_queue_head = Struct<WaitQueueHeadFields>;

/**
 * What a wake-up does with an entry. What it answers: above 0 if it woke somebody, below 0 to end
 * the wake-up.
 */
export interface WakeFunction {
  /**
   * Called by whoever wakes.
   *
   * @context hardirq
   * @raw
   */
  (entry: Ptr<wait_queue_entry>, mode: number, flags: number, key: number): number;
}

/** The fields of `wait_queue_entry`. */
export type WaitQueueEntryFields = {
  readonly flags: ScalarKind<'u32'>;
  readonly private: PointerKind<task_struct>;
  readonly func: FunctionKind<WakeFunction>;
  readonly entry: StructClass<{
    readonly next: PointerKind<list_head>;
    readonly prev: PointerKind<list_head>;
  }>;
};

/**
 * A task's place in a queue, usually on its stack. Linux: struct wait_queue_entry.
 */
export type wait_queue_entry = Struct<WaitQueueEntryFields>;

/** What a task that sleeps can be woken by. Linux: include/linux/sched.h. */
export const ERESTARTSYS: 512;

/** What a task that sleeps can be woken by. Linux: include/linux/sched.h. */
export const TASK_RUNNING: 0;

/** What a task that sleeps can be woken by. Linux: include/linux/sched.h. */
export const TASK_INTERRUPTIBLE: 1;

/** What a task that sleeps can be woken by. Linux: include/linux/sched.h. */
export const TASK_UNINTERRUPTIBLE: 2;

/** What a task that sleeps can be woken by. Linux: include/linux/sched.h. */
export const TASK_NORMAL: 3;

/** What a task that sleeps can be woken by. Linux: include/linux/sched.h. */
export const TASK_PARKED: 64;

/** What a task that sleeps can be woken by. Linux: include/linux/sched.h. */
export const TASK_KILLABLE: 258;

/** What a task that sleeps can be woken by. Linux: include/linux/sched.h. */
export const TASK_IDLE: 1026;

/** As a field: `queue: wait_queue_head`. Linux: struct wait_queue_head. */
export const wait_queue_head: StructClass<WaitQueueHeadFields>;

/** `stack_buffer(wait_queue_entry.size)`. Linux: struct wait_queue_entry. */
export const wait_queue_entry: StructClass<WaitQueueEntryFields>;

/**
 * Makes memory into a queue on which nobody waits.
 *
 * Context: any. Linux: init_waitqueue_head.
 *
 * @raw
 * @lock_init
 * @symbol __init_waitqueue_head
 */
export function init_waitqueue_head(queue: Ptr<wait_queue_head>): void;

/**
 * True if somebody waits.
 *
 * Context: any. Linux: waitqueue_active.
 *
 * @raw
 */
export function waitqueue_active(queue: Ptr<wait_queue_head>): boolean;

/**
 * Makes memory into an entry for the running task, which a wake-up takes off its queue.
 *
 * Context: process. Linux: init_wait, DEFINE_WAIT.
 *
 * @raw
 * @symbol autoremove_wake_function
 */
export function init_wait(entry: Ptr<wait_queue_entry>): void;

/**
 * Makes memory into an entry for a task, which stays on its queue until it is removed.
 *
 * Context: any. Linux: init_waitqueue_entry.
 *
 * @raw
 * @symbol default_wake_function
 */
export function init_waitqueue_entry(entry: Ptr<wait_queue_entry>, task: Ptr<task_struct>): void;

/**
 * Puts an entry on a queue, to be woken with all others.
 *
 * Context: any. Linux: add_wait_queue.
 *
 * @raw
 * @symbol add_wait_queue
 */
export function add_wait_queue(queue: Ptr<wait_queue_head>, entry: Ptr<wait_queue_entry>): void;

/**
 * Puts an entry at the end of a queue, to be woken alone.
 *
 * Context: any. Linux: add_wait_queue_exclusive.
 *
 * @raw
 * @symbol add_wait_queue_exclusive
 */
export function add_wait_queue_exclusive(queue: Ptr<wait_queue_head>, entry: Ptr<wait_queue_entry>): void;

/**
 * Takes an entry off its queue.
 *
 * Context: any. Linux: remove_wait_queue.
 *
 * @raw
 * @symbol remove_wait_queue
 */
export function remove_wait_queue(queue: Ptr<wait_queue_head>, entry: Ptr<wait_queue_entry>): void;

/**
 * Puts an entry on a queue, unless it is, and says that its task will sleep. Look at what is
 * waited for afterwards, then call `schedule`.
 *
 * Context: process. Linux: prepare_to_wait.
 *
 * @raw
 * @symbol prepare_to_wait
 */
export function prepare_to_wait(queue: Ptr<wait_queue_head>, entry: Ptr<wait_queue_entry>, state: number): void;

/**
 * The same for an entry that is woken alone.
 *
 * Context: process. Linux: prepare_to_wait_exclusive.
 *
 * @raw
 * @symbol prepare_to_wait_exclusive
 */
export function prepare_to_wait_exclusive(queue: Ptr<wait_queue_head>, entry: Ptr<wait_queue_entry>, state: number): void;

/**
 * The task goes on: takes its entry off the queue, if it still is on one.
 *
 * Context: process. Linux: finish_wait.
 *
 * @raw
 * @symbol finish_wait
 */
export function finish_wait(queue: Ptr<wait_queue_head>, entry: Ptr<wait_queue_entry>): void;

/**
 * Wakes all who are not exclusive, and the first who is.
 *
 * Context: any. Linux: wake_up.
 *
 * @raw
 * @switches
 * @symbol __wake_up
 */
export function wake_up(queue: Ptr<wait_queue_head>): void;

/**
 * Wakes all who are not exclusive, and so many who are.
 *
 * Context: any. Linux: wake_up_nr.
 *
 * @raw
 * @switches
 * @symbol __wake_up
 */
export function wake_up_nr(queue: Ptr<wait_queue_head>, count: number): void;

/**
 * Wakes everybody.
 *
 * Context: any. Linux: wake_up_all.
 *
 * @raw
 * @switches
 * @symbol __wake_up
 */
export function wake_up_all(queue: Ptr<wait_queue_head>): void;

/**
 * As `wake_up`, but only those whom a signal would wake.
 *
 * Context: any. Linux: wake_up_interruptible.
 *
 * @raw
 * @switches
 * @symbol __wake_up
 */
export function wake_up_interruptible(queue: Ptr<wait_queue_head>): void;

/**
 * As `wake_up_nr`, but only those whom a signal would wake.
 *
 * Context: any. Linux: wake_up_interruptible_nr.
 *
 * @raw
 * @switches
 * @symbol __wake_up
 */
export function wake_up_interruptible_nr(queue: Ptr<wait_queue_head>, count: number): void;

/**
 * Wakes everybody whom a signal would wake.
 *
 * Context: any. Linux: wake_up_interruptible_all.
 *
 * @raw
 * @switches
 * @symbol __wake_up
 */
export function wake_up_interruptible_all(queue: Ptr<wait_queue_head>): void;

/**
 * Tells the soft lockup detector that this CPU is alive.
 *
 * Context: any. Linux: touch_softlockup_watchdog.
 *
 * @raw
 * @symbol touch_softlockup_watchdog
 */
export function touch_softlockup_watchdog(): void;

/**
 * Tells both lockup detectors that this CPU is alive, also with interrupts off.
 *
 * Context: any. Linux: touch_nmi_watchdog.
 *
 * @raw
 */
export function touch_nmi_watchdog(): void;

/**
 * Lets others run if it is their turn. True if somebody might have.
 *
 * Context: process, where it may sleep. Linux: cond_resched.
 *
 * @raw
 * @switches
 * @symbol __cond_resched
 */
export function cond_resched(): boolean;

/** What a work item does. It may sleep, and free its item. */
export interface WorkFunction {
  /**
   * Called by a kernel thread.
   *
   * @context process
   * @raw
   */
  (work: Ptr<work_struct>): void;
}

/** The fields of `work_struct`. */
export type WorkFields = {
  readonly data: ScalarKind<'usize'>;
  readonly next: PointerKind<work_struct>;
  readonly prev: PointerKind<work_struct>;
  readonly func: FunctionKind<WorkFunction>;
};

/** A work item: `work: work_struct` as a field. Linux: struct work_struct. */
export type work_struct = Struct<WorkFields>;

/** The fields of `workqueue_struct` that a driver may know: none of use. */
export type WorkqueueFields = { readonly self: PointerKind<workqueue_struct> };

/** A queue of work items. Linux: struct workqueue_struct. */
export type workqueue_struct = Struct<WorkqueueFields>;

/** How a queue's items are done. Linux: include/linux/workqueue.h. */
export const WQ_UNBOUND: number;

/** How a queue's items are done. Linux: include/linux/workqueue.h. */
export const WQ_FREEZABLE: number;

/** How a queue's items are done. Linux: include/linux/workqueue.h. */
export const WQ_MEM_RECLAIM: number;

/** How a queue's items are done. Linux: include/linux/workqueue.h. */
export const WQ_HIGHPRI: number;

/** How a queue's items are done. Linux: include/linux/workqueue.h. */
export const WQ_CPU_INTENSIVE: number;

/** As a field: `work: work_struct`. Linux: struct work_struct. */
export const work_struct: StructClass<WorkFields>;

/** The queue that all share: `schedule_work` uses it. Linux: system_wq. */
export const system_wq: Ptr<workqueue_struct>;

/** For what cannot wait. Linux: system_highpri_wq. */
export const system_highpri_wq: Ptr<workqueue_struct>;

/** For what takes long. Linux: system_long_wq. */
export const system_long_wq: Ptr<workqueue_struct>;

/** For what may run on any CPU, all at once. Linux: system_unbound_wq. */
export const system_unbound_wq: Ptr<workqueue_struct>;

/**
 * Makes memory into a work item that does `func`.
 *
 * Context: any. Linux: INIT_WORK.
 *
 * @raw
 * @lock_init
 */
export function INIT_WORK(work: Ptr<work_struct>, func: WorkFunction): void;

/**
 * Makes a queue; NULL without memory. Its items are done on the CPU that queues them, one after
 * the other as long as none sleeps; with WQ_UNBOUND anywhere and all at once. No more than
 * `max_active` at once, 0 for as many as usual.
 *
 * Context: process. Linux: alloc_workqueue.
 *
 * @raw
 * @symbol alloc_workqueue_noprof
 */
export function alloc_workqueue(name: string, flags: number, max_active: number): Ptr<workqueue_struct>;

/**
 * Makes a queue that does one item at a time, in the order in which they came.
 *
 * Context: process. Linux: alloc_ordered_workqueue.
 *
 * @raw
 * @symbol alloc_workqueue_noprof
 */
export function alloc_ordered_workqueue(name: string, flags: number): Ptr<workqueue_struct>;

/**
 * Makes a queue that does one item at a time on each CPU.
 *
 * Context: process. Linux: create_workqueue.
 *
 * @raw
 * @symbol alloc_workqueue_noprof
 */
export function create_workqueue(name: string): Ptr<workqueue_struct>;

/**
 * As `alloc_ordered_workqueue`.
 *
 * Context: process. Linux: create_singlethread_workqueue.
 *
 * @raw
 * @symbol alloc_workqueue_noprof
 */
export function create_singlethread_workqueue(name: string): Ptr<workqueue_struct>;

/**
 * Waits until a queue has nothing left to do, and ends it.
 *
 * Context: process. Linux: destroy_workqueue.
 *
 * @raw
 * @sleeps
 * @symbol destroy_workqueue
 */
export function destroy_workqueue(queue: Ptr<workqueue_struct>): void;

/**
 * Has an item done by a thread of the queue. False if it already waits for its turn.
 *
 * Context: any. Linux: queue_work.
 *
 * @raw
 * @symbol queue_work_on
 */
export function queue_work(queue: Ptr<workqueue_struct>, work: Ptr<work_struct>): boolean;

/**
 * As `queue_work`, in the queue that all share.
 *
 * Context: any. Linux: schedule_work.
 *
 * @raw
 * @symbol queue_work_on
 */
export function schedule_work(work: Ptr<work_struct>): boolean;

/**
 * True if an item waits for its turn.
 *
 * Context: any. Linux: work_pending.
 *
 * @raw
 */
export function work_pending(work: Ptr<work_struct>): boolean;

/**
 * Waits until an item neither waits for its turn nor runs. False if it did neither.
 *
 * Context: process. Linux: flush_work.
 *
 * @raw
 * @sleeps
 * @symbol flush_work
 */
export function flush_work(work: Ptr<work_struct>): boolean;

/**
 * Takes an item out of its queue, unless it has begun. True if it was taken out.
 *
 * Context: any. Linux: cancel_work.
 *
 * @raw
 * @symbol cancel_work
 */
export function cancel_work(work: Ptr<work_struct>): boolean;

/**
 * Takes an item out of its queue, and waits if it runs; it is not queued again meanwhile. True if
 * it was taken out.
 *
 * Context: process. Linux: cancel_work_sync.
 *
 * @raw
 * @sleeps
 * @symbol cancel_work_sync
 */
export function cancel_work_sync(work: Ptr<work_struct>): boolean;

/**
 * Waits until all that is in a queue now is done.
 *
 * Context: process. Linux: flush_workqueue.
 *
 * @raw
 * @sleeps
 * @symbol __flush_workqueue
 */
export function flush_workqueue(queue: Ptr<workqueue_struct>): void;

export {};
