// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Copies of shadow stacks, each kept once: what an allocation's track holds is a number.
 *
 * A copy holds the site ids only, innermost frame first. Ids are never used again
 * (module/sites.ts), so a stack stays readable after its module is gone.
 *
 * Linux: lib/stackdepot.c. Differs: nothing is ever let go; when the depot is full, new stacks are
 * "not available".
 */
import type { Execution } from './sched/execution.ts';

/** Frames that a copy has at most, those nearest to the allocation. Linux: KASAN_STACK_DEPTH. */
const DEPTH_MAX = 64;
/** Words that all copies may take: 4 MiB. */
const WORDS_MAX = 1 << 20;
const WORDS_AT_FIRST = 1 << 10;
const BUCKETS = 1 << 12;

// A record: the next of its bucket, hash, number of frames, and their sites.
const NEXT = 0;
const HASH = 1;
const DEPTH = 2;
const SITES = 3;

export class StackDepot {
  readonly #wordsMax: number;
  /** Heads of the lists of records. 0: none. */
  readonly #buckets = new Int32Array(BUCKETS);
  #words = new Int32Array(WORDS_AT_FIRST);
  /** The first word is no record's, so that 0 is no handle. */
  #used = 1;

  constructor(wordsMax = WORDS_MAX) {
    this.#wordsMax = wordsMax;
  }

  /**
   * A handle for the stack as it is now, the same each time; 0 for an empty one, and when the depot
   * is full. Context: any. Linux: stack_depot_save.
   */
  save({ stack, sp }: Execution): number {
    if (sp === 0) return 0;
    const first = Math.max(0, sp - 2 * DEPTH_MAX);
    let hash = sp - first;
    for (let at = sp - 2; at >= first; at -= 2) hash = Math.imul(hash ^ stack[at]!, 0x9e37_79b1);
    hash ^= hash >>> 15;
    const bucket = hash & (BUCKETS - 1);
    const words = this.#words;
    let record = this.#buckets[bucket]!;
    while (record !== 0) {
      if (words[record + HASH] === hash && this.#isSame(record, stack, first, sp)) return record;
      record = words[record + NEXT]!;
    }
    return this.#add(bucket, hash, stack, first, sp);
  }

  /** The innermost site of a stack. */
  top(handle: number): number {
    return handle === 0 ? 0 : this.#words[handle + SITES]!;
  }

  /** The sites of a stack, innermost first; none for 0. */
  sites(handle: number): readonly number[] {
    const depth = handle === 0 ? 0 : (this.#words[handle + DEPTH] ?? 0);
    const sites = this.#words.subarray(handle + SITES, handle + SITES + depth);
    // Room of a frame that stands for no function has site 0.
    return [...sites].filter((site) => site !== 0);
  }

  #isSame(record: number, stack: Int32Array, first: number, sp: number): boolean {
    const words = this.#words;
    if (words[record + DEPTH] !== (sp - first) >> 1) return false;
    let at = record + SITES;
    for (let frame = sp - 2; frame >= first; frame -= 2) {
      if (words[at++] !== stack[frame]) return false;
    }
    return true;
  }

  #add(bucket: number, hash: number, stack: Int32Array, first: number, sp: number): number {
    const depth = (sp - first) >> 1;
    const record = this.#used;
    const end = record + SITES + depth;
    if (end > this.#wordsMax) return 0;
    if (end > this.#words.length) this.#grow();
    const words = this.#words;
    words[record + NEXT] = this.#buckets[bucket]!;
    words[record + HASH] = hash;
    words[record + DEPTH] = depth;
    let at = record + SITES;
    for (let frame = sp - 2; frame >= first; frame -= 2) words[at++] = stack[frame]!;
    this.#used = end;
    this.#buckets[bucket] = record;
    return record;
  }

  #grow(): void {
    const words = new Int32Array(2 * this.#words.length);
    words.set(this.#words);
    this.#words = words;
  }
}
