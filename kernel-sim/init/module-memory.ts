// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Memory for modules' code and data. Linux: module_alloc. Differs: physically contiguous, no guard
 * pages.
 */
import type { BoardMemory } from '../hw/ram/board-memory.ts';
import type { LoadedModule } from '../kernel/module/loaded-module.ts';
import type { ModuleMemory } from '../kernel/module/loader.ts';
import type { SlabAllocator } from '../mm/kmalloc.ts';
import { type KernelSpace, RIGHTS } from '../mm/kernel-space.ts';
import { PAGE_SIZE } from '../mm/page.ts';
import type { PageAllocator } from '../mm/page-alloc.ts';

/** Where modules lie. Linux: MODULES_VADDR on x86-64, the vmalloc area that ARM falls back to. */
const MODULES_BASE = { 8: 0xffff_c000_0000, 4: 0xf000_0000 } as const;
const ORDER_MAX = 10;
const STATIC_ALIGN = 8;

export interface StaticMemory {
  /**
   * `sizeBytes` of what a module's last page of data leaves free, zeroed, as a pointer of the
   * direct map; 0 when it is full.
   */
  allocateStatic(module: LoadedModule, sizeBytes: number): number;
}

export function makeModuleMemory(
  board: BoardMemory,
  pages: PageAllocator,
  slabs: SlabAllocator,
  space: KernelSpace,
): ModuleMemory & StaticMemory {
  const base = MODULES_BASE[board.pointerBytes];
  const { bytes: ram } = pages.ram;
  /** Both kinds of address lie behind one another in RAM. */
  const physical = (address: number): number =>
    address - (address >= base && address < base + ram.length ? base : board.directMap);

  return {
    allocate(sizeBytes) {
      const order = orderOf(sizeBytes);
      const start = order > ORDER_MAX ? 0 : pages.allocPages(order);
      if (start === 0) return 0;
      const end = start + PAGE_SIZE * 2 ** order;
      for (let at = start; at < end; at += PAGE_SIZE) {
        if (space.map(base + at, at, RIGHTS.WRITE)) continue;
        space.unmap(base + start, end - start);
        pages.freePages(start, order);
        return 0;
      }
      return base + start;
    },
    free(address, sizeBytes) {
      if (address === 0) return;
      const order = orderOf(sizeBytes);
      space.unmap(address, PAGE_SIZE * 2 ** order);
      pages.freePages(address - base, order);
    },
    read(address, sizeBytes) {
      // A damaged file may point anywhere.
      const start = physical(address);
      return start >= 0 ? ram.subarray(start, start + sizeBytes) : ram.subarray(0, 0);
    },
    write(address, bytes) {
      ram.set(bytes, physical(address));
    },
    duplicate(bytes) {
      const address = slabs.kmalloc(bytes.length);
      if (address !== 0) ram.set(bytes, physical(address));
      return address;
    },
    release: (address) => slabs.kfree(address),
    allocateStatic(module, sizeBytes) {
      const { address, sizeBytes: moduleBytes, staticsAt } = module.image;
      const at = staticsAt + module.staticBytes;
      const end = at + Math.ceil(sizeBytes / STATIC_ALIGN) * STATIC_ALIGN;
      if (end > address + moduleBytes) return 0;
      module.staticBytes = end - staticsAt;
      ram.fill(0, physical(at), physical(at) + sizeBytes);
      return pages.ram.toPointer(physical(at));
    },
  };
}

function orderOf(sizeBytes: number): number {
  const pages = Math.ceil(sizeBytes / PAGE_SIZE);
  return pages <= 1 ? 0 : 32 - Math.clz32(pages - 1);
}
