// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Classes of structs and of bits: what `struct()` and `bits()` answer, for a driver to extend.
 *
 * A value of such a class is a place: a memory and a pointer into it. Its fields are accessors of
 * the class's prototype, each one load or store. `new X()` has bytes of its own; a view of what
 * lies in the kernel's memory is made by the kernel alone, without running a constructor of the
 * driver's.
 */
import {
  bitsOf,
  extentOf,
  layOut,
  maskOf,
  problemOf,
  type BitRange,
  type BitRanges,
  type Extent,
  type Shape,
  type StructShape,
} from '../uapi/layout.ts';
import { KindObject, type MemoryType } from './memory-types.ts';
import { OwnBytes, type ValueMemory, type ValueTarget } from './value-memory.ts';

/** Taken before drivers come: their realm has no Reflect (init/freeze-intrinsics.ts). */
const { construct } = Reflect;

/** A function that `new` takes. */
type Class = new (...args: never) => object;

/** Bytes somewhere: what a constructor is given in place of a driver's argument, to make a view. */
class Place {
  readonly pointer: number;
  readonly #memory: ValueMemory;

  constructor(memory: ValueMemory, pointer: number) {
    this.#memory = memory;
    this.pointer = pointer;
  }

  static is(value: unknown): value is Place {
    return typeof value === 'object' && value !== null && #memory in value;
  }

  get memory(): ValueMemory {
    return this.#memory;
  }
}

/** Answers where a value lies, and what `struct()` or `bits()` made its class of. */
let placeOf: (value: PlacedValue) => Place;
let baseOf: (value: unknown) => object | undefined;
let classOf: (value: unknown) => Class | undefined;

/**
 * A value of a struct or of bits. Drivers can reach this class, so that nothing of it says more
 * than they may know.
 */
class PlacedValue {
  readonly #place: Place;
  readonly #base: object;
  readonly #class: Class;

  static {
    placeOf = (value) => value.#place;
    baseOf = (value) =>
      typeof value === 'object' && value !== null && #base in value ? value.#base : undefined;
    classOf = (value) =>
      typeof value === 'object' && value !== null && #class in value ? value.#class : undefined;
  }

  constructor(base: object, place: Place) {
    if (!Place.is(place)) throw new Error('Illegal constructor');
    this.#place = place;
    this.#base = base;
    this.#class = new.target;
  }
}

Object.freeze(PlacedValue);
Object.freeze(PlacedValue.prototype);

interface Field {
  readonly name: string;
  readonly offset: number;
  readonly type: MemoryType;
}

/** The classes of one machine. */
export class StructClasses {
  readonly #target: ValueTarget;
  /** Of what `struct()` and `bits()` answered: the type of a class that extends it. */
  readonly #types = new WeakMap<object, (extending: Class) => MemoryType>();
  readonly #typeOfClass = new WeakMap<object, MemoryType>();

  constructor(target: ValueTarget) {
    this.#target = target;
  }

