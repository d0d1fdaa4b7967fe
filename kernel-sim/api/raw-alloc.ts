// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `kernel/raw`: memory by the byte, as C has it. Who takes it gives it back.
 *
 * @subpath kernel/raw
 */
import { literal } from '../kernel/string.ts';
import { encodeUtf8 } from '../lib/utf8.ts';
import { kfreeSensitive, krealloc } from '../mm/krealloc.ts';
import { GFP, GFP_MODIFIERS, mayBlock } from '../uapi/gfp.ts';
import type { ApiContext } from './context.ts';
import type { Ptr, VoidPtr } from './raw-pointer.ts';
import { addressOf, intOf, pointerTo, sizeOf } from './raw-value.ts';
import type { u8 } from './uapi-types.ts';

/**
 * How to find memory: for who may sleep (`GFP_KERNEL`) or who must not (`GFP_ATOMIC`). Linux:
 * include/linux/gfp_types.h.
 *
 * @constants
 */
export const GFP_FLAGS = GFP;

/**
 * A modifier to be ORed to `GFP_KERNEL` and its like. Linux: include/linux/gfp_types.h.
 *
 * @constants
 */
export const GFP_FLAG_MODIFIERS = GFP_MODIFIERS;

/** @exports */
export class RawAllocApi {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Memory of `size` bytes, with whatever was there before. NULL when there is none.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: kmalloc.
   *
   * @symbol __kmalloc_noprof
   * @raw
   * @may_sleep unless gfp=GFP_ATOMIC
   */
  kmalloc(size: number, gfp: number): VoidPtr {
    return this.#allocate(sizeOf(size), this.#enter(gfp));
  }

  /**
   * As `kmalloc`, filled with zeros.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: kzalloc.
   *
   * @symbol __kmalloc_noprof
   * @raw
   * @may_sleep unless gfp=GFP_ATOMIC
   */
  kzalloc(size: number, gfp: number): VoidPtr {
    return this.#allocate(sizeOf(size), this.#enter(gfp) | ZERO);
  }

  /**
   * As `kmalloc`, on a node of memory. There is one, whatever `node` says.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: kmalloc_node.
   *
   * @symbol __kmalloc_node_noprof
   * @raw
   * @may_sleep unless gfp=GFP_ATOMIC
   */
  kmalloc_node(size: number, gfp: number, node: number): VoidPtr {
    void node;
    return this.kmalloc(size, gfp);
  }

  /**
   * As `kzalloc`, on a node of memory. There is one, whatever `node` says.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: kzalloc_node.
   *
   * @symbol __kmalloc_node_noprof
   * @raw
   * @may_sleep unless gfp=GFP_ATOMIC
   */
  kzalloc_node(size: number, gfp: number, node: number): VoidPtr {
    void node;
    return this.kzalloc(size, gfp);
  }

  /**
   * As `kmalloc`, for functions that allocate for who calls them: the way there is recorded in any
   * case.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: kmalloc_track_caller.
   *
   * @symbol __kmalloc_node_track_caller_noprof
   * @raw
   * @may_sleep unless gfp=GFP_ATOMIC
   */
  kmalloc_track_caller(size: number, gfp: number): VoidPtr {
    return this.kmalloc(size, gfp);
  }

  /**
   * As `kmalloc_node`, for functions that allocate for who calls them.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: kmalloc_node_track_caller.
   *
   * @symbol __kmalloc_node_track_caller_noprof
   * @raw
   * @may_sleep unless gfp=GFP_ATOMIC
   */
  kmalloc_node_track_caller(size: number, gfp: number, node: number): VoidPtr {
    return this.kmalloc_node(size, gfp, node);
  }

  /**
   * Memory for `count` elements of `size` bytes each; NULL also when the product is too large.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: kmalloc_array.
   *
   * @symbol __kmalloc_noprof
   * @raw
   * @may_sleep unless gfp=GFP_ATOMIC
   */
  kmalloc_array(count: number, size: number, gfp: number): VoidPtr {
    return this.#allocate(sizeOf(count) * sizeOf(size), this.#enter(gfp));
  }

  /**
   * As `kmalloc_array`, filled with zeros.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: kcalloc.
   *
   * @symbol __kmalloc_noprof
   * @raw
   * @may_sleep unless gfp=GFP_ATOMIC
   */
  kcalloc(count: number, size: number, gfp: number): VoidPtr {
    return this.#allocate(sizeOf(count) * sizeOf(size), this.#enter(gfp) | ZERO);
  }

