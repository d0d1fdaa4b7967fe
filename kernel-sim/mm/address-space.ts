// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A process's memory: areas (vma.ts), the pages that it has of them so far (page-table.ts), and
 * loads, stores and copies through both.
 *
 * Addresses are virtual. One translation is remembered, which is the one that is wanted nearly
 * always; whatever takes a right or a page away must forget it. What is not there yet is a fault
 * (fault.ts). How areas come and go: mmap.ts.
 *
 * An address that must not be touched faults: a system call sees a short count, a program's own
 * load or store the answer FAULT; process/ makes EFAULT and a signal of it.
 *
 * Linux: struct mm_struct, lib/usercopy.c, dup_mmap of kernel/fork.c.
 */
import type { Clock } from '../sim/clock.ts';
import { COST } from '../uapi/costs.ts';
import { Faults, type FaultKind, type MemoryLimits } from './fault.ts';
import type { IoMemory } from './io-memory.ts';
import { PAGE_SIZE } from './page.ts';
import type { PageAllocator } from './page-alloc.ts';
import { PageTable, pageStart, PTE } from './page-table.ts';
import { Area, AreaList, VM } from './vma.ts';

/** What a load or store of a program answers at an address that faults. No value is this. */
export const FAULT = -1;

/** What a new program's stack is at first. Linux: stack_expand of setup_arg_pages. */
const STACK_BYTES = 132 * 1024;
/** RLIMIT_STACK unless told. */
const STACK_LIMIT_BYTES = 8 * 1024 * 1024;

/** Up to so many bytes a loop is faster than a call into the engine. */
const SMALL = 16;

export class AddressSpace implements IoMemory {
  /** Threads that share it. Who was the last destroys it. Linux: mm_users. */
  users = 1;
  /** Whoever makes the process lowers them. */
  readonly limits: MemoryLimits = {
    stackBytes: STACK_LIMIT_BYTES,
    dataBytes: Infinity,
    totalBytes: Infinity,
  };
  readonly areas = new AreaList();
  readonly faults: Faults;
  /** One past the highest address of the stack. */
  readonly stackEnd: number;
  /** Where the heap begins, and where brk(2) has put its end. */
  readonly heapStart: number;
  heapEnd: number;
  /** Most pages that were ever mapped: VmPeak. */
  peakPages = 0;
  readonly pages: PageAllocator;
  readonly #clock: Clock;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  // The remembered translation: `#hitBytes` bytes from #hitStart lie at #hitPhysical, and may be
  // read; of those `#hitWritable` may be written.
  #hitStart = 0;
  #hitBytes = 0;
  #hitWritable = 0;
  #hitPhysical = 0;

  constructor(pages: PageAllocator, clock: Clock) {
    const { ram } = pages;
    this.pages = pages;
    this.#clock = clock;
    this.#bytes = ram.bytes;
    this.#view = ram.view;
    const { heapStart, stackEnd } = ram.board;
    this.faults = new Faults(pages, clock, this.areas, this.limits);
    this.heapStart = heapStart;
    this.heapEnd = heapStart;
    this.stackEnd = stackEnd;
  }

  /** Gives a new program its first area, with room beyond what it begins with. */
  addStack(usedBytes = 0): void {
    const flags = VM.READ | VM.WRITE | VM.MAYWRITE | VM.GROWSDOWN | VM.ACCOUNT;
    const wanted = STACK_BYTES + pageStart(usedBytes);
    const size = Math.max(PAGE_SIZE, pageStart(Math.min(wanted, this.limits.stackBytes)));
    this.addArea(new Area(this, this.stackEnd - size, this.stackEnd, flags));
  }

  /** Puts an area into free space. */
  addArea(area: Area): void {
    this.areas.insert(area);
    this.peakPages = Math.max(this.peakPages, this.areas.pageCount);
  }

  /** Pages that this process really has. Linux: RSS. */
  get residentPages(): number {
    return this.faults.resident.all;
  }

  /** Why the last access that answered FAULT did so. */
  get faultKind(): FaultKind {
    return this.faults.kind;
  }

  get faultAddress(): number {
    return this.faults.address;
  }

  // What a program does itself. Answers FAULT where there is no memory.

  load8(address: number): number {
    const at = this.#readable(address, 1);
    return at < 0 ? this.#loadSlowly(address, 1) : (this.#bytes[at] ?? 0);
  }

  /** Unsigned, little-endian, aligned or not. */
  load32(address: number): number {
    const at = this.#readable(address, 4);
    return at < 0 ? this.#loadSlowly(address, 4) : this.#view.getUint32(at, true);
  }

