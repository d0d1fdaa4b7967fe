// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The sanitizers' shadow of a machine's memory, by physical address.
 *
 * It is kept complemented, so that fresh memory is forbidden (as free pages are) without being
 * written. Linux: mm/kasan/shadow.c.
 */
import { GRANULE, SHADOW } from './shadow.ts';

/** The stored shadow of eight bytes that may all be touched. */
export const OPEN = 0xff;

export class ShadowMemory {
  /** Complement of one byte for each eight of memory (shadow.ts). */
  readonly stored: Uint8Array;

  constructor(sizeBytes: number) {
    this.stored = new Uint8Array(sizeBytes / GRANULE);
  }

  /** The byte that stands for the eight at `physical`. */
  at(physical: number): number {
    return ~(this.stored[physical >>> 3] ?? 0) & 0xff;
  }

  /** Forbids whole granules; a partial last one is forbidden whole. */
  poison(physical: number, sizeBytes: number, value: number): void {
    this.#fill(physical >>> 3, (physical + sizeBytes + GRANULE - 1) >>> 3, value);
  }

  /** Allows exactly `sizeBytes` from a multiple of eight. */
  unpoison(physical: number, sizeBytes: number): void {
    const end = (physical + sizeBytes) >>> 3;
    this.#fill(physical >>> 3, end, SHADOW.ADDRESSABLE);
    const rest = sizeBytes & (GRANULE - 1);
    if (rest !== 0) this.stored[end] = ~rest;
  }

  /** The first byte of the range that may not be touched, or -1. */
  firstBad(start: number, sizeBytes: number): number {
    const end = start + sizeBytes;
    for (let at = start - (start % GRANULE); at < end; at += GRANULE) {
      const value = this.at(at);
      if (value === SHADOW.ADDRESSABLE) continue;
      const bad = Math.max(start, value < GRANULE ? at + value : at);
      if (bad < Math.min(end, at + GRANULE)) return bad;
    }
    return -1;
  }

  /** Small ranges are by far the commonest, and cheaper without a call into the engine. */
  #fill(first: number, end: number, value: number): void {
    const { stored } = this;
    const complement = ~value & 0xff;
    if (end - first > 32) stored.fill(complement, first, end);
    else for (let index = first; index < end; index++) stored[index] = complement;
  }
}
