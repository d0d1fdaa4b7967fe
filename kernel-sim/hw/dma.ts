// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * How devices reach memory: not by pointers but by addresses of the bus.
 *
 * Where the board has an IOMMU, a table of pages says what each bus address is, and whether the
 * device may read or write it; what is not in the table faults. Without one a bus address is a
 * physical address, shifted as the board is wired, and a device reaches all there is. Whatever a
 * device asks for, it gets bytes or a refusal: never an exception.
 *
 * What a device does is seen by the sanitizer too, which no real one can: bytes that are nobody's
 * are reported (`onBadAccess`), and the transfer goes on.
 *
 * Linux: drivers/iommu/intel/iommu.c; without one kernel/dma/direct.c.
 */
import type { BadAccess, Ram } from './ram/ram.ts';

const PAGE_SIZE = 4096;
/** The first bus address that is none: a device has 32 lines. */
export const BUS_END = 0x1_0000_0000;
/** Where the first page is mapped; the next ones lie below. Page 0 and the last one stay empty. */
const FIRST_PAGE = BUS_END / PAGE_SIZE - 2;
const PAGES_MAX = FIRST_PAGE;

/** Bits of what a device may do with a page. */
export const IOMMU_RIGHTS = { READ: 1, WRITE: 2 } as const;

interface IoPage {
  readonly physical: number;
  readonly rights: number;
}

/** A table of pages by bus address. */
export class Iommu {
  readonly #pages = new Map<number, IoPage>();
  #next = FIRST_PAGE;

  /**
   * Maps consecutive pages of memory, and answers the bus address of the first; 0 when there is no
   * room. Addresses that were given back come last: a stale one faults for a long time.
   */
  map(physical: number, pageCount: number, rights: number): number {
    const first = this.#findRoom(pageCount);
    if (first === 0) return 0;
    for (let n = 0; n < pageCount; n++) {
      this.#pages.set(first + n, { physical: physical + n * PAGE_SIZE, rights });
    }
    return first * PAGE_SIZE;
  }

  unmap(address: number, pageCount: number): void {
    const first = Math.floor(address / PAGE_SIZE);
    for (let n = 0; n < pageCount; n++) this.#pages.delete(first + n);
  }

  /** What a bus address leads to, if it leads anywhere. */
  at(address: number): IoPage | undefined {
    return this.#pages.get(Math.floor(address / PAGE_SIZE));
  }

  #findRoom(pageCount: number): number {
    if (this.#pages.size + pageCount > PAGES_MAX) return 0;
    let found = 0;
    for (let tried = 0; tried < PAGES_MAX; tried++) {
      const at = this.#next;
      this.#next = at <= 1 ? FIRST_PAGE : at - 1;
      // A run must not wrap around.
      found = this.#pages.has(at) || at === FIRST_PAGE ? 0 : found;
      if (!this.#pages.has(at)) found++;
      if (found === pageCount) return at;
    }
    return 0;
  }
}

/** A device wanted what it may not have. */
export interface DmaFault {
  readonly address: number;
  readonly isWrite: boolean;
  /** A page is there, without the right that is wanted. */
  readonly isPresent: boolean;
}

export interface DmaParts {
  readonly ram: Ram;
  readonly iommu: Iommu | undefined;
  /** Bus address of physical address 0, without an IOMMU. */
  readonly offset: number;
}

export class DmaBus {
  readonly iommu: Iommu | undefined;
  readonly ram: Ram;
  readonly offset: number;
  /** Told of what is refused. */
  onFault: (fault: DmaFault) => void = () => undefined;
  /** Told of bytes that are touched and nobody's. The transfer goes on. */
  onBadAccess: (access: BadAccess) => void = () => undefined;

  constructor({ ram, iommu, offset }: DmaParts) {
    this.ram = ram;
    this.iommu = iommu;
    this.offset = offset;
  }

  /** A copy of bytes; undefined when the device may not have all of them. */
  read(address: number, sizeBytes: number): Uint8Array | undefined {
    const bytes = new Uint8Array(sizeBytes);
    const isDone = this.#visit(address, sizeBytes, false, (physical, count, offset) =>
      bytes.set(this.ram.bytes.subarray(physical, physical + count), offset),
    );
    return isDone ? bytes : undefined;
  }

  /** False when the device may not write all of them: what comes before that is written. */
  write(address: number, bytes: Uint8Array): boolean {
    return this.#visit(address, bytes.length, true, (physical, count, offset) =>
      this.ram.bytes.set(bytes.subarray(offset, offset + count), physical),
    );
  }

  /** Page by page, since what is in one piece on the bus need not be in memory. */
  #visit(
    address: number,
    sizeBytes: number,
    isWrite: boolean,
    visit: (physical: number, count: number, offset: number) => void,
  ): boolean {
    for (let done = 0; done < sizeBytes;) {
      const at = address + done;
      const count = Math.min(sizeBytes - done, PAGE_SIZE - (at % PAGE_SIZE));
      const physical = this.#translate(at, isWrite);
      if (physical < 0) return false;
      this.#check(physical, count, isWrite);
      visit(physical, count, done);
      done += count;
    }
    return true;
  }

  /** -1 for a fault. */
  #translate(address: number, isWrite: boolean): number {
    const { iommu, ram, offset } = this;
    if (iommu === undefined) {
      const physical = address - offset;
      if (physical >= 0 && physical < ram.sizeBytes) return physical;
      this.onFault({ address, isWrite, isPresent: false });
      return -1;
    }
    const page = address < BUS_END ? iommu.at(address) : undefined;
    const wanted = isWrite ? IOMMU_RIGHTS.WRITE : IOMMU_RIGHTS.READ;
    if (page !== undefined && (page.rights & wanted) !== 0) {
      return page.physical + (address % PAGE_SIZE);
    }
    this.onFault({ address, isWrite, isPresent: page !== undefined });
    return -1;
  }

  #check(physical: number, sizeBytes: number, isWrite: boolean): void {
    const { ram } = this;
    if (!ram.checks) return;
    const pointer = ram.toPointer(physical);
    const firstBad = ram.firstBad(pointer, sizeBytes);
    if (firstBad !== 0) this.onBadAccess({ pointer, sizeBytes, isWrite, firstBad });
  }
}
