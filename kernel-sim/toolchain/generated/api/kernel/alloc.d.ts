// SPDX-License-Identifier: GPL-2.0-or-later
// Made by scripts/generate-api.mjs. Do not edit.

import type { Mut, Own, Ref } from "kernel";
import type { Elements, Kind, ValueOf, u8 } from "uapi";

/**
 * How to find memory: for who may sleep (`GFP_KERNEL`) or who must not (`GFP_ATOMIC`,
 * `GFP_NOWAIT`). Linux: include/linux/gfp_types.h.
 */
export const GFP_KERNEL: number;

/**
 * How to find memory: for who may sleep (`GFP_KERNEL`) or who must not (`GFP_ATOMIC`,
 * `GFP_NOWAIT`). Linux: include/linux/gfp_types.h.
 */
export const GFP_ATOMIC: number;

/**
 * How to find memory: for who may sleep (`GFP_KERNEL`) or who must not (`GFP_ATOMIC`,
 * `GFP_NOWAIT`). Linux: include/linux/gfp_types.h.
 */
export const GFP_NOWAIT: number;

/**
 * Gives a value up without dropping it: its memory is never given back. Rust: mem::forget.
 *
 * Context: any.
 */
export function forget<T>(value: T): void;

/**
 * A value with several owners, who may all only read it. What changes within it does so behind a
 * lock or an atomic. The last owner's drop drops the value.
 *
 * Linux: struct kref; Rust-for-Linux: Arc.
 */
export class Arc<T extends object> {
  #nominal;
  private constructor();

  /**
   * Gives `value` its first owner.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: kref_init.
   *
   * @may_sleep unless gfp=GFP_ATOMIC
   * @param gfp `GFP_KERNEL` unless told
   * @throws ENOMEM no memory for it; the value is dropped
   * @symbol __kmalloc_noprof
   */
  static new<T extends object>(value: T, gfp?: number): Arc<T>;

  /** True for two owners of one value. */
  static ptr_eq<T extends object>(a: Ref<Arc<T>>, b: Ref<Arc<T>>): boolean;

  /** The value. */
  get value(): Ref<T>;

  /**
   * Another owner of the same value.
   *
   * Context: any. Linux: kref_get.
   */
  clone(this: Ref<Arc<T>>): Arc<T>;

  /**
   * Gives up this owner's share.
   *
   * Context: any in which the value may be dropped. Linux: kref_put.
   *
   * @symbol kfree
   */
  [Symbol.dispose](): void;
}

/**
 * A value in memory of its own: a struct's bytes lie there as C would have them. Dropping it drops
 * the value and gives the memory back. Linux: kmalloc and kfree; Rust-for-Linux: KBox.
 */
export class KBox<T extends object> {
  #nominal;
  private constructor();

  /**
   * Puts `value` into memory of its own.
   *
   * Context: any; may sleep unless the flags forbid it.
   *
   * @may_sleep unless gfp=GFP_ATOMIC
   * @param gfp `GFP_KERNEL` unless told
   * @throws ENOMEM no memory for it; the value is dropped
   * @symbol __kmalloc_noprof
   */
  static new<T extends object>(value: T, gfp?: number): KBox<T>;

  /** The value. It must not be kept past the box. */
  get value(): T;

  /** Puts another value in its place. */
  set value(value: T);

  /**
   * Takes the value out, and gives the memory back.
   *
   * Context: any.
   *
   * @symbol kfree
   */
  into_inner(this: Own<KBox<T>>): T;

  /**
   * Context: any in which the value may be dropped.
   *
   * @symbol kfree
   */
  [Symbol.dispose](): void;
}

/**
 * A text as UTF-8 in memory of its own, with a NUL behind it. Linux: char *, kstrdup;
 * Rust-for-Linux: CString.
 */
export class KString {
  #nominal;
  private constructor();

  /**
   * A copy of `text`.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: kstrdup.
   *
   * @may_sleep unless gfp=GFP_ATOMIC
   * @param gfp `GFP_KERNEL` unless told
   * @throws ENOMEM no memory for it
   * @symbol kstrdup
   */
  static new(text: string, gfp?: number): KString;

  /** How many bytes it has, without the NUL. Linux: strlen. */
  len(this: Ref<KString>): number;

  /** The text. What is no UTF-8 becomes U+FFFD. */
  as_str(this: Ref<KString>): string;

  /**
   * Appends a text.
   *
   * Context: any; may sleep unless the flags forbid it.
   *
   * @may_sleep unless gfp=GFP_ATOMIC
   * @param gfp `GFP_KERNEL` unless told
   * @throws ENOMEM nothing has changed
   * @symbol krealloc_noprof
   */
  push_str(this: Mut<KString>, text: string, gfp?: number): void;

  /**
   * Context: any.
   *
   * @symbol kfree
   */
  [Symbol.dispose](): void;
}

/**
 * Values one behind the other in one piece of memory that grows when it must: scalars and structs
 * as their bytes. Dropping it drops them, first one first, and gives the memory back.
 *
 * Linux: krealloc_array; Rust-for-Linux: KVec.
 */
