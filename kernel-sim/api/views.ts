// SPDX-License-Identifier: GPL-2.0-or-later
/** Objects over the kernel's memory, of the classes that a driver made with `struct` and `bits`. */
import type { Ram } from '../hw/ram/ram.ts';
import type { ModuleViews } from '../kernel/module/runtime.ts';
import { StructClasses } from './struct-class.ts';
import { KernelMemory, type ValueTarget } from './value-memory.ts';

/** The structs of a machine's drivers. */
export function makeStructs(ram: Ram, functions: ValueTarget['functions']): StructClasses {
  return new StructClasses({ pointerBytes: ram.board.pointerBytes, pointers: ram, functions });
}

export function makeViews(ram: Ram, structs: StructClasses): ModuleViews {
  const memory = new KernelMemory(ram);
  return {
    view: (layout, address) => structs.typeOf(layout).read(memory, address) as object,
    storeValue: (layout, address, value) => structs.typeOf(layout).write(memory, address, value),
  };
}