  /** The type that a kind stands for: `u8`, `ptr()`, or a class that extends `struct()`. */
  typeOf(kind: unknown): MemoryType {
    const type =
      typeof kind === 'function'
        ? (this.#typeOfClass.get(kind) ?? this.#findType(kind as Class))
        : KindObject.typeOf(kind, this.#target);
    if (type === undefined) throw new Error('this is no type of `uapi`');
    return type;
  }

  /** The type of a struct's value, or of bits; undefined for any other value. */
  typeOfValue(value: unknown): MemoryType | undefined {
    const type = classOf(value);
    return type === undefined ? undefined : this.typeOf(type);
  }

  /** A copy of the bytes of a struct or of bits. */
  bytesOf(value: unknown): Uint8Array {
    const type = this.typeOfValue(value);
    if (type === undefined) throw new Error('this is no struct');
    const { memory, pointer } = placeOf(value as PlacedValue);
    return memory.loadBytes(pointer, type.sizeBytes);
  }

  /** A value with bytes of its own, which are these at first. */
  fromBytes(type: MemoryType, bytes: Uint8Array): unknown {
    const own = new OwnBytes(bytes.length, this.#target);
    own.storeBytes(0, bytes);
    return type.read(own, 0);
  }

  /** What `struct(fields)` answers. */
  struct(kinds: Readonly<Record<string, unknown>>): Class {
    const types = Object.entries(kinds).map(([name, kind]) => [name, this.typeOf(kind)] as const);
    const shape: StructShape = {
      kind: 'struct',
      fields: types.map(([name, type]) => [name, type.shape] as const),
    };
    const { fields } = layOut(shape, this.#target);
    const typeOf = new Map(types);
    return this.#define(
      shape,
      fields.flatMap(({ name, offset }) => {
        const type = typeOf.get(name);
        return type === undefined ? [] : [{ name, offset, type }];
      }),
    );
  }

  /** What `bits(base, ranges)` answers: each range reads and writes the whole scalar, once each. */
  bits(kind: unknown, ranges: BitRanges): Class {
    const base = this.typeOf(kind);
    if (base.shape.kind !== 'scalar') throw new Error('bits lie in a scalar');
    // A copy: the driver's object may change later.
    const copied = Object.fromEntries(
      Object.entries(ranges).map(([name, range]) => [name, copyOf(range)] as const),
    );
    const shape = { kind: 'bits', base: base.shape.name, ranges: copied } as const;
    return this.#define(
      shape,
      Object.entries(copied).map(([name, range]) => ({
        name,
        offset: 0,
        type: rangeType(base, range),
      })),
    );
  }

  #define(shape: Shape, fields: readonly Field[]): Class {
    const problem = problemOf(shape);
    if (problem !== null) throw new Error(problem);
    const target = this.#target;
    const extent = extentOf(shape, target);
    const { sizeBytes } = extent;
    const Base = class extends PlacedValue {
      constructor(init?: unknown) {
        if (Place.is(init)) {
          super(Base, init);
          return;
        }
        const bytes = new OwnBytes(sizeBytes, target);
        super(Base, new Place(bytes, 0));
        writeFields(bytes, 0, fields, init);
      }
    };
    for (const field of fields) defineField(Base.prototype, field);
    Object.freeze(Base.prototype);
    defineStatics(Base, extent, fields);
    this.#types.set(Base, (extending) => ({
      shape,
      ...extent,
      read: (memory, pointer) => construct(Base, [new Place(memory, pointer)], extending),
      write: (memory, pointer, value) => {
        if (baseOf(value) === Base) {
          const from = placeOf(value as PlacedValue);
          memory.storeBytes(pointer, from.memory.loadBytes(from.pointer, sizeBytes));
        } else {
          memory.storeBytes(pointer, new Uint8Array(sizeBytes));
          writeFields(memory, pointer, fields, value);
        }
      },
    }));
    return Object.freeze(Base);
  }

  #findType(kind: Class): MemoryType | undefined {
    for (let at: unknown = kind; typeof at === 'function'; at = Object.getPrototypeOf(at)) {
      const type = this.#types.get(at)?.(kind);
      if (type === undefined) continue;
      this.#typeOfClass.set(kind, type);
      return type;
    }
    return undefined;
  }
}

function defineStatics(Base: object, extent: Extent, fields: readonly Field[]): void {
  const offsets = new Map(fields.map(({ name, offset }) => [name, offset] as const));
  Object.assign(Base, {
    size: extent.sizeBytes,
    align: extent.alignBytes,
    offsetof: Object.freeze((name: unknown): number => {
      const offset = offsets.get(String(name));
      if (offset === undefined) throw new Error(`no field \`${String(name)}\``);
      return offset;
    }),
  });
}

function copyOf(range: BitRange): BitRange {
  return typeof range === 'number' ? range : [range[0], range[1]];
}

function rangeType(base: MemoryType, range: BitRange): MemoryType {
  const { shift, width } = bitsOf(range);
  const mask = maskOf(width);
  const isSingle = typeof range === 'number';
  return {
    ...base,
    read: (memory, pointer) => {
      const bits = ((base.read(memory, pointer) as number) >>> shift) & mask;
      return isSingle ? bits !== 0 : bits >>> 0;
    },
    write: (memory, pointer, value) => {
      const others = (base.read(memory, pointer) as number) & ~(mask << shift);
      base.write(memory, pointer, (others | ((Number(value) & mask) << shift)) >>> 0);
    },
  };
}

function defineField(prototype: object, { name, offset, type }: Field): void {
  Object.defineProperty(prototype, name, {
    get(this: PlacedValue) {
      const { memory, pointer } = placeOf(this);
      return type.read(memory, pointer + offset);
    },
    set(this: PlacedValue, value: unknown) {
      const { memory, pointer } = placeOf(this);
      type.write(memory, pointer + offset, value);
    },
  });
}

/** What a driver named of a value that begins; the rest stays zero. */
function writeFields(
  memory: ValueMemory,
  pointer: number,
  fields: readonly Field[],
  init: unknown,
): void {
  if (typeof init !== 'object' || init === null) return;
  for (const { name, offset, type } of fields) {
    const value = (init as Record<string, unknown>)[name];
    if (value !== undefined) type.write(memory, pointer + offset, value);
  }
}
