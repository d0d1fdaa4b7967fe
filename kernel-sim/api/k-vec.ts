// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Values one behind the other.
 *
 * @subpath kernel/alloc
 */
import { GFP } from '../uapi/gfp.ts';
import { Allocation, dropNow, dropThen } from './allocation.ts';
import type { ApiContext } from './context.ts';
import type { MemoryType } from './memory-types.ts';
import type { Mut, Ref } from './ownership.ts';
import { sizeOf } from './raw-value.ts';
import { copyOut, objectBytes, writeObject } from './stored-value.ts';
import type { Elements, Kind, u8, ValueOf } from './uapi-types.ts';

/**
 * Values one behind the other in one piece of memory that grows when it must: scalars and structs
 * as their bytes. Dropping it drops them, first one first, and gives the memory back.
 *
 * Linux: krealloc_array; Rust-for-Linux: KVec.
 *
 * @public
 */
export class KVec<T> {
  readonly #context: ApiContext;
  readonly #memory: Allocation;
  /** Of its elements; undefined when they are a driver's own objects. */
  readonly #type: MemoryType | undefined;
  /** The elements that are objects. */
  readonly #objects: T[] = [];
  /** 0 until the first object says how large it is. */
  #elementBytes: number;
  #length = 0;
  #capacity = 0;

  /** @internal */
  constructor(context: ApiContext, type: MemoryType | undefined) {
    this.#context = context;
    this.#memory = new Allocation(context, this, 'KVec');
    this.#type = type;
    this.#elementBytes = type?.sizeBytes ?? 0;
  }

  /**
   * How many elements there are.
   *
   * @symbol none
   */
  len(this: Ref<KVec<T>>): number {
    this.#memory.check();
    return this.#length;
  }

  /**
   * True when there is no element.
   *
   * @symbol none
   */
  is_empty(this: Ref<KVec<T>>): boolean {
    return this.len() === 0;
  }

  /**
   * How many elements it has room for without growing.
   *
   * @symbol none
   */
  capacity(this: Ref<KVec<T>>): number {
    this.#memory.check();
    return this.#capacity;
  }

