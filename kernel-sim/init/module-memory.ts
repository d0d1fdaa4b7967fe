// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Memory for modules' code and data: areas of vmalloc at addresses of their own, whose pages may be
 * run, read or written, one of these.
 *
 * Linux: mm/execmem.c, kernel/module/strict_rwx.c.
 */
import type { ObjectSizes } from '../kernel/object-sizes.ts';
import type { LoadedModule } from '../kernel/module/loaded-module.ts';
import type { ModuleMemory } from '../kernel/module/layout.ts';
import type { SlabAllocator } from '../mm/kmalloc.ts';
import { type KernelSpace, RIGHTS } from '../mm/kernel-space.ts';
import { PAGE_SIZE } from '../mm/page.ts';
import type { Vmalloc } from '../mm/vmalloc.ts';
import { GFP } from '../uapi/gfp.ts';

const STATIC_ALIGN = 8;
/** Who asks for it, in /proc/vmallocinfo. */
const CALLER = 'execmem_alloc+0x3d/0x80';
const RIGHTS_OF = { text: RIGHTS.EXECUTE, rodata: RIGHTS.READ, data: RIGHTS.WRITE } as const;

export interface StaticMemory {
  /**
   * `sizeBytes` of what a module's last page of data leaves free, zeroed, as a pointer; 0 when it
   * is full.
   */
  allocateStatic(module: LoadedModule, sizeBytes: number): number;
}

export function makeModuleMemory(
  slabs: SlabAllocator,
  vmalloc: Vmalloc,
  space: KernelSpace,
  sizes: ObjectSizes,
): ModuleMemory & StaticMemory {
  const { ram } = slabs;
  const { modulesStart, modulesEnd } = ram.board;
  const range = { start: modulesStart, end: modulesEnd };
  /** So many of the bytes from `address` as there are. */
  const mappedBytes = (address: number, sizeBytes: number): number => {
    let end = address;
    while (end < address + sizeBytes && ram.physicalOf(end) >= 0) {
      end = (Math.floor(end / PAGE_SIZE) + 1) * PAGE_SIZE;
    }
    return Math.min(end - address, sizeBytes);
  };

  return {
    allocate: (sizeBytes) => vmalloc.alloc(sizeBytes, GFP.GFP_KERNEL, { range, caller: CALLER }),
    free(address) {
      const area = vmalloc.areas.find(address);
      if (area !== undefined) sizes.forgetGlobals(area.start, area.sizeBytes);
      vmalloc.free(address);
    },
    protect: (address, sizeBytes, kind) => space.protect(address, sizeBytes, RIGHTS_OF[kind]),
    read(address, sizeBytes) {
      // A damaged file may point anywhere.
      const bytes = new Uint8Array(mappedBytes(address, sizeBytes));
      let to = 0;
      ram.eachRun(address, bytes.length, (at, count) => {
        bytes.set(ram.bytes.subarray(at, at + count), to);
        to += count;
      });
      return bytes;
    },
    write(address, bytes) {
      let from = 0;
      ram.eachRun(address, mappedBytes(address, bytes.length), (at, count) => {
        ram.bytes.set(bytes.subarray(from, from + count), at);
        from += count;
      });
    },
    duplicate(bytes) {
      const address = slabs.kmalloc(bytes.length);
      if (address !== 0) ram.bytes.set(bytes, ram.toPhysical(address));
      return address;
    },
    release: (address) => slabs.kfree(address),
    allocateStatic(module, sizeBytes) {
      const { address, sizeBytes: moduleBytes, staticsAt } = module.image;
      const at = staticsAt + module.staticBytes;
      const end = at + Math.ceil(sizeBytes / STATIC_ALIGN) * STATIC_ALIGN;
      if (end > address + moduleBytes) return 0;
      module.staticBytes = end - staticsAt;
      ram.memset(at, 0, sizeBytes);
      return at;
    },
  };
}
