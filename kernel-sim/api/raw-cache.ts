// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Caches of objects of one size.
 *
 * @subpath kernel/raw
 */
import type { SlabCache } from '../mm/slab.ts';
import { SLAB } from '../mm/slab-flags.ts';
import { GFP_MODIFIERS, mayBlock } from '../uapi/gfp.ts';
import type { ApiContext } from './context.ts';
import type { NullPtr, Ptr, VoidPtr } from './raw-pointer.ts';
import { addressOf, intOf, pointerTo, sizeOf } from './raw-value.ts';

declare const cacheMark: unique symbol;

/**
 * A cache of objects. What it has for itself is the kernel's. Linux: struct kmem_cache.
 *
 * @public
 */
export interface kmem_cache {
  /** Nothing: only the type has it. */
  readonly [cacheMark]: never;
}

/**
 * What a cache can be asked for. Linux: include/linux/slab.h.
 *
 * @constants
 */
export const SLAB_FLAGS = {
  SLAB_CONSISTENCY_CHECKS: SLAB.CONSISTENCY_CHECKS,
  SLAB_RED_ZONE: SLAB.RED_ZONE,
  SLAB_POISON: SLAB.POISON,
  SLAB_HWCACHE_ALIGN: SLAB.HWCACHE_ALIGN,
  SLAB_STORE_USER: SLAB.STORE_USER,
  SLAB_RECLAIM_ACCOUNT: SLAB.RECLAIM_ACCOUNT,
  SLAB_PANIC: SLAB.PANIC,
  SLAB_TYPESAFE_BY_RCU: SLAB.TYPESAFE_BY_RCU,
  SLAB_NO_MERGE: SLAB.NO_MERGE,
  SLAB_ACCOUNT: SLAB.ACCOUNT,
} as const;

/** @exports */
export class RawCacheApi {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * A cache of objects of `size` bytes; NULL without memory. `ctor` is called once for each object
   * when its page is made. Programs may see nothing of the objects.
   *
   * Context: process; may sleep. Linux: kmem_cache_create.
   *
   * @symbol __kmem_cache_create_args
   * @raw
   */
  kmem_cache_create(
    name: string,
    size: number,
    align: number,
    flags: number,
    ctor: ((object: VoidPtr) => void) | NullPtr,
  ): Ptr<kmem_cache> {
    return this.#create(name, { size, align, flags, ctor, userOffset: 0, userBytes: 0 });
  }

  /**
   * The same; `usersize` bytes of each object, from `useroffset` on, may be copied to and from
   * programs.
   *
   * Context: process; may sleep. Linux: kmem_cache_create_usercopy.
   *
   * @symbol __kmem_cache_create_args
   * @raw
   */
  kmem_cache_create_usercopy(
    name: string,
    size: number,
    align: number,
    flags: number,
    useroffset: number,
    usersize: number,
    ctor: ((object: VoidPtr) => void) | NullPtr,
  ): Ptr<kmem_cache> {
    const [userOffset, userBytes] = [sizeOf(useroffset), sizeOf(usersize)];
    return this.#create(name, { size, align, flags, ctor, userOffset, userBytes });
  }

  /**
   * Gives a cache up. Objects that are still in use are a WARN, and stay. NULL is ignored.
   *
   * Context: process; may sleep. Linux: kmem_cache_destroy.
   *
   * @raw
   */
  kmem_cache_destroy(cache: Ptr<kmem_cache>): void {
    const { slabs, scheduler } = this.#context.services;
    scheduler.mightSleep();
    if (addressOf(cache) === 0) return;
    const found = this.#cacheOf(cache);
    if (found !== undefined) slabs.destroyCache(found);
  }

  /**
   * An object, with whatever was there before. NULL when there is none.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: kmem_cache_alloc.
   *
   * @symbol kmem_cache_alloc_noprof
   * @raw
   * @may_sleep unless gfp=GFP_ATOMIC
   */
  kmem_cache_alloc(cache: Ptr<kmem_cache>, gfp: number): VoidPtr {
    return this.#allocate(cache, intOf(gfp));
  }

