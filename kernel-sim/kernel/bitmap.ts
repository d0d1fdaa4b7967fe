// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Bits of maps made of longs, in memory. Each operation is one access to the long that the bit lies
 * in, as the sanitizer sees it.
 *
 * Linux: include/asm-generic/bitops/instrumented-atomic.h, lib/find_bit.c.
 */
import type { Ram } from '../hw/ram/ram.ts';
import type { RaceDetector } from './kcsan/race-detector.ts';

export type BitChange = 'set' | 'clear' | 'change';

export class Bitmaps {
  readonly #ram: Ram;
  readonly #races: RaceDetector | undefined;
  readonly #longBytes: number;

  constructor(ram: Ram, races?: RaceDetector) {
    this.#ram = ram;
    this.#races = races;
    this.#longBytes = ram.board.pointerBytes;
  }

  /** Returns what the bit was. */
  change(map: number, bit: number, how: BitChange): boolean {
    const at = this.#physicalOf(map, bit, true);
    const mask = 1 << (bit % 8);
    const old = this.#ram.view.getUint8(at);
    const byte = how === 'set' ? old | mask : how === 'clear' ? old & ~mask : old ^ mask;
    this.#ram.view.setUint8(at, byte);
    this.#races?.updated(this.#longOf(map, bit));
    return (old & mask) !== 0;
  }

  test(map: number, bit: number): boolean {
    const at = this.#physicalOf(map, bit, false);
    return (this.#ram.view.getUint8(at) & (1 << (bit % 8))) !== 0;
  }

  /** The first bit from `from` on that is `value`, or `size`. */
  find(map: number, size: number, from: number, value: 0 | 1): number {
    const longBits = 8 * this.#longBytes;
    for (let bit = from; bit < size;) {
      const long = Math.floor(bit / longBits);
      const end = Math.min(size, (long + 1) * longBits);
      const at = this.#physicalOf(map, long * longBits, false);
      for (; bit < end; bit++) {
        const byte = this.#ram.view.getUint8(at + Math.floor((bit % longBits) / 8));
        if (((byte >>> (bit % 8)) & 1) === value) return bit;
      }
    }
    return size;
  }

  /** Where the byte of a bit lies, the access to its long having been checked. */
  #physicalOf(map: number, bit: number, isWrite: boolean): number {
    const long = this.#longOf(map, bit);
    this.#ram.checkRange(long, this.#longBytes, isWrite);
    if (isWrite) this.#races?.update(long, this.#longBytes);
    else this.#races?.markedLoad(long, this.#longBytes);
    return this.#ram.physicalOf(map + Math.floor(bit / 8));
  }

  #longOf(map: number, bit: number): number {
    const byte = Math.floor(bit / 8);
    return map + byte - (byte % this.#longBytes);
  }
}
