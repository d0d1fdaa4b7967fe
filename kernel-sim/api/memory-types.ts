// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Types of what lies in memory, as objects: what they are made of, and how a value of theirs is
 * read and written. `u8`, `ptr()` and the others of `uapi` are such objects, or classes that carry
 * one (struct-class.ts).
 */
import {
  extentOf,
  problemOf,
  SCALARS,
  scalarBytes,
  type ScalarName,
  type Shape,
} from '../uapi/layout.ts';
import type { ValueMemory, ValueTarget } from './value-memory.ts';

/** One type, on one board. */
export interface MemoryType {
  readonly shape: Shape;
  readonly sizeBytes: number;
  readonly alignBytes: number;
  /** The value at `pointer`, or a view of it. */
  readonly read: (memory: ValueMemory, pointer: number) => unknown;
  readonly write: (memory: ValueMemory, pointer: number, value: unknown) => void;
}

/** What a driver holds of a type. It shows nothing. */
export class KindObject {
  readonly #make: (target: ValueTarget) => MemoryType;

  constructor(make: (target: ValueTarget) => MemoryType) {
    this.#make = make;
    Object.freeze(this);
  }

  static typeOf(value: unknown, target: ValueTarget): MemoryType | undefined {
    const isKind = typeof value === 'object' && value !== null && #make in value;
    return isKind ? value.#make(target) : undefined;
  }
}

export function scalarType(name: ScalarName, target: ValueTarget): MemoryType {
  const { isSigned, isBigEndian, value } = SCALARS[name];
  const sizeBytes = scalarBytes(name, target);
  const shape = { kind: 'scalar', name } as const;
  const accessors =
    SCALARS[name].sizeBytes === 0 ? WORD : accessorsOf(sizeBytes, isSigned, isBigEndian);
  return { shape, sizeBytes, alignBytes: sizeBytes, ...(value === 'boolean' ? BOOL : accessors) };
}

export function pointerType(target: ValueTarget): MemoryType {
  const { pointerBytes } = target;
  const shape = { kind: 'pointer' } as const;
  return { shape, sizeBytes: pointerBytes, alignBytes: pointerBytes, ...POINTER };
}

/** A pointer to a function reads as the function. */
export function functionType(target: ValueTarget): MemoryType {
  const { pointerBytes, functions } = target;
  return {
    shape: { kind: 'function' },
    sizeBytes: pointerBytes,
    alignBytes: pointerBytes,
    read: (memory, pointer) => functions.functionAt(memory.loadPointer(pointer)),
    write: (memory, pointer, value) => memory.storePointer(pointer, functions.addressOf(value)),
  };
}

export function arrayType(element: MemoryType, length: number, target: ValueTarget): MemoryType {
  const shape = { kind: 'array', element: element.shape, length } as const;
  const problem = problemOf(shape);
  if (problem !== null) throw new Error(problem);
  return {
    shape,
    ...extentOf(shape, target),
    read: (memory, pointer) => new ArrayValue(element, length, memory, pointer),
    write: (memory, pointer, value) => {
      for (const [index, item] of itemsOf(value, length)) {
        element.write(memory, pointer + index * element.sizeBytes, item);
      }
    },
  };
}

export function flexType(element: MemoryType, target: ValueTarget): MemoryType {
  const shape = { kind: 'flex', element: element.shape } as const;
  const problem = problemOf(shape);
  if (problem !== null) throw new Error(problem);
  return {
    shape,
    ...extentOf(shape, target),
    read: (memory, pointer) => new ArrayValue(element, undefined, memory, pointer),
    write: () => {
      throw new Error('a flexible array has no length to be written');
    },
  };
}

/**
 * A view of an array. `v[i]` of a driver is compiled to `get` and `set`.
 *
 * One without a length is checked by memory alone, as its elements are.
 */
export class ArrayValue {
  readonly length: number | undefined;
  readonly #element: MemoryType;
  readonly #memory: ValueMemory;
  readonly #pointer: number;

