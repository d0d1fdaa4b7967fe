// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A range of a process's addresses, and the pages that it has there so far.
 *
 * Linux: struct vm_area_struct, together with its part of the page tables.
 */
import { PAGE_SIZE } from './page.ts';
import type { PageAllocator } from './page-alloc.ts';

export class Region {
  /** As /proc/PID/maps names it: `[heap]`, `[stack]`, a path. */
  readonly name: string;
  /** Both multiples of the page size. */
  readonly start: number;
  residentPages = 0;
  #end: number;
  /** By page from the start: physical address, or 0 where none was touched yet. */
  #table: Int32Array;

  constructor(name: string, start: number, end: number) {
    this.name = name;
    this.start = start;
    this.#end = end;
    this.#table = new Int32Array((end - start) / PAGE_SIZE);
  }

  get end(): number {
    return this.#end;
  }

  /** Physical address of the page, made and filled with zeros if need be; 0 without memory. */
  touch(index: number, pages: PageAllocator): number {
    const known = this.#table[index] ?? 0;
    if (known !== 0) return known;
    const physical = pages.allocZeroedPage();
    if (physical !== 0) {
      this.#table[index] = physical;
      this.residentPages++;
    }
    return physical;
  }

  /** Moves the end; pages beyond it are given back. */
  resize(end: number, pages: PageAllocator): void {
    const length = (end - this.start) / PAGE_SIZE;
    for (let index = length; index < this.#pageCount; index++) this.#drop(index, pages);
    if (length > this.#table.length) {
      const table = new Int32Array(Math.max(length, 2 * this.#table.length));
      table.set(this.#table);
      this.#table = table;
    }
    this.#end = end;
  }

  /** Copies every page that `other` has. Returns false when memory runs out. */
  copyPages(other: Region, pages: PageAllocator): boolean {
    const { bytes } = pages.ram;
    for (let index = 0; index < other.#pageCount; index++) {
      const from = other.#table[index] ?? 0;
      if (from === 0) continue;
      const physical = pages.allocPage();
      if (physical === 0) return false;
      bytes.copyWithin(physical, from, from + PAGE_SIZE);
      this.#table[index] = physical;
      this.residentPages++;
    }
    return true;
  }

  get #pageCount(): number {
    return (this.#end - this.start) / PAGE_SIZE;
  }

  #drop(index: number, pages: PageAllocator): void {
    const physical = this.#table[index] ?? 0;
    if (physical === 0) return;
    this.#table[index] = 0;
    this.residentPages--;
    pages.freePage(physical);
  }
}
