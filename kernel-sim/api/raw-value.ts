// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What raw functions make of their arguments, which a driver may have made of anything: a pointer
 * becomes a whole number, a size one of `size_t`.
 */
import { CANONICAL_END } from '../hw/ram/board-memory.ts';
import type { ApiContext } from './context.ts';
import type { VoidPtr } from './raw-pointer.ts';

/**
 * The address that a pointer stands for. What is no address at all (hw/ram/pointer-words.ts) stays
 * as it is: whoever follows it faults.
 */
export function addressOf(pointer: unknown): number {
  return typeof pointer === 'number' && Number.isSafeInteger(pointer) ? pointer : wholeOf(pointer);
}

/** An address as a driver has it: the number, under a type that no arithmetic takes. */
export function pointerTo(address: number): VoidPtr {
  return address as unknown as VoidPtr;
}

/** Where the toolchain put what a function tagged `@static` makes. */
export function staticAt(at: number | undefined): number {
  if (at === undefined) throw new TypeError('variables of a module are placed when it is built');
  return at;
}

/** The address that a negative errno makes: one of the last page. Linux: ERR_PTR. */
export function errorPointer({ services }: ApiContext, error: number): number {
  return (services.slabs.ram.board.pointerBytes === 4 ? 0x1_0000_0000 : CANONICAL_END) + error;
}

/** A count of bytes or elements. Below 0 it wraps to more than there is memory, as in C. */
export function sizeOf(value: unknown): number {
  const whole = addressOf(value);
  return whole < 0 ? Number.MAX_SAFE_INTEGER : whole;
}

/** A word of flags, or an int. */
export function intOf(value: unknown): number {
  return typeof value === 'bigint' ? Number(BigInt.asIntN(32, value)) : Number(value) | 0;
}

/** A long of 64 bits. */
export function longOf(value: unknown): bigint {
  return BigInt.asIntN(64, typeof value === 'bigint' ? value : BigInt(wholeOf(value)));
}

function wholeOf(value: unknown): number {
  const whole = Math.trunc(Number(value)) || 0;
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(whole, Number.MAX_SAFE_INTEGER));
}
