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
const SLOTS = 64;

/** Whoever changes what is mapped forgets the pages here, as after a write to a page table. */
export class Tlb {
  map: KernelMap = NOTHING_MAPPED;
  readonly #pages = new Float64Array(SLOTS).fill(-1);
  readonly #entries = new Int32Array(SLOTS);

  /** As `KernelMap.entryOf`. */
  lookUp(pointer: number): number {
    const page = Math.floor(pointer / PAGE_SIZE);
    const slot = page % SLOTS;
    // A negative page has no slot, and nothing is mapped there.
    if (this.#pages[slot] === page) return this.#entries[slot]!;
    const entry = this.map.entryOf(pointer);
    if (entry !== 0) {
      this.#pages[slot] = page;
      this.#entries[slot] = entry;
    }
    return entry;
  }

  /** Linux: flush_tlb_kernel_range. */
  flush(): void {
    this.#pages.fill(-1);
  }
}
