// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * kmalloc and kfree, and every slab cache of the kernel.
 *
 * A request goes to the smallest cache whose objects hold it, or to whole pages when none does.
 * With checks on, a freed object waits in quarantine before it can be handed out again, and a wrong
 * free is reported to `onBadFree` and left alone. With `kasan=off` neither happens: a double free
 * puts the object on its list twice, and two owners will get it.
 *
 * Linux: mm/slab_common.c, mm/slub.c, __kasan_slab_free (mm/kasan/common.c).
 */
import type { Sim } from '../sim/sim.ts';
import { EVENT } from '../sim/trace.ts';
import { COST } from '../uapi/costs.ts';
import type { Ram } from '../hw/ram/ram.ts';
import { GRANULE, SHADOW } from '../hw/ram/shadow.ts';
import { GFP } from '../uapi/gfp.ts';
import { oopsOnBadFree, type BadFreeReporter } from './bad-free.ts';
import { type AllocationFaults, NO_FAULTS } from './failslab.ts';
import { MAX_ORDER, orderFor, PAGE_SHIFT, PAGE_SIZE } from './page.ts';
import type { PageAllocator } from './page-alloc.ts';
import { Quarantine } from './quarantine.ts';
import { SlabCache, type Slab } from './slab.ts';
import { KMALLOC_MAX_CACHE_SIZE, KMALLOC_SIZES, kmallocAlign, kmallocName } from './slab-layout.ts';

/** What kmalloc(0) answers: not NULL, and not to be touched. Linux: ZERO_SIZE_PTR. */
export const ZERO_SIZE_POINTER = 16;

/** Quarantine takes one part in so many of memory. Linux: QUARANTINE_FRACTION. */
const QUARANTINE_FRACTION = 32;

export class SlabAllocator {
  readonly ram: Ram;
  readonly pages: PageAllocator;
  onBadFree: BadFreeReporter = oopsOnBadFree;
  faults: AllocationFaults = NO_FAULTS;
  readonly #sim: Sim;
  readonly #cpus: number;
  readonly #caches: SlabCache[] = [];
  /** By page frame number: the slab that the page belongs to. */
  readonly #slabs: (Slab | undefined)[] = [];
  /** By size in granules, rounded up: the cache for it. */
  readonly #kmalloc: SlabCache[] = [];
  /** By physical address: sizes of what was too large for a slab. */
  readonly #large = new Map<number, number>();
  readonly #quarantine: Quarantine;

