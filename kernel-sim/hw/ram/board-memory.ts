// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * How a board lays out its addresses: what tells one word size from another, as data.
 *
 * A kernel pointer is a whole number of at most 48 bits, also where the machine's are 64 bits wide;
 * it is sign-extended where people or memory see it, as x86-64 demands.
 *
 * Linux: arch/x86/include/asm/page_64_types.h (without the randomised base),
 * arch/arm/include/asm/memory.h.
 */
export interface BoardMemory {
  /** Kernel pointer to physical address 0. Linux: PAGE_OFFSET. */
  readonly directMap: number;
  readonly pointerBytes: 4 | 8;
  /** First address that no process may have. Linux: TASK_SIZE. */
  readonly userEnd: number;
  /** Where a process's heap begins. */
  readonly heapStart: number;
  /** End of a process's stack. */
  readonly stackEnd: number;
  /** Where vmalloc maps. Linux: VMALLOC_START, VMALLOC_END. */
  readonly vmallocStart: number;
  readonly vmallocEnd: number;
  /** Where modules lie. Linux: MODULES_VADDR, MODULES_END. */
  readonly modulesStart: number;
  readonly modulesEnd: number;
  /** Where the kernel's own text begins. Linux: _text. */
  readonly text: number;
}

export const PC_MEMORY: BoardMemory = Object.freeze({
  directMap: 0x8880_0000_0000,
  pointerBytes: 8,
  userEnd: 0x7fff_ffff_f000,
  heapStart: 0x5555_5557_7000,
  stackEnd: 0x7fff_ffff_f000,
  vmallocStart: 0xc900_0000_0000,
  vmallocEnd: 0xe900_0000_0000,
  modulesStart: 0xffff_c000_0000,
  modulesEnd: 0xffff_ff00_0000,
  text: 0xffff_8100_0000,
});

export const RPI3_MEMORY: BoardMemory = Object.freeze({
  directMap: 0xc000_0000,
  pointerBytes: 4,
  userEnd: 0xbf00_0000,
  heapStart: 0x0004_4000,
  stackEnd: 0xbeff_f000,
  vmallocStart: 0xc480_0000,
  vmallocEnd: 0xff80_0000,
  modulesStart: 0xbf00_0000,
  modulesEnd: 0xc000_0000,
  text: 0xc000_8000,
});

const HIGH_WORD = 0x1_0000_0000;
const SIGN_BIT = 0x8000_0000_0000;
/** Pointers of 64 bits that have a meaning are numbers below. */
export const CANONICAL_END = 2 * SIGN_BIT;

/** What `%px` prints: `ffff888000001000`, `c0001000`. */
export function formatPointer(board: BoardMemory, pointer: number): string {
  if (board.pointerBytes === 4) return hex(pointer, 8);
  if (pointer < SIGN_BIT) return hex(pointer, 16);
  return pointer < CANONICAL_END ? `ffff${hex(pointer, 12)}` : hex(pointer, 16);
}

/** The upper word of a pointer as 64-bit memory holds it. */
export function highWord(pointer: number): number {
  const high = Math.floor(pointer / HIGH_WORD);
  return pointer >= SIGN_BIT && pointer < CANONICAL_END ? (high | 0xffff_0000) >>> 0 : high;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
