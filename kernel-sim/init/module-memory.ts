// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Memory for modules' code. Linux: module_alloc. Differs: physically contiguous, no guard pages.
 */
import type { LoadedModule } from '../kernel/module/loaded-module.ts';
import { PAGE_SIZE } from '../mm/page.ts';
import type { PageAllocator } from '../mm/page-alloc.ts';

/** Where /proc/modules says that modules lie. Linux: MODULES_VADDR on x86-64. */
const MODULES_BASE = 0xffff_c000_0000;
const ORDER_MAX = 10;
/** The last page of a module is its data. */
const DATA_BYTES = PAGE_SIZE;
const STATIC_ALIGN = 8;

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

  /**
   * `sizeBytes` of a module's .data, zeroed, as a pointer of the direct map; 0 when it is full.
   */
  allocateStatic(module: LoadedModule, sizeBytes: number): number {
    const end = module.staticBytes + Math.ceil(sizeBytes / STATIC_ALIGN) * STATIC_ALIGN;
    if (end > DATA_BYTES) return 0;
    const data = module.image.address + module.image.sizeBytes - DATA_BYTES;
    const physical = data - MODULES_BASE + module.staticBytes;
    module.staticBytes = end;
    this.#pages.ram.bytes.fill(0, physical, physical + sizeBytes);
    return this.#pages.ram.toPointer(physical);
  }

  free(address: number, sizeBytes: number): void {
    this.#pages.freePages(address - MODULES_BASE, orderOf(sizeBytes));
  }
}

function orderOf(sizeBytes: number): number {
  const pages = Math.ceil(sizeBytes / PAGE_SIZE);
  return pages <= 1 ? 0 : 32 - Math.clz32(pages - 1);
}
