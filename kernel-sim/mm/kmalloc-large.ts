// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What kmalloc gives that no slab holds: whole pages, and how much of them was asked for.
 *
 * Linux: ___kmalloc_large_node and free_large_kmalloc (mm/slub.c), __kasan_kmalloc_large.
 */
import type { Ram } from '../hw/ram/ram.ts';
import { GRANULE, SHADOW } from '../hw/ram/shadow.ts';
import type { BadFree } from './bad-free.ts';
import { MAX_ORDER, orderFor, PAGE_SIZE } from './page.ts';
import type { PageAllocator } from './page-alloc.ts';

export class LargeAllocations {
  readonly #pages: PageAllocator;
  readonly #ram: Ram;
  /** By physical address: bytes that were asked for. */
  readonly #requested = new Map<number, number>();

  constructor(pages: PageAllocator) {
    this.#pages = pages;
    this.#ram = pages.ram;
  }

  /** How many allocations there are, and the bytes that were asked for. */
  get usage(): { readonly count: number; readonly bytes: number } {
    let bytes = 0;
    for (const sizeBytes of this.#requested.values()) bytes += sizeBytes;
    return { count: this.#requested.size, bytes };
  }

  /** Pages of all of them. */
  get pageCount(): number {
    let bytes = 0;
    for (const physical of this.#requested.keys()) bytes += this.wholeBytes(physical);
    return bytes / PAGE_SIZE;
  }

  has(physical: number): boolean {
    return this.#requested.has(physical);
  }

  /** Bytes that were asked for; 0 for what is no allocation. */
  requestedBytes(physical: number): number {
    return this.#requested.get(physical) ?? 0;
  }

  /** Physical address, or 0. */
  take(sizeBytes: number, gfp: number): number {
    const order = orderFor(Math.min(sizeBytes, PAGE_SIZE << (MAX_ORDER + 1)));
    if (order > MAX_ORDER || !(sizeBytes > 0)) return 0;
    const physical = this.#pages.allocPages(order, gfp);
    if (physical !== 0) this.open(physical, sizeBytes);
    return physical;
  }

  /** From now on so much may be touched: no more than there is. */
  open(physical: number, sizeBytes: number): void {
    this.#requested.set(physical, sizeBytes);
    const open = (sizeBytes + GRANULE - 1) & -GRANULE;
    if (!this.#ram.checks) return;
    this.#ram.unpoison(physical, sizeBytes);
    this.#ram.poison(physical + open, this.wholeBytes(physical) - open, SHADOW.PAGE_REDZONE);
  }

  /** Nothing of it may be touched. */
  close(physical: number): void {
    this.#ram.poison(physical, this.wholeBytes(physical), SHADOW.PAGE_FREE);
  }

  /** Bytes of the pages; 0 for what is no allocation. */
  wholeBytes(physical: number): number {
    return this.has(physical) ? PAGE_SIZE << this.#pages.orderAt(physical) : 0;
  }

  /** What is wrong with giving it back, as the sanitizer sees it. Linux: check_page_allocation. */
  wrongOf(physical: number): BadFree['kind'] | undefined {
    if (!this.has(physical)) {
      const isMemory = physical >= 0 && physical < this.#ram.sizeBytes;
      return isMemory && this.#pages.isFree(physical) ? 'double-free' : 'invalid-free';
    }
    return this.#ram.checks && this.#ram.shadowAt(physical) >= GRANULE ? 'double-free' : undefined;
  }

  give(physical: number): void {
    this.#requested.delete(physical);
    this.#pages.freePages(physical, this.#pages.orderAt(physical));
  }
}
