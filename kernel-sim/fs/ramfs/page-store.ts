// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The bytes of one file, in pages of RAM that are taken when they are first written.
 *
 * What was never written is a hole: it reads as zeros and takes no page. Bytes of the last page
 * past the end of the file are always zero.
 *
 * Linux: the page cache of a file (mm/filemap.c), as tmpfs uses it.
 */
import type { IoMemory } from '../../mm/io-memory.ts';
import { PAGE_SIZE } from '../../mm/page.ts';
import type { PageAllocator } from '../../mm/page-alloc.ts';
import { BEYOND_END, Mappings, type PageSource } from '../../mm/vma.ts';

/** How many pages all files of one file system may take together. */
export interface PageQuota {
  usedPages: number;
  readonly maxPages: number;
}

/** The file that the pages are of: how long it is, and how much it takes. */
export interface StoredFile {
  readonly size: number;
  /** In units of 512 bytes. */
  blocks: number;
}

const SECTORS_PER_PAGE = PAGE_SIZE / 512;

export class PageStore implements PageSource {
  readonly isShmem = true;
  readonly mappings = new Mappings();
  readonly #file: StoredFile;
  readonly #pages: PageAllocator;
  readonly #quota: PageQuota;
  /** Physical address by index in the file. */
  readonly #byIndex = new Map<number, number>();

  constructor(pages: PageAllocator, quota: PageQuota, file: StoredFile) {
    this.#file = file;
    this.#pages = pages;
    this.#quota = quota;
  }

  /** For mmap(2): a hole becomes a page of zeros, since somebody may store to it. */
  page(index: number): number {
    if (index * PAGE_SIZE >= this.#file.size) return BEYOND_END;
    const page = this.#pageFor(index);
    // A full file system is a bus error, want of memory is the OOM killer's.
    return page === 0 && this.#quota.usedPages >= this.#quota.maxPages ? BEYOND_END : page;
  }

  /** Copies out of the file; the caller keeps to its size. Returns bytes moved. */
  read(memory: IoMemory, address: number, count: number, pos: number): number {
    let done = 0;
    while (done < count) {
      const offset = (pos + done) % PAGE_SIZE;
      const length = Math.min(count - done, PAGE_SIZE - offset);
      const page = this.#byIndex.get(Math.floor((pos + done) / PAGE_SIZE));
      const moved =
        page === undefined
          ? memory.fill(address + done, 0, length)
          : memory.copyTo(address + done, this.#pages.ram.bytes, page + offset, length);
      done += moved;
      if (moved < length) break;
    }
    return done;
  }

  /** Copies into the file. Returns bytes moved: fewer when memory faults or pages run out. */
  write(memory: IoMemory, address: number, count: number, pos: number): number {
    let done = 0;
    while (done < count) {
      const offset = (pos + done) % PAGE_SIZE;
      const length = Math.min(count - done, PAGE_SIZE - offset);
      const page = this.#pageFor(Math.floor((pos + done) / PAGE_SIZE));
      if (page === 0) break;
      const moved = memory.copyFrom(address + done, this.#pages.ram.bytes, page + offset, length);
      done += moved;
      if (moved < length) break;
    }
    return done;
  }

  /** True if a page for the byte at `pos` is there or could be had. */
  hasRoom(pos: number): boolean {
    if (this.#byIndex.has(Math.floor(pos / PAGE_SIZE))) return true;
    return this.#quota.usedPages < this.#quota.maxPages && this.#pages.freePageCount > 0;
  }

  /** Forgets everything from `size` on. */
  truncate(size: number): void {
    const firstGone = Math.ceil(size / PAGE_SIZE);
    this.mappings.zap(firstGone);
    for (const [index, page] of this.#byIndex) {
      if (index < firstGone) continue;
      this.#byIndex.delete(index);
      this.#quota.usedPages--;
      this.#pages.usage.shmem--;
      this.#pages.putPage(page);
    }
    this.#file.blocks = this.#byIndex.size * SECTORS_PER_PAGE;
    const tail = size % PAGE_SIZE;
    const last = this.#byIndex.get(Math.floor(size / PAGE_SIZE));
    if (tail > 0 && last !== undefined) {
      this.#pages.ram.bytes.fill(0, last + tail, last + PAGE_SIZE);
    }
  }

  #pageFor(index: number): number {
    const known = this.#byIndex.get(index);
    if (known !== undefined) return known;
    if (this.#quota.usedPages >= this.#quota.maxPages) return 0;
    const page = this.#pages.allocZeroedPage();
    if (page === 0) return 0;
    this.#quota.usedPages++;
    this.#pages.usage.shmem++;
    this.#byIndex.set(index, page);
    this.#file.blocks = this.#byIndex.size * SECTORS_PER_PAGE;
    return page;
  }
}
