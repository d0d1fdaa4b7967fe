// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Memory that values of drivers' own: what KBox, KVec, Arc and their like hold until they are
 * dropped or forgotten.
 *
 * A driver's variables lie in no memory of the machine, so what looks for leaks (kmemleak) finds
 * here what can still be reached by them. Differs from Linux, where such a pointer lies in a stack
 * or a structure.
 */
export class OwnedPointers {
  readonly #pointers = new Set<number>();

  add(pointer: number): void {
    this.#pointers.add(pointer);
  }

  delete(pointer: number): void {
    this.#pointers.delete(pointer);
  }

  values(): Iterable<number> {
    return this.#pointers.values();
  }
}
