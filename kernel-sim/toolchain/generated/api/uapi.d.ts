// SPDX-License-Identifier: GPL-2.0-or-later
// Made by scripts/generate-api.mjs. Do not edit.

import type { Ptr } from "kernel/raw";

declare const layout: unique symbol;

declare const kind: unique symbol;

/** What a value says of its layout. */
export interface Layout<_L> {
  /** Nothing: only the type has it. */
  readonly layout?: never;
}

/** A value that lies in memory as the scalar `Name`. */
export type Scalar<Name extends ScalarName, V> = V & { readonly [layout]?: Layout<Name> };

/** An integer of 8 bits. Linux: u8. */
export type u8 = Scalar<'u8', number>;

/** A signed integer of 8 bits. Linux: s8. */
export type s8 = Scalar<'s8', number>;

/** An integer of 16 bits. Linux: u16. */
export type u16 = Scalar<'u16', number>;

/** A signed integer of 16 bits. Linux: s16. */
export type s16 = Scalar<'s16', number>;

/** An integer of 32 bits. Linux: u32. */
export type u32 = Scalar<'u32', number>;

/** A signed integer of 32 bits. Linux: s32. */
export type s32 = Scalar<'s32', number>;

/** An integer of 64 bits. Linux: u64. */
export type u64 = Scalar<'u64', bigint>;

/** A signed integer of 64 bits. Linux: s64. */
export type s64 = Scalar<'s64', bigint>;

/** An integer of 16 bits, its lowest byte first on every board. Linux: __le16. */
export type le16 = Scalar<'le16', number>;

/** An integer of 32 bits, its lowest byte first on every board. Linux: __le32. */
export type le32 = Scalar<'le32', number>;

/** An integer of 64 bits, its lowest byte first on every board. Linux: __le64. */
export type le64 = Scalar<'le64', bigint>;

/**
 * An integer of 16 bits, its highest byte first, as networks have it. Linux: __be16.
 */
export type be16 = Scalar<'be16', number>;

/**
 * An integer of 32 bits, its highest byte first, as networks have it. Linux: __be32.
 */
export type be32 = Scalar<'be32', number>;

/**
 * An integer of 64 bits, its highest byte first, as networks have it. Linux: __be64.
 */
export type be64 = Scalar<'be64', bigint>;

/** True or false in one byte. Linux: bool. */
export type bool = Scalar<'bool', boolean>;

/**
 * An integer as wide as a pointer. Above 2^53 its lowest bits are lost. Linux: unsigned long,
 * size_t.
 */
export type usize = Scalar<'usize', number>;

/** Each scalar's value by its name. */
export interface ScalarValues {
  /** Linux: u8. */
  u8: u8;

  /** Linux: s8. */
  s8: s8;

  /** Linux: u16. */
  u16: u16;

  /** Linux: s16. */
  s16: s16;

  /** Linux: u32. */
  u32: u32;

  /** Linux: s32. */
  s32: s32;

  /** Linux: u64. */
  u64: u64;

  /** Linux: s64. */
  s64: s64;

  /** Linux: __le16. */
  le16: le16;

  /** Linux: __le32. */
  le32: le32;

  /** Linux: __le64. */
  le64: le64;

  /** Linux: __be16. */
  be16: be16;

  /** Linux: __be32. */
  be32: be32;

  /** Linux: __be64. */
  be64: be64;

  /** Linux: bool. */
  bool: bool;

  /** Linux: unsigned long. */
  usize: usize;
}

/** The name of a scalar. */
export type ScalarName = keyof ScalarValues;

/** The scalars that a set of bits may lie in. */
export type BitsBase = 'u8' | 'u16' | 'u32' | 'le16' | 'le32' | 'be16' | 'be32';

/** What a field of a struct, or an element of an array, may be described by. */
export interface Kind {
  /** What it is, by name and parts. */
  readonly [kind]: unknown;
}

