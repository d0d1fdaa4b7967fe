// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Every kernel address, the slow and exact way: the direct map, and what the kernel's page table
 * maps elsewhere, where a range may lie in pieces.
 *
 * Linux: arch/x86/mm/fault.c decides what faults, mm/kasan/generic.c what is bad.
 */
import { MAP, Tlb } from './kernel-map.ts';
import type { AccessReporter } from './ram.ts';
import { OPEN, type ShadowMemory } from './shadow-memory.ts';
import { GRANULE, SHADOW } from './shadow.ts';

const PAGE_SIZE = 4096;

/** A range lies in several pieces. */
export const SPLIT = -1;

/** A piece of a range that lies in one piece in memory. */
export type RunVisitor = (physical: number, sizeBytes: number) => void;

/** What is asked of the memory behind it. */
interface Memory {
  readonly sizeBytes: number;
  readonly bytes: Uint8Array;
  readonly checks: boolean;
  readonly reporter: AccessReporter;
}

export class KernelAddresses {
  readonly tlb = new Tlb();
  readonly #memory: Memory;
  readonly #base: number;
  readonly #shadow: ShadowMemory;

  constructor(memory: Memory, directMap: number, shadow: ShadowMemory) {
    this.#memory = memory;
    this.#base = directMap;
    this.#shadow = shadow;
  }

  holds(pointer: number, sizeBytes: number): boolean {
    const at = pointer - this.#base;
    return at >= 0 && at + sizeBytes <= this.#memory.sizeBytes;
  }

  /** The physical address, or -1. */
  physicalOf(pointer: number): number {
    const entry = this.#entryOf(pointer);
    return entry === 0 ? -1 : (entry & -PAGE_SIZE) + (pointer % PAGE_SIZE);
  }

  /** Checks an access and answers its physical address, or SPLIT. */
  place(pointer: number, sizeBytes: number, isWrite: boolean): number {
    const entry = this.tlb.known(pointer);
    const wanted = isWrite ? MAP.PRESENT | MAP.WRITE : MAP.PRESENT;
    if ((entry & wanted) === wanted && (pointer & (GRANULE - 1)) + sizeBytes <= GRANULE) {
      const physical = (entry & -PAGE_SIZE) + (pointer & (PAGE_SIZE - 1));
      if (this.#shadow.stored[physical >>> 3] === OPEN) return physical;
    }
    return this.#slowPlace(pointer, sizeBytes, isWrite);
  }

  /** The only one that reports. */
  #slowPlace(pointer: number, sizeBytes: number, isWrite: boolean): number {
    const { checks, reporter } = this.#memory;
    const access = { pointer, sizeBytes, isWrite };
    if (!Number.isInteger(pointer)) {
      const whole = Math.trunc(pointer) || 0;
      reporter.fault({ ...access, pointer: whole, firstBad: whole });
    }
    const firstBad = checks ? this.firstBad(pointer, sizeBytes) : 0;
    if (firstBad !== 0) reporter.badAccess({ ...access, firstBad });
    if (this.holds(pointer, sizeBytes)) return pointer - this.#base;
    const wanted = isWrite ? MAP.PRESENT | MAP.WRITE : MAP.PRESENT;
    const end = pointer + sizeBytes;
    let isSplit = false;
    for (let at = pointer; at < end; at = pageEnd(at)) {
      const entry = this.#entryOf(at);
      if ((entry & wanted) !== wanted) {
        reporter.fault({ ...access, firstBad: at, isPresent: entry !== 0 });
      }
      isSplit ||= this.physicalOf(at) !== this.physicalOf(pointer) + at - pointer;
    }
    return isSplit ? SPLIT : this.physicalOf(pointer);
  }

  /** Visits a range that has been checked, in as few pieces as it has in memory. */
  eachRun(pointer: number, sizeBytes: number, visit: RunVisitor): void {
    const end = pointer + sizeBytes;
    for (let at = pointer; at < end;) {
      const physical = this.physicalOf(at);
      let next = pageEnd(at);
      while (next < end && this.physicalOf(next) === physical + next - at) next = pageEnd(next);
      next = Math.min(next, end);
      visit(physical, next - at);
      at = next;
    }
  }

  /** A copy of a range that has been checked. */
  take(pointer: number, sizeBytes: number): Uint8Array {
    const { bytes } = this.#memory;
    const copy = new Uint8Array(sizeBytes);
    let to = 0;
    this.eachRun(pointer, sizeBytes, (at, count) => {
      copy.set(bytes.subarray(at, at + count), to);
      to += count;
    });
    return copy;
  }

  /** The other way round. */
  put(pointer: number, source: Uint8Array): void {
    const { bytes } = this.#memory;
    let from = 0;
    this.eachRun(pointer, source.length, (at, count) => {
      bytes.set(source.subarray(from, from + count), at);
      from += count;
    });
  }

  /** At most four bytes as one unsigned number, however they lie. */
  load(pointer: number, sizeBytes: number): number {
    let value = 0;
    for (const byte of this.take(pointer, sizeBytes).toReversed()) value = value * 256 + byte;
    return value;
  }

  store(pointer: number, sizeBytes: number, value: number): void {
    const bytes = new Uint8Array(sizeBytes);
    for (let at = 0; at < sizeBytes; at++) bytes[at] = value >>> (8 * at);
    this.put(pointer, bytes);
  }

  /** The shadow of a pointer's granule; undefined where there is none. */
  shadowOf(pointer: number): number | undefined {
    const physical = this.physicalOf(pointer);
    if (physical >= 0) return this.#shadow.at(physical);
    return this.tlb.map.isForbidden(pointer) ? SHADOW.VMALLOC_INVALID : undefined;
  }

  /** The first pointer of the range that the shadow forbids, or 0. */
  firstBad(pointer: number, sizeBytes: number): number {
    const end = pointer + sizeBytes;
    for (let at = pointer; at < end;) {
      const next = this.holds(at, end - at) ? end : Math.min(pageEnd(at), end);
      const physical = this.physicalOf(at);
      if (physical < 0) {
        if (this.tlb.map.isForbidden(at)) return at;
      } else {
        const bad = this.#shadow.firstBad(physical, next - at);
        if (bad >= 0) return at + bad - physical;
      }
      at = next;
    }
    return 0;
  }

  /** Physical page and `MAP` bits, 0 for none. */
  #entryOf(pointer: number): number {
    if (!this.holds(pointer, 1)) return this.tlb.lookUp(pointer);
    const at = pointer - this.#base;
    return at - (at % PAGE_SIZE) + MAP.PRESENT + MAP.WRITE;
  }
}

function pageEnd(pointer: number): number {
  return (Math.floor(pointer / PAGE_SIZE) + 1) * PAGE_SIZE;
}