  /**
   * An object filled with zeros. NULL when there is none.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: kmem_cache_zalloc.
   *
   * @symbol kmem_cache_alloc_noprof
   * @raw
   * @may_sleep unless gfp=GFP_ATOMIC
   */
  kmem_cache_zalloc(cache: Ptr<kmem_cache>, gfp: number): VoidPtr {
    return this.#allocate(cache, intOf(gfp) | GFP_MODIFIERS.__GFP_ZERO);
  }

  /**
   * Gives an object back to its cache.
   *
   * Context: any. Linux: kmem_cache_free.
   *
   * @raw
   */
  kmem_cache_free(cache: Ptr<kmem_cache>, object: VoidPtr): void {
    const { slabs, raw } = this.#context.services;
    const found = this.#cacheOf(cache);
    const pointer = addressOf(object);
    raw.sizes.forget(pointer);
    if (found !== undefined) slabs.cacheFree(found, pointer);
  }

  /**
   * Bytes of its objects.
   *
   * Context: any. Linux: kmem_cache_size.
   *
   * @raw
   */
  kmem_cache_size(cache: Ptr<kmem_cache>): number {
    return this.#cacheOf(cache)?.objectBytes ?? 0;
  }

  /**
   * Gives back the pages of a cache that have no objects. Returns 0 if none with objects are left.
   *
   * Context: process. Linux: kmem_cache_shrink.
   *
   * @raw
   */
  kmem_cache_shrink(cache: Ptr<kmem_cache>): number {
    this.#cacheOf(cache)?.shrink();
    return Number((this.#cacheOf(cache)?.info.slabs ?? 0) > 0);
  }

  /**
   * Looks at every object of a cache. Returns how many errors that reported.
   *
   * Context: process. Linux: validate_slab_cache, which needs slub_debug.
   *
   * @raw
   */
  validate_slab_cache(cache: Ptr<kmem_cache>): number {
    const found = this.#cacheOf(cache);
    return found === undefined ? 0 : this.#context.services.slabs.validate(found);
  }

  #create(name: string, spec: CacheSpec): Ptr<kmem_cache> {
    const { slabs, scheduler } = this.#context.services;
    scheduler.mightSleep();
    const { ctor, size, align, flags, userOffset, userBytes } = spec;
    const cache = slabs.kmemCacheCreate({
      name: String(name),
      objectBytes: sizeOf(size),
      align: sizeOf(align),
      flags: intOf(flags),
      userOffset,
      userBytes,
      make: typeof ctor === 'function' ? (pointer) => this.#construct(ctor, pointer) : undefined,
    });
    return pointerTo(cache?.pointer ?? 0);
  }

  #construct(ctor: (object: VoidPtr) => void, pointer: number): void {
    this.#context.runtime.sync(ctor(pointerTo(pointer)));
  }

  #allocate(cache: Ptr<kmem_cache>, gfp: number): VoidPtr {
    const { slabs, scheduler, raw } = this.#context.services;
    if (mayBlock(gfp)) scheduler.mightSleep();
    const found = this.#cacheOf(cache);
    if (found === undefined) return pointerTo(0);
    const pointer = slabs.alloc(found, gfp);
    const { objectBytes } = found;
    if (pointer !== 0 && (gfp & GFP_MODIFIERS.__GFP_ZERO) !== 0) {
      slabs.ram.memset(pointer, 0, objectBytes);
    }
    return pointerTo(raw.sizes.note(pointer, objectBytes));
  }

  /**
   * The cache that a driver means. The first thing that Linux does with one is to follow its first
   * pointer, which what is no cache any more does not survive, or is reported for.
   */
  #cacheOf(cache: Ptr<kmem_cache>): SlabCache | undefined {
    const { slabs } = this.#context.services;
    const pointer = addressOf(cache);
    const found = slabs.cacheAt(pointer);
    if (found === undefined) slabs.ram.loadPointer(slabs.ram.loadPointer(pointer));
    return found;
  }
}

interface CacheSpec {
  readonly size: number;
  readonly align: number;
  readonly flags: number;
  readonly ctor: ((object: VoidPtr) => void) | NullPtr;
  readonly userOffset: number;
  readonly userBytes: number;
}
