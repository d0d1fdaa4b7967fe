// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What lies at kernel addresses outside of the direct map, and a cache of it. Linux: the kernel's
 * own page table (init_mm.pgd) and a processor's TLB.
 *
 * mm/ keeps the table; hw/ram asks it through this interface.
 */

/** Bits of an answer, below the physical address of the page. As in x86's entries. */
export const MAP = {
  PRESENT: 0x1,
  WRITE: 0x2,
} as const;

export interface KernelMap {
  /** The physical address of the page that holds `pointer`, ORed with `MAP` bits; 0 for none. */
  entryOf(pointer: number): number;
  /** True for what KASAN has a shadow for, though no page may be there: it forbids all of that. */
  isForbidden(pointer: number): boolean;
}

export const NOTHING_MAPPED: KernelMap = {
  entryOf: () => 0,
  isForbidden: () => false,
};

const PAGE_SIZE = 4096;
const PAGE_SHIFT = 12;
const SLOTS = 64;

/** Whoever changes what is mapped forgets the pages here, as after a write to a page table. */
export class Tlb {
  map: KernelMap = NOTHING_MAPPED;
  /** Addresses of pages, and what is mapped there. */
  readonly #pages = new Float64Array(SLOTS).fill(-1);
  readonly #entries = new Int32Array(SLOTS);

  /** What is known of a page without asking; 0 for nothing. */
  known(pointer: number): number {
    // Bit operations see the low half of a pointer: enough for a slot and a place in the page.
    const slot = (pointer >>> PAGE_SHIFT) & (SLOTS - 1);
    const page = pointer - (pointer & (PAGE_SIZE - 1));
    return this.#pages[slot] === page ? this.#entries[slot]! : 0;
  }

  /** As `KernelMap.entryOf`. */
  lookUp(pointer: number): number {
    const known = this.known(pointer);
    if (known !== 0) return known;
    const entry = this.map.entryOf(pointer);
    if (entry !== 0) {
      const slot = (pointer >>> PAGE_SHIFT) & (SLOTS - 1);
      this.#pages[slot] = pointer - (pointer & (PAGE_SIZE - 1));
      this.#entries[slot] = entry;
    }
    return entry;
  }

  /** Linux: flush_tlb_kernel_range. */
  flush(): void {
    this.#pages.fill(-1);
  }
}
