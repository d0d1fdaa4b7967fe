// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A reserve of elements for code that must not fail: what is given back refills it first.
 *
 * An element in reserve stays allocated where it came from, and nobody may touch it: the address
 * sanitizer treats it as free.
 *
 * Linux: mm/mempool.c. Differs: nobody waits for an element, so `alloc` can answer 0 whatever its
 * flags.
 */
import { SHADOW } from '../hw/ram/shadow.ts';
import type { SlabAllocator } from './kmalloc.ts';
import { PAGE_SIZE } from './page.ts';
import type { SlabCache } from './slab.ts';

/** Where elements come from. */
export interface MempoolBacking {
  /** Pointer, or 0. */
  alloc(gfp: number): number;
  free(element: number): void;
  /** Forbids an element. False: it is none that could go into a reserve, which is reported. */
  poison(element: number): boolean;
  unpoison(element: number): void;
}

export class Mempool {
  readonly #backing: MempoolBacking;
  readonly #reserved: number[] = [];
  readonly #minimum: number;

  private constructor(backing: MempoolBacking, minimum: number) {
    this.#backing = backing;
    this.#minimum = minimum;
  }

  /** A pool with `minimum` elements in reserve; undefined without memory. */
  static create(backing: MempoolBacking, minimum: number, gfp: number): Mempool | undefined {
    const pool = new Mempool(backing, Math.max(1, minimum));
    while (pool.reserved < pool.#minimum) {
      const element = backing.alloc(gfp);
      if (element === 0) {
        pool.destroy();
        return undefined;
      }
      pool.#add(element);
    }
    return pool;
  }

  /** Elements in reserve. */
  get reserved(): number {
    return this.#reserved.length;
  }

  /** An element, of the reserve if there is no other; 0 if that is empty. Context: any. */
  alloc(gfp: number): number {
    const element = this.#backing.alloc(gfp);
    return element === 0 ? this.allocPreallocated() : element;
  }

  /** An element of the reserve, or 0. Context: any. */
  allocPreallocated(): number {
    const element = this.#reserved.pop();
    if (element === undefined) return 0;
    this.#backing.unpoison(element);
    return element;
  }

  /**
   * Gives an element back: to the reserve until that is full. NULL is ignored. Context: any.
   *
   * Reports: an element that is none, or that is in the reserve; it is left alone.
   */
  free(element: number): void {
    if (element === 0) return;
    if (this.reserved < this.#minimum) this.#add(element);
    else this.#backing.free(element);
  }

  /** Frees the reserve. What is out stays with who has it. Context: task. */
  destroy(): void {
    while (this.reserved > 0) this.#backing.free(this.allocPreallocated());
  }

  #add(element: number): void {
    if (this.#backing.poison(element)) this.#reserved.push(element);
  }
}

/** Elements of kmalloc. Linux: mempool_create_kmalloc_pool. */
export function kmallocBacking(slabs: SlabAllocator, sizeBytes: number): MempoolBacking {
  return {
    alloc: (gfp) => slabs.kmalloc(sizeBytes, gfp),
    free: (element) => slabs.kfree(element),
    poison: (element) => slabs.poisonReserved(element),
    unpoison: (element) => slabs.resize(element, sizeBytes),
  };
}

/** Elements of a slab cache. Linux: mempool_create_slab_pool. */
export function slabBacking(slabs: SlabAllocator, cache: SlabCache): MempoolBacking {
  return {
    alloc: (gfp) => slabs.alloc(cache, gfp),
    free: (element) => slabs.cacheFree(cache, element),
    poison: (element) => slabs.poisonReserved(element),
    unpoison: (element) => slabs.resize(element, cache.objectBytes),
  };
}

/** Elements of 2^order pages, as pointers to their memory. Linux: mempool_create_page_pool. */
export function pageBacking(slabs: SlabAllocator, order: number): MempoolBacking {
  const { pages, ram } = slabs;
  const sizeBytes = PAGE_SIZE << order;
  /** Reports what the sanitizer would not have given back. */
  const canFree = (element: number): boolean => {
    const physical = ram.toPhysical(element);
    const isWhole = pages.orderAt(physical) === order;
    if (isWhole && ram.shadowAt(physical) === SHADOW.ADDRESSABLE) return true;
    slabs.onBadFree({ kind: isWhole ? 'double-free' : 'invalid-free', pointer: element });
    return false;
  };
  return {
    alloc(gfp) {
      const physical = pages.allocPages(order, gfp);
      return physical === 0 ? 0 : ram.toPointer(physical);
    },
    free(element) {
      if (!ram.checks || canFree(element)) pages.freePages(ram.toPhysical(element), order);
    },
    poison(element) {
      if (!ram.checks) return true;
      if (!canFree(element)) return false;
      ram.poison(ram.toPhysical(element), sizeBytes, SHADOW.PAGE_FREE);
      return true;
    },
    unpoison: (element) => ram.unpoison(ram.toPhysical(element), sizeBytes),
  };
}
