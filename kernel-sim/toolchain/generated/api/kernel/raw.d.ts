// SPDX-License-Identifier: GPL-2.0-or-later
// Made by scripts/generate-api.mjs. Do not edit.

import type { FunctionKind, PointerKind, ScalarKind, Struct, StructClass, Target } from "uapi";

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

/** What a work item does. It may sleep, and free its item. */
export interface WorkFunction {
  /**
   * Called by a kernel thread.
   *
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

/** As a field: `work: work_struct`. Linux: struct work_struct. */
export const work_struct: StructClass<WorkFields>;

/**
 * Makes memory into a work item that does `func`.
 *
 * Context: any. Linux: INIT_WORK.
 *
 * @raw
 */
export function INIT_WORK(work: Ptr<work_struct>, func: WorkFunction): void;

/**
 * Makes a queue, whose thread is called after it. NULL without memory.
 *
 * Context: process. Linux: alloc_ordered_workqueue.
 *
 * @raw
 * @symbol alloc_workqueue_noprof
 */
export function create_workqueue(name: string): Ptr<workqueue_struct>;

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
 * Has an item done by the queue's thread. False if it already waits for its turn.
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
 * Waits until an item neither waits for its turn nor runs.
 *
 * Context: process. Linux: flush_work.
 *
 * @raw
 * @sleeps
 * @symbol flush_work
 */
export function flush_work(work: Ptr<work_struct>): void;

/**
 * Takes an item out of its queue, or waits until it has run. True if it was taken out.
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
