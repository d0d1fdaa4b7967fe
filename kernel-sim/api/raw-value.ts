// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What raw functions make of their arguments, which a driver may have made of anything: a pointer
 * becomes a whole number of the board's address space, a size one of `size_t`.
 */
import type { BoardMemory } from '../hw/ram/board-memory.ts';
import type { VoidPtr } from './raw-pointer.ts';

const POINTERS = { 4: 0x1_0000_0000, 8: 0x1_0000_0000_0000 } as const;

/** The address that a pointer stands for. Below 0 it wraps, as in C. */
export function addressOf(pointer: unknown, board: BoardMemory): number {
  if (typeof pointer === 'number' && pointer >= 0 && Number.isSafeInteger(pointer)) return pointer;
  const whole = Math.trunc(Number(pointer)) || 0;
  const end = POINTERS[board.pointerBytes];
  if (whole < 0 && whole >= -end) return end + whole;
  return Math.min(Math.abs(whole), Number.MAX_SAFE_INTEGER);
}

/** An address as a driver has it: the number, under a type that no arithmetic takes. */
export function pointerTo(address: number): VoidPtr {
  return address as unknown as VoidPtr;
}

/** A count of bytes or elements. Below 0 it wraps to more than there is memory, as in C. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'number' && value >= 0 && Number.isSafeInteger(value)) return value;
  const whole = Math.trunc(Number(value)) || 0;
  return whole < 0 ? Number.MAX_SAFE_INTEGER : Math.min(whole, Number.MAX_SAFE_INTEGER);
}

/** A word of flags. */
export function flagsOf(value: unknown): number {
  return Number(value) | 0;
}
