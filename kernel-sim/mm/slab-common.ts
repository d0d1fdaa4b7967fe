// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The slab caches of a machine: who makes one, under which name, with which debug options, and
 * which of them are one and the same.
 *
 * Linux: mm/slab_common.c; kmem_cache_flags of mm/slub.c.
 */
import { SLUB_DEBUG, type SlubDebugRule } from '../kernel/detectors.ts';
import type { PageAllocator } from './page-alloc.ts';
import { SLAB, SLAB_MERGE_SAME, SLAB_NEVER_MERGE } from './slab-flags.ts';
import { slabAlign, KMALLOC_MAX_CACHE_SIZE } from './slab-layout.ts';
import type { TrackSource } from './slab-tracks.ts';
import { SlabCache, type Slab, type SlabCacheSpec, type SlabServices } from './slab.ts';
import type { SlabReporter } from './slub-debug.ts';

/** Told of caches that come and go. Linux: sysfs_slab_add, sysfs_slab_alias, sysfs_slab_unlink. */
export interface SlabWatcher {
  added(cache: SlabCache): void;
  /** A cache was asked for under `name` and is one that was there. */
  aliased(cache: SlabCache, name: string): void;
  removed(cache: SlabCache): void;
}

/** What the command line decides. */
export interface SlabOptions {
  /** `slub_debug=`. Undefined: nothing is looked at, as by `slub_debug=-`. */
  readonly slubDebug?: readonly SlubDebugRule[];
  /** `slab_nomerge`. */
  readonly noMerge?: boolean;
  /** Who takes and frees an object is noted, where somebody would print it. */
  readonly trackSource?: TrackSource | undefined;
  readonly watcher?: SlabWatcher;
}

/** Bytes of a struct kmem_cache, as /proc/slabinfo has it on x86-64. */
const KMEM_CACHE_BYTES = 256;

const FLAG_OF: readonly (readonly [debug: number, flag: number])[] = [
  [SLUB_DEBUG.CONSISTENCY, SLAB.CONSISTENCY_CHECKS],
  [SLUB_DEBUG.RED_ZONE, SLAB.RED_ZONE],
  [SLUB_DEBUG.POISON, SLAB.POISON],
  [SLUB_DEBUG.STORE_USER, SLAB.STORE_USER],
  [SLUB_DEBUG.FAILSLAB, SLAB.FAILSLAB],
];

export class SlabCaches {
  readonly services: SlabServices;
  readonly #options: SlabOptions;
  readonly #canMerge: boolean;
  readonly #all: SlabCache[] = [];
  readonly #byPointer = new Map<number, SlabCache>();
  /** Has the struct of each cache. */
  readonly #structs: SlabCache;

  constructor(
    pages: PageAllocator,
    cpus: number,
    options: SlabOptions,
    reporter: () => SlabReporter,
    own: (slab: Slab, isLive: boolean) => void,
  ) {
    const { slubDebug: rules, trackSource } = options;
    const isOff = rules?.some(({ flags, caches }) => flags === 0 && caches.length === 0) ?? true;
    this.#options = options;
    // KASAN keeps caches apart: its redzones are each cache's own.
    this.#canMerge = options.noMerge !== true && !pages.ram.checks;
    this.services = { pages, cpus, looksAtLists: !isOff, trackSource, reporter, own };
    const align = 64;
    this.#structs = this.make({ name: 'kmem_cache', objectBytes: KMEM_CACHE_BYTES, align });
  }

  /** In order of creation, as /proc/slabinfo lists them from its end. */
  get all(): readonly SlabCache[] {
    return this.#all;
  }

  /** A cache of its own. */
  make(spec: SlabCacheSpec): SlabCache {
    const flags = this.#flagsFor(spec.name, spec.flags ?? 0);
    const cache = new SlabCache(this.services, { ...spec, flags });
    this.#all.push(cache);
    // The first one has no other to take it from.
    cache.pointer = (this.#structs ?? cache).take(KMEM_CACHE_BYTES);
    if (cache.pointer !== 0) this.#byPointer.set(cache.pointer, cache);
    this.#options.watcher?.added(cache);
    return cache;
  }

  /**
   * A cache for a driver, perhaps one that is there already. Undefined for what no slab can hold,
   * and without memory.
   */
  create(spec: SlabCacheSpec): SlabCache | undefined {
    const { name, objectBytes } = spec;
    if (!(objectBytes >= 1 && objectBytes <= KMALLOC_MAX_CACHE_SIZE)) return undefined;
    if (this.#all.some((cache) => cache.name === name)) {
      this.services.reporter().warn(`kmem_cache of name '${name}' already exists`);
    }
    const like = this.#canMerge ? this.#mergeable(spec) : undefined;
    if (like !== undefined) {
      like.references++;
      like.objectBytes = Math.max(like.objectBytes, objectBytes);
      this.#options.watcher?.aliased(like, name);
      return like;
    }
    const cache = this.make(spec);
    if (cache.pointer !== 0) return cache;
    this.forget(cache);
    return undefined;
  }

  /** The cache that a struct kmem_cache stands for, whoever made the pointer. */
  at(pointer: number): SlabCache | undefined {
    return this.#byPointer.get(pointer);
  }

  /** Takes a cache off the list: its name may be used again. */
  forget(cache: SlabCache): void {
    const index = this.#all.indexOf(cache);
    if (index < 0) return;
    this.#all.splice(index, 1);
    this.#options.watcher?.removed(cache);
  }

  /** The struct of a cache goes back: nothing leads to it any more. */
  release(cache: SlabCache): number {
    this.forget(cache);
    const { pointer } = cache;
    this.#byPointer.delete(pointer);
    cache.pointer = 0;
    return pointer;
  }

  /** Linux: find_mergeable. */
  #mergeable({ objectBytes, align = 0, flags = 0, ...spec }: SlabCacheSpec): SlabCache | undefined {
    if (spec.make !== undefined || (spec.userBytes ?? 0) !== 0) return undefined;
    const wanted = this.#flagsFor(spec.name, flags);
    if ((wanted & SLAB_NEVER_MERGE) !== 0) return undefined;
    const { pointerBytes } = this.services.pages.ram.board;
    const alignment = slabAlign(objectBytes, align, flags);
    const sizeBytes = Math.ceil(objectBytes / alignment) * alignment;
    return this.#all.findLast(
      (cache) =>
        cache.isMergeable &&
        (cache.flags & SLAB_MERGE_SAME) === (wanted & SLAB_MERGE_SAME) &&
        cache.slotBytes >= sizeBytes &&
        cache.slotBytes - sizeBytes < pointerBytes &&
        cache.slotBytes % alignment === 0,
    );
  }

  /** Linux: kmem_cache_flags. */
  #flagsFor(name: string, flags: number): number {
    if ((flags & SLAB.NO_USER_FLAGS) !== 0) return flags;
    const rules = this.#options.slubDebug ?? [];
    const rule =
      rules.findLast(({ caches }) => caches.some((glob) => matches(glob, name))) ??
      rules.findLast(({ caches }) => caches.length === 0);
    let all = flags;
    for (const [debug, flag] of FLAG_OF) if (((rule?.flags ?? 0) & debug) !== 0) all |= flag;
    return all;
  }
}

/** A name, or its beginning and a star. */
function matches(glob: string, name: string): boolean {
  return glob.endsWith('*') ? name.startsWith(glob.slice(0, -1)) : name === glob;
}
