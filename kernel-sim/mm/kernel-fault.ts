// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Kernel code touched an address where no memory answers, or not for that: says where the address
 * leads, for the oops. Linux: arch/x86/mm/fault.c.
 */
import type { Fault, Ram } from '../hw/ram/ram.ts';
import { GRANULE } from '../hw/ram/shadow.ts';
import type { Die } from '../kernel/die.ts';
import type { KernelFault } from '../kernel/die/page-fault.ts';
import type { KernelSpace } from './kernel-space.ts';
import type { KernelStacks } from './kernel-stacks.ts';
import { PAGE_SIZE } from './page.ts';
import { type PageTable, PTE } from './page-table.ts';

/** The page tables that a fault may be about. */
export interface FaultTables {
  readonly kernel: PageTable;
  /** The running process's. */
  readonly user: () => PageTable | undefined;
  readonly stacks: KernelStacks;
}

/** Oopses: always. */
export function reportFault(die: Die, ram: Ram, tables: FaultTables, fault: Fault): never {
  const pointer = fault.firstBad;
  const region = regionOf(ram, pointer);
  const stack = tables.stacks.guardedBy(pointer);
  if (stack !== undefined) throw die.stackGuardHit(pointer, stack);
  const table = region === 'kernel' ? tables.kernel : tables.user();
  const start = fault.pointer - (((fault.pointer % GRANULE) + GRANULE) % GRANULE);
  throw die.pageFault({
    address: ram.formatPointer(pointer),
    region,
    kind: fault.isFetch === true ? 'fetch' : fault.isWrite ? 'write' : 'read',
    // A page of a process is there, but not for the kernel: SMAP and SMEP.
    isPresent: region === 'user' ? hasPage(table, pointer) : fault.isPresent === true,
    tables: region === 'wild' ? [] : pathOf(table, pointer),
    kasanRange: ram.checks
      ? [ram.formatPointer(start), ram.formatPointer(start + GRANULE - 1)]
      : undefined,
  });
}

/**
 * Kernel code called an address where no function begins. In a page that may be run, it would have
 * run into the middle of something; elsewhere it faults.
 *
 * Oopses: always.
 */
export function reportFetch(die: Die, ram: Ram, space: KernelSpace, pointer: number): never {
  const access = { pointer, sizeBytes: 1, isWrite: false, firstBad: pointer, isFetch: true };
  if (space.isExecutable(pointer)) throw die.invalidOpcode(`0x${ram.formatPointer(pointer)}`);
  return ram.reporter.fault({ ...access, isPresent: ram.physicalOf(pointer) >= 0 });
}

function regionOf(ram: Ram, pointer: number): KernelFault['region'] {
  const { pointerBytes, userEnd } = ram.board;
  if (pointer >= 0 && pointer < PAGE_SIZE) return 'null';
  if (pointer >= 0 && pointer < userEnd) return 'user';
  if (pointerBytes === 4) return 'kernel';
  const top = ram.bitsOf(pointer) >> 47n;
  return top === 0n || top === 0x1_ffffn ? 'kernel' : 'wild';
}

function hasPage(table: PageTable | undefined, address: number): boolean {
  const entry = table?.find(address) ?? 0;
  return entry !== 0 && table !== undefined && (table.load(entry) & PTE.PRESENT) !== 0;
}

/** The entries on the way to a page, as far as they lead. Linux: dump_pagetable. */
function pathOf(table: PageTable | undefined, address: number): KernelFault['tables'] {
  const [top = 0, ...rest] = table?.path(address) ?? [];
  // A level that is folded into the one above it.
  const values = [top, top, ...rest];
  return values.slice(0, LEVELS.length).map((value, level) => [LEVELS[level]!, entryText(value)]);
}

const LEVELS = ['PGD', 'P4D', 'PUD', 'PMD', 'PTE'];

function entryText(value: number): string {
  const isNoExecute = (value & PTE.NO_EXECUTE) !== 0;
  const bits = (value & ~PTE.NO_EXECUTE).toString(16);
  return isNoExecute ? `8${bits.padStart(15, '0')}` : bits;
}
