// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What the chip counts, in the order in which the vendor request answers. Counters begin anew after
 * 2^32 - 1. Those of collisions stay 0: no cable of ours has any.
 */

export const RX_COUNTERS = [
  'good',
  'crcErrors',
  'runts',
  'alignmentErrors',
  'tooLong',
  'lateCollisions',
  'bad',
  'dropped',
] as const;

export const TX_COUNTERS = [
  'good',
  'pauses',
  'singleCollisions',
  'multipleCollisions',
  'excessiveCollisions',
  'lateCollisions',
  'underruns',
  'excessiveDeferrals',
  'carrierErrors',
  'bad',
] as const;

export class Counters<Name extends string> {
  readonly #names: readonly Name[];
  readonly #words: Uint32Array;

  constructor(names: readonly Name[]) {
    this.#names = names;
    this.#words = new Uint32Array(names.length);
  }

  reset(): void {
    this.#words.fill(0);
  }

  count(name: Name): void {
    const at = this.#names.indexOf(name);
    this.#words[at] = this.#words[at]! + 1;
  }

  get(name: Name): number {
    return this.#words[this.#names.indexOf(name)]!;
  }

  /** One little-endian word a counter. */
  toBytes(): Uint8Array {
    const bytes = new Uint8Array(4 * this.#words.length);
    const view = new DataView(bytes.buffer);
    for (const [index, word] of this.#words.entries()) view.setUint32(4 * index, word, true);
    return bytes;
  }
}