  constructor(
    element: MemoryType,
    length: number | undefined,
    memory: ValueMemory,
    pointer: number,
  ) {
    this.length = length;
    this.#element = element;
    this.#memory = memory;
    this.#pointer = pointer;
    Object.freeze(this);
  }

  get(index: number): unknown {
    return this.#element.read(this.#memory, this.#at(index));
  }

  set(index: number, value: unknown): void {
    this.#element.write(this.#memory, this.#at(index), value);
  }

  #at(index: number): number {
    const { length } = this;
    const isInside =
      Number.isInteger(index) && (length === undefined || (index >= 0 && index < length));
    if (isInside) return this.#pointer + index * this.#element.sizeBytes;
    throw new Error(`index out of bounds: the len is ${length ?? 0} but the index is ${index}`);
  }
}

Object.freeze(ArrayValue.prototype);

/** The elements that a driver gave for an array of `length`, by index. */
function* itemsOf(value: unknown, length: number): Generator<readonly [number, unknown]> {
  if (value instanceof ArrayValue) {
    if (value.length !== length) throw new Error(`an array of ${value.length} elements`);
    for (let index = 0; index < length; index++) yield [index, value.get(index)];
    return;
  }
  const items = value as ArrayLike<unknown>;
  if (items.length > length) {
    throw new Error(`${items.length} elements for an array of ${length}`);
  }
  for (let index = 0; index < items.length; index++) yield [index, items[index]];
}

type Accessors = Pick<MemoryType, 'read' | 'write'>;

const POINTER: Accessors = {
  read: (memory, pointer) => memory.loadPointer(pointer),
  write: (memory, pointer, value) => memory.storePointer(pointer, Number(value)),
};

const WORD: Accessors = { ...POINTER, read: (memory, pointer) => memory.loadWord(pointer) };

const BOOL: Accessors = {
  read: (memory, pointer) => memory.load8(pointer) !== 0,
  write: (memory, pointer, value) => memory.store8(pointer, value === true ? 1 : 0),
};

function accessorsOf(sizeBytes: 1 | 2 | 4 | 8, isSigned: boolean, isBigEndian: boolean): Accessors {
  switch (sizeBytes) {
    case 1:
      return {
        read: isSigned ? (m, p) => (m.load8(p) << 24) >> 24 : (m, p) => m.load8(p),
        write: (m, p, value) => m.store8(p, Number(value)),
      };
    case 2:
      return isBigEndian
        ? {
            read: (m, p) => swap16(m.load16(p)),
            write: (m, p, value) => m.store16(p, swap16(Number(value))),
          }
        : {
            read: isSigned ? (m, p) => (m.load16(p) << 16) >> 16 : (m, p) => m.load16(p),
            write: (m, p, value) => m.store16(p, Number(value)),
          };
    case 4:
      return isBigEndian
        ? {
            read: (m, p) => swap32(m.load32(p)),
            write: (m, p, value) => m.store32(p, swap32(Number(value))),
          }
        : {
            read: isSigned ? (m, p) => m.load32(p) | 0 : (m, p) => m.load32(p),
            write: (m, p, value) => m.store32(p, Number(value)),
          };
    case 8:
      return isBigEndian
        ? {
            read: (m, p) => swap64(m.load64(p)),
            write: (m, p, value) => m.store64(p, swap64(value as bigint)),
          }
        : {
            read: isSigned ? (m, p) => BigInt.asIntN(64, m.load64(p)) : (m, p) => m.load64(p),
            write: (m, p, value) => m.store64(p, value as bigint),
          };
  }
}

function swap16(value: number): number {
  return ((value & 0xff) << 8) | ((value >>> 8) & 0xff);
}

function swap32(value: number): number {
  return ((swap16(value) << 16) | swap16(value >>> 16)) >>> 0;
}

function swap64(value: bigint): bigint {
  const low = swap32(Number(BigInt.asUintN(32, value)));
  const high = swap32(Number(BigInt.asUintN(32, value >> 32n)));
  return (BigInt(low) << 32n) | BigInt(high);
}
