// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A process's memory: a heap that brk(2) moves, a stack of fixed size, and what was mapped.
 *
 * Addresses are virtual. Each region has a page table of its own, from page to physical address;
 * a page comes into being, filled with zeros, when it is first touched. One translation is
 * remembered, which is the one that is wanted nearly always.
 *
 * An address outside the regions faults: a system call sees a short count, a program's own load or
 * store the answer FAULT, and process/ makes EFAULT and SIGSEGV of it.
 *
 * Linux: struct mm_struct, mm/mmap.c, mm/memory.c, lib/usercopy.c. Differs: the stack does not grow
 * beyond STACK_BYTES; fork copies pages at once instead of on write; when memory runs out while a
 * page is wanted, the access faults and `outOfMemory` is set.
 */
import type { Clock } from '../sim/clock.ts';
import { COST } from '../uapi/costs.ts';
import type { IoMemory } from './io-memory.ts';
import { PAGE_SHIFT, PAGE_SIZE, roundUp } from './page.ts';
import type { PageAllocator } from './page-alloc.ts';
import { Region } from './region.ts';

/** What a load or store of a program answers at an address that faults. No value is this. */
export const FAULT = -1;

export const STACK_BYTES = 128 * 1024;

/** The heap ends here at the latest, counted from its start. */
export const HEAP_LIMIT_BYTES = 256 * 1024 * 1024;

/** Up to so many bytes a loop is faster than a call into the engine. */
const SMALL = 16;

export class AddressSpace implements IoMemory {
  /** Threads that share it. Who was the last destroys it. Linux: mm_users. */
  users = 1;
  /** A page was wanted and there was none: the process should be killed, not told EFAULT. */
  outOfMemory = false;
  readonly #pages: PageAllocator;
  readonly #clock: Clock;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #heap: Region;
  readonly #stack: Region;
  /** All of them, for lookup and /proc/PID/maps; in order of address. */
  #regions: Region[];
  #break: number;

  // The remembered translation: `#hitBytes` bytes from #hitStart lie at #hitPhysical.
  #hitStart = 0;
  #hitBytes = 0;
  #hitPhysical = 0;

  constructor(pages: PageAllocator, clock: Clock) {
    const { ram } = pages;
    this.#pages = pages;
    this.#clock = clock;
    this.#bytes = ram.bytes;
    this.#view = ram.view;
    const { heapStart, stackEnd } = ram.board;
    this.#heap = new Region('[heap]', heapStart, heapStart);
    this.#stack = new Region('[stack]', stackEnd - STACK_BYTES, stackEnd);
    this.#regions = [this.#heap, this.#stack];
    this.#break = heapStart;
  }

  get regions(): readonly Region[] {
    return this.#regions;
  }

  /** One past the highest address of the stack. */
  get stackEnd(): number {
    return this.#stack.end;
  }

  /** Pages that this process really has. Linux: RSS. */
  get residentPages(): number {
    return this.#regions.reduce((sum, region) => sum + region.residentPages, 0);
  }

