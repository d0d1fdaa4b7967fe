// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A slab cache: objects of one size, cut from blocks of pages called slabs.
 *
 * The free objects of a slab form a list whose links lie *in* the objects. So what is written to
 * memory after it was freed can break the list, and the cache then hands out what the broken link
 * says, as a real kernel does: nothing here trusts a link further than the next load. Where
 * slub-debug.ts watches, it looks first.
 *
 * In the shadow, an object is open for the bytes that were asked for, and poisoned behind them, up
 * to the next object; a freed one is poisoned whole.
 *
 * Sits on the page allocator. kmalloc.ts has the caches by size and finds an object's slab.
 *
 * Linux: mm/slub.c. Differs: one active slab for all CPUs.
 */
import type { Ram } from '../hw/ram/ram.ts';
import { SHADOW } from '../hw/ram/shadow.ts';
import { GFP, GFP_MODIFIERS } from '../uapi/gfp.ts';
import { orderFor, PAGE_SIZE } from './page.ts';
import type { PageAllocator } from './page-alloc.ts';
import { SLAB, SLAB_DEBUG_FLAGS, SLAB_NEVER_MERGE } from './slab-flags.ts';
import { slabAlign, slabLayout, slabOrder, type SlabLayout } from './slab-layout.ts';
import { SlabTracks, type Track, type TrackSource } from './slab-tracks.ts';
import { SlubDebug, type SlabReporter } from './slub-debug.ts';

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
  /** 1 for each object that is taken, where somebody checks it. */
  readonly live: Uint8Array | undefined;
  readonly tracks: SlabTracks | undefined;
}

/** How pages of a new slab are asked for. Linux: alloc_gfp of allocate_slab. */
const REFILL = GFP.GFP_KERNEL | GFP_MODIFIERS.__GFP_NOWARN | GFP_MODIFIERS.__GFP_NORETRY;

/** Fills an object once, when its slab is made: what it is when it is taken. May throw. */
export type SlabConstructor = (pointer: number) => void;

export interface SlabCacheSpec {
  readonly name: string;
  readonly objectBytes: number;
  readonly align?: number;
  /** `SLAB`. */
  readonly flags?: number;
  readonly make?: SlabConstructor | undefined;
  /** What user space may copy from and to. Linux: kmem_cache_create_usercopy. */
  readonly userOffset?: number;
  readonly userBytes?: number;
}

/** What all caches of a machine share. */
export interface SlabServices {
  readonly pages: PageAllocator;
  /** Decides how many objects a slab has at least, as in Linux. */
  readonly cpus: number;
  /** A free list is looked at where that costs nothing, also without CONSISTENCY_CHECKS. */
  readonly looksAtLists: boolean;
  readonly trackSource: TrackSource | undefined;
  readonly reporter: () => SlabReporter;
  /** Told when a block of pages becomes a slab, and when it stops being one. */
  readonly own: (slab: Slab, isLive: boolean) => void;
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

/** An object that a pointer leads into, or next to. */
export interface ObjectInfo {
  readonly slab: Slab;
  readonly cache: SlabCache;
  readonly index: number;
  readonly pointer: number;
  readonly allocation: Track | undefined;
  /** The last time that it was given back; it may have been taken again since. */
  readonly free: Track | undefined;
  /** Handles of the stacks that handed it on to run later, the last one first. */
  readonly auxiliaryStacks: readonly number[];
}

export class SlabCache {
  readonly name: string;
  readonly align: number;
  readonly flags: number;
  readonly layout: SlabLayout;
  readonly slotBytes: number;
  readonly order: number;
  readonly make: SlabConstructor | undefined;
  readonly userOffset: number;
  readonly userBytes: number;
  readonly debug: SlubDebug | undefined;
  /** Bytes of an object; the largest of them if caches were merged. */
  objectBytes: number;
  /** With failslab's cache-filter, only such caches fail. */
  isFailslab: boolean;
  /** How many asked for this cache: more than one when it was merged. */
  references = 1;
  /** The struct kmem_cache that stands for it, or 0. */
  pointer = 0;
  /** What SLUB's checks found and mended. */
  errors = 0;
  readonly #services: SlabServices;
  readonly #pages: PageAllocator;
  readonly #ram: Ram;
  readonly #freeOffset: number;
  /** Empty slabs are given back beyond so many partial ones. Linux: min_partial. */
  readonly #minPartial: number;
  /** Objects come from this slab until it is full. */
  #active: Slab | undefined;
  readonly #partial: Slab[] = [];
  #slabs = 0;
  #pageCount = 0;
  #objects = 0;
  #activeObjects = 0;

