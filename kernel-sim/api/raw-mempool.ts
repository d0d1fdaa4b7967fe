// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Reserves of elements, for code that must not fail for want of memory.
 *
 * @subpath kernel/raw
 */
import {
  kmallocBacking,
  Mempool,
  pageBacking,
  slabBacking,
  type MempoolBacking,
} from '../mm/mempool.ts';
import { GFP, mayBlock } from '../uapi/gfp.ts';
import type { ApiContext } from './context.ts';
import type { kmem_cache } from './raw-cache.ts';
import type { page, RawPageApi } from './raw-pages.ts';
import type { Ptr, VoidPtr } from './raw-pointer.ts';
import { addressOf, intOf, pointerTo, sizeOf } from './raw-value.ts';

declare const poolMark: unique symbol;

/**
 * A pool of elements E. What it has for itself is the kernel's. Linux: mempool_t.
 *
 * @public
 */
export interface mempool_t<E> {
  /** Nothing: only the type has it. */
  readonly [poolMark]: E;
}

/** Linux: sizeof(mempool_t). */
const MEMPOOL_BYTES = 72;

/** A pool, and how its elements look to a driver. */
interface Pool {
  readonly reserve: Mempool;
  readonly toElement: (pointer: number) => unknown;
  readonly toPointer: (element: unknown) => number;
}

/** @exports */
export class RawMempoolApi {
  readonly #context: ApiContext;
  readonly #pages: RawPageApi;
  /** By the address of their mempool_t. */
  readonly #pools = new Map<number, Pool>();

  constructor(context: ApiContext, pages: RawPageApi) {
    this.#context = context;
    this.#pages = pages;
  }

  /**
   * A pool of `min_nr` elements of `size` bytes; NULL without memory.
   *
   * Context: process. Linux: mempool_create_kmalloc_pool.
   *
   * @symbol mempool_create_node_noprof
   * @raw
   * @may_sleep
   */
  mempool_create_kmalloc_pool(min_nr: number, size: number): Ptr<mempool_t<VoidPtr>> {
    const { slabs } = this.#context.services;
    return this.#create(kmallocBacking(slabs, sizeOf(size)), min_nr, byAddress);
  }

  /**
   * A pool of objects of a cache; NULL without memory.
   *
   * Context: process. Linux: mempool_create_slab_pool.
   *
   * @symbol mempool_create_node_noprof
   * @raw
   * @may_sleep
   */
  mempool_create_slab_pool(min_nr: number, cache: Ptr<kmem_cache>): Ptr<mempool_t<VoidPtr>> {
    const { slabs } = this.#context.services;
    const at = addressOf(cache);
    slabs.ram.load8(at);
    const found = slabs.cacheAt(at) ?? this.#nowhere(at);
    return this.#create(slabBacking(slabs, found), min_nr, byAddress);
  }

  /**
   * A pool of 2^order pages each; NULL without memory.
   *
   * Context: process. Linux: mempool_create_page_pool.
   *
   * @symbol mempool_create_node_noprof
   * @raw
   * @may_sleep
   */
  mempool_create_page_pool(min_nr: number, order: number): Ptr<mempool_t<Ptr<page>>> {
    const { slabs } = this.#context.services;
    return this.#create(pageBacking(slabs, intOf(order)), min_nr, {
      toElement: (pointer) => this.#pages.virt_to_page(pointerTo(pointer)),
      toPointer: (item) => addressOf(this.#pages.page_address(item as Ptr<page>)),
    });
  }

  /**
   * Frees a pool and what it has in reserve. NULL is ignored.
   *
   * Context: process. Linux: mempool_destroy.
   *
   * @raw
   */
  mempool_destroy<E>(pool: Ptr<mempool_t<E>>): void {
    const at = addressOf(pool);
    if (at === 0) return;
    this.#poolAt(at).reserve.destroy();
    this.#pools.delete(at);
    this.#context.services.slabs.kfree(at);
  }

  /**
   * An element, of the reserve if there is no other; NULL if that is empty.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: mempool_alloc.
   *
   * @symbol mempool_alloc_noprof
   * @raw
   * @may_sleep unless gfp=GFP_ATOMIC
   */
  mempool_alloc<E>(pool: Ptr<mempool_t<E>>, gfp: number): E {
    const flags = intOf(gfp);
    if (mayBlock(flags)) this.#context.services.scheduler.mightSleep();
    const { reserve, toElement } = this.#poolAt(addressOf(pool));
    return handOut(reserve.alloc(flags), toElement);
  }

  /**
   * An element of the reserve; NULL if that is empty.
   *
   * Context: any. Linux: mempool_alloc_preallocated.
   *
   * @raw
   */
  mempool_alloc_preallocated<E>(pool: Ptr<mempool_t<E>>): E {
    const { reserve, toElement } = this.#poolAt(addressOf(pool));
    return handOut(reserve.allocPreallocated(), toElement);
  }

  /**
   * Gives an element back: to the reserve until that is full.
   *
   * Context: any. Linux: mempool_free.
   *
   * @raw
   */
  mempool_free<E>(item: NoInfer<E>, pool: Ptr<mempool_t<E>>): void {
    const { reserve, toPointer } = this.#poolAt(addressOf(pool));
    reserve.free(toPointer(item));
  }

  #create<E>(
    backing: MempoolBacking,
    count: number,
    shape: Pick<Pool, 'toElement' | 'toPointer'>,
  ): Ptr<mempool_t<E>> {
    const { scheduler, slabs } = this.#context.services;
    scheduler.mightSleep();
    const at = slabs.kzalloc(MEMPOOL_BYTES);
    if (at === 0) return pointerTo(0);
    // The reserve is no memory of the machine: what it holds is not lost.
    const known: MempoolBacking = {
      ...backing,
      alloc(gfp) {
        const pointer = backing.alloc(gfp);
        slabs.leaks.notLeak(pointer);
        return pointer;
      },
    };
    slabs.leaks.notLeak(at);
    const reserve = Mempool.create(known, sizeOf(count), GFP.GFP_KERNEL);
    if (reserve === undefined) {
      slabs.kfree(at);
      return pointerTo(0);
    }
    this.#pools.set(at, { reserve, ...shape });
    return pointerTo(at);
  }

  #poolAt(at: number): Pool {
    this.#context.services.slabs.ram.load8(at);
    return this.#pools.get(at) ?? this.#nowhere(at);
  }

  /** What is no pool leads nowhere, as it would on Linux some loads later. */
  #nowhere(at: number): never {
    const { reporter } = this.#context.services.slabs.ram;
    return reporter.fault({ pointer: at, sizeBytes: 1, isWrite: false, firstBad: at });
  }
}

const byAddress: Pick<Pool, 'toElement' | 'toPointer'> = {
  toElement: (pointer) => pointerTo(pointer),
  toPointer: (item) => addressOf(item),
};

function handOut<E>(pointer: number, toElement: (pointer: number) => unknown): E {
  return (pointer === 0 ? pointerTo(0) : toElement(pointer)) as E;
}
