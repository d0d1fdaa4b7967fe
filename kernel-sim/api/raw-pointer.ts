// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Raw pointers, as C has them: what their types say.
 *
 * At run time a pointer is the number of a byte in memory, and all that stands here is compiled
 * away (toolchain/). So there is nothing to call: each place becomes one checked load or store.
 *
 * @subpath kernel/raw
 */
import { pointerTo } from './raw-value.ts';
import type { Target } from './uapi-types.ts';

/**
 * A pointer whose target is told by `Name` from others. Say `Ptr<T>`.
 *
 * @public
 */
export declare class Pointer<T, in out Name> {
  /** What it points to: `p.$.f` is C's `p->f`. Linux: *p. */
  $: T;

  /** What lies `index` elements further. Linux: p[index]. */
  [index: number]: T;

  /** The address as a number. Linux: (unsigned long)p. */
  readonly address: number;

  /**
   * The pointer to what lies `count` elements further. Linux: p + count.
   *
   * @symbol none
   */
  add(count: number): Pointer<T, Name>;

  /**
   * The pointer to what lies `count` elements before. Linux: p - count.
   *
   * @symbol none
   */
  sub(count: number): Pointer<T, Name>;

  /**
   * How many elements lie between `from` and here. Linux: p - from.
   *
   * @symbol none
   */
  diff(from: Pointer<T, Name>): number;

  /**
   * The same address as a pointer to something else. Linux: (U *)p.
   *
   * @symbol none
   */
  cast<U>(): Ptr<U>;
}

/**
 * A raw pointer. It may be NULL, dangle or lead nowhere; only using it is checked, by the kernel.
 *
 * @public
 */
export type Ptr<T> = Pointer<T, Target<T>>;

/**
 * A pointer to bytes of no type. It converts from and to every other by itself; what it points to
 * can be used only through one that has a type. Linux: void *.
 *
 * @public
 */
// oxlint-disable-next-line typescript/no-explicit-any -- the one type that converts both ways
export type VoidPtr = Pointer<any, any>;

/**
 * The type of NULL, which every pointer may be, also one to a function.
 *
 * @public
 */
// oxlint-disable-next-line typescript/no-explicit-any -- whatever the function takes
export type NullPtr = VoidPtr & ((...args: any[]) => never);

/** @exports */
export class RawPointerApi {
  /** The pointer to nothing. */
  readonly NULL: NullPtr = pointerTo(0) as NullPtr;

  /**
   * The pointer to a place: `addr_of(p.$.f)`. Linux: &p->f.
   *
   * @symbol none
   */
  addr_of<T>(place: T): Ptr<T> {
    return compiledAway(place);
  }

  /**
   * The pointer to the struct whose field `pointer` leads to.
   *
   * Linux: container_of(pointer, type, field).
   *
   * @symbol none
   */
  container_of<T extends object, Name extends keyof T & string>(
    pointer: Ptr<T[Name]>,
    type: abstract new (...args: never) => T,
    field: Name,
  ): Ptr<T> {
    return compiledAway(pointer, type, field);
  }

  /**
   * A number as a pointer. Linux: (T *)address.
   *
   * @symbol none
   * @raw
   */
  ptr_at<T>(address: number): Ptr<T> {
    return compiledAway(address);
  }
}

/** What stands for an operator must be called where the toolchain sees it. */
function compiledAway(...args: readonly unknown[]): never {
  void args;
  throw new Error('an operator of the language is called by its name');
}
