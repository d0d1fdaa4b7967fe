// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Page faults: what happens when a page is touched that the page table does not have, or not for
 * writing. A page comes into being, is taken from a file, or is copied because two processes have
 * it since a fork; or the access is wrong.
 *
 * Reading what nobody has written maps the page of zeros that all share, the first of RAM.
 *
 * Linux: mm/memory.c (handle_mm_fault, do_anonymous_page, do_fault, do_wp_page),
 * arch/x86/mm/fault.c.
 */
import type { Clock } from '../sim/clock.ts';
import { COST } from '../uapi/costs.ts';
import { PAGE_SIZE } from './page.ts';
import type { PageAllocator } from './page-alloc.ts';
import { PageTable, pageStart, PTE } from './page-table.ts';
import { type Area, type AreaList, BEYOND_END, VM } from './vma.ts';

/** Why an access failed. */
export const FAULT_KIND = {
  NONE: 0,
  /** Nothing is mapped there: SIGSEGV, SEGV_MAPERR. */
  UNMAPPED: 1,
  /** It is, without that right: SIGSEGV, SEGV_ACCERR. */
  PROTECTED: 2,
  /** Behind the end of the mapped file: SIGBUS, BUS_ADRERR. */
  BEYOND_END: 3,
  /** There was no page to be had: the process is killed. */
  OUT_OF_MEMORY: 4,
} as const;
export type FaultKind = (typeof FAULT_KIND)[keyof typeof FAULT_KIND];

const ZERO_PAGE = 0;
const NONE = -1;
/** What the stack keeps away from what is mapped below it. Linux: stack_guard_gap. */
export const STACK_GUARD_BYTES = 256 * PAGE_SIZE;

/** No area begins below, so that a null pointer with a small offset faults. */
export const MMAP_MIN_ADDR = 0x1_0000;

/** What a process may have at most: RLIMIT_STACK, RLIMIT_DATA and RLIMIT_AS, in bytes. */
export interface MemoryLimits {
  stackBytes: number;
  dataBytes: number;
  totalBytes: number;
}

/** Pages that a process has, by what they are. Linux: mm_counter. */
export class ResidentPages {
  anonymous = 0;
  file = 0;
  shmem = 0;
  peak = 0;

  get all(): number {
    return this.anonymous + this.file + this.shmem;
  }
}

export class Faults {
  readonly table: PageTable;
  readonly resident = new ResidentPages();
  /** Of the last access that failed. */
  kind: FaultKind = FAULT_KIND.NONE;
  address = 0;
  /** How often a page was made, found or copied. Linux: min_flt. */
  minor = 0;
  /** No page comes into being any more: the OOM killer has taken the memory away. */
  isReaped = false;
  readonly #pages: PageAllocator;
  readonly #clock: Clock;
  readonly #areas: AreaList;
  readonly #limits: MemoryLimits;

  constructor(pages: PageAllocator, clock: Clock, areas: AreaList, limits: MemoryLimits) {
    this.#pages = pages;
    this.#clock = clock;
    this.#areas = areas;
    this.#limits = limits;
    this.table = new PageTable(pages);
  }

  /**
   * The entry of the page that holds `address`, with the right that is wanted; 0 when the access is
   * wrong: `kind` says why.
   */
  resolve(address: number, isWrite: boolean): number {
    const area = this.#areas.find(address) ?? this.#growStack(address);
    if (area === undefined) return this.#fail(FAULT_KIND.UNMAPPED, address);
    const isAllowed = isWrite ? (area.flags & VM.WRITE) !== 0 : area.isAccessible;
    if (!isAllowed) return this.#fail(FAULT_KIND.PROTECTED, address);
    const entry = this.table.find(address);
    const value = entry === 0 ? 0 : this.table.load(entry);
    if ((value & PTE.PRESENT) !== 0 && (!isWrite || (value & PTE.WRITE) !== 0)) {
      if (this.#isInRam(value)) return entry;
      return this.#fail(FAULT_KIND.UNMAPPED, address);
    }
    return this.#fault(area, address, isWrite, entry);
  }

  #fault(area: Area, address: number, isWrite: boolean, found: number): number {
    if (this.isReaped) return this.#fail(FAULT_KIND.OUT_OF_MEMORY, address);
    this.#clock.charge(COST.PAGE_FAULT);
    const entry = found === 0 ? this.table.make(address) : found;
    if (entry === 0) return this.#fail(FAULT_KIND.OUT_OF_MEMORY, address);
    const value = this.table.load(entry);
    const kind =
      value === 0
        ? this.#makePage(area, address, isWrite, entry)
        : this.#makeWritable(area, entry, value);
    if (kind !== FAULT_KIND.NONE) return this.#fail(kind, address);
    this.minor++;
    this.#pages.events.pageFault++;
    const { resident } = this;
    if (resident.all > resident.peak) resident.peak = resident.all;
    return entry;
  }

