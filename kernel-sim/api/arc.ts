// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Values with several owners.
 *
 * @subpath kernel/alloc
 */
import { GFP } from '../uapi/gfp.ts';
import { Allocation, dropNow, dropThen } from './allocation.ts';
import type { ApiContext } from './context.ts';
import type { Ref } from './ownership.ts';
import { objectBytes, writeObject } from './stored-value.ts';

/** Bytes of the refcount_t at the beginning. */
const COUNT_BYTES = 4;

/** What all owners share: the count and the value, in one piece of memory. */
class ArcInner<T> {
  readonly memory: Allocation;
  readonly value: T;
  /** What is dropped with the last owner. */
  readonly owned: readonly unknown[];

  constructor(context: ApiContext, value: T, gfp: number) {
    this.memory = new Allocation(context, this, 'Arc');
    const type = context.classes.typeOfValue(value);
    const width = context.services.slabs.ram.board.pointerBytes;
    const offset = Math.max(COUNT_BYTES, type?.alignBytes ?? width);
    const sizeBytes = type?.sizeBytes ?? objectBytes(context, value);
    try {
      this.memory.resize(offset + sizeBytes, gfp);
    } catch (thrown) {
      dropNow(context, value);
      throw thrown;
    }
    this.memory.usedBytes = offset + sizeBytes;
    context.services.raw.refcounts.set(this.memory.pointer, 1);
    if (type === undefined) writeObject(context, this.memory, offset, sizeBytes, value);
    else type.write(this.memory, offset, value);
    this.value = type === undefined ? value : (type.read(this.memory, offset) as T);
    this.owned = type === undefined ? [value] : [];
  }
}

/**
 * A value with several owners, who may all only read it. What changes within it does so behind a
 * lock or an atomic. The last owner's drop drops the value.
 *
 * Linux: struct kref; Rust-for-Linux: Arc.
 *
 * @public
 */
export class Arc<T extends object> {
  readonly #context: ApiContext;
  readonly #inner: ArcInner<T>;
  #end: 'dropped' | 'moved' | undefined;

  /** @internal */
  constructor(context: ApiContext, inner: ArcInner<T>) {
    this.#context = context;
    this.#inner = inner;
    context.allocations.set(this, inner.memory);
  }

  /** The value. */
  get value(): Ref<T> {
    return this.#live().value;
  }

  /**
   * Another owner of the same value.
   *
   * Context: any. Linux: kref_get.
   *
   * @symbol none
   */
  clone(this: Ref<Arc<T>>): Arc<T> {
    const inner = this.#live();
    this.#context.services.raw.refcounts.add(inner.memory.pointer, 1);
    return new Arc(this.#context, inner);
  }

  /**
   * Gives up this owner's share.
   *
   * Context: any in which the value may be dropped. Linux: kref_put.
   *
   * @symbol kfree
   */
  [Symbol.dispose](): void {
    if (this.#end !== undefined) return;
    const { memory, owned } = this.#live();
    this.#end = 'dropped';
    const { runtime, raw } = this.#context.services;
    if (!raw.refcounts.subAndTest(memory.pointer, 1)) return;
    memory.end('dropped');
    // A coroutine where the value's own dispose is one.
    return dropThen(runtime, owned, () => memory.free()) as void;
  }

  /** @internal */
  static innerOf(arc: Arc<object>): object {
    return arc.#live();
  }

  #live(): ArcInner<T> {
    if (this.#end !== undefined) throw new Error(`use of an Arc that was ${this.#end}`);
    return this.#inner;
  }
}

/** @statics Arc */
export class ArcStatics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Gives `value` its first owner.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: kref_init.
   *
   * @symbol __kmalloc_noprof
   * @may_sleep unless gfp=GFP_ATOMIC
   * @param gfp `GFP_KERNEL` unless told
   * @throws ENOMEM no memory for it; the value is dropped
   */
  new<T extends object>(value: T, gfp: number = GFP.GFP_KERNEL): Arc<T> {
    return new Arc(this.#context, new ArcInner(this.#context, value, gfp));
  }

  /**
   * True for two owners of one value.
   *
   * @symbol none
   */
  ptr_eq<T extends object>(a: Ref<Arc<T>>, b: Ref<Arc<T>>): boolean {
    return Arc.innerOf(a) === Arc.innerOf(b);
  }
}
