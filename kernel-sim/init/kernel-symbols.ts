// SPDX-License-Identifier: GPL-2.0-or-later
/** What the kernel exports to modules, with an address for each. Linux: __ksymtab of vmlinux. */
import { EXPORTED_SYMBOLS } from '../api/exported-symbols.ts';
import type { BoardMemory } from '../hw/ram/board-memory.ts';
import type { KernelSymbols } from '../kernel/module/symbols.ts';
import { PARAM_OPS_PREFIX, PARAM_TYPES } from '../uapi/module-sections.ts';

/** Where its text begins. Linux: __START_KERNEL_map plus 16 MiB, PAGE_OFFSET plus 32 KiB. */
const TEXT_BASE = { 8: 0xffff_8100_0000, 4: 0xc000_8000 } as const;
/** What the image has of them is a place each: their code is the host's. */
const SYMBOL_BYTES = 64;

export function makeKernelSymbols(board: BoardMemory): KernelSymbols {
  const base = TEXT_BASE[board.pointerBytes];
  const operations = Object.keys(PARAM_TYPES).map(
    (type) => [PARAM_OPS_PREFIX + type, false] as const,
  );
  const all = [...EXPORTED_SYMBOLS, ...operations];
  return new Map(
    all.map(([name, isGplOnly], index) => [
      name,
      { address: base + SYMBOL_BYTES * (index + 1), isGplOnly },
    ]),
  );
}
