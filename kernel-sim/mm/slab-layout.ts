// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The arithmetic of slab caches: which sizes kmalloc has, how large a slot is, how many pages a
 * slab takes. The numbers are Linux's, so /proc/slabinfo shows what it would show there.
 *
 * Linux: kmalloc_info (mm/slab_common.c), calculate_sizes and calculate_order (mm/slub.c),
 * optimal_redzone (mm/kasan/generic.c).
 */
import { orderFor, PAGE_SIZE, roundUp } from './page.ts';

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

/** Distance between two objects of a slab. */
export function slotBytes(objectBytes: number, align: number, withRedzone: boolean): number {
  const redzone = withRedzone ? redzoneBytes(objectBytes) : 0;
  return roundUp(objectBytes + redzone, align);
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
export function freePointerOffset(objectBytes: number, pointerBytes: number): number {
  const middle = objectBytes / 2;
  return middle - (middle % pointerBytes);
}
