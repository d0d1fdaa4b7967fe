// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The kernel's own symbols, with an address for each: what it exports to modules, and what stands
 * in stacks. Their code is the host's; the image has a place for each.
 *
 * Linux: __ksymtab of vmlinux, kernel/kallsyms.c.
 */
import { EXPORTED_SYMBOLS } from '../api/exported-symbols.ts';
import type { BoardMemory } from '../hw/ram/board-memory.ts';
import type { LoadedModule } from '../kernel/module/loaded-module.ts';
import { kernelFunctions } from '../kernel/module/sites.ts';
import type { KernelSymbols } from '../kernel/module/symbols.ts';
import type { KernelImage } from '../mm/kernel-space.ts';
import { PARAM_OPS_PREFIX, PARAM_TYPES } from '../uapi/module-sections.ts';

/** What stands for the kernel's own code and data at the bottom of memory. */
export const KERNEL_IMAGE: KernelImage = { readOnlyBytes: 0x10_0000, sizeBytes: 0x40_0000 };
/** Where its data ends that is not zero at first. */
const DATA_END = 0x20_0000;
const SYMBOL_BYTES = 64;
const FUNCTION_ALIGN = 16;

export function makeKernelSymbols({ text }: BoardMemory): KernelSymbols {
  const operations = Object.keys(PARAM_TYPES).map(
    (type) => [PARAM_OPS_PREFIX + type, false] as const,
  );
  const all = [...EXPORTED_SYMBOLS, ...operations];
  return new Map(
    all.map(([name, isGplOnly], index) => [
      name,
      { address: text + SYMBOL_BYTES * (index + 1), isGplOnly },
    ]),
  );
}

interface Kallsym {
  readonly name: string;
  readonly address: number;
  /** The letter of nm(1). */
  readonly kind: string;
}

/** /proc/kallsyms: the kernel's by address, then those of modules, the newest module first. */
export function kallsymsText(
  board: BoardMemory,
  modules: readonly LoadedModule[],
  formatPointer: (pointer: number) => string,
): string {
  const line = ({ name, address, kind }: Kallsym): string =>
    `${formatPointer(address)} ${kind} ${name}`;
  const own = imageSymbols(board).map(line);
  const others = modules
    .toReversed()
    .flatMap(({ name, image }) => image.symbols.map((it) => `${line(it)}\t[${name}]`));
  return [...own, ...others, ''].join('\n');
}

function imageSymbols(board: BoardMemory): Kallsym[] {
  const { text } = board;
  const exported = makeKernelSymbols(board);
  const symbols: Kallsym[] = [
    { name: '_text', address: text, kind: 'T' },
    { name: '_stext', address: text, kind: 'T' },
  ];
  for (const [name, { address }] of exported) symbols.push({ name, address, kind: 'T' });
  let at = text + SYMBOL_BYTES * (exported.size + 1);
  for (const [name, length] of kernelFunctions()) {
    symbols.push({ name, address: at, kind: 't' });
    at += Math.ceil(length / FUNCTION_ALIGN) * FUNCTION_ALIGN;
  }
  return [
    ...symbols,
    { name: '_etext', address: at, kind: 'T' },
    { name: '_sdata', address: text + KERNEL_IMAGE.readOnlyBytes, kind: 'D' },
    { name: '_edata', address: text + DATA_END, kind: 'D' },
    { name: '__bss_start', address: text + DATA_END, kind: 'B' },
    { name: '_end', address: text + KERNEL_IMAGE.sizeBytes, kind: 'B' },
  ];
}
