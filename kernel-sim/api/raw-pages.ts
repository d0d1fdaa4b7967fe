// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Whole pages, by their `struct page` and by address, and the ways between addresses.
 *
 * A `Ptr<page>` stands for a page; what it points to is none of a driver's.
 *
 * @subpath kernel/raw
 */
import { MAX_ORDER, PAGE_SHIFT, PAGE_SIZE } from '../mm/page.ts';
import { GFP_MODIFIERS, mayBlock } from '../uapi/gfp.ts';
import type { ApiContext } from './context.ts';
import type { Ptr, VoidPtr } from './raw-pointer.ts';
import { addressOf, intOf, pointerTo, sizeOf } from './raw-value.ts';

declare const pageMark: unique symbol;

/**
 * A page of memory. What it has for itself is the kernel's. Linux: struct page.
 *
 * @public
 */
export interface page {
  /** Nothing: only the type has it. */
  readonly [pageMark]: never;
}

/** Where the array of all `struct page` lies, and the size of one. Linux: vmemmap, mem_map. */
const MEM_MAP = {
  4: { start: 0xef00_0000, pageBytes: 32 },
  8: { start: 0xea00_0000_0000, pageBytes: 64 },
} as const;

/** @exports */
export class RawPageApi {
  readonly #context: ApiContext;

  /** Bytes of a page. */
  readonly PAGE_SIZE: 4096 = PAGE_SIZE;

  /** The logarithm of it. */
  readonly PAGE_SHIFT = PAGE_SHIFT;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * 2^order pages that lie together; NULL when there are none.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: alloc_pages.
   *
   * @symbol alloc_pages_noprof
   * @raw
   * @may_sleep unless gfp=GFP_ATOMIC
   */
  alloc_pages(gfp: number, order: number): Ptr<page> {
    const physical = this.#allocate(gfp, order);
    return physical === 0 ? pointerTo(0) : this.#pageOf(physical);
  }

  /**
   * One page; NULL when there is none.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: alloc_page.
   *
   * @symbol alloc_pages_noprof
   * @raw
   * @may_sleep unless gfp=GFP_ATOMIC
   */
  alloc_page(gfp: number): Ptr<page> {
    return this.alloc_pages(gfp, 0);
  }

  /**
   * Gives pages back that `alloc_pages` answered for that order.
   *
   * Context: any. Linux: __free_pages.
   *
   * @raw
   */
  __free_pages(page: Ptr<page>, order: number): void {
    this.#free(this.#physicalOf(page), intOf(order));
  }

  /**
   * Gives a page back.
   *
   * Context: any. Linux: __free_page.
   *
   * @symbol __free_pages
   * @raw
   */
  __free_page(page: Ptr<page>): void {
    this.__free_pages(page, 0);
  }

