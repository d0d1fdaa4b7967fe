// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `uapi`: layouts of memory, for what drivers share with programs, devices and each other.
 *
 * @subpath uapi
 */
import {
  arrayType,
  flexType,
  KindObject,
  functionType,
  pointerType,
  scalarType,
  type MemoryType,
} from './memory-types.ts';
import type { StructClasses } from './struct-class.ts';
import type { ValueTarget } from './value-memory.ts';
import type {
  ArrayKind,
  BitRanges,
  BitsBase,
  BitsClass,
  Fields,
  FlexKind,
  FunctionKind,
  Kind,
  PointerKind,
  ScalarKind,
  ScalarName,
  StructClass,
} from './uapi-types.ts';

/** @exports */
export class UapiApi {
  readonly #classes: StructClasses;

  /** An integer of 8 bits. */
  readonly u8: ScalarKind<'u8'> = scalarKind('u8');

  /** A signed integer of 8 bits. */
  readonly s8: ScalarKind<'s8'> = scalarKind('s8');

  /** An integer of 16 bits. */
  readonly u16: ScalarKind<'u16'> = scalarKind('u16');

  /** A signed integer of 16 bits. */
  readonly s16: ScalarKind<'s16'> = scalarKind('s16');

  /** An integer of 32 bits. */
  readonly u32: ScalarKind<'u32'> = scalarKind('u32');

  /** A signed integer of 32 bits. */
  readonly s32: ScalarKind<'s32'> = scalarKind('s32');

  /** An integer of 64 bits. */
  readonly u64: ScalarKind<'u64'> = scalarKind('u64');

  /** A signed integer of 64 bits. */
  readonly s64: ScalarKind<'s64'> = scalarKind('s64');

  /** An integer of 16 bits, its lowest byte first. */
  readonly le16: ScalarKind<'le16'> = scalarKind('le16');

  /** An integer of 32 bits, its lowest byte first. */
  readonly le32: ScalarKind<'le32'> = scalarKind('le32');

  /** An integer of 64 bits, its lowest byte first. */
  readonly le64: ScalarKind<'le64'> = scalarKind('le64');

  /** An integer of 16 bits, its highest byte first. */
  readonly be16: ScalarKind<'be16'> = scalarKind('be16');

  /** An integer of 32 bits, its highest byte first. */
  readonly be32: ScalarKind<'be32'> = scalarKind('be32');

  /** An integer of 64 bits, its highest byte first. */
  readonly be64: ScalarKind<'be64'> = scalarKind('be64');

  /** True or false in one byte. */
  readonly bool: ScalarKind<'bool'> = scalarKind('bool');

  /** An integer as wide as a pointer. */
  readonly usize: ScalarKind<'usize'> = scalarKind('usize');

  constructor(classes: StructClasses) {
    this.#classes = classes;
  }

  /**
   * A class of a struct's values: `class Point extends struct({ x: s32, y: s32 }) {}`. Its fields
   * lie as C puts them.
   *
   * @symbol none
   */
  struct<const S extends Fields>(fields: S): StructClass<S> {
    return this.#classes.struct(fields) as unknown as StructClass<S>;
  }

  /**
   * A class of named bits in a scalar:
   * `class Control extends bits(le32, { own: 31, length: [15, 0] }) {}`.
   *
   * @symbol none
   */
  bits<B extends BitsBase, const R extends BitRanges>(
    base: ScalarKind<B>,
    ranges: R,
  ): BitsClass<B, R> {
    return this.#classes.bits(base, ranges) as unknown as BitsClass<B, R>;
  }

  /**
   * An array as a field: `mac: array(u8, 6)`.
   *
   * @symbol none
   */
  array<E extends Kind, const N extends number>(element: E, length: N): ArrayKind<E, N> {
    return kindOf((target) =>
      arrayType(this.#classes.typeOf(element), length, target),
    ) as unknown as ArrayKind<E, N>;
  }

  /**
   * The array at the end of a struct whose length the allocation decides: `data: flex(u8)`.
   *
   * @symbol none
   */
  flex<E extends Kind>(element: E): FlexKind<E> {
    return kindOf((target) =>
      flexType(this.#classes.typeOf(element), target),
    ) as unknown as FlexKind<E>;
  }

  /**
   * A pointer as a field: `next: ptr<Node>()`.
   *
   * @symbol none
   */
  ptr<T>(): PointerKind<T> {
    return kindOf((target) => pointerType(target)) as unknown as PointerKind<T>;
  }

  /**
   * A pointer to a function as a field: `open: func<(inode: Ptr<Inode>) => number>()`.
   *
   * @symbol none
   */
  func<F extends (...args: never) => unknown>(): FunctionKind<F> {
    return kindOf((target) => functionType(target)) as unknown as FunctionKind<F>;
  }
}

function scalarKind<Name extends ScalarName>(name: Name): ScalarKind<Name> {
  return kindOf((target) => scalarType(name, target)) as unknown as ScalarKind<Name>;
}

function kindOf(make: (target: ValueTarget) => MemoryType): KindObject {
  return new KindObject(make);
}
