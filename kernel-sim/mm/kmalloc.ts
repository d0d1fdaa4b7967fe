// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * kmalloc and kfree, and the objects of every slab cache of the kernel.
 *
 * A request goes to the smallest cache whose objects hold it, or to whole pages when none does.
 * With checks on, a freed object waits in quarantine before it can be handed out again, and a wrong
 * free is reported to `onBadFree` and left alone. With `kasan=off` neither happens: unless SLUB
 * looks, a double free puts the object on its list twice, and two owners will get it.
 *
 * slab-common.ts has the caches; krealloc.ts what is made of the functions here.
 *
 * Linux: mm/slab_common.c, mm/slub.c, __kasan_slab_free (mm/kasan/common.c).
 */
import type { Sim } from '../sim/sim.ts';
import { EVENT } from '../sim/trace.ts';
import { COST } from '../uapi/costs.ts';
import { GFP } from '../uapi/gfp.ts';
import type { Ram } from '../hw/ram/ram.ts';
import { GRANULE } from '../hw/ram/shadow.ts';
import { oopsOnBadFree, type BadFreeReporter } from './bad-free.ts';
import { type AllocationFaults, NO_FAULTS } from './failslab.ts';
import { LargeAllocations } from './kmalloc-large.ts';
import { type LeakTracker, NO_LEAKS } from './kmemleak.ts';
import { PAGE_SHIFT, PAGE_SIZE } from './page.ts';
import type { PageAllocator } from './page-alloc.ts';
import { Quarantine } from './quarantine.ts';
import { SlabCaches, type SlabOptions } from './slab-common.ts';
import { SLAB } from './slab-flags.ts';
import { KMALLOC_MAX_CACHE_SIZE, KMALLOC_SIZES, kmallocAlign, kmallocName } from './slab-layout.ts';
import type { ObjectInfo, Slab, SlabCache, SlabCacheSpec } from './slab.ts';
import { SILENT_REPORTER, type SlabReporter } from './slub-debug.ts';

/** What kmalloc(0) answers: not NULL, and not to be touched. Linux: ZERO_SIZE_PTR. */
export const ZERO_SIZE_POINTER = 16;

/** Quarantine takes one part in so many of memory. Linux: QUARANTINE_FRACTION. */
const QUARANTINE_FRACTION = 32;

export class SlabAllocator {
  readonly ram: Ram;
  readonly pages: PageAllocator;
  onBadFree: BadFreeReporter = oopsOnBadFree;
  reporter: SlabReporter = SILENT_REPORTER;
  faults: AllocationFaults = NO_FAULTS;
  leaks: LeakTracker = NO_LEAKS;
  /** What was too large for a slab. */
  readonly large: LargeAllocations;
  readonly #sim: Sim;
  readonly #caches: SlabCaches;
  /** By page frame number: the slab that the page belongs to. */
  readonly #slabs: (Slab | undefined)[] = [];
  /** By size in granules, rounded up: the cache for it. */
  readonly #kmalloc: SlabCache[] = [];
  readonly #quarantine: Quarantine;
  /** Objects of caches that RCU protects, freed since the last grace period. */
  readonly #afterGracePeriod = new Set<number>();
  /** Runs what it is given after a grace period of RCU. Without RCU, at once. */
  callRcu: (then: () => void) => void = (then) => then();

  /** Is told of each object that is given back: a lock in it must not be held. */
  onFree: (pointer: number, sizeBytes: number) => void = () => undefined;

