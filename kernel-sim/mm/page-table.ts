// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A process's page table: a tree of pages of RAM, as the processor would walk it. What stands there
 * is what counts; nothing is kept beside it but how many pages it takes.
 *
 * 64-bit boards have four levels of 512 entries of 8 bytes, 32-bit boards two of 1024 entries of 4.
 * An entry holds a physical address and x86's bits. A page that nothing may touch (PROT_NONE) stays
 * in its entry without PRESENT, as on Linux.
 *
 * Linux: arch/x86/include/asm/pgtable_types.h, mm/memory.c (free_pgtables). Differs: the upper half
 * of an 8-byte entry is always zero, so there is no NX bit; nothing is executed from memory here.
 */
import { PAGE_SHIFT, PAGE_SIZE } from './page.ts';
import type { PageAllocator } from './page-alloc.ts';

/** Bits of an entry. ANONYMOUS is one of those that hardware leaves to software. */
export const PTE = {
  PRESENT: 0x1,
  WRITE: 0x2,
  USER: 0x4,
  ACCESSED: 0x20,
  DIRTY: 0x40,
  PROT_NONE: 0x100,
  ANONYMOUS: 0x200,
  /** Where x86 has bit 63; ours is one that hardware leaves to software as well. */
  NO_EXECUTE: 0x400,
} as const;

const TABLE_BITS = PTE.PRESENT | PTE.WRITE | PTE.USER | PTE.ACCESSED;
const FRAME_MASK = -PAGE_SIZE;

/** Told of an entry that is not zero: where it lies, and the address that it maps. */
export type EntryVisitor = (entry: number, address: number) => void;

export class PageTable {
  /** Pages that the tree takes. */
  tablePages = 0;
  readonly #pages: PageAllocator;
  readonly #view: DataView;
  readonly #sizeBytes: number;
  readonly #entryShift: number;
  readonly #indexMask: number;
  /** By level, the top first: how many pages one entry stands for. */
  readonly #spans: readonly number[];
  /** Physical address of the top table, 0 before the first page is mapped. */
  #root = 0;

  constructor(pages: PageAllocator) {
    const is64Bit = pages.ram.board.pointerBytes === 8;
    const indexBits = is64Bit ? 9 : 10;
    this.#pages = pages;
    this.#view = pages.ram.view;
    this.#sizeBytes = pages.ram.sizeBytes;
    this.#entryShift = is64Bit ? 3 : 2;
    this.#indexMask = (1 << indexBits) - 1;
    this.#spans = (is64Bit ? [3, 2, 1, 0] : [1, 0]).map((level) => 2 ** (indexBits * level));
  }

  /** Physical address of an entry's page. */
  static frameOf(entry: number): number {
    return entry & FRAME_MASK;
  }

  /** Where the entry of a page lies, or 0 when there is no table for it. */
  find(address: number): number {
    return this.#walk(address, false);
  }

  /** The same, with the tables on the way; 0 without memory. */
  make(address: number): number {
    return this.#walk(address, true);
  }

  load(entry: number): number {
    return this.#view.getInt32(entry, true);
  }

  store(entry: number, value: number): void {
    this.#view.setInt32(entry, value, true);
  }

  /** What stands on the way to the page of `address`, from the top table down. */
  path(address: number): number[] {
    const values: number[] = [];
    const page = Math.floor(address / PAGE_SIZE);
    for (let level = 0, table = this.#root; table !== 0 && level < this.#spans.length; level++) {
      const index = Math.floor(page / this.#spans[level]!) & this.#indexMask;
      const entry = table + (index << this.#entryShift);
      values.push(this.load(entry));
      table = this.#next(entry);
    }
    return values;
  }

  /** Visits every entry of [start, end) that is not zero, in order. */
  visit(start: number, end: number, visitor: EntryVisitor): void {
    if (this.#root === 0) return;
    this.#visit(this.#root, 0, start / PAGE_SIZE, end / PAGE_SIZE, visitor, 0);
  }

  /** Gives back the tables of [start, end) that have become empty. */
  prune(start: number, end: number): void {
    if (this.#root === 0) return;
    if (this.#prune(this.#root, 0, start / PAGE_SIZE, end / PAGE_SIZE, 0)) this.#root = 0;
  }

  #walk(address: number, mayMake: boolean): number {
    const page = Math.floor(address / PAGE_SIZE);
    const last = this.#spans.length - 1;
    let table = this.#root;
    if (table === 0) {
      if (!mayMake) return 0;
      table = this.#root = this.#allocTable();
      if (table === 0) return 0;
    }
    for (let level = 0; ; level++) {
      const index = Math.floor(page / this.#spans[level]!) & this.#indexMask;
      const entry = table + (index << this.#entryShift);
      if (level === last) return entry;
      table = this.#next(entry);
      if (table !== 0) continue;
      if (!mayMake) return 0;
      table = this.#allocTable();
      if (table === 0) return 0;
      this.store(entry, table | TABLE_BITS);
    }
  }

  /** The table that an entry leads to, or 0. What a stray write has made of it leads nowhere. */
  #next(entry: number): number {
    const value = this.load(entry);
    if ((value & PTE.PRESENT) === 0) return 0;
    const table = value & FRAME_MASK;
    return table > 0 && table < this.#sizeBytes ? table : 0;
  }

  #allocTable(): number {
    const table = this.#pages.allocUserPage();
    if (table === 0) return 0;
    this.#pages.ram.bytes.fill(0, table, table + PAGE_SIZE);
    this.tablePages++;
    this.#pages.usage.pageTables++;
    return table;
  }

  /** `base` is the page number that the table begins with. */
  #visit(
    table: number,
    level: number,
    from: number,
    to: number,
    visitor: EntryVisitor,
    base: number,
  ): void {
    const span = this.#spans[level]!;
    const first = Math.max(0, Math.floor((from - base) / span));
    const end = Math.min(this.#indexMask + 1, Math.ceil((to - base) / span));
    for (let index = first; index < end; index++) {
      const entry = table + (index << this.#entryShift);
      const page = base + index * span;
      if (span > 1) {
        const next = this.#next(entry);
        if (next !== 0) this.#visit(next, level + 1, from, to, visitor, page);
      } else if (this.load(entry) !== 0) visitor(entry, page * PAGE_SIZE);
    }
  }

  /** True if nothing is left of the table. */
  #prune(table: number, level: number, from: number, to: number, base: number): boolean {
    const span = this.#spans[level]!;
    if (span > 1) {
      const first = Math.max(0, Math.floor((from - base) / span));
      const end = Math.min(this.#indexMask + 1, Math.ceil((to - base) / span));
      for (let index = first; index < end; index++) {
        const entry = table + (index << this.#entryShift);
        const next = this.#next(entry);
        const page = base + index * span;
        if (next !== 0 && this.#prune(next, level + 1, from, to, page)) this.store(entry, 0);
      }
    }
    for (let at = table; at < table + PAGE_SIZE; at += 4) {
      if (this.load(at) !== 0) return false;
    }
    this.#pages.freePage(table);
    this.tablePages--;
    this.#pages.usage.pageTables--;
    return true;
  }
}

/** Address of the page that holds `address`. */
export function pageStart(address: number): number {
  return address - (address % (1 << PAGE_SHIFT));
}
