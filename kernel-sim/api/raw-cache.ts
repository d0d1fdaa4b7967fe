// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Caches of objects of one size.
 *
 * @subpath kernel/raw
 */
import { SLAB } from '../mm/slab-flags.ts';
import type { SlabCache } from '../mm/slab.ts';
import { GFP_MODIFIERS, mayBlock } from '../uapi/gfp.ts';
import type { ApiContext } from './context.ts';
import type { NullPtr, VoidPtr } from './raw-pointer.ts';
import { addressOf, intOf, pointerTo, sizeOf } from './raw-value.ts';

/**
 * What a cache can be asked for. Linux: include/linux/slab.h.
 *
 * @constants
 */
export const CACHE_FLAGS = {
  SLAB_CONSISTENCY_CHECKS: SLAB.CONSISTENCY_CHECKS,
  SLAB_RED_ZONE: SLAB.RED_ZONE,
  SLAB_POISON: SLAB.POISON,
  SLAB_HWCACHE_ALIGN: SLAB.HWCACHE_ALIGN,
  SLAB_STORE_USER: SLAB.STORE_USER,
  SLAB_RECLAIM_ACCOUNT: SLAB.RECLAIM_ACCOUNT,
  SLAB_TYPESAFE_BY_RCU: SLAB.TYPESAFE_BY_RCU,
  SLAB_ACCOUNT: SLAB.ACCOUNT,
  SLAB_NO_MERGE: SLAB.NO_MERGE,
} as const;

declare const cache: unique symbol;

/**
 * A cache. What it points to is none of a driver's. Linux: struct kmem_cache *.
 *
 * @public
 */
export type KmemCachePtr = VoidPtr & {
  /** Nothing: only the type has it. */
  readonly [cache]?: never;
};

/** @exports */
export class RawCacheApi {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Makes a cache of objects of `size` bytes; NULL without memory. Alignment 0 is that of a
   * pointer. There are no constructors: `ctor` is NULL.
   *
   * Context: process. Linux: kmem_cache_create.
   *
   * @symbol __kmem_cache_create_args
   * @raw
   * @may_sleep
   */
  kmem_cache_create(
    name: string,
    size: number,
    align: number,
    flags: number,
    ctor: NullPtr,
  ): KmemCachePtr {
    return this.kmem_cache_create_usercopy(name, size, align, flags, 0, 0, ctor);
  }

  /**
   * The same with a window of each object, `usersize` bytes from `useroffset` on, that may be copied
   * to and from programs.
   *
   * Context: process. Linux: kmem_cache_create_usercopy.
   *
   * @symbol __kmem_cache_create_args
   * @raw
   * @may_sleep
   */
  kmem_cache_create_usercopy(
    name: string,
    size: number,
    align: number,
    flags: number,
    useroffset: number,
    usersize: number,
    ctor: NullPtr,
  ): KmemCachePtr {
    void ctor;
    const { scheduler, slabs } = this.#context.services;
    scheduler.mightSleep();
    const made = slabs.kmemCacheCreate({
      name: String(name),
      objectBytes: sizeOf(size),
      align: sizeOf(align),
      flags: intOf(flags),
      userOffset: sizeOf(useroffset),
      userBytes: sizeOf(usersize),
    });
    return pointerTo(made?.pointer ?? 0);
  }

  /**
   * Removes a cache, whose objects must have been given back. NULL is ignored.
   *
   * Context: process. Linux: kmem_cache_destroy.
   *
   * @raw
   * @may_sleep
   */
  kmem_cache_destroy(from: KmemCachePtr): void {
    const { scheduler, slabs } = this.#context.services;
    if (addressOf(from) === 0) return;
    scheduler.mightSleep();
    slabs.destroyCache(this.#cacheAt(from));
  }

  /**
   * An object; NULL without memory.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: kmem_cache_alloc.
   *
   * @symbol kmem_cache_alloc_noprof
   * @raw
   * @may_sleep unless gfp=GFP_ATOMIC
   */
  kmem_cache_alloc(from: KmemCachePtr, gfp: number): VoidPtr {
    const { scheduler, slabs } = this.#context.services;
    const flags = intOf(gfp);
    if (mayBlock(flags)) scheduler.mightSleep();
    return pointerTo(slabs.alloc(this.#cacheAt(from), flags));
  }

  /**
   * The same, filled with zeros.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: kmem_cache_zalloc.
   *
   * @symbol kmem_cache_alloc_noprof
   * @raw
   * @may_sleep unless gfp=GFP_ATOMIC
   */
  kmem_cache_zalloc(from: KmemCachePtr, gfp: number): VoidPtr {
    return this.kmem_cache_alloc(from, gfp | GFP_MODIFIERS.__GFP_ZERO);
  }

  /**
   * Gives an object of this cache back.
   *
   * Context: any. Linux: kmem_cache_free.
   *
   * @raw
   */
  kmem_cache_free(to: KmemCachePtr, object: VoidPtr): void {
    this.#context.services.slabs.cacheFree(this.#cacheAt(to), addressOf(object));
  }

  /**
   * Bytes of an object.
   *
   * Context: any. Linux: kmem_cache_size.
   *
   * @raw
   */
  kmem_cache_size(of: KmemCachePtr): number {
    return this.#cacheAt(of).objectBytes;
  }

  /**
   * Looks at every object of a cache with debugging on, and returns how many errors it found. Linux
   * exports it to its own tests; `echo 1 > /sys/kernel/slab/NAME/validate` does the same.
   *
   * Context: process. Linux: validate_slab_cache.
   *
   * @raw
   * @may_sleep
   */
  validate_slab_cache(of: KmemCachePtr): number {
    const { scheduler, slabs } = this.#context.services;
    scheduler.mightSleep();
    return slabs.validate(this.#cacheAt(of));
  }

  /** What is no cache leads nowhere, as it would on Linux some loads later. */
  #cacheAt(pointer: KmemCachePtr): SlabCache {
    const { slabs } = this.#context.services;
    const at = addressOf(pointer);
    slabs.ram.load8(at);
    const found = slabs.cacheAt(at);
    if (found !== undefined) return found;
    return slabs.ram.reporter.fault({
      pointer: at,
      sizeBytes: 1,
      isWrite: false,
      firstBad: at,
    });
  }
}
