// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * One value in memory of its own.
 *
 * @subpath kernel/alloc
 */
import { GFP } from '../uapi/gfp.ts';
import { Allocation, dropNow, dropThen } from './allocation.ts';
import type { ApiContext } from './context.ts';
import type { MemoryType } from './memory-types.ts';
import type { Own } from './ownership.ts';
import { copyOut, objectBytes, writeObject } from './stored-value.ts';

/**
 * A value in memory of its own: a struct's bytes lie there as C would have them. Dropping it drops
 * the value and gives the memory back. Linux: kmalloc and kfree; Rust-for-Linux: KBox.
 *
 * @public
 */
export class KBox<T extends object> {
  readonly #context: ApiContext;
  readonly #memory: Allocation;
  /** Of a struct, whose bytes are the value; undefined for a driver's own object. */
  readonly #type: MemoryType | undefined;
  #value: T;

  /** @internal */
  constructor(context: ApiContext, value: T, gfp: number) {
    this.#context = context;
    this.#memory = new Allocation(context, this, 'KBox');
    this.#type = context.classes.typeOfValue(value);
    const sizeBytes = this.#type?.sizeBytes ?? objectBytes(context, value);
    try {
      this.#memory.resize(sizeBytes, gfp);
    } catch (thrown) {
      dropNow(context, value);
      throw thrown;
    }
    this.#memory.usedBytes = sizeBytes;
    this.#write(value, sizeBytes);
    this.#value = this.#type === undefined ? value : (this.#type.read(this.#memory, 0) as T);
  }

  /** The value. It must not be kept past the box. */
  get value(): T {
    this.#memory.check();
    return this.#value;
  }

  /** Puts another value in its place. */
  set value(value: T) {
    this.#memory.check();
    this.#write(value, this.#type?.sizeBytes ?? 0);
    if (this.#type === undefined) this.#value = value;
  }

  /**
   * Takes the value out, and gives the memory back.
   *
   * Context: any.
   *
   * @symbol kfree
   */
  into_inner(this: Own<KBox<T>>): T {
    const memory = this.#memory;
    memory.check();
    const type = this.#type;
    const value = type === undefined ? this.#value : copyOut(this.#context, type, memory, 0);
    memory.end('moved');
    memory.free();
    return value as T;
  }

  /**
   * Context: any in which the value may be dropped.
   *
   * @symbol kfree
   */
  [Symbol.dispose](): void {
    const memory = this.#memory;
    if (!memory.end('dropped')) return;
    const values = this.#type === undefined ? [this.#value] : [];
    // A coroutine where the value's own dispose is one.
    return dropThen(this.#context.runtime, values, () => memory.free()) as void;
  }

  #write(value: T, sizeBytes: number): void {
    if (this.#type === undefined) {
      writeObject(this.#context, this.#memory, 0, sizeBytes, value);
    } else this.#type.write(this.#memory, 0, value);
  }
}

/** @statics KBox */
export class KBoxStatics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Puts `value` into memory of its own.
   *
   * Context: any; may sleep unless the flags forbid it.
   *
   * @symbol __kmalloc_noprof
   * @may_sleep unless gfp=GFP_ATOMIC
   * @param gfp `GFP_KERNEL` unless told
   * @throws ENOMEM no memory for it; the value is dropped
   */
  new<T extends object>(value: T, gfp: number = GFP.GFP_KERNEL): KBox<T> {
    return new KBox(this.#context, value, gfp);
  }
}
