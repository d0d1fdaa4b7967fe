// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A slab cache: objects of one size, cut from blocks of pages called slabs.
 *
 * The free objects of a slab form a list whose links lie *in* the objects. So what is written to
 * memory after it was freed can break the list, and the cache then hands out what the broken link
 * says, as a real kernel does: nothing here trusts a link further than the next load.
 *
 * In the shadow, an object is open for the bytes that were asked for, and poisoned behind them, up
 * to the next object; a freed one is poisoned whole.
 *
 * Sits on the page allocator. kmalloc.ts has the caches by size and finds an object's slab.
 *
 * Linux: mm/slub.c. Differs: one active slab for all CPUs; no merging of caches, no debug options.
 */
import type { Ram } from '../hw/ram/ram.ts';
import { SHADOW } from '../hw/ram/shadow.ts';
import { GFP, GFP_MODIFIERS } from '../uapi/gfp.ts';
import { orderFor, PAGE_SIZE } from './page.ts';
import type { PageAllocator } from './page-alloc.ts';
import { freePointerOffset, slabOrder, slotBytes } from './slab-layout.ts';

/** How pages of a new slab are asked for. Linux: alloc_gfp of allocate_slab. */
const REFILL = GFP.GFP_KERNEL | GFP_MODIFIERS.__GFP_NOWARN | GFP_MODIFIERS.__GFP_NORETRY;

export interface Slab {
  readonly cache: SlabCache;
  readonly physical: number;
  readonly order: number;
  readonly objects: number;
  /** Pointer to the first free object, or 0. */
  freelist: number;
  inUse: number;
  /** Where it stands in its cache's list of slabs with free objects; -1 if it does not. */
  partialIndex: number;
}

export interface SlabCacheSpec {
  readonly name: string;
  readonly objectBytes: number;
  readonly align: number;
}

/** A line of /proc/slabinfo. */
export interface SlabInfo {
  readonly name: string;
  readonly activeObjects: number;
  readonly objects: number;
  readonly slotBytes: number;
  readonly objectsPerSlab: number;
  readonly pagesPerSlab: number;
  readonly slabs: number;
}

/** Told when a block of pages becomes a slab, and when it stops being one. */
export type SlabOwner = (slab: Slab, isLive: boolean) => void;

export class SlabCache {
  readonly name: string;
  readonly objectBytes: number;
  readonly slotBytes: number;
  readonly order: number;
  /** With failslab's cache-filter, only such caches fail. Linux: SLAB_FAILSLAB. */
  isFailslab = false;
  readonly #pages: PageAllocator;
  readonly #ram: Ram;
  readonly #own: SlabOwner;
  readonly #freeOffset: number;
  /** Empty slabs are given back beyond so many partial ones. Linux: min_partial. */
  readonly #minPartial: number;
  /** Objects come from this slab until it is full. */
  #active: Slab | undefined;
  readonly #partial: Slab[] = [];
  #slabs = 0;
  #objects = 0;
  #activeObjects = 0;

  constructor(pages: PageAllocator, spec: SlabCacheSpec, cpus: number, own: SlabOwner) {
    const { ram } = pages;
    const objectBytes = Math.max(spec.objectBytes, ram.board.pointerBytes);
    this.name = spec.name;
    this.objectBytes = objectBytes;
    this.slotBytes = slotBytes(objectBytes, spec.align, ram.checks);
    this.order = slabOrder(this.slotBytes, cpus);
    this.#pages = pages;
    this.#ram = ram;
    this.#own = own;
    this.#freeOffset = freePointerOffset(objectBytes, ram.board.pointerBytes);
    const logarithm = 31 - Math.clz32(this.slotBytes);
    this.#minPartial = Math.min(10, Math.max(5, logarithm >> 1));
  }

  get info(): SlabInfo {
    return {
      name: this.name,
      activeObjects: this.#activeObjects,
      objects: this.#objects,
      slotBytes: this.slotBytes,
      objectsPerSlab: Math.floor((PAGE_SIZE << this.order) / this.slotBytes),
      pagesPerSlab: 1 << this.order,
      slabs: this.#slabs,
    };
  }

  /**
   * Pointer to an object of which `requestedBytes` may be touched, or 0 without memory.
   *
   * Oopses: when a broken free list leads to where there is no memory.
   */
  take(requestedBytes: number): number {
    let slab = this.#active;
    if (slab === undefined || slab.freelist === 0) {
      // A full slab is on no list: what is put back into it, even by reclaim in here, lists it.
      this.#active = undefined;
      slab = this.#partial.pop() ?? this.#grow() ?? this.#partial.pop();
      if (slab === undefined) return 0;
      slab.partialIndex = -1;
      this.#active = slab;
    }
    const pointer = slab.freelist;
    const physical = this.#physicalOf(pointer);
    slab.freelist = this.#ram.rawLoadPointer(physical + this.#freeOffset);
    slab.inUse++;
    this.#activeObjects++;
    this.#open(physical, requestedBytes);
    return pointer;
  }