  /** `cpus` decides how many objects a slab has at least, as in Linux. */
  constructor(sim: Sim, pages: PageAllocator, cpus: number) {
    this.#sim = sim;
    this.pages = pages;
    this.ram = pages.ram;
    this.#cpus = cpus;
    // Array.from takes milliseconds for so many.
    this.#slabs.length = pages.ram.sizeBytes / PAGE_SIZE;
    this.#slabs.fill(undefined);
    this.#quarantine = new Quarantine(pages.ram.sizeBytes / QUARANTINE_FRACTION, (pointer) => {
      const slab = this.slabOf(pointer);
      slab?.cache.put(slab, pointer);
    });
    pages.reclaim = () => this.#reclaim();
    this.#makeKmallocCaches();
  }

  /** In order of creation, as /proc/slabinfo lists them from its end. */
  get caches(): readonly SlabCache[] {
    return this.#caches;
  }

  /** Freed objects that wait in quarantine. */
  get quarantined(): number {
    return this.#quarantine.count;
  }

  /** Linux: kmem_cache_create. */
  createCache(name: string, objectBytes: number, align = 8): SlabCache {
    const spec = { name, objectBytes, align };
    const cache = new SlabCache(this.pages, spec, this.#cpus, (slab, isLive) => {
      const frame = slab.physical >>> PAGE_SHIFT;
      this.#slabs.fill(isLive ? slab : undefined, frame, frame + (1 << slab.order));
    });
    this.#caches.push(cache);
    return cache;
  }

  /**
   * Removes a cache and returns 0, or how many of its objects are still in use: then it stays.
   * Linux: kmem_cache_destroy.
   */
  destroyCache(cache: SlabCache): number {
    this.#quarantine.drain();
    cache.shrink();
    const left = cache.info.activeObjects;
    const index = this.#caches.indexOf(cache);
    if (left === 0 && index >= 0) this.#caches.splice(index, 1);
    return left;
  }

  /** An object of `cache`, or 0 without memory. Linux: kmem_cache_alloc. Context: any. */
  alloc(cache: SlabCache, gfp: number = GFP.GFP_KERNEL): number {
    return this.#allocFrom(cache, cache.objectBytes, gfp);
  }

  /** Pointer to `sizeBytes` bytes of whatever was there before, or 0. Context: any. */
  kmalloc(sizeBytes: number, gfp: number = GFP.GFP_KERNEL): number {
    if (sizeBytes === 0) return ZERO_SIZE_POINTER;
    const isSmall = sizeBytes > 0 && sizeBytes <= KMALLOC_MAX_CACHE_SIZE;
    if (!isSmall) return this.#allocLarge(sizeBytes, gfp);
    const cache = this.#kmalloc[(sizeBytes + GRANULE - 1) >>> 3];
    return cache === undefined ? 0 : this.#allocFrom(cache, sizeBytes, gfp);
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
   * Frees what any of the above answered; NULL and the pointer of kmalloc(0) are ignored. Serves as
   * kmem_cache_free too. Context: any.
   *
   * Reports to `onBadFree`: with checks on, every free of what is not a live object's beginning.
   */
  kfree(pointer: number): void {
    if (pointer === 0 || pointer === ZERO_SIZE_POINTER) return;
    this.#sim.clock.charge(COST.SLAB_ALLOC);
    const slab = this.slabOf(pointer);
    if (slab === undefined) this.#freeLarge(pointer);
    else this.#freeTo(slab, pointer);
  }

  /** Bytes that an allocation really has. Reads its first byte, as Linux does to check it. */
  ksize(pointer: number): number {
    if (pointer === 0 || pointer === ZERO_SIZE_POINTER) return 0;
    this.ram.checkRange(pointer, 1, false);
    const slab = this.slabOf(pointer);
    if (slab !== undefined) return slab.cache.objectBytes;
    const physical = this.ram.toPhysical(pointer);
    return this.#large.has(physical) ? PAGE_SIZE << this.pages.orderAt(physical) : 0;
  }

  /** The slab that a pointer leads into, whoever made the pointer. Linux: virt_to_slab. */
  slabOf(pointer: number): Slab | undefined {
    return this.#slabs[Math.floor(this.ram.toPhysical(pointer) / PAGE_SIZE)];
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

  /** Tells `visit` each object that waits in quarantine. */
  forEachQuarantined(visit: (pointer: number) => void): void {
    this.#quarantine.forEach(visit);
  }

  /** What took whole pages: how many allocations, and the bytes that were asked for. */
  get large(): { readonly count: number; readonly bytes: number } {
    let bytes = 0;
    for (const sizeBytes of this.#large.values()) bytes += sizeBytes;
    return { count: this.#large.size, bytes };
  }

  #allocFrom(cache: SlabCache, sizeBytes: number, gfp: number): number {
    this.#sim.clock.charge(COST.SLAB_ALLOC);
    if (this.faults.isArmed && this.faults.shouldFailSlab(cache, gfp)) return 0;
    const pointer = cache.take(sizeBytes);
    const { trace } = this.#sim;
    if (trace.on && pointer !== 0) trace.emit(EVENT.SLAB_ALLOC, pointer, trace.intern(cache.name));
    return pointer;
  }

  #freeTo(slab: Slab, pointer: number): void {
    const { cache } = slab;
    if (this.ram.checks) {
      if (!cache.isObject(slab, pointer)) {
        this.onBadFree({ kind: 'invalid-free', pointer });
        return;
      }
      if (this.ram.shadowAt(this.ram.toPhysical(pointer)) >= GRANULE) {
        this.onBadFree({ kind: 'double-free', pointer });
        return;
      }
    }
    const { trace } = this.#sim;
    if (trace.on) trace.emit(EVENT.SLAB_FREE, pointer, trace.intern(cache.name));
    if (this.ram.checks) {
      cache.poison(pointer);
      this.#quarantine.add(pointer, cache.slotBytes);
    } else cache.put(slab, pointer);
  }

  #allocLarge(sizeBytes: number, gfp: number): number {
    const order = orderFor(Math.min(sizeBytes, PAGE_SIZE << (MAX_ORDER + 1)));
    if (order > MAX_ORDER || !(sizeBytes > 0)) return 0;
    const physical = this.pages.allocPages(order, gfp);
    if (physical === 0) return 0;
    this.#large.set(physical, sizeBytes);
    const open = (sizeBytes + GRANULE - 1) & -GRANULE;
    this.ram.unpoison(physical, sizeBytes);
    this.ram.poison(physical + open, (PAGE_SIZE << order) - open, SHADOW.PAGE_REDZONE);
    return this.ram.toPointer(physical);
  }

  #freeLarge(pointer: number): void {
    const physical = this.ram.toPhysical(pointer);
    if (this.#large.delete(physical)) {
      this.pages.freePages(physical, this.pages.orderAt(physical));
      return;
    }
    const isFree = this.ram.holds(pointer) && this.pages.isFree(physical);
    this.onBadFree({ kind: isFree ? 'double-free' : 'invalid-free', pointer });
  }

  #reclaim(): boolean {
    const drained = this.#quarantine.drain();
    let given = 0;
    for (const cache of this.#caches) given += cache.shrink();
    return drained + given > 0;
  }

  #makeKmallocCaches(): void {
    let granules = 0;
    for (const sizeBytes of KMALLOC_SIZES) {
      const cache = this.createCache(kmallocName(sizeBytes), sizeBytes, kmallocAlign(sizeBytes));
      while (granules <= sizeBytes / GRANULE) this.#kmalloc[granules++] = cache;
    }
  }
}