  constructor(services: SlabServices, spec: SlabCacheSpec) {
    const { pages, cpus } = services;
    const { ram } = pages;
    const { objectBytes, flags = 0 } = spec;
    this.name = spec.name;
    this.objectBytes = objectBytes;
    this.flags = flags;
    this.align = slabAlign(objectBytes, spec.align ?? 0, flags);
    this.isFailslab = (flags & SLAB.FAILSLAB) !== 0;
    this.make = spec.make;
    this.userOffset = spec.userOffset ?? 0;
    this.userBytes = spec.userBytes ?? 0;
    const geometry = { objectBytes, align: this.align, flags };
    const { pointerBytes } = ram.board;
    const hasConstructor = this.make !== undefined;
    this.layout = slabLayout({ ...geometry, hasConstructor }, pointerBytes, ram.checks);
    this.slotBytes = this.layout.slotBytes;
    this.order = slabOrder(this.slotBytes, cpus);
    this.#services = services;
    this.#pages = pages;
    this.#ram = ram;
    this.#freeOffset = this.layout.freeOffset;
    // What costs no walk the sanitizer sees as well.
    const looks = services.looksAtLists && !ram.checks;
    const isWatched = (flags & SLAB_DEBUG_FLAGS) !== 0 || looks;
    this.debug = isWatched ? new SlubDebug(this, ram, services.reporter) : undefined;
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

  /** Pages that its slabs take; one made when memory was short is smaller than others. */
  get pageCount(): number {
    return this.#pageCount;
  }

  /** Its freed objects may still be read until a grace period is over. */
  get isTypesafeByRcu(): boolean {
    return (this.flags & SLAB.TYPESAFE_BY_RCU) !== 0;
  }

  /** Linux: slab_unmergeable, the other way round. */
  get isMergeable(): boolean {
    const isPlain = this.make === undefined && this.userBytes === 0;
    return isPlain && (this.flags & (SLAB_NEVER_MERGE | SLAB.KMALLOC)) === 0;
  }

  /**
   * Pointer to an object of which `requestedBytes` may be touched, or 0 without memory.
   *
   * Oopses: when a broken free list leads to where there is no memory.
   */
  take(requestedBytes: number): number {
    for (;;) {
      const slab = this.#slabToTakeFrom();
      if (slab === undefined) return 0;
      const pointer = slab.freelist;
      if (this.debug?.mayAllocate(slab, pointer, requestedBytes) === false) {
        this.#writeOff(slab);
        continue;
      }
      const physical = this.#physicalOf(pointer);
      slab.freelist = this.#ram.rawLoadPointer(physical + this.#freeOffset);
      slab.inUse++;
      this.#activeObjects++;
      slab.tracks?.allocated(this.indexOf(slab, pointer), requestedBytes);
      this.open(physical, requestedBytes);
      return pointer;
    }
  }

  /** Poisons an object that its owner has given back; it is not free before `put`. */
  poison(pointer: number): void {
    const ram = this.#ram;
    const physical = ram.toPhysical(pointer);
    ram.poison(physical, this.objectBytes, SHADOW.SLAB_FREE);
    ram.poison(physical, 1, SHADOW.SLAB_FREE_META);
  }

  /** Puts an object on the free list of its slab. False: a check found that it must not. */
  put(slab: Slab, pointer: number): boolean {
    if (this.debug?.mayFree(slab, pointer) === false) return false;
    const physical = this.#physicalOf(pointer);
    this.#ram.poison(physical, 1, SHADOW.SLAB_FREE);
    this.#ram.rawStorePointer(physical + this.#freeOffset, slab.freelist);
    slab.freelist = pointer;
    slab.inUse--;
    this.#activeObjects--;
    if (slab === this.#active) return true;
    if (slab.partialIndex < 0) slab.partialIndex = this.#partial.push(slab) - 1;
    if (slab.inUse === 0 && this.#partial.length > this.#minPartial) this.#discard(slab);
    return true;
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

  /** Sets a count that a check found to be wrong. */
  correctCount(slab: Slab, inUse: number): void {
    this.#activeObjects += inUse - slab.inUse;
    slab.inUse = inUse;
  }

  /**
   * Tells `visit` the index of each object on the slab's free list, as far as the list can be
   * followed: a broken link ends it. Reads only.
   */
  forEachFree(slab: Slab, visit: (index: number) => void): void {
    const ram = this.#ram;
    let pointer = slab.freelist;
    for (let left = slab.objects; left > 0 && this.isObject(slab, pointer); left--) {
      visit(this.indexOf(slab, pointer));
      pointer = ram.rawLoadPointer(ram.toPhysical(pointer) + this.#freeOffset);
    }
  }

  /** True if an object of `slab` begins at `pointer`. Linux: check_valid_pointer. */
  isObject(slab: Slab, pointer: number): boolean {
    return this.indexOf(slab, pointer) >= 0;
  }

  /** Which object of `slab` begins at `pointer`; -1 if none does. Linux: obj_to_index. */
  indexOf(slab: Slab, pointer: number): number {
    const offset = this.#ram.toPhysical(pointer) - slab.physical - this.layout.redLeftBytes;
    const index = (offset / this.slotBytes) | 0;
    return index * this.slotBytes === offset && index >= 0 && index < slab.objects ? index : -1;
  }

  /** Pointer to an object. */
  objectAt(slab: Slab, index: number): number {
    const { redLeftBytes } = this.layout;
    return this.#ram.toPointer(slab.physical + redLeftBytes + index * this.slotBytes);
  }

  /** Opens exactly `requestedBytes` of an object in the shadow. */
  open(physical: number, requestedBytes: number): void {
    const ram = this.#ram;
    if (!ram.checks) return;
    ram.unpoison(physical, requestedBytes);
    const open = (requestedBytes + 7) & ~7;
    const restBytes = this.slotBytes - this.layout.redLeftBytes - open;
    ram.poison(physical + open, restBytes, SHADOW.SLAB_REDZONE);
  }

  /** A slab with a free object, which is the active one from now on. */
  #slabToTakeFrom(): Slab | undefined {
    const active = this.#active;
    if (active !== undefined && active.freelist !== 0) return active;
    // A full slab is on no list: what is put back into it, even by reclaim in here, lists it.
    this.#active = undefined;
    this.#active = this.#popPartial() ?? this.#grow() ?? this.#popPartial();
    return this.#active;
  }

  /** One whose list was cut by a check has nothing to give. */
  #popPartial(): Slab | undefined {
    for (;;) {
      const slab = this.#partial.pop();
      if (slab === undefined) return undefined;
      slab.partialIndex = -1;
      if (slab.freelist !== 0) return slab;
    }
  }

  /** Nothing of a broken slab is handed out again. Linux: alloc_debug_processing's `bad`. */
  #writeOff(slab: Slab): void {
    slab.freelist = 0;
    this.correctCount(slab, slab.objects);
    this.#services.reporter().fix(this, 'Marking all objects used');
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
    const slab = this.#makeSlab(physical, order);
    this.debug?.fill(slab);
    for (let index = 0; this.make !== undefined && index < slab.objects; index++) {
      const pointer = this.objectAt(slab, index);
      const at = this.#ram.toPhysical(pointer);
      this.#ram.unpoison(at, this.objectBytes);
      this.make(pointer);
      this.#ram.poison(at, this.objectBytes, SHADOW.SLAB_REDZONE);
    }
    slab.freelist = this.#linkAll(slab);
    this.#slabs++;
    this.#pageCount += 2 ** order;
    this.#objects += slab.objects;
    this.#services.own(slab, true);
    return slab;
  }

  #makeSlab(physical: number, order: number): Slab {
    const objects = Math.floor((PAGE_SIZE << order) / this.slotBytes);
    const { trackSource } = this.#services;
    const isTracked = this.#ram.checks || (this.flags & SLAB.STORE_USER) !== 0;
    this.#ram.poison(physical, PAGE_SIZE << order, SHADOW.SLAB_REDZONE);
    return {
      cache: this,
      physical,
      order,
      objects,
      freelist: 0,
      inUse: 0,
      partialIndex: -1,
      live: this.debug === undefined ? undefined : new Uint8Array(objects),
      tracks:
        isTracked && trackSource !== undefined ? new SlabTracks(trackSource, objects) : undefined,
    };
  }

  /** Pointer to the first object. */
  #linkAll(slab: Slab): number {
    let next = 0;
    for (let index = slab.objects - 1; index >= 0; index--) {
      const pointer = this.objectAt(slab, index);
      this.#ram.rawStorePointer(this.#ram.toPhysical(pointer) + this.#freeOffset, next);
      next = pointer;
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
    this.#pageCount -= 2 ** slab.order;
    this.#objects -= slab.objects;
    this.#services.own(slab, false);
    this.#pages.freePages(slab.physical, slab.order);
  }
}