  /** `cpus` decides how many objects a slab has at least, as in Linux. */
  constructor(sim: Sim, pages: PageAllocator, cpus: number, options: SlabOptions = {}) {
    this.#sim = sim;
    this.pages = pages;
    this.ram = pages.ram;
    this.large = new LargeAllocations(pages);
    // Array.from takes milliseconds for so many.
    this.#slabs.length = pages.ram.sizeBytes / PAGE_SIZE;
    this.#slabs.fill(undefined);
    this.#quarantine = new Quarantine(pages.ram.sizeBytes / QUARANTINE_FRACTION, (pointer) => {
      const slab = this.slabOf(pointer);
      slab?.cache.put(slab, pointer);
    });
    const reporter = (): SlabReporter => this.reporter;
    this.#caches = new SlabCaches(pages, cpus, options, reporter, (slab, isLive) => {
      const frame = slab.physical >>> PAGE_SHIFT;
      this.#slabs.fill(isLive ? slab : undefined, frame, frame + (1 << slab.order));
    });
    pages.reclaim = () => this.#reclaim();
    this.#makeKmallocCaches();
  }

  // Caches.

  /** In order of creation, as /proc/slabinfo lists them from its end. */
  get caches(): readonly SlabCache[] {
    return this.#caches.all;
  }

  /** Freed objects that wait in quarantine. */
  get quarantined(): Pick<Quarantine, 'count' | 'forEach'> {
    return this.#quarantine;
  }

  /** A cache of the kernel's own. A driver's may be merged with one that is like it. */
  createCache(name: string, objectBytes: number, align = 8, flags = 0): SlabCache {
    return this.#caches.make({ name, objectBytes, align, flags });
  }

  /**
   * A cache for a driver; undefined without memory, and for objects that are too large. One that is
   * like another may be that other. A name that is taken is reported. Linux: kmem_cache_create.
   */
  kmemCacheCreate(spec: SlabCacheSpec): SlabCache | undefined {
    return this.#caches.create(spec);
  }

  /** The cache that a struct kmem_cache stands for, if there is one at `pointer`. */
  cacheAt(pointer: number): SlabCache | undefined {
    return this.#caches.at(pointer);
  }

  /**
   * Removes a cache and returns 0, or how many of its objects are still in use: these stay, but
   * nobody gets one any more, and that is reported. Linux: kmem_cache_destroy.
   */
  destroyCache(cache: SlabCache): number {
    if (--cache.references > 0) return 0;
    if (cache.isTypesafeByRcu) this.rcuBarrier();
    this.#quarantine.drain((pointer) => this.slabOf(pointer)?.cache === cache);
    cache.shrink();
    const left = cache.info.activeObjects;
    if (left > 0) this.#reportLeft(cache);
    if (left > 0) this.#caches.forget(cache);
    else this.kfree(this.#caches.release(cache));
    return left;
  }

  /** Looks at every object of a cache, and returns how many errors it found. */
  validate(cache: SlabCache): number {
    const before = cache.errors;
    for (const slab of this.slabsOf(cache)) cache.debug?.validate(slab);
    return cache.errors - before;
  }

  // Objects.

  /** An object of `cache`, or 0 without memory. Context: any. Linux: kmem_cache_alloc. */
  alloc(cache: SlabCache, gfp: number = GFP.GFP_KERNEL): number {
    return this.allocRequested(cache, cache.objectBytes, gfp);
  }

  /**
   * An object of `cache` of which only `requestedBytes` may be touched, or 0 without memory.
   * Context: any. Linux: __kmalloc_cache.
   */
  allocRequested(cache: SlabCache, requestedBytes: number, gfp: number): number {
    this.#sim.clock.charge(COST.SLAB_ALLOC);
    if (this.faults.isArmed && this.faults.shouldFailSlab(cache, gfp)) return 0;
    const pointer = cache.take(requestedBytes);
    if (pointer === 0) return 0;
    if (this.leaks.isTracking) this.leaks.alloc(pointer, cache.objectBytes);
    const { trace } = this.#sim;
    if (trace.all) trace.emit(EVENT.SLAB_ALLOC, pointer, trace.intern(cache.name));
    return pointer;
  }

  /** Pointer to `sizeBytes` bytes of whatever was there before, or 0. Context: any. */
  kmalloc(sizeBytes: number, gfp: number = GFP.GFP_KERNEL): number {
    if (sizeBytes === 0) return ZERO_SIZE_POINTER;
    if (!(sizeBytes > 0 && sizeBytes <= KMALLOC_MAX_CACHE_SIZE)) {
      const physical = this.large.take(sizeBytes, gfp);
      if (physical === 0) return 0;
      const pointer = this.ram.toPointer(physical);
      if (this.leaks.isTracking) this.leaks.alloc(pointer, sizeBytes);
      return pointer;
    }
    const cache = this.#kmalloc[(sizeBytes + GRANULE - 1) >>> 3];
    return cache === undefined ? 0 : this.allocRequested(cache, sizeBytes, gfp);
  }

  /** As `kmalloc`, filled with zeros. */
  kzalloc(sizeBytes: number, gfp: number = GFP.GFP_KERNEL): number {
    const pointer = this.kmalloc(sizeBytes, gfp);
    if (pointer > ZERO_SIZE_POINTER) {
      const physical = this.ram.toPhysical(pointer);
      this.ram.bytes.fill(0, physical, physical + sizeBytes);
    }
    return pointer;
  }

  /**
   * Frees what any of the above answered; NULL and the pointer of kmalloc(0) are ignored. Context:
   * any.
   *
   * Reports to `onBadFree`: with checks on, every free of what is not a live object's beginning.
   */
  kfree(pointer: number): void {
    if (pointer >= 0 && pointer <= ZERO_SIZE_POINTER) return;
    this.#sim.clock.charge(COST.SLAB_ALLOC);
    const slab = this.slabOf(pointer);
    if (slab === undefined) this.#freeLarge(pointer);
    else this.#freeTo(slab, pointer);
  }

  /** Frees an object that should be one of `cache`. Context: any. Linux: kmem_cache_free. */
  cacheFree(cache: SlabCache, pointer: number): void {
    this.#sim.clock.charge(COST.SLAB_ALLOC);
    const slab = this.slabOf(pointer);
    if (slab === undefined) {
      if ((cache.flags & SLAB.CONSISTENCY_CHECKS) === 0) {
        this.reporter.warn('virt_to_cache: Object is not a Slab page!');
        return;
      }
      const address = `0x${this.ram.formatPointer(pointer)}`;
      this.reporter.slabError(cache, slab, `Attempt to free object(${address}) outside of slab`);
      this.reporter.fix(cache, `Object at ${address} not freed`);
      return;
    }
    if (slab.cache !== cache) {
      const owner = slab.cache.name;
      this.reporter.warn(
        `cache_from_obj: Wrong slab cache. ${cache.name} but object is from ${owner}`,
      );
    }
    this.#freeTo(slab, pointer);
  }

  /** What waits for a grace period of RCU goes: nobody reads any more. */
  rcuBarrier(): void {
    for (const pointer of this.#afterGracePeriod) this.#letGoLate(pointer);
  }

  /**
   * True if the first byte of an object may be touched; reports it if not.
   * Linux: kasan_check_byte.
   */
  isAccessible(pointer: number): boolean {
    const { ram } = this;
    const access = { pointer, sizeBytes: 1, isWrite: false, firstBad: pointer };
    if (!ram.holds(pointer) || !Number.isInteger(pointer)) ram.reporter.fault(access);
    if (!ram.checks || ram.firstBad(pointer, 1) === 0) return true;
    ram.reporter.badAccess(access);
    return false;
  }

  /**
   * Bytes that an allocation really has; 0 for what is none, which is reported. Not all of them may
   * be touched.
   */
  ksize(pointer: number): number {
    if (pointer >= 0 && pointer <= ZERO_SIZE_POINTER) return 0;
    return this.isAccessible(pointer) ? this.usableBytes(pointer) : 0;
  }

  /** Bytes of the object or the pages at `pointer`. Linux: __ksize. */
  usableBytes(pointer: number): number {
    const slab = this.slabOf(pointer);
    if (slab !== undefined) return slab.cache.objectBytes;
    return this.large.wholeBytes(this.ram.toPhysical(pointer));
  }

  /** Bytes that were asked for, if anybody knows; else all that there are. */
  requestedBytes(pointer: number): number {
    const slab = this.slabOf(pointer);
    if (slab === undefined) return this.large.requestedBytes(this.ram.toPhysical(pointer));
    const index = slab.cache.indexOf(slab, pointer);
    return slab.tracks?.requestedBytes(index) || slab.cache.objectBytes;
  }

  /**
   * From now on `sizeBytes` of an allocation may be touched: no more than it has.
   * Linux: kasan_krealloc.
   */
  resize(pointer: number, sizeBytes: number): void {
    const slab = this.slabOf(pointer);
    const physical = this.ram.toPhysical(pointer);
    if (slab === undefined) {
      if (this.large.has(physical)) this.large.open(physical, sizeBytes);
      return;
    }
    const { cache, tracks } = slab;
    if (!cache.isObject(slab, pointer)) return;
    cache.open(physical, sizeBytes);
    cache.debug?.requestedSizeChanged(pointer, sizeBytes);
    tracks?.allocated(cache.indexOf(slab, pointer), sizeBytes);
  }

  /**
   * Forbids an allocation that its owner gave back to a reserve, where it stays allocated: `resize`
   * opens it again. False: it is none, which is reported. Linux: kasan_mempool_poison_object.
   */
  poisonReserved(pointer: number): boolean {
    const { ram } = this;
    if (!ram.checks) return true;
    const slab = this.slabOf(pointer);
    if (slab !== undefined) {
      const index = slab.cache.indexOf(slab, pointer);
      if (!this.#canFree(index, pointer)) return false;
      slab.tracks?.freed(index);
      slab.cache.poison(pointer);
      return true;
    }
    const physical = ram.toPhysical(pointer);
    const kind = this.large.wrongOf(physical);
    if (kind === undefined) this.large.close(physical);
    else this.onBadFree({ kind, pointer });
    return kind === undefined;
  }

  // What a pointer leads to.

  /** The slab that a pointer leads into, whoever made the pointer. Linux: virt_to_slab. */
  slabOf(pointer: number): Slab | undefined {
    const physical = this.ram.toPhysical(pointer);
    if (!(physical >= 0 && physical < this.ram.sizeBytes)) return undefined;
    return this.#slabs[physical >>> PAGE_SHIFT];
  }

  /** The object that a pointer leads into, or that lies before it. Linux: nearest_obj. */
  objectAt(pointer: number): ObjectInfo | undefined {
    const slab = this.slabOf(pointer);
    if (slab === undefined) return undefined;
    const { cache, tracks } = slab;
    const slot = Math.floor((this.ram.toPhysical(pointer) - slab.physical) / cache.slotBytes);
    const index = Math.min(slot, slab.objects - 1);
    return {
      slab,
      cache,
      index,
      pointer: cache.objectAt(slab, index),
      allocation: tracks?.allocation(index),
      free: tracks?.free(index),
      auxiliaryStacks: tracks?.auxiliaryStacks(index) ?? [],
    };
  }

  /**
   * Notes the stack that hands an object on to run later, for a report about it. Nothing for what
   * is no object. Context: any. Linux: kasan_record_aux_stack.
   */
  recordAuxStack(pointer: number): void {
    const object = this.objectAt(pointer);
    object?.slab.tracks?.auxiliary(object.index);
  }

  /** The slabs of a cache, by address. */
  slabsOf(cache: SlabCache): Slab[] {
    const found: Slab[] = [];
    for (let frame = 0; frame < this.#slabs.length;) {
      const slab = this.#slabs[frame];
      if (slab?.cache === cache) found.push(slab);
      frame += slab === undefined ? 1 : 1 << slab.order;
    }
    return found;
  }

  // Inside.

  /** Linux: list_slab_objects. */
  #reportLeft(cache: SlabCache): void {
    for (const slab of this.slabsOf(cache)) {
      const free = new Set<number>();
      cache.forEachFree(slab, (index) => free.add(index));
      const left = Array.from({ length: slab.objects }, (_, index) => index)
        .filter((index) => !free.has(index))
        .map((index) => cache.objectAt(slab, index));
      if (left.length > 0) this.reporter.objectsRemain(slab, left);
    }
    this.reporter.destroyedInUse(cache);
  }

  #freeTo(slab: Slab, pointer: number): void {
    const { cache } = slab;
    const { checks } = this.ram;
    const index = cache.indexOf(slab, pointer);
    if (checks && !this.#canFree(index, pointer)) return;
    this.onFree(pointer, cache.objectBytes);
    if (this.leaks.isTracking) this.leaks.free(pointer);
    const { trace } = this.#sim;
    if (trace.all) trace.emit(EVENT.SLAB_FREE, pointer, trace.intern(cache.name));
    if (!checks && !cache.put(slab, pointer)) return;
    slab.tracks?.freed(index);
    if (!checks) return;
    if (cache.isTypesafeByRcu) {
      this.#afterGracePeriod.add(pointer);
      this.callRcu(() => this.#letGoLate(pointer));
    } else this.#letGo(slab, pointer);
  }

  /** Nothing happens to what has gone already. Linux: slab_free_after_rcu_debug. */
  #letGoLate(pointer: number): void {
    if (!this.#afterGracePeriod.delete(pointer)) return;
    const slab = this.slabOf(pointer);
    if (slab === undefined) return;
    if (this.#canFree(slab.cache.indexOf(slab, pointer), pointer)) this.#letGo(slab, pointer);
  }

  /** The sanitizer's look at a free. Linux: check_slab_allocation. */
  #canFree(index: number, pointer: number): boolean {
    if (index < 0) {
      this.onBadFree({ kind: 'invalid-free', pointer });
      return false;
    }
    if (this.ram.shadowAt(this.ram.toPhysical(pointer)) >= GRANULE) {
      this.onBadFree({ kind: 'double-free', pointer });
      return false;
    }
    return true;
  }

  #letGo({ cache }: Slab, pointer: number): void {
    cache.poison(pointer);
    this.#quarantine.add(pointer, cache.slotBytes);
  }

  #freeLarge(pointer: number): void {
    const physical = this.ram.toPhysical(pointer);
    const kind = this.large.wrongOf(physical);
    if (kind === undefined) {
      if (this.leaks.isTracking) this.leaks.free(pointer);
      this.large.give(physical);
    } else if (this.ram.checks) this.onBadFree({ kind, pointer });
    else this.reporter.warn(`object pointer: 0x${this.ram.formatPointer(pointer)}`);
  }

  #reclaim(): boolean {
    const drained = this.#quarantine.drain();
    let given = 0;
    for (const cache of this.#caches.all) given += cache.shrink();
    return drained + given > 0;
  }

  #makeKmallocCaches(): void {
    let granules = 0;
    for (const sizeBytes of KMALLOC_SIZES) {
      const cache = this.#caches.make({
        name: kmallocName(sizeBytes),
        objectBytes: sizeBytes,
        align: kmallocAlign(sizeBytes),
        flags: SLAB.KMALLOC,
        userBytes: sizeBytes,
      });
      while (granules <= sizeBytes / GRANULE) this.#kmalloc[granules++] = cache;
    }
  }
}