/** A scalar in the description of a struct: the constant `u8` and its like. */
export interface ScalarKind<Name extends ScalarName> extends Kind {
  /** Its name. */
  readonly [kind]: Name;
}

/** A pointer in the description of a struct: what `ptr` answers. */
export interface PointerKind<T> extends Kind {
  /** The type that it points to. */
  readonly [kind]: readonly ['ptr', T];
}

/** A pointer to a function in the description of a struct: what `func` answers. */
export interface FunctionKind<F> extends Kind {
  /** The function's type. */
  readonly [kind]: readonly ['func', F];
}

/** An array in the description of a struct: what `array` answers. */
export interface ArrayKind<E extends Kind, N extends number> extends Kind {
  /** Element and length. */
  readonly [kind]: readonly ['array', E, N];
}

/** An array without a length, at the end of a struct: what `flex` answers. */
export interface FlexKind<E extends Kind> extends Kind {
  /** The element. */
  readonly [kind]: readonly ['flex', E];
}

/** A struct's fields, in the order of memory. */
export type Fields = Readonly<Record<string, Kind>>;

/** A class that describes a struct: what `struct` answers, to be extended. */
export interface StructClass<S extends Fields> extends Kind {
  /** Its fields. */
  readonly [kind]: readonly ['struct', S];

  /** A value with bytes of its own. What `init` does not name is zero. */
  new (init?: Init<S>): Struct<S>;

  /** Bytes, with padding. Linux: sizeof. */
  readonly size: number;

  /** Bytes. Linux: __alignof__. */
  readonly align: number;

  /** Where a field begins, in bytes. Linux: offsetof. */
  readonly offsetof: (field: keyof S & string) => number;
}

/** A struct's value or a view of one in memory. */
export type Struct<S extends Fields> = { -readonly [Name in keyof S]: ValueOf<S[Name]> } & {
  readonly [layout]?: Layout<readonly ['struct', S]>;
};

/** What the fields of a struct begin with. */
export type Init<S> = { readonly [Name in keyof S]?: InitOf<S[Name]> };

/** Named bits: one by its number, several as the data sheet's [high, low]. */
export type BitRanges = Readonly<Record<string, number | readonly [high: number, low: number]>>;

/**
 * A class that describes the bits of a scalar: what `bits` answers, to be extended.
 */
export interface BitsClass<B extends BitsBase, R extends BitRanges> extends Kind {
  /** The scalar and its bits. */
  readonly [kind]: readonly ['bits', B, R];

  /** A value with bytes of its own. What `init` does not name is zero. */
  new (init?: BitsInit<R>): Bits<B, R>;

  /** Bytes. Linux: sizeof. */
  readonly size: number;

  /** Bytes. Linux: __alignof__. */
  readonly align: number;
}

/**
 * Bits of a scalar: each reads as one load, and is changed by one load and one store.
 */
export type Bits<B, R> = { -readonly [Name in keyof R]: BitValue<R[Name]> } & {
  readonly [layout]?: Layout<readonly ['bits', B, R]>;
};

/** A single bit is true or false, several are a number. */
export type BitValue<Range> = Range extends number ? boolean : number;

/** What bits begin with. */
export type BitsInit<R> = { readonly [Name in keyof R]?: BitValue<R[Name]> };

/** An array within a struct. An index out of range is a panic. */
export interface ArrayView<T, N extends number> {
  /** An element. */
  [index: number]: T;

  /** How many elements there are. */
  readonly length: N;

  /** Element and length. */
  readonly [layout]?: Layout<readonly ['array', T, N]>;
}

/** The array at the end of a struct whose length nothing but the allocation says. */
export interface FlexView<T> {
  /** An element, there or not. */
  [index: number]: T;

  /** The element. */
  readonly [layout]?: Layout<readonly ['flex', T]>;
}