  #makePage(area: Area, address: number, isWrite: boolean, entry: number): FaultKind {
    const { source } = area;
    const mayWrite = (area.flags & VM.WRITE) !== 0;
    if (source === undefined) {
      if (isWrite) return this.#putOwn(entry, NONE);
      this.#map(entry, ZERO_PAGE, 0);
      return FAULT_KIND.NONE;
    }
    const page = source.page(area.indexAt(address));
    if (page === BEYOND_END) return FAULT_KIND.BEYOND_END;
    if (page === 0) return FAULT_KIND.OUT_OF_MEMORY;
    if (isWrite && !area.isShared) return this.#putOwn(entry, page);
    this.#hold(page);
    if (source.isShmem) this.resident.shmem++;
    else this.resident.file++;
    this.#map(entry, page, area.isShared && mayWrite ? PTE.WRITE : 0);
    return FAULT_KIND.NONE;
  }

  /** A store to a page that is mapped for reading: copy on write. Linux: do_wp_page. */
  #makeWritable(area: Area, entry: number, value: number): FaultKind {
    const page = PageTable.frameOf(value);
    const isOwn = (value & PTE.ANONYMOUS) !== 0 && this.#pages.references(page) === 1;
    if (area.isShared || isOwn) {
      this.table.store(entry, value | PTE.WRITE | PTE.DIRTY);
      return FAULT_KIND.NONE;
    }
    const kind = this.#putOwn(entry, page);
    if (kind === FAULT_KIND.NONE) this.release(area, value);
    return kind;
  }

  /** Maps a page of the process's own: a copy of `from`, or zeros. */
  #putOwn(entry: number, from: number): FaultKind {
    const page = this.#pages.allocUserPage();
    if (page === 0) return FAULT_KIND.OUT_OF_MEMORY;
    const { bytes } = this.#pages.ram;
    if (from === NONE || from === ZERO_PAGE) bytes.fill(0, page, page + PAGE_SIZE);
    else bytes.copyWithin(page, from, from + PAGE_SIZE);
    this.#pages.usage.anonymous++;
    this.resident.anonymous++;
    this.#map(entry, page, PTE.WRITE | PTE.DIRTY | PTE.ANONYMOUS);
    return FAULT_KIND.NONE;
  }

  #map(entry: number, page: number, bits: number): void {
    this.table.store(entry, page | PTE.PRESENT | PTE.USER | PTE.ACCESSED | bits);
  }

  /** Takes a reference to a page of a source. */
  #hold(page: number): void {
    if (this.#pages.references(page) === 1) this.#pages.usage.mapped++;
    this.#pages.getPage(page);
  }

  /** For fork: the child has the page, too, and neither may write to it any more. */
  share(area: Area, entry: number): number {
    const value = this.table.load(entry);
    const page = PageTable.frameOf(value);
    const isAnonymous = (value & PTE.ANONYMOUS) !== 0;
    if (!this.#isInRam(value)) return 0;
    const shared = area.isShared ? value : value & ~PTE.WRITE;
    if (shared !== value) this.table.store(entry, shared);
    if (page !== ZERO_PAGE) {
      if (isAnonymous) this.#pages.getPage(page);
      else this.#hold(page);
    }
    return shared;
  }

  /** Counts a page that a parent has shared with this child. */
  adopt(area: Area, value: number): void {
    const { resident } = this;
    if (PageTable.frameOf(value) === ZERO_PAGE) return;
    if ((value & PTE.ANONYMOUS) !== 0) resident.anonymous++;
    else if (area.source?.isShmem === true) resident.shmem++;
    else resident.file++;
    if (resident.all > resident.peak) resident.peak = resident.all;
  }

  /** Gives up what an entry of `area` had; the entry itself is the caller's to change. */
  release(area: Area, value: number): void {
    const page = PageTable.frameOf(value);
    if (page === ZERO_PAGE || !this.#isInRam(value)) return;
    const { usage } = this.#pages;
    if ((value & PTE.ANONYMOUS) !== 0) {
      this.resident.anonymous--;
      if (this.#pages.putPage(page)) usage.anonymous--;
      return;
    }
    if (area.source?.isShmem === true) this.resident.shmem--;
    else this.resident.file--;
    if (this.#pages.references(page) === 2) usage.mapped--;
    this.#pages.putPage(page);
  }

  /** The stack reaches down to `address`, if it may. Linux: expand_stack. */
  #growStack(address: number): Area | undefined {
    const next = this.#areas.findAfter(address);
    if (next === undefined || (next.flags & VM.GROWSDOWN) === 0) return undefined;
    const start = pageStart(address);
    if (start < MMAP_MIN_ADDR) return undefined;
    if (next.end - start > this.#limits.stackBytes) return undefined;
    const grown = this.#areas.pageCount * PAGE_SIZE + next.start - start;
    if (grown > this.#limits.totalBytes) return undefined;
    const below = this.#areas.before(next);
    if (below !== undefined && start - below.end < STACK_GUARD_BYTES) return undefined;
    next.start = start;
    return next;
  }

  /** A stray write may have made anything of an entry. */
  #isInRam(value: number): boolean {
    const page = PageTable.frameOf(value);
    return page >= 0 && page < this.#pages.ram.sizeBytes;
  }

  #fail(kind: FaultKind, address: number): number {
    this.kind = kind;
    this.address = address;
    return 0;
  }
}
