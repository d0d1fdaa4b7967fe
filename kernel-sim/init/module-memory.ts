// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Memory for modules' code. Linux: module_alloc. Differs: physically contiguous, no guard pages.
 */
import { PAGE_SIZE } from '../mm/page.ts';
import type { PageAllocator } from '../mm/page-alloc.ts';

/** Where /proc/modules says that modules lie. Linux: MODULES_VADDR on x86-64. */
const MODULES_BASE = 0xffff_c000_0000;
const ORDER_MAX = 10;

export class ModuleMemory {
  readonly #pages: PageAllocator;

  constructor(pages: PageAllocator) {
    this.#pages = pages;
  }

  /** Copies `bytes` into pages of their own. Returns their address, 0 when there are none. */
  allocate(bytes: Uint8Array): number {
    const order = orderOf(bytes.length);
    const physical = order > ORDER_MAX ? 0 : this.#pages.allocPages(order);
    if (physical === 0) return 0;
    this.#pages.ram.bytes.set(bytes, physical);
    return MODULES_BASE + physical;
  }

  free(address: number, sizeBytes: number): void {
    this.#pages.freePages(address - MODULES_BASE, orderOf(sizeBytes));
  }
}

function orderOf(sizeBytes: number): number {
  const pages = Math.ceil(sizeBytes / PAGE_SIZE);
  return pages <= 1 ? 0 : 32 - Math.clz32(pages - 1);
}
