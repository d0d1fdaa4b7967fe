// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Where the parts of a structure lie in memory: the C ABI of the boards, as one pure function.
 *
 * The toolchain asks it when it compiles a place to an offset, the kernel when it makes a class;
 * tests compare it with what gcc answers. x86-64 (System V) and ARM (EABI) differ only in the width
 * of a pointer: both align 64-bit integers to eight bytes.
 */

/** What of a board decides offsets. */
export interface LayoutTarget {
  readonly pointerBytes: 4 | 8;
}

export interface ScalarShape {
  /** 0: as wide as a pointer. */
  readonly sizeBytes: 0 | 1 | 2 | 4 | 8;
  readonly isSigned: boolean;
  readonly isBigEndian: boolean;
  /** What it is in the language. */
  readonly value: 'number' | 'bigint' | 'boolean';
}

/** The integers of <linux/types.h>. What is neither `le` nor `be` is the board's: little-endian. */
// prettier-ignore
export const SCALARS = Object.freeze({
  u8:    { sizeBytes: 1, isSigned: false, isBigEndian: false, value: 'number' },
  s8:    { sizeBytes: 1, isSigned: true,  isBigEndian: false, value: 'number' },
  u16:   { sizeBytes: 2, isSigned: false, isBigEndian: false, value: 'number' },
  s16:   { sizeBytes: 2, isSigned: true,  isBigEndian: false, value: 'number' },
  u32:   { sizeBytes: 4, isSigned: false, isBigEndian: false, value: 'number' },
  s32:   { sizeBytes: 4, isSigned: true,  isBigEndian: false, value: 'number' },
  u64:   { sizeBytes: 8, isSigned: false, isBigEndian: false, value: 'bigint' },
  s64:   { sizeBytes: 8, isSigned: true,  isBigEndian: false, value: 'bigint' },
  le16:  { sizeBytes: 2, isSigned: false, isBigEndian: false, value: 'number' },
  le32:  { sizeBytes: 4, isSigned: false, isBigEndian: false, value: 'number' },
  le64:  { sizeBytes: 8, isSigned: false, isBigEndian: false, value: 'bigint' },
  be16:  { sizeBytes: 2, isSigned: false, isBigEndian: true,  value: 'number' },
  be32:  { sizeBytes: 4, isSigned: false, isBigEndian: true,  value: 'number' },
  be64:  { sizeBytes: 8, isSigned: false, isBigEndian: true,  value: 'bigint' },
  bool:  { sizeBytes: 1, isSigned: false, isBigEndian: false, value: 'boolean' },
  usize: { sizeBytes: 0, isSigned: false, isBigEndian: false, value: 'number' },
} as const satisfies Record<string, ScalarShape>);

export type ScalarName = keyof typeof SCALARS;

/** A bit by its number, or the data sheet's [high, low]. */
export type BitRange = number | readonly [high: number, low: number];

/** What a type is made of, without a target. */
export type Shape =
  | { readonly kind: 'scalar'; readonly name: ScalarName }
  | { readonly kind: 'pointer' }
  | { readonly kind: 'function' }
  | { readonly kind: 'array'; readonly element: Shape; readonly length: number }
  | { readonly kind: 'flex'; readonly element: Shape }
  | { readonly kind: 'bits'; readonly base: ScalarName; readonly ranges: BitRanges }
  | StructShape;

export type BitRanges = Readonly<Record<string, BitRange>>;

export interface StructShape {
  readonly kind: 'struct';
  /** In the order of memory. */
  readonly fields: readonly (readonly [name: string, shape: Shape])[];
}

export interface Extent {
  readonly sizeBytes: number;
  readonly alignBytes: number;
}

export interface FieldLayout extends Extent {
  readonly name: string;
  readonly shape: Shape;
  readonly offset: number;
}

export interface StructLayout extends Extent {
  readonly fields: readonly FieldLayout[];
}

