// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Freed objects that wait before they may be handed out again.
 *
 * While an object waits here its shadow stays poisoned, so a late touch of it is seen; the longer
 * it waits, the later a touch may come. Oldest first out, when more than `limitBytes` wait.
 *
 * Linux: mm/kasan/quarantine.c. Differs: one queue instead of one per CPU and one for all.
 */
export class Quarantine {
  readonly #limitBytes: number;
  readonly #evict: (pointer: number) => void;
  /** A ring: `#count` entries from `#first`. The capacity is a power of two. */
  #pointers = new Float64Array(256);
  #sizes = new Int32Array(256);
  #first = 0;
  #count = 0;
  #bytes = 0;

  constructor(limitBytes: number, evict: (pointer: number) => void) {
    this.#limitBytes = limitBytes;
    this.#evict = evict;
  }

  get count(): number {
    return this.#count;
  }

  add(pointer: number, sizeBytes: number): void {
    if (this.#count === this.#pointers.length) this.#grow();
    const at = (this.#first + this.#count) & (this.#pointers.length - 1);
    this.#pointers[at] = pointer;
    this.#sizes[at] = sizeBytes;
    this.#count++;
    this.#bytes += sizeBytes;
    while (this.#bytes > this.#limitBytes) this.#evictFirst();
  }

  /** Tells `visit` each object that waits, oldest first. */
  forEach(visit: (pointer: number) => void): void {
    for (let index = 0; index < this.#count; index++) {
      visit(this.#pointers[(this.#first + index) & (this.#pointers.length - 1)] ?? 0);
    }
  }

  /** Lets everything go, or what `isWanted`. Returns how many objects went. */
  drain(isWanted: (pointer: number) => boolean = () => true): number {
    const waited = this.#count;
    let kept = 0;
    for (let left = waited; left > 0; left--) {
      const at = this.#first;
      const pointer = this.#pointers[at] ?? 0;
      if (isWanted(pointer)) this.#evictFirst();
      else {
        const sizeBytes = this.#sizes[at] ?? 0;
        this.#removeFirst();
        this.add(pointer, sizeBytes);
        kept++;
      }
    }
    return waited - kept;
  }

  #evictFirst(): void {
    const pointer = this.#pointers[this.#first] ?? 0;
    this.#removeFirst();
    this.#evict(pointer);
  }

  #removeFirst(): void {
    const at = this.#first;
    this.#first = (at + 1) & (this.#pointers.length - 1);
    this.#count--;
    this.#bytes -= this.#sizes[at] ?? 0;
  }

  #grow(): void {
    const capacity = this.#pointers.length;
    const pointers = new Float64Array(2 * capacity);
    const sizes = new Int32Array(2 * capacity);
    for (let index = 0; index < this.#count; index++) {
      const from = (this.#first + index) & (capacity - 1);
      pointers[index] = this.#pointers[from] ?? 0;
      sizes[index] = this.#sizes[from] ?? 0;
    }
    this.#pointers = pointers;
    this.#sizes = sizes;
    this.#first = 0;
  }
}
