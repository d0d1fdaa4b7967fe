// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The kernel's own page table, as far as it maps anything outside of the direct map: vmalloc areas,
 * modules, stacks, and the kernel's image once more at the addresses that it was linked for.
 *
 * Linux: init_mm, vmap_pages_range. Differs: the direct map and the image are in no table, and the
 * bit that forbids execution is one of software's, since the upper half of an entry stays zero.
 */
import { type KernelMap, MAP } from '../hw/ram/kernel-map.ts';
import { PAGE_SIZE } from './page.ts';
import type { PageAllocator } from './page-alloc.ts';
import { PageTable, PTE } from './page-table.ts';

/** What may be done with a page. Linux: PAGE_KERNEL and its like. */
export const RIGHTS = {
  READ: PTE.PRESENT | PTE.NO_EXECUTE,
  WRITE: PTE.PRESENT | PTE.WRITE | PTE.NO_EXECUTE,
  EXECUTE: PTE.PRESENT,
} as const;
export type Rights = (typeof RIGHTS)[keyof typeof RIGHTS];

const ENTRY_MASK = -PAGE_SIZE | MAP.PRESENT | MAP.WRITE;

/** What lies at the bottom of memory. */
export interface KernelImage {
  /** Text and what is read only come first. */
  readonly readOnlyBytes: number;
  readonly sizeBytes: number;
}

export class KernelSpace implements KernelMap {
  readonly table: PageTable;
  readonly #pages: PageAllocator;
  readonly #image: KernelImage;
  /** What KASAN has a shadow for without a page: whoever hands out addresses knows. */
  forbids: (pointer: number) => boolean = () => false;

  constructor(pages: PageAllocator, image: KernelImage) {
    this.#pages = pages;
    this.#image = image;
    this.table = new PageTable(pages);
    pages.ram.tlb.map = this;
  }

  entryOf(pointer: number): number {
    const at = pointer - this.#pages.ram.board.text;
    if (at >= 0 && at < this.#image.sizeBytes) {
      const isReadOnly = at < this.#image.readOnlyBytes;
      return at - (at % PAGE_SIZE) + (isReadOnly ? MAP.PRESENT : MAP.PRESENT | MAP.WRITE);
    }
    const entry = pointer < 0 ? 0 : this.table.find(pointer);
    const value = entry === 0 ? 0 : this.table.load(entry);
    if ((value & PTE.PRESENT) === 0) return 0;
    // A stray write may have made anything of it.
    const page = PageTable.frameOf(value);
    return page >= 0 && page < this.#pages.ram.sizeBytes ? value & ENTRY_MASK : 0;
  }

  isForbidden(pointer: number): boolean {
    return this.forbids(pointer);
  }

  /** True if what lies there may be run. */
  isExecutable(pointer: number): boolean {
    const { board } = this.#pages.ram;
    const at = pointer - board.text;
    if (at >= 0 && at < this.#image.readOnlyBytes) return true;
    const entry = pointer < 0 ? 0 : this.table.find(pointer);
    const value = entry === 0 ? 0 : this.table.load(entry);
    return (value & (PTE.PRESENT | PTE.NO_EXECUTE)) === PTE.PRESENT;
  }

  /** Maps a page; false without memory for the tables. */
  map(pointer: number, physical: number, rights: Rights): boolean {
    const entry = this.table.make(pointer);
    if (entry === 0) return false;
    this.table.store(entry, physical | rights | PTE.ACCESSED | PTE.DIRTY);
    return true;
  }

  /** Changes what may be done with the pages of a range. Linux: set_memory_ro and its like. */
  protect(start: number, sizeBytes: number, rights: Rights): void {
    this.table.visit(start, start + sizeBytes, (entry) => {
      const bits = PageTable.frameOf(this.table.load(entry)) | PTE.ACCESSED | PTE.DIRTY;
      this.table.store(entry, bits | rights);
    });
    this.#pages.ram.tlb.flush();
  }

  /** Nothing is mapped from `start` any more. The pages are the caller's. */
  unmap(start: number, sizeBytes: number): void {
    this.table.visit(start, start + sizeBytes, (entry) => this.table.store(entry, 0));
    this.table.prune(start, start + sizeBytes);
    this.#pages.ram.tlb.flush();
  }
}
