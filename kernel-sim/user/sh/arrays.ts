// SPDX-License-Identifier: GPL-2.0-or-later
/** What array variables hold: values by number, in order, or by key, in bash's order. */
import { encodeUtf8 } from '../../lib/utf8.ts';

/** The largest subscript: an array of the language has no larger index. */
export const MAX_SUBSCRIPT = 0xffff_fffd;

/** Values by number; what was never set or was unset takes no room. */
export class IndexedArray {
  private readonly items: (string | undefined)[];
  /** How many elements are set. */
  size: number;

  constructor(values: readonly string[] = []) {
    this.items = [...values];
    this.size = values.length;
  }

  /** One more than the largest subscript in use: where `+=` goes on. */
  get end(): number {
    return this.items.length;
  }

  get(index: number): string | undefined {
    return this.items[index];
  }

  set(index: number, value: string): void {
    if (this.items[index] === undefined) this.size++;
    this.items[index] = value;
  }

  delete(index: number): void {
    if (this.items[index] === undefined) return;
    this.size--;
    if (index + 1 < this.items.length) {
      // A hole, unlike an element that is undefined, costs nothing in a sparse array.
      Reflect.deleteProperty(this.items, index);
      return;
    }
    this.items.length = index;
    if (this.items.length > 0 && this.items.at(-1) === undefined) {
      this.items.length = Number(Object.keys(this.items).at(-1) ?? -1) + 1;
    }
  }

  /** Subscripts in use, ascending. */
  keys(): string[] {
    return Object.keys(this.items);
  }

  values(): string[] {
    if (this.size === this.items.length) return this.items as string[];
    return this.keys().map((key) => this.items[Number(key)] ?? '');
  }

  copy(): IndexedArray {
    const copy = new IndexedArray();
    if (this.size === this.items.length) return new IndexedArray(this.items as string[]);
    for (const key of this.keys()) copy.set(Number(key), this.items[Number(key)] ?? '');
    return copy;
  }
}

/** Buckets of a new table of bash's, and by how much it grows when each holds two entries. */
const FIRST_BUCKETS = 1024;
const GROWTH = 4;
const FNV_OFFSET = 0x811c_9dc5;
const FNV_PRIME = 0x0100_0193;

/** Values by text. Listed in the order of bash's hash table, on which scripts come to depend. */
export class AssociativeArray {
  private readonly items: Map<string, string>;

  constructor(items?: ReadonlyMap<string, string>) {
    this.items = new Map(items);
  }

  get size(): number {
    return this.items.size;
  }
  get(key: string): string | undefined {
    return this.items.get(key);
  }
  set(key: string, value: string): void {
    this.items.set(key, value);
  }
  delete(key: string): void {
    this.items.delete(key);
  }

  keys(): string[] {
    let buckets = FIRST_BUCKETS;
    while (this.items.size > buckets * 2) buckets *= GROWTH;
    // Within a bucket the newest comes first.
    const places = [...this.items.keys()].toReversed().map((key) => ({
      key,
      bucket: hashOf(key) & (buckets - 1),
    }));
    return places.toSorted((a, b) => a.bucket - b.bucket).map(({ key }) => key);
  }

  values(): string[] {
    return this.keys().map((key) => this.items.get(key) ?? '');
  }

  copy(): AssociativeArray {
    return new AssociativeArray(this.items);
  }
}

/** FNV-1 over the signed bytes, as hash_string of bash computes it. */
function hashOf(key: string): number {
  let hash = FNV_OFFSET;
  for (const byte of encodeUtf8(key)) {
    hash = Math.imul(hash, FNV_PRIME) ^ ((byte << 24) >> 24);
  }
  return hash >>> 0;
}