/** What a field of a kind reads as. */
export type ValueOf<K> = K extends abstract new (...args: never) => infer Instance
  ? Instance
  : K extends { readonly [kind]: infer What }
    ? What extends ScalarName
      ? ScalarValues[What]
      : What extends readonly ['ptr', infer T]
        ? Ptr<T>
        : What extends readonly ['func', infer F]
          ? F
          : What extends readonly ['array', infer E, infer N extends number]
            ? ArrayView<ValueOf<E>, N>
            : What extends readonly ['flex', infer E]
              ? FlexView<ValueOf<E>>
              : never
    : never;

/** What a field of a kind may begin with. */
export type InitOf<K> = K extends { readonly [kind]: infer What }
  ? What extends readonly ['struct', infer S]
    ? Init<S>
    : What extends readonly ['bits', unknown, infer R]
      ? BitsInit<R>
      : What extends readonly ['array', infer E, number]
        ? Elements<InitOf<E>>
        : What extends readonly ['flex', unknown]
          ? never
          : ValueOf<K>
  : never;

/** What an array may begin with: as many elements as it has, or fewer. */
export interface Elements<T> {
  /** An element. */
  readonly [index: number]: T;

  /** How many elements there are. */
  readonly length: number;
}

/**
 * What tells a pointer's target from another: a scalar's name, or the type itself.
 */
export type Target<T> = T extends number | bigint | boolean
  ? T extends { readonly [layout]?: Layout<infer Name> }
    ? Name
    : never
  : T;

/** An integer of 8 bits. */
export const u8: ScalarKind<'u8'>;

/** A signed integer of 8 bits. */
export const s8: ScalarKind<'s8'>;

/** An integer of 16 bits. */
export const u16: ScalarKind<'u16'>;

/** A signed integer of 16 bits. */
export const s16: ScalarKind<'s16'>;

/** An integer of 32 bits. */
export const u32: ScalarKind<'u32'>;

/** A signed integer of 32 bits. */
export const s32: ScalarKind<'s32'>;

/** An integer of 64 bits. */
export const u64: ScalarKind<'u64'>;

/** A signed integer of 64 bits. */
export const s64: ScalarKind<'s64'>;

/** An integer of 16 bits, its lowest byte first. */
export const le16: ScalarKind<'le16'>;

/** An integer of 32 bits, its lowest byte first. */
export const le32: ScalarKind<'le32'>;

/** An integer of 64 bits, its lowest byte first. */
export const le64: ScalarKind<'le64'>;

/** An integer of 16 bits, its highest byte first. */
export const be16: ScalarKind<'be16'>;

/** An integer of 32 bits, its highest byte first. */
export const be32: ScalarKind<'be32'>;

/** An integer of 64 bits, its highest byte first. */
export const be64: ScalarKind<'be64'>;

/** True or false in one byte. */
export const bool: ScalarKind<'bool'>;

/** An integer as wide as a pointer. */
export const usize: ScalarKind<'usize'>;

/**
 * A class of a struct's values: `class Point extends struct({ x: s32, y: s32 }) {}`. Its fields
 * lie as C puts them.
 */
export function struct<const S extends Fields>(fields: S): StructClass<S>;

/**
 * A class of named bits in a scalar:
 * `class Control extends bits(le32, { own: 31, length: [15, 0] }) {}`.
 */
export function bits<B extends BitsBase, const R extends BitRanges>(base: ScalarKind<B>, ranges: R): BitsClass<B, R>;

/** An array as a field: `mac: array(u8, 6)`. */
export function array<E extends Kind, const N extends number>(element: E, length: N): ArrayKind<E, N>;

/**
 * The array at the end of a struct whose length the allocation decides: `data: flex(u8)`.
 */
export function flex<E extends Kind>(element: E): FlexKind<E>;

/** A pointer as a field: `next: ptr<Node>()`. */
export function ptr<T>(): PointerKind<T>;

/**
 * A pointer to a function as a field: `open: func<(inode: Ptr<Inode>) => number>()`.
 */
export function func<F extends (...args: never) => unknown>(): FunctionKind<F>;

export {};