export class KVec<T> {
  #nominal;
  private constructor();

  /**
   * An empty one, which has taken no memory yet, for scalars or structs:
   * `KVec.new(u32)`, `KVec.new(Descriptor)`.
   */
  static new<K extends Kind>(kind: K): KVec<ValueOf<K>>;

  /** The same for objects of a class of the driver's: `KVec.new<Device>()`. */
  static new<T extends object>(): KVec<T>;

  /**
   * An empty one with room for `capacity` scalars or structs.
   *
   * Context: any; may sleep unless the flags forbid it.
   *
   * @may_sleep unless gfp=GFP_ATOMIC
   * @param gfp `GFP_KERNEL` unless told
   * @throws ENOMEM no memory for so many
   * @symbol __kmalloc_noprof
   */
  static with_capacity<K extends Kind>(kind: K, capacity: number, gfp?: number): KVec<ValueOf<K>>;

  /** How many elements there are. */
  len(this: Ref<KVec<T>>): number;

  /** True when there is no element. */
  is_empty(this: Ref<KVec<T>>): boolean;

  /** How many elements it has room for without growing. */
  capacity(this: Ref<KVec<T>>): number;

  /**
   * Appends an element.
   *
   * Context: any; may sleep unless the flags forbid it.
   *
   * @may_sleep unless gfp=GFP_ATOMIC
   * @param gfp `GFP_KERNEL` unless told
   * @throws ENOMEM no memory for it; the value is dropped, and nothing has changed
   * @symbol krealloc_noprof
   */
  push(this: Mut<KVec<T>>, value: T, gfp?: number): void;

  /** Takes the last element out; null when there is none. */
  pop(this: Mut<KVec<T>>): T | null;

  /**
   * An element; null when there is none at `index`. It must not be kept past the next change.
   */
  get(this: Ref<KVec<T>>, index: number): Ref<T> | null;

  /** An element. An index out of range is a panic. Rust: v[index]. */
  at(this: Ref<KVec<T>>, index: number): Ref<T>;

  /**
   * Puts another value in the place of an element, which is dropped. An index out of range is a
   * panic. Rust: v[index] = value.
   */
  set(this: Mut<KVec<T>>, index: number, value: T): void;

  /**
   * Takes out an element; those behind it move up. An index out of range is a panic.
   */
  remove(this: Mut<KVec<T>>, index: number): T;

  /**
   * Makes room for `additional` elements more, or for twice as many as there was room for.
   *
   * Context: any; may sleep unless the flags forbid it.
   *
   * @may_sleep unless gfp=GFP_ATOMIC
   * @param gfp `GFP_KERNEL` unless told
   * @throws ENOMEM nothing has changed
   * @symbol krealloc_noprof
   */
  reserve(this: Mut<KVec<T>>, additional: number, gfp?: number): void;

  /**
   * Appends copies of all elements of an array or a `Uint8Array`, which are scalars or structs.
   *
   * Context: any; may sleep unless the flags forbid it.
   *
   * @may_sleep unless gfp=GFP_ATOMIC
   * @param gfp `GFP_KERNEL` unless told
   * @throws ENOMEM nothing has changed
   * @symbol krealloc_noprof
   */
  extend_from_slice(this: Mut<KVec<T>>, items: Readonly<Elements<T>>, gfp?: number): void;

  /** A copy of the bytes from `start` to before `end`, as far as they are there. */
  slice(this: Ref<KVec<u8>>, start: number, end: number): Uint8Array;

  /**
   * Drops the elements from the `length`th on. The memory stays.
   *
   * Context: any in which they may be dropped without waiting.
   */
  truncate(this: Mut<KVec<T>>, length: number): void;

  /**
   * Drops all elements. The memory stays.
   *
   * Context: any in which they may be dropped without waiting.
   */
  clear(this: Mut<KVec<T>>): void;

  /**
   * Context: any in which its elements may be dropped.
   *
   * @symbol kfree
   */
  [Symbol.dispose](): void;
}

/**
 * A field that holds an owned value or none, and out of which the value can be moved. Rust:
 * Option.
 */
export class Slot<T> {
  #nominal;
  private constructor();

  /** A slot with a value, or an empty one: `Slot.new<Timer>()`. */
  static new<T>(value?: T | null): Slot<T>;

  /** Moves the value out; null when there is none. */
  take(this: Mut<Slot<T>>): T | null;

  /**
   * Moves a value in. What was there is dropped.
   *
   * Context: any in which that may be dropped without waiting.
   */
  put(this: Mut<Slot<T>>, value: T): void;

  /** Moves a value in and what was there out. */
  replace(this: Mut<Slot<T>>, value: T): T | null;

  /** The value, to be read where it is. */
  get(this: Ref<Slot<T>>): Ref<T> | null;

  /** The value, to be changed where it is. */
  get_mut(this: Mut<Slot<T>>): Mut<T> | null;

  /** True when there is a value. */
  is_some(this: Ref<Slot<T>>): boolean;

  /** Context: any in which the value may be dropped. */
  [Symbol.dispose](): void;
}

export {};
