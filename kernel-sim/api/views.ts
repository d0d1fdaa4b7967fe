// SPDX-License-Identifier: GPL-2.0-or-later
/** Objects over the kernel's memory, of the classes that a driver made with `struct` and `bits`. */
import type { Ram } from '../hw/ram/ram.ts';
import type { ModuleViews } from '../kernel/module/runtime.ts';
import type { StructClasses } from './struct-class.ts';
import { KernelMemory } from './value-memory.ts';

export function makeViews(ram: Ram, structs: StructClasses): ModuleViews {
  const memory = new KernelMemory(ram);
  return {
    view: (layout, address) => structs.typeOf(layout).read(memory, address) as object,
    storeValue: (layout, address, value) => structs.typeOf(layout).write(memory, address, value),
  };
}
