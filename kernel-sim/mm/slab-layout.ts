// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The arithmetic of slab caches: which sizes kmalloc has, how large a slot is, how many pages a
 * slab takes. The numbers are Linux's, so /proc/slabinfo shows what it would show there.
 *
 * Linux: kmalloc_info (mm/slab_common.c), calculate_sizes and
 * calculate_order (mm/slub.c),
 * optimal_redzone (mm/kasan/generic.c).
 */
import { GRANULE } from '../hw/ram/shadow.ts';
import { orderFor, PAGE_SIZE, roundUp } from './page.ts';
import { SLAB } from './slab-flags.ts';

/** Object sizes of the kmalloc caches, ascending. */
export const KMALLOC_SIZES = [8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192];

/** Larger requests take whole pages. Linux: KMALLOC_MAX_CACHE_SIZE. */
export const KMALLOC_MAX_CACHE_SIZE = 8192;

/** PAGE_ALLOC_COSTLY_ORDER: no slab is larger if its object allows. */
const MAX_SLAB_ORDER = 3;

/** `kmalloc-96`, `kmalloc-1k`. */
export function kmallocName(sizeBytes: number): string {
  return sizeBytes < 1024 ? `kmalloc-${sizeBytes}` : `kmalloc-${sizeBytes / 1024}k`;
}

/** kmalloc aligns to the largest power of two that divides the cache's size. */
export function kmallocAlign(sizeBytes: number): number {
  return Math.max(8, sizeBytes & -sizeBytes);
}

/** Bytes that the address sanitizer keeps poisoned behind an object. */
function redzoneBytes(objectBytes: number): number {
  if (objectBytes <= 64 - 16) return 16;
  if (objectBytes <= 128 - 32) return 32;
  if (objectBytes <= 512 - 64) return 64;
  if (objectBytes <= 4096 - 128) return 128;
  if (objectBytes <= (1 << 14) - 256) return 256;
  if (objectBytes <= (1 << 15) - 512) return 512;
  return objectBytes <= (1 << 16) - 1024 ? 1024 : 2048;
}

/** What a cache asks for, as far as it decides where things lie. */
export interface SlabGeometry {
  readonly objectBytes: number;
  readonly align: number;
  /** `SLAB`. */
  readonly flags: number;
  readonly hasConstructor: boolean;
}

/**
 * Where things lie in a slot: [left red zone][object][red zone][free pointer][tracks][padding].
 * All but the object are there only if somebody asked for them. Offsets are from the object's
 * start.
 */
export interface SlabLayout {
  /** Distance between two objects. */
  readonly slotBytes: number;
  readonly redLeftBytes: number;
  /** End of the object and of what rounds it up, which is its right red zone too. Linux: inuse. */
  readonly inUseBytes: number;
  /** Where a free object keeps the pointer to the next one. */
  readonly freeOffset: number;
  /** The free pointer lies behind the object: it is there while the object is used, too. */
  readonly isFreeOutside: boolean;
  /** Where padding begins, which goes on to the end of the slot. */
  readonly paddingAt: number;
  /** Objects are filled when they are freed. Linux: __OBJECT_POISON. */
  readonly poisonsObjects: boolean;
  /** It is known how much of an object was asked for, and checked. Linux: slub_debug_orig_size. */
  readonly checksRequested: boolean;
}

/** Linux: calculate_sizes. `withRedzone`: the address sanitizer needs room behind the object. */
export function slabLayout(
  { objectBytes, align, flags, hasConstructor }: SlabGeometry,
  pointerBytes: number,
  withRedzone: boolean,
): SlabLayout {
  const has = (flag: number): boolean => (flags & flag) !== 0;
  const checksRequested = has(SLAB.STORE_USER) && has(SLAB.KMALLOC);
  let size = roundUp(objectBytes, pointerBytes);
  if (has(SLAB.RED_ZONE) && size === objectBytes) size += pointerBytes;
  const inUseBytes = size;
  const isFreeOutside =
    has(SLAB.TYPESAFE_BY_RCU | SLAB.POISON) ||
    hasConstructor ||
    (has(SLAB.RED_ZONE) && (objectBytes < pointerBytes || checksRequested));
  const freeOffset = isFreeOutside ? size : freePointerOffset(objectBytes, pointerBytes);
  if (isFreeOutside) size += pointerBytes;
  if (has(SLAB.STORE_USER)) size += 2 * TRACK_BYTES[pointerBytes === 8 ? 8 : 4];
  if (checksRequested) size += pointerBytes;
  const paddingAt = size;
  if (withRedzone) size = Math.max(size, objectBytes + redzoneBytes(objectBytes));
  let redLeftBytes = 0;
  if (has(SLAB.RED_ZONE)) {
    redLeftBytes = roundUp(pointerBytes, align);
    size += pointerBytes + redLeftBytes;
  }
  return {
    slotBytes: roundUp(size, align),
    redLeftBytes,
    inUseBytes,
    freeOffset,
    isFreeOutside,
    paddingAt,
    poisonsObjects: has(SLAB.POISON) && !has(SLAB.TYPESAFE_BY_RCU) && !hasConstructor,
    checksRequested,
  };
}

/** Linux: struct track, by the size of a pointer. */
const TRACK_BYTES = { 8: 32, 4: 20 } as const;

/** Bytes of a cache line. */
const CACHE_LINE = 64;

/** What objects are aligned to at least. Linux: calculate_alignment. */
export function slabAlign(objectBytes: number, align: number, flags: number): number {
  let line = 0;
  if ((flags & SLAB.HWCACHE_ALIGN) !== 0) {
    line = CACHE_LINE;
    while (objectBytes <= line / 2) line /= 2;
  }
  return roundUp(Math.max(align, line, GRANULE), GRANULE);
}

/** Pages of a slab, as an order: enough objects for the CPUs, and little wasted at its end. */
export function slabOrder(slot: number, cpus: number): number {
  const wanted = 4 * (33 - Math.clz32(cpus));
  const most = Math.max(1, Math.floor((PAGE_SIZE << MAX_SLAB_ORDER) / slot));
  const minOrder = orderFor(Math.min(wanted, most) * slot);
  for (let fraction = 16; fraction > 1; fraction /= 2) {
    for (let order = minOrder; order <= MAX_SLAB_ORDER; order++) {
      const slab = PAGE_SIZE << order;
      if (slab % slot <= slab / fraction) return order;
    }
  }
  return orderFor(slot);
}

/** Where a free object keeps the pointer to the next one: in its middle, far from others' ends. */
function freePointerOffset(objectBytes: number, pointerBytes: number): number {
  const middle = objectBytes / 2;
  return middle - (middle % pointerBytes);
}
