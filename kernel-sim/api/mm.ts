// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `kernel/mm`: pages, and how a program gets to see them.
 *
 * Linux: include/linux/mm.h; Rust-for-Linux: kernel::page, kernel::mm::virt.
 *
 * @subpath kernel/mm
 */
import { errnoValue } from '../kernel/module/errno-value.ts';
import { PAGE_SIZE } from '../mm/page.ts';
import type { PageAllocator } from '../mm/page-alloc.ts';
import { BEYOND_END, Mappings, type PageSource } from '../mm/vma.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { ApiContext } from './context.ts';
import type { Mut, Ref } from './ownership.ts';

/**
 * One page of memory, which a driver and programs may share. Dropping it gives it back; who has it
 * mapped keeps it.
 *
 * @public
 */
export class Page {
  readonly #pages: PageAllocator;
  #physical: number;

  /** @internal */
  constructor(pages: PageAllocator, physical: number) {
    this.#pages = pages;
    this.#physical = physical;
  }

  /** @internal */
  static physicalOf(page: Page): number {
    return page.#live();
  }

  /**
   * A copy of `count` bytes from `offset` on.
   *
   * Context: any. Beyond the page is a panic.
   */
  read(this: Ref<Page>, offset: number, count: number): Uint8Array {
    const at = this.#at(offset, count);
    return this.#pages.ram.bytes.slice(at, at + count);
  }

  /**
   * Puts bytes at `offset`.
   *
   * Context: any. Beyond the page is a panic.
   */
  write(this: Mut<Page>, offset: number, bytes: Uint8Array): void {
    this.#pages.ram.bytes.set(bytes, this.#at(offset, bytes.length));
  }

  /** An unsigned 32-bit number, little-endian. Context: any. */
  load32(this: Ref<Page>, offset: number): number {
    return this.#pages.ram.view.getUint32(this.#at(offset, 4), true);
  }

  /** Puts one there. Context: any. */
  store32(this: Mut<Page>, offset: number, value: number): void {
    this.#pages.ram.view.setUint32(this.#at(offset, 4), value, true);
  }

  /** Context: any. Linux: put_page. */
  [Symbol.dispose](): void {
    if (this.#physical === 0) return;
    this.#pages.putPage(this.#physical);
    this.#physical = 0;
  }

  #at(offset: number, count: number): number {
    const isInside = Number.isInteger(offset) && offset >= 0 && offset + count <= PAGE_SIZE;
    if (!isInside || !(count >= 0)) {
      throw new Error(`bytes ${offset} to ${offset + count} of a page of ${PAGE_SIZE}`);
    }
    return this.#live() + offset;
  }

  #live(): number {
    if (this.#physical === 0) throw new Error('the page was dropped: it is used no more');
    return this.#physical;
  }
}

/** @statics Page */
export class PageStatics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * A page of zeros.
   *
   * Context: process. Linux: get_zeroed_page.
   *
   * @throws ENOMEM there is none
   */
  alloc(): Page {
    const { pages } = this.#context.services.slabs;
    const physical = pages.allocZeroedPage();
    if (physical === 0) throw errnoValue(ERRNO.ENOMEM);
    return new Page(pages, physical);
  }
}

/**
 * The part of a program's address space that an mmap(2) of a device asks for. What is not put into
 * it is a bus error for the program.
 *
 * Linux: struct vm_area_struct.
 *
 * @public
 * @lent
 */
export class VmArea {
  readonly #size: number;
  readonly #offset: number;
  readonly #source: InsertedPages;

  /** @internal */
  constructor(pages: PageAllocator, size: number, firstPage: number) {
    this.#size = size;
    this.#offset = firstPage * PAGE_SIZE;
    this.#source = new InsertedPages(pages);
  }

  /** @internal */
  static sourceOf(area: VmArea): PageSource {
    return area.#source;
  }

  /** Its length in bytes, whole pages. */
  get size(): number {
    return this.#size;
  }

  /** Where in the device it begins, in bytes: mmap(2)'s last argument. */
  get offset(): number {
    return this.#offset;
  }

  /**
   * Shows `page` at `offset` bytes from the area's start.
   *
   * Context: process. Linux: vm_insert_page.
   *
   * @throws EINVAL no page's start, or beyond the area
   * @throws EBUSY there is one already
   */
  insert_page(offset: number, page: Ref<Page>): void {
    const isInside = offset >= 0 && offset < this.#size && offset % PAGE_SIZE === 0;
    if (!isInside) throw errnoValue(ERRNO.EINVAL);
    const index = (this.#offset + offset) / PAGE_SIZE;
    if (!this.#source.add(index, Page.physicalOf(page))) throw errnoValue(ERRNO.EBUSY);
  }
}

/** What areas show of a driver's pages. It holds each until no area shows any of them. */
class InsertedPages implements PageSource {
  readonly isShmem = false;
  readonly mappings = new Mappings();
  readonly #pages: PageAllocator;
  readonly #byIndex = new Map<number, number>();

  constructor(pages: PageAllocator) {
    this.#pages = pages;
  }

  add(index: number, physical: number): boolean {
    if (this.#byIndex.has(index)) return false;
    this.#pages.getPage(physical);
    this.#byIndex.set(index, physical);
    return true;
  }

  page(index: number): number {
    return this.#byIndex.get(index) ?? BEYOND_END;
  }

  onUnmapped(): void {
    for (const physical of this.#byIndex.values()) this.#pages.putPage(physical);
    this.#byIndex.clear();
  }
}

/** @exports */
export class MmApi {
  /** Bytes of a page. */
  readonly PAGE_SIZE = PAGE_SIZE;
}