/** C's sizeof and alignof. A flexible array has no size, and its element's alignment. */
export function extentOf(shape: Shape, target: LayoutTarget): Extent {
  switch (shape.kind) {
    case 'scalar':
      return word(scalarBytes(shape.name, target));
    case 'bits':
      return word(scalarBytes(shape.base, target));
    case 'pointer':
    case 'function':
      return word(target.pointerBytes);
    case 'array': {
      const { sizeBytes, alignBytes } = extentOf(shape.element, target);
      return { sizeBytes: sizeBytes * shape.length, alignBytes };
    }
    case 'flex':
      return { sizeBytes: 0, alignBytes: extentOf(shape.element, target).alignBytes };
    case 'struct':
      return layOut(shape, target);
  }
}

export function scalarBytes(name: ScalarName, target: LayoutTarget): 1 | 2 | 4 | 8 {
  const { sizeBytes } = SCALARS[name];
  return sizeBytes === 0 ? target.pointerBytes : sizeBytes;
}

/** Each field at the next multiple of its alignment, and the whole a multiple of the largest. */
export function layOut(struct: StructShape, target: LayoutTarget): StructLayout {
  const fields: FieldLayout[] = [];
  let end = 0;
  let alignBytes = 1;
  for (const [name, shape] of struct.fields) {
    const extent = extentOf(shape, target);
    const offset = roundUp(end, extent.alignBytes);
    fields.push({ name, shape, offset, ...extent });
    end = offset + extent.sizeBytes;
    alignBytes = Math.max(alignBytes, extent.alignBytes);
  }
  return { fields, sizeBytes: roundUp(end, alignBytes), alignBytes };
}

/** Where a range of bits lies: its lowest bit, counted from 0, and how many there are. */
export function bitsOf(range: BitRange): { readonly shift: number; readonly width: number } {
  if (typeof range === 'number') return { shift: range, width: 1 };
  const [high, low] = range;
  return { shift: low, width: high - low + 1 };
}

/** What is wrong with a shape that C would not take either, or null. */
export function problemOf(shape: Shape): string | null {
  switch (shape.kind) {
    case 'array':
      if (isCount(shape.length)) return problemOf(shape.element) ?? notLast(shape.element);
      return `an array of ${shape.length} elements`;
    case 'flex':
      return problemOf(shape.element) ?? notLast(shape.element);
    case 'bits':
      return problemOfBits(shape.base, shape.ranges);
    case 'struct':
      return problemOfStruct(shape);
    default:
      return null;
  }
}

function problemOfStruct({ fields }: StructShape): string | null {
  for (const [index, [name, shape]] of fields.entries()) {
    const problem = problemOf(shape) ?? (index < fields.length - 1 ? notLast(shape) : null);
    if (problem !== null) return `field \`${name}\`: ${problem}`;
  }
  return null;
}

/** Behind a flexible array nothing may come, also where it ends a struct within. */
function notLast(shape: Shape): string | null {
  const inner = shape.kind === 'struct' ? shape.fields.at(-1)?.[1] : undefined;
  if (inner !== undefined) return notLast(inner);
  return shape.kind === 'flex' ? 'a flexible array that is not at the end' : null;
}

function problemOfBits(base: ScalarName, ranges: BitRanges): string | null {
  const { sizeBytes, value, isSigned } = SCALARS[base];
  if (sizeBytes === 0 || value !== 'number' || isSigned) return `bits of ${base}`;
  let taken = 0;
  for (const [name, range] of Object.entries(ranges)) {
    const { shift, width } = bitsOf(range);
    const isInside =
      isCount(shift) && isCount(width) && width > 0 && shift + width <= sizeBytes * 8;
    if (!isInside) return `bits \`${name}\` lie outside of ${base}`;
    const mask = maskOf(width) * 2 ** shift;
    if ((taken & mask) !== 0) return `bits \`${name}\` overlap others`;
    taken |= mask;
  }
  return null;
}

/** The lowest `width` bits, of at most 32. */
export function maskOf(width: number): number {
  return 2 ** width - 1;
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}

function word(sizeBytes: number): Extent {
  return { sizeBytes, alignBytes: sizeBytes };
}

function roundUp(offset: number, alignBytes: number): number {
  return Math.ceil(offset / alignBytes) * alignBytes;
}
