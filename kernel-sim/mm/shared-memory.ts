// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Memory that processes share without a file: MAP_SHARED | MAP_ANONYMOUS. It lives for as long as
 * somebody has it mapped.
 *
 * Linux: shmem_zero_setup of mm/shmem.c.
 */
import { PAGE_SIZE } from './page.ts';
import type { PageAllocator } from './page-alloc.ts';
import { BEYOND_END, Mappings, type PageSource } from './vma.ts';

export class SharedMemory implements PageSource {
  readonly isShmem = true;
  readonly mappings = new Mappings();
  readonly #pages: PageAllocator;
  readonly #pageCount: number;
  readonly #byIndex = new Map<number, number>();

  constructor(pages: PageAllocator, pageCount: number) {
    this.#pages = pages;
    this.#pageCount = pageCount;
  }

  page(index: number): number {
    if (index >= this.#pageCount) return BEYOND_END;
    const known = this.#byIndex.get(index);
    if (known !== undefined) return known;
    const page = this.#pages.allocUserPage();
    if (page === 0) return 0;
    this.#pages.ram.bytes.fill(0, page, page + PAGE_SIZE);
    this.#pages.usage.shmem++;
    this.#byIndex.set(index, page);
    return page;
  }

  onUnmapped(): void {
    for (const page of this.#byIndex.values()) {
      this.#pages.usage.shmem--;
      this.#pages.putPage(page);
    }
    this.#byIndex.clear();
  }
}