  /** Answers 0 or FAULT. */
  store8(address: number, value: number): number {
    const at = this.#writable(address, 1);
    if (at < 0) return this.#storeSlowly(address, value, 1);
    this.#view.setUint8(at, value);
    return 0;
  }

  /** Answers 0 or FAULT. */
  store32(address: number, value: number): number {
    const at = this.#writable(address, 4);
    if (at < 0) return this.#storeSlowly(address, value, 4);
    this.#view.setUint32(at, value, true);
    return 0;
  }

  /** A copy, or undefined where any of it faults. */
  loadBytes(address: number, count: number): Uint8Array | undefined {
    const copy = new Uint8Array(count);
    return this.#copyOut(address, copy, 0, count) === count ? copy : undefined;
  }

  /** Answers 0 or FAULT. What lies before the fault is stored. */
  storeBytes(address: number, source: Uint8Array): number {
    return this.#copyIn(address, source, 0, source.length) === source.length ? 0 : FAULT;
  }

  // What a system call does for it.

  copyTo(address: number, source: Uint8Array, sourceOffset: number, count: number): number {
    this.#clock.budget -= COST.COPY_64 * ((count + 63) >> 6);
    if (count === 1) {
      const at = this.#writable(address, 1);
      if (at >= 0) {
        this.#view.setUint8(at, source[sourceOffset] ?? 0);
        return 1;
      }
    }
    return this.#copyIn(address, source, sourceOffset, count);
  }

  copyFrom(address: number, target: Uint8Array, targetOffset: number, count: number): number {
    this.#clock.budget -= COST.COPY_64 * ((count + 63) >> 6);
    if (count === 1) {
      const at = this.#readable(address, 1);
      if (at >= 0) {
        target[targetOffset] = this.#bytes[at] ?? 0;
        return 1;
      }
    }
    return this.#copyOut(address, target, targetOffset, count);
  }