  /**
   * 2^order pages that lie together, by their address. NULL when there are none.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: __get_free_pages.
   *
   * @symbol get_free_pages_noprof
   * @raw
   * @may_sleep unless gfp=GFP_ATOMIC
   */
  __get_free_pages(gfp: number, order: number): VoidPtr {
    const physical = this.#allocate(gfp, order);
    return pointerTo(physical === 0 ? 0 : this.#ram.toPointer(physical));
  }

  /**
   * One page, by its address. NULL when there is none.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: __get_free_page.
   *
   * @symbol get_free_pages_noprof
   * @raw
   * @may_sleep unless gfp=GFP_ATOMIC
   */
  __get_free_page(gfp: number): VoidPtr {
    return this.__get_free_pages(gfp, 0);
  }

  /**
   * One page filled with zeros, by its address. NULL when there is none.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: get_zeroed_page.
   *
   * @symbol get_zeroed_page_noprof
   * @raw
   * @may_sleep unless gfp=GFP_ATOMIC
   */
  get_zeroed_page(gfp: number): VoidPtr {
    return this.__get_free_pages(intOf(gfp) | GFP_MODIFIERS.__GFP_ZERO, 0);
  }

  /**
   * Gives pages back, by their address. NULL is ignored.
   *
   * Context: any. Linux: free_pages.
   *
   * @raw
   */
  free_pages(address: VoidPtr, order: number): void {
    const at = addressOf(address);
    if (at !== 0) this.#free(this.#ram.toPhysical(at), intOf(order));
  }

  /**
   * Gives a page back, by its address.
   *
   * Context: any. Linux: free_page.
   *
   * @symbol free_pages
   * @raw
   */
  free_page(address: VoidPtr): void {
    this.free_pages(address, 0);
  }

  /**
   * Where a page lies.
   *
   * Context: any. Linux: page_address.
   *
   * @symbol none
   */
  page_address(page: Ptr<page>): VoidPtr {
    return pointerTo(this.#ram.toPointer(this.#physicalOf(page)));
  }

  /**
   * The number of a page.
   *
   * Context: any. Linux: page_to_pfn.
   *
   * @symbol none
   */
  page_to_pfn(page: Ptr<page>): number {
    return this.#physicalOf(page) / PAGE_SIZE;
  }

  /**
   * The page of a number.
   *
   * Context: any. Linux: pfn_to_page.
   *
   * @symbol none
   */
  pfn_to_page(pfn: number): Ptr<page> {
    return this.#pageOf(sizeOf(pfn) * PAGE_SIZE);
  }

  /**
   * The page that an address of the direct map lies in.
   *
   * Context: any. Linux: virt_to_page.
   *
   * @symbol none
   */
  virt_to_page(address: VoidPtr): Ptr<page> {
    return this.#pageOf(this.#ram.toPhysical(addressOf(address)));
  }

  /**
   * The physical address behind one of the direct map.
   *
   * Context: any. Linux: virt_to_phys.
   *
   * @symbol none
   */
  virt_to_phys(address: VoidPtr): number {
    return this.#ram.toPhysical(addressOf(address));
  }

  /**
   * The address of the direct map for a physical one.
   *
   * Context: any. Linux: phys_to_virt.
   *
   * @symbol none
   */
  phys_to_virt(physical: number): VoidPtr {
    return pointerTo(this.#ram.toPointer(addressOf(physical)));
  }

  /**
   * How far behind the beginning of its page an address is.
   *
   * Context: any. Linux: offset_in_page.
   *
   * @symbol none
   */
  offset_in_page(address: VoidPtr): number {
    return addressOf(address) % PAGE_SIZE;
  }

  #allocate(gfp: number, order: number): number {
    const { services } = this.#context;
    const flags = intOf(gfp);
    if (mayBlock(flags)) services.scheduler.mightSleep();
    const wanted = intOf(order);
    const physical = wanted >= 0 && wanted <= MAX_ORDER ? this.#pages.allocPages(wanted, flags) : 0;
    if (physical !== 0 && (flags & GFP_MODIFIERS.__GFP_ZERO) !== 0) {
      this.#ram.bytes.fill(0, physical, physical + PAGE_SIZE * 2 ** wanted);
    }
    return physical;
  }

  /** What is none of the allocator's blocks is reported by it. */
  #free(physical: number, order: number): void {
    this.#pages.freePages(physical, order);
  }

  #pageOf(physical: number): Ptr<page> {
    const { start, pageBytes } = this.#memMap;
    return pointerTo(start + Math.floor(physical / PAGE_SIZE) * pageBytes);
  }

  #physicalOf(of: Ptr<page>): number {
    const { start, pageBytes } = this.#memMap;
    return Math.floor((addressOf(of) - start) / pageBytes) * PAGE_SIZE;
  }

  get #memMap() {
    return MEM_MAP[this.#ram.board.pointerBytes];
  }

  get #pages() {
    return this.#context.services.slabs.pages;
  }

  get #ram() {
    return this.#context.services.slabs.ram;
  }
}