  /** Moves the end of the heap. Returns where it is then, moved or not, as brk(2) does. */
  brk(address: number): number {
    const heap = this.#heap;
    const isAllowed = address >= heap.start && address - heap.start <= HEAP_LIMIT_BYTES;
    if (!isAllowed || !Number.isInteger(address)) return this.#break;
    this.#forget();
    heap.resize(roundUp(address, PAGE_SIZE), this.#pages);
    this.#break = address;
    return address;
  }

  // What a program does itself. Answers FAULT where there is no memory.

  load8(address: number): number {
    const at = this.#physicalOf(address, 1);
    return at < 0 ? this.#loadSlowly(address, 1) : (this.#bytes[at] ?? 0);
  }

  /** Unsigned, little-endian, aligned or not. */
  load32(address: number): number {
    const at = this.#physicalOf(address, 4);
    return at < 0 ? this.#loadSlowly(address, 4) : this.#view.getUint32(at, true);
  }

  /** Answers 0 or FAULT. */
  store8(address: number, value: number): number {
    const at = this.#physicalOf(address, 1);
    if (at < 0) return this.#storeSlowly(address, value, 1);
    this.#view.setUint8(at, value);
    return 0;
  }

  /** Answers 0 or FAULT. */
  store32(address: number, value: number): number {
    const at = this.#physicalOf(address, 4);
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
      const at = this.#physicalOf(address, 1);
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
      const at = this.#physicalOf(address, 1);
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
      const at = this.#physicalOf(address, 1);
      if (at >= 0) {
        this.#view.setUint8(at, value);
        return 1;
      }
    }
    let done = 0;
    while (done < count) {
      const run = this.#reach(address + done, count - done);
      if (run === 0) break;
      const at = (this.#hitPhysical + (address + done - this.#hitStart)) | 0;
      this.#bytes.fill(value, at, at + run);
      done += run;
    }
    return done;
  }

  /** True if a program may name these addresses, whether there is something or not: access_ok. */
  isUserRange(address: number, sizeBytes: number): boolean {
    return address >= 0 && address + sizeBytes <= this.#pages.ram.board.userEnd;
  }

  /** To whom the word at `address` belongs, for futexes: this space, and where it lies in it. */
  wordKey(address: number): { readonly owner: object; readonly offset: number } {
    return { owner: this, offset: address };
  }

  // The whole.

  /** A copy for a child; undefined without memory. */
  clone(): AddressSpace | undefined {
    const child = new AddressSpace(this.#pages, this.#clock);
    child.#break = this.#break;
    child.#heap.resize(this.#heap.end, this.#pages);
    const isWhole = this.#regions.every(
      (region, index) => child.#regions[index]?.copyPages(region, this.#pages) ?? false,
    );
    if (isWhole) return child;
    child.destroy();
    return undefined;
  }

  /** Gives every page back. Nothing is mapped afterwards. */
  destroy(): void {
    this.#forget();
    for (const region of this.#regions) region.resize(region.start, this.#pages);
    this.#regions = [];
  }

  #copyIn(address: number, source: Uint8Array, sourceOffset: number, count: number): number {
    const bytes = this.#bytes;
    let done = 0;
    while (done < count) {
      const run = this.#reach(address + done, count - done);
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
      const run = this.#reach(address + done, count - done);
      if (run === 0) break;
      const at = (this.#hitPhysical + (address + done - this.#hitStart)) | 0;
      const to = targetOffset + done;
      if (run > SMALL) target.set(bytes.subarray(at, at + run), to);
      else for (let index = 0; index < run; index++) target[to + index] = bytes[at + index] ?? 0;
      done += run;
    }
    return done;
  }

  /** Physical address of `sizeBytes` bytes if the remembered translation has them, else -1. */
  #physicalOf(address: number, sizeBytes: number): number {
    const offset = address - this.#hitStart;
    if (offset >= 0 && offset + sizeBytes <= this.#hitBytes) {
      return (this.#hitPhysical + offset) | 0;
    }
    return this.#reach(address, sizeBytes) === sizeBytes
      ? (this.#hitPhysical + (address - this.#hitStart)) | 0
      : -1;
  }

  /**
   * Remembers a translation that holds `address`, and as much of the next `count` bytes as lies in
   * neighbouring physical pages. Returns how many of them it covers; 0 is a fault.
   */
  #reach(address: number, count: number): number {
    const offset = address - this.#hitStart;
    if (offset >= 0 && offset + count <= this.#hitBytes) return count;
    const region = this.#regionAt(address);
    if (region === undefined) return 0;
    const index = (address - region.start) >>> PAGE_SHIFT;
    const physical = region.touch(index, this.#pages);
    if (physical === 0) {
      this.outOfMemory = true;
      return 0;
    }
    this.#hitStart = region.start + index * PAGE_SIZE;
    this.#hitPhysical = physical;
    this.#hitBytes = PAGE_SIZE;
    const wanted = Math.min(address + count, region.end) - this.#hitStart;
    while (this.#hitBytes < wanted) {
      const next = region.touch(index + (this.#hitBytes >>> PAGE_SHIFT), this.#pages);
      if (next !== physical + this.#hitBytes) break;
      this.#hitBytes += PAGE_SIZE;
    }
    return Math.min(count, this.#hitBytes - (address - this.#hitStart));
  }

  #regionAt(address: number): Region | undefined {
    for (const region of this.#regions) {
      if (address >= region.start && address < region.end) return region;
    }
    return undefined;
  }

  #forget(): void {
    this.#hitBytes = 0;
  }

  /** For what lies on two pages that are no neighbours. */
  #loadSlowly(address: number, sizeBytes: number): number {
    let value = 0;
    for (let index = sizeBytes - 1; index >= 0; index--) {
      const at = this.#physicalOf(address + index, 1);
      if (at < 0) return FAULT;
      value = value * 0x100 + (this.#bytes[at] ?? 0);
    }
    return value;
  }

  #storeSlowly(address: number, value: number, sizeBytes: number): number {
    for (let index = 0; index < sizeBytes; index++) {
      const at = this.#physicalOf(address + index, 1);
      if (at < 0) return FAULT;
      this.#bytes[at] = value >>> (8 * index);
    }
    return 0;
  }
}