  fill(address: number, value: number, count: number): number {
    this.#clock.budget -= COST.COPY_64 * ((count + 63) >> 6);
    if (count === 1) {
      const at = this.#writable(address, 1);
      if (at >= 0) {
        this.#view.setUint8(at, value);
        return 1;
      }
    }
    let done = 0;
    while (done < count) {
      const run = this.#reach(address + done, count - done, true);
      if (run === 0) break;
      const at = (this.#hitPhysical + (address + done - this.#hitStart)) | 0;
      this.#bytes.fill(value, at, at + run);
      done += run;
    }
    return done;
  }

  /** True if a program may name these addresses, whether there is something or not: access_ok. */
  isUserRange(address: number, sizeBytes: number): boolean {
    return address >= 0 && address + sizeBytes <= this.pages.ram.board.userEnd;
  }

  /** To whom the word at `address` belongs, for futexes, and where it lies in that. */
  wordKey(address: number): { readonly owner: object; readonly offset: number } {
    const area = this.areas.find(address);
    if (area?.source === undefined || !area.isShared) return { owner: this, offset: address };
    const { source } = area;
    return { owner: source, offset: area.firstPage * PAGE_SIZE + (address - area.start) };
  }

  // The whole.

  /**
   * A copy for a child: pages are shared until one of the two writes. Undefined without memory:
   * then there may be files to close (`areas.takeClosing`).
   */
  clone(): AddressSpace | undefined {
    const child = new AddressSpace(this.pages, this.#clock);
    Object.assign(child.limits, this.limits);
    child.heapEnd = this.heapEnd;
    this.forget();
    let isWhole = true;
    for (const area of this.areas.all) {
      if ((area.flags & VM.DONTCOPY) !== 0) continue;
      child.addArea(area.copy(child));
      this.faults.table.visit(area.start, area.end, (entry, address) => {
        const target = isWhole ? child.faults.table.make(address) : 0;
        if (target === 0) {
          isWhole = false;
          return;
        }
        const value = this.faults.share(area, entry);
        child.faults.table.store(target, value);
        child.faults.adopt(area, value);
      });
    }
    if (isWhole) return child;
    child.destroy();
    this.areas.takeOver(child.areas);
    return undefined;
  }

  /**
   * Gives every page back. Nothing is mapped afterwards; files that were are for the caller to
   * close (`areas.takeClosing`).
   */
  destroy(): void {
    for (let area = this.areas.findAfter(0); area !== undefined; area = this.areas.findAfter(0)) {
      this.zap(area, area.start, area.end);
      this.areas.remove(area);
    }
    this.faults.table.prune(0, this.pages.ram.board.userEnd);
  }

  /** Drops the pages of a part of an area; it stays mapped. Linux: zap_page_range. */
  zap(area: Area, start: number, end: number): void {
    const { table } = this.faults;
    this.forget();
    table.visit(start, end, (entry) => {
      const value = table.load(entry);
      table.store(entry, 0);
      this.faults.release(area, value);
    });
  }

  /** Drops all memory that nobody else has, since a killed process needs it no more: oom_reaper. */
  reap(): void {
    for (const area of this.areas.all) {
      if (!area.isShared) this.zap(area, area.start, area.end);
    }
    this.faults.isReaped = true;
  }

  /** After rights or pages have been taken away. Linux: flush_tlb. */
  forget(): void {
    this.#hitBytes = 0;
    this.#hitWritable = 0;
  }

  #copyIn(address: number, source: Uint8Array, sourceOffset: number, count: number): number {
    const bytes = this.#bytes;
    let done = 0;
    while (done < count) {
      const run = this.#reach(address + done, count - done, true);
      if (run === 0) break;
      const at = (this.#hitPhysical + (address + done - this.#hitStart)) | 0;
      const from = sourceOffset + done;
      if (run > SMALL) bytes.set(source.subarray(from, from + run), at);
      else for (let index = 0; index < run; index++) bytes[at + index] = source[from + index] ?? 0;
      done += run;
    }
    return done;
  }

  #copyOut(address: number, target: Uint8Array, targetOffset: number, count: number): number {
    const bytes = this.#bytes;
    let done = 0;
    while (done < count) {
      const run = this.#reach(address + done, count - done, false);
      if (run === 0) break;
      const at = (this.#hitPhysical + (address + done - this.#hitStart)) | 0;
      const to = targetOffset + done;
      if (run > SMALL) target.set(bytes.subarray(at, at + run), to);
      else for (let index = 0; index < run; index++) target[to + index] = bytes[at + index] ?? 0;
      done += run;
    }
    return done;
  }

  /** Physical address of `sizeBytes` bytes to be read, or -1: they fault or do not lie together. */
  #readable(address: number, sizeBytes: number): number {
    const offset = address - this.#hitStart;
    if (offset >= 0 && offset + sizeBytes <= this.#hitBytes) {
      return (this.#hitPhysical + offset) | 0;
    }
    return this.#reach(address, sizeBytes, false) === sizeBytes
      ? (this.#hitPhysical + (address - this.#hitStart)) | 0
      : -1;
  }

  /** The same for what is to be written. */
  #writable(address: number, sizeBytes: number): number {
    const offset = address - this.#hitStart;
    if (offset >= 0 && offset + sizeBytes <= this.#hitWritable) {
      return (this.#hitPhysical + offset) | 0;
    }
    return this.#reach(address, sizeBytes, true) === sizeBytes
      ? (this.#hitPhysical + (address - this.#hitStart)) | 0
      : -1;
  }

  /**
   * Remembers a translation that holds `address`, and as much of the next `count` bytes as lies in
   * neighbouring physical pages. Returns how many of them it covers; 0 is a fault.
   */
  #reach(address: number, count: number, isWrite: boolean): number {
    const offset = address - this.#hitStart;
    const known = isWrite ? this.#hitWritable : this.#hitBytes;
    if (offset >= 0 && offset + count <= known) return count;
    const { faults } = this;
    const entry = faults.resolve(address, isWrite);
    if (entry === 0) return 0;
    const first = faults.table.load(entry);
    const start = pageStart(address);
    const physical = PageTable.frameOf(first);
    let rights = first;
    let bytes = PAGE_SIZE;
    while (start + bytes < address + count) {
      const next = faults.resolve(start + bytes, isWrite);
      if (next === 0) break;
      const value = faults.table.load(next);
      if (PageTable.frameOf(value) !== physical + bytes) break;
      rights &= value;
      bytes += PAGE_SIZE;
    }
    this.#hitStart = start;
    this.#hitPhysical = physical;
    this.#hitBytes = bytes;
    this.#hitWritable = (rights & PTE.WRITE) === 0 ? 0 : bytes;
    return Math.min(count, bytes - (address - start));
  }

  /** For what lies on two pages that are no neighbours. */
  #loadSlowly(address: number, sizeBytes: number): number {
    let value = 0;
    for (let index = sizeBytes - 1; index >= 0; index--) {
      const at = this.#readable(address + index, 1);
      if (at < 0) return FAULT;
      value = value * 0x100 + (this.#bytes[at] ?? 0);
    }
    return value;
  }

  #storeSlowly(address: number, value: number, sizeBytes: number): number {
    for (let index = 0; index < sizeBytes; index++) {
      const at = this.#writable(address + index, 1);
      if (at < 0) return FAULT;
      this.#bytes[at] = value >>> (8 * index);
    }
    return 0;
  }
}