  /**
   * Gives memory back. NULL is ignored; what is no live allocation's beginning is reported.
   *
   * Context: any. Linux: kfree.
   *
   * @raw
   */
  kfree(pointer: VoidPtr): void {
    const at = addressOf(pointer);
    this.#context.services.raw.sizes.forget(at);
    this.#context.services.slabs.kfree(at);
  }

  /**
   * Memory of `size` bytes with what was in `pointer`, which is gone then, or still the same. NULL
   * when there is none, and then the old memory is as it was. Of NULL it is as `kmalloc`.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: krealloc.
   *
   * @symbol krealloc_noprof
   * @raw
   * @may_sleep unless gfp=GFP_ATOMIC
   */
  krealloc(pointer: VoidPtr, size: number, gfp: number): VoidPtr {
    const { slabs, raw } = this.#context.services;
    const flags = this.#enter(gfp);
    const from = addressOf(pointer);
    const bytes = sizeOf(size);
    const to = krealloc(slabs, from, bytes, flags);
    if (to !== 0) raw.sizes.forget(from);
    return pointerTo(to === 0 ? 0 : raw.sizes.note(to, bytes));
  }

  /**
   * As `kfree`, and what was in it is wiped first.
   *
   * Context: any. Linux: kfree_sensitive.
   *
   * @raw
   */
  kfree_sensitive(pointer: VoidPtr): void {
    const { slabs, raw } = this.#context.services;
    const at = addressOf(pointer);
    raw.sizes.forget(at);
    kfreeSensitive(slabs, at);
  }

  /**
   * Bytes that an allocation really has. Those that were not asked for must not be touched.
   *
   * Context: any. Linux: ksize.
   *
   * @raw
   */
  ksize(pointer: VoidPtr): number {
    return this.#context.services.slabs.ksize(addressOf(pointer));
  }

  /**
   * A copy of `size` bytes in memory of its own. NULL when there is none.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: kmemdup.
   *
   * @symbol kmemdup_noprof
   * @raw
   * @may_sleep unless gfp=GFP_ATOMIC
   */
  kmemdup(source: VoidPtr, size: number, gfp: number): VoidPtr {
    const { strings } = this.#context.services.raw;
    const from = addressOf(source);
    const bytes = sizeOf(size);
    strings.checkRead('kmemdup', from, bytes);
    const copy = this.#allocate(bytes, this.#enter(gfp));
    const to = addressOf(copy);
    if (to !== 0) strings.copy('memcpy', to, from, bytes);
    return copy;
  }

  /**
   * A copy of a string in memory of its own. NULL when there is none, and of NULL.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: kstrdup.
   *
   * @raw
   * @may_sleep unless gfp=GFP_ATOMIC
   */
  kstrdup(text: Ptr<u8> | string, gfp: number): Ptr<u8> {
    return this.#duplicate(text, Infinity, gfp);
  }

  /**
   * The same of at most `max` bytes and a NUL.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: kstrndup.
   *
   * @raw
   * @may_sleep unless gfp=GFP_ATOMIC
   */
  kstrndup(text: Ptr<u8> | string, max: number, gfp: number): Ptr<u8> {
    return this.#duplicate(text, sizeOf(max), gfp);
  }

  /** `flags` with __GFP_ZERO ask for zeros. */
  #allocate(sizeBytes: number, flags: number): VoidPtr {
    const { slabs, raw } = this.#context.services;
    const isZeroed = (flags & ZERO) !== 0;
    const pointer = isZeroed ? slabs.kzalloc(sizeBytes, flags) : slabs.kmalloc(sizeBytes, flags);
    return pointerTo(raw.sizes.note(pointer, sizeBytes));
  }

  #duplicate(text: unknown, max: number, gfp: number): Ptr<u8> {
    const { strings } = this.#context.services.raw;
    if (text === 0) return pointerTo(0);
    const source =
      typeof text === 'string' ? literal(encodeUtf8(text)) : strings.at(addressOf(text));
    const length = strings.lengthOf(max === Infinity ? 'strlen' : 'strnlen', source, max);
    const copy = this.#allocate(length + 1, this.#enter(gfp));
    const to = addressOf(copy);
    if (to !== 0) strings.storeString(to, source, length);
    return copy;
  }

  /** What may wait for memory says so first, also when it will not have to. */
  #enter(gfp: number): number {
    const flags = intOf(gfp);
    if (mayBlock(flags)) this.#context.services.scheduler.mightSleep();
    return flags;
  }
}

const ZERO = GFP_MODIFIERS.__GFP_ZERO;