  /** Poisons an object that its owner has given back; it is not free before `put`. */
  poison(pointer: number): void {
    this.#ram.poison(this.#ram.toPhysical(pointer), this.objectBytes, SHADOW.SLAB_FREE);
  }

  /** Puts an object on the free list of its slab. */
  put(slab: Slab, pointer: number): void {
    const physical = this.#physicalOf(pointer);
    this.#ram.rawStorePointer(physical + this.#freeOffset, slab.freelist);
    slab.freelist = pointer;
    slab.inUse--;
    this.#activeObjects--;
    if (slab === this.#active) return;
    if (slab.partialIndex < 0) slab.partialIndex = this.#partial.push(slab) - 1;
    if (slab.inUse === 0 && this.#partial.length > this.#minPartial) this.#discard(slab);
  }

  /** Gives back every slab without objects. Returns how many it gave. Linux: kmem_cache_shrink. */
  shrink(): number {
    const before = this.#slabs;
    const active = this.#active;
    if (active?.inUse === 0) {
      this.#active = undefined;
      active.partialIndex = this.#partial.push(active) - 1;
    }
    // From the end, since discarding one moves the last one into its place.
    for (let index = this.#partial.length - 1; index >= 0; index--) {
      const slab = this.#partial[index];
      if (slab?.inUse === 0) this.#discard(slab);
    }
    return before - this.#slabs;
  }

  /**
   * Tells `visit` the index of each object on the slab's free list, as far as the list can be
   * followed: a broken link ends it. Reads only.
   */
  forEachFree(slab: Slab, visit: (index: number) => void): void {
    const ram = this.#ram;
    let pointer = slab.freelist;
    for (let left = slab.objects; left > 0 && this.isObject(slab, pointer); left--) {
      const offset = ram.toPhysical(pointer) - slab.physical;
      visit(offset / this.slotBytes);
      pointer = ram.rawLoadPointer(slab.physical + offset + this.#freeOffset);
    }
  }

  /** True if an object of `slab` begins at `pointer`. */
  isObject(slab: Slab, pointer: number): boolean {
    const offset = this.#ram.toPhysical(pointer) - slab.physical;
    const index = offset / this.slotBytes;
    return Number.isInteger(index) && index >= 0 && index < slab.objects;
  }

  #open(physical: number, requestedBytes: number): void {
    const ram = this.#ram;
    ram.unpoison(physical, requestedBytes);
    const open = (requestedBytes + 7) & ~7;
    ram.poison(physical + open, this.slotBytes - open, SHADOW.SLAB_REDZONE);
  }

  /** Physical address of what a free list leads to, which may be anything. */
  #physicalOf(pointer: number): number {
    const link = pointer + this.#freeOffset;
    const sizeBytes = this.#ram.board.pointerBytes;
    if (!this.#ram.holds(pointer, this.#freeOffset + sizeBytes)) {
      this.#ram.reporter.fault({ pointer: link, sizeBytes, isWrite: false, firstBad: link });
    }
    return this.#ram.toPhysical(pointer);
  }

  /** A new slab whose objects are linked in order of address; undefined without memory. */
  #grow(): Slab | undefined {
    let { order } = this;
    let physical = this.#pages.allocPages(order, REFILL);
    const minOrder = orderFor(this.slotBytes);
    if (physical === 0 && minOrder < order) {
      order = minOrder;
      physical = this.#pages.allocPages(order, REFILL);
    }
    if (physical === 0) return undefined;
    const objects = Math.floor((PAGE_SIZE << order) / this.slotBytes);
    const freelist = this.#linkAll(physical, objects);
    const slab: Slab = {
      cache: this,
      physical,
      order,
      objects,
      freelist,
      inUse: 0,
      partialIndex: -1,
    };
    this.#ram.poison(physical, PAGE_SIZE << order, SHADOW.SLAB_REDZONE);
    this.#slabs++;
    this.#objects += objects;
    this.#own(slab, true);
    return slab;
  }

  #linkAll(physical: number, objects: number): number {
    let next = 0;
    for (let index = objects - 1; index >= 0; index--) {
      const at = physical + index * this.slotBytes;
      this.#ram.rawStorePointer(at + this.#freeOffset, next);
      next = this.#ram.toPointer(at);
    }
    return next;
  }

  #discard(slab: Slab): void {
    const last = this.#partial.pop();
    if (last !== undefined && last !== slab) {
      this.#partial[slab.partialIndex] = last;
      last.partialIndex = slab.partialIndex;
    }
    slab.partialIndex = -1;
    this.#slabs--;
    this.#objects -= slab.objects;
    this.#own(slab, false);
    this.#pages.freePages(slab.physical, slab.order);
  }
}