  /**
   * Appends an element.
   *
   * Context: any; may sleep unless the flags forbid it.
   *
   * @symbol krealloc_noprof
   * @may_sleep unless gfp=GFP_ATOMIC
   * @param gfp `GFP_KERNEL` unless told
   * @throws ENOMEM no memory for it; the value is dropped, and nothing has changed
   */
  push(this: Mut<KVec<T>>, value: T, gfp: number = GFP.GFP_KERNEL): void {
    this.#memory.check();
    if (this.#elementBytes === 0 && this.#type === undefined) {
      this.#elementBytes = objectBytes(this.#context, value);
    }
    try {
      this.#reserve(1, gfp);
    } catch (thrown) {
      dropNow(this.#context, value);
      throw thrown;
    }
    this.#resize(this.#length + 1);
    this.#write(this.#length - 1, value);
  }

  /**
   * Takes the last element out; null when there is none.
   *
   * @symbol none
   */
  pop(this: Mut<KVec<T>>): T | null {
    this.#memory.check();
    if (this.#length === 0) return null;
    const value = this.#takeOut(this.#length - 1);
    this.#resize(this.#length - 1);
    return value;
  }

  /**
   * An element; null when there is none at `index`. It must not be kept past the next change.
   *
   * @symbol none
   */
  get(this: Ref<KVec<T>>, index: number): Ref<T> | null {
    this.#memory.check();
    return this.#holds(index) ? (this.#read(index) as Ref<T>) : null;
  }

  /**
   * An element. An index out of range is a panic. Rust: v[index].
   *
   * @symbol none
   */
  at(this: Ref<KVec<T>>, index: number): Ref<T> {
    this.#checkIndex(index);
    return this.#read(index) as Ref<T>;
  }

  /**
   * Puts another value in the place of an element, which is dropped. An index out of range is a
   * panic. Rust: v[index] = value.
   *
   * @symbol none
   */
  set(this: Mut<KVec<T>>, index: number, value: T): void {
    this.#checkIndex(index);
    const old = this.#objects[index];
    this.#write(index, value);
    dropNow(this.#context, old);
  }

  /**
   * Takes out an element; those behind it move up. An index out of range is a panic.
   *
   * @symbol none
   */
  remove(this: Mut<KVec<T>>, index: number): T {
    this.#checkIndex(index);
    const value = this.#takeOut(index);
    const memory = this.#memory;
    const width = this.#elementBytes;
    const from = (index + 1) * width;
    memory.storeBytes(index * width, memory.loadBytes(from, this.#length * width - from));
    this.#objects.splice(index, 1);
    this.#resize(this.#length - 1);
    return value;
  }

  /**
   * Makes room for `additional` elements more, or for twice as many as there was room for.
   *
   * Context: any; may sleep unless the flags forbid it.
   *
   * @symbol krealloc_noprof
   * @may_sleep unless gfp=GFP_ATOMIC
   * @param gfp `GFP_KERNEL` unless told
   * @throws ENOMEM nothing has changed
   */
  reserve(this: Mut<KVec<T>>, additional: number, gfp: number = GFP.GFP_KERNEL): void {
    this.#memory.check();
    this.#reserve(sizeOf(additional), gfp);
  }

  /**
   * Appends copies of all elements of an array or a `Uint8Array`, which are scalars or structs.
   *
   * Context: any; may sleep unless the flags forbid it.
   *
   * @symbol krealloc_noprof
   * @may_sleep unless gfp=GFP_ATOMIC
   * @param gfp `GFP_KERNEL` unless told
   * @throws ENOMEM nothing has changed
   */
  extend_from_slice(
    this: Mut<KVec<T>>,
    items: Readonly<Elements<T>>,
    gfp: number = GFP.GFP_KERNEL,
  ): void {
    this.#memory.check();
    if (this.#type === undefined) throw new Error('objects of a driver cannot be copied');
    const count = sizeOf(items.length);
    this.#reserve(count, gfp);
    const start = this.#length;
    this.#resize(start + count);
    for (let index = 0; index < count; index++) this.#write(start + index, items[index] as T);
  }

  /**
   * A copy of the bytes from `start` to before `end`, as far as they are there.
   *
   * @symbol none
   */
  slice(this: Ref<KVec<u8>>, start: number, end: number): Uint8Array {
    const length = this.len();
    const from = Math.min(sizeOf(start), length);
    const to = Math.min(sizeOf(end), length);
    if (from >= to) return new Uint8Array(0);
    return this.#memory.loadBytes(from * this.#elementBytes, (to - from) * this.#elementBytes);
  }

  /**
   * Drops the elements from the `length`th on. The memory stays.
   *
   * Context: any in which they may be dropped without waiting.
   *
   * @symbol none
   */
  truncate(this: Mut<KVec<T>>, length: number): void {
    this.#memory.check();
    const kept = sizeOf(length);
    if (kept >= this.#length) return;
    const dropped = this.#objects.splice(kept);
    this.#resize(kept);
    for (const value of dropped) dropNow(this.#context, value);
  }

  /**
   * Drops all elements. The memory stays.
   *
   * Context: any in which they may be dropped without waiting.
   *
   * @symbol none
   */
  clear(this: Mut<KVec<T>>): void {
    this.truncate(0);
  }

  /**
   * Context: any in which its elements may be dropped.
   *
   * @symbol kfree
   */
  [Symbol.dispose](): void {
    const memory = this.#memory;
    if (!memory.end('dropped')) return;
    // A coroutine where the dispose of an element is one.
    return dropThen(this.#context.runtime, this.#objects, () => memory.free()) as void;
  }

  /** As Rust-for-Linux grows: to twice of what there was, or to what is needed. */
  #reserve(additional: number, gfp: number): void {
    const needed = this.#length + additional;
    if (needed <= this.#capacity || this.#elementBytes === 0) return;
    const capacity = Math.max(this.#capacity * 2, needed);
    this.#memory.resize(capacity * this.#elementBytes, gfp);
    this.#capacity = capacity;
  }

  #resize(length: number): void {
    this.#length = length;
    this.#memory.usedBytes = length * this.#elementBytes;
    if (this.#type === undefined) this.#objects.length = length;
  }

  #read(index: number): T {
    if (this.#type === undefined) return this.#objects[index] as T;
    return this.#type.read(this.#memory, index * this.#elementBytes) as T;
  }

  #write(index: number, value: T): void {
    const at = index * this.#elementBytes;
    if (this.#type !== undefined) {
      this.#type.write(this.#memory, at, value);
      return;
    }
    this.#objects[index] = value;
    writeObject(this.#context, this.#memory, at, this.#elementBytes, value);
  }

  #takeOut(index: number): T {
    if (this.#type === undefined) return this.#objects[index] as T;
    const at = index * this.#elementBytes;
    return copyOut(this.#context, this.#type, this.#memory, at) as T;
  }

  #holds(index: number): boolean {
    return Number.isInteger(index) && index >= 0 && index < this.#length;
  }

  #checkIndex(index: number): void {
    this.#memory.check();
    if (this.#holds(index)) return;
    throw new Error(`index out of bounds: the len is ${this.#length} but the index is ${index}`);
  }
}

/** @statics KVec */
export class KVecStatics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * An empty one, which has taken no memory yet, for scalars or structs:
   * `KVec.new(u32)`, `KVec.new(Descriptor)`.
   *
   * @symbol none
   */
  new<K extends Kind>(kind: K): KVec<ValueOf<K>>;

  /**
   * The same for objects of a class of the driver's: `KVec.new<Device>()`.
   *
   * @symbol none
   */
  new<T extends object>(): KVec<T>;

  new(kind?: unknown): KVec<unknown> {
    const { classes } = this.#context;
    return new KVec(this.#context, kind === undefined ? undefined : classes.typeOf(kind));
  }

  /**
   * An empty one with room for `capacity` scalars or structs.
   *
   * Context: any; may sleep unless the flags forbid it.
   *
   * @symbol __kmalloc_noprof
   * @may_sleep unless gfp=GFP_ATOMIC
   * @param gfp `GFP_KERNEL` unless told
   * @throws ENOMEM no memory for so many
   */
  with_capacity<K extends Kind>(
    kind: K,
    capacity: number,
    gfp: number = GFP.GFP_KERNEL,
  ): KVec<ValueOf<K>> {
    const vector = new KVec<ValueOf<K>>(this.#context, this.#context.classes.typeOf(kind));
    vector.reserve(capacity, gfp);
    return vector;
  }
}
