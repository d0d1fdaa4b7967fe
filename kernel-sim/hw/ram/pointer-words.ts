// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Pointers as the words of memory that hold them, and as text.
 *
 * A pointer of 64 bits that is not canonical (list poison, text that overwrote it) is a negative
 * number: a tag for its upper 27 bits, which the machine keeps in a table, and its lower 37 bits.
 * So no bit is lost, arithmetic on it does what it does in C, and two are equal if they are. A
 * negative number without a tag is what arithmetic made of NULL: C's unsigned long of it.
 */
import { type BoardMemory, CANONICAL_END, formatPointer, highWord } from './board-memory.ts';

const WORD = 0x1_0000_0000;
const LOW_BITS = 37;
const LOW = 2 ** LOW_BITS;
/** What the tags begin at: with them and 37 bits, the least number that is exact. */
const BASE = -(2 ** 53);
const TAGS_MAX = 2 ** 15;
/** Upper 27 bits of Linux's CONFIG_ILLEGAL_POINTER_VALUE, the first tag of every machine. */
const POISON_TAG = 0xdead_0000 >>> 5;

/** What list_del leaves in an entry. Linux: include/linux/poison.h. */
export function listPoison(board: BoardMemory): { readonly next: number; readonly prev: number } {
  const base = board.pointerBytes === 8 ? BASE : 0;
  return { next: base + 0x100, prev: base + 0x122 };
}

export class PointerWords {
  readonly #board: BoardMemory;
  readonly #upper: number[] = [POISON_TAG];
  readonly #tags = new Map<number, number>([[POISON_TAG, 0]]);

  constructor(board: BoardMemory) {
    this.#board = board;
  }

  /** The pointer that two words make. On a board of 32 bits it is the lower one. */
  fromWords(low: number, high: number): number {
    const top = high >>> 15;
    if (top === 0 || this.#board.pointerBytes === 4) return high * WORD + low;
    if (top === 0x1_ffff) return (high & 0xffff) * WORD + low;
    const upper = high >>> (LOW_BITS - 32);
    let tag = this.#tags.get(upper);
    if (tag === undefined) {
      tag = this.#upper.length;
      // Whoever makes so many loses the lowest bits.
      if (tag >= TAGS_MAX) return high * WORD + low;
      this.#upper.push(upper);
      this.#tags.set(upper, tag);
    }
    return BASE + tag * LOW + (high & 0x1f) * WORD + low;
  }

  high(pointer: number): number {
    if (isAddress(pointer)) return highWord(pointer);
    const upper = pointer < 0 ? this.#upper[Math.floor((pointer - BASE) / LOW)] : undefined;
    if (upper === undefined) return Math.floor(pointer / WORD) >>> 0;
    const low = (pointer - BASE) % LOW;
    return ((upper << (LOW_BITS - 32)) | Math.floor(low / WORD)) >>> 0;
  }

  low(pointer: number): number {
    // 2^53 and the steps of tags are multiples of a word.
    return isAddress(pointer) ? pointer % WORD : pointer - Math.floor(pointer / WORD) * WORD;
  }

  /** What `%px` prints. */
  format(pointer: number): string {
    if (isAddress(pointer)) return formatPointer(this.#board, pointer);
    const low = this.low(pointer).toString(16).padStart(8, '0');
    if (this.#board.pointerBytes === 4) return low;
    return this.high(pointer).toString(16).padStart(8, '0') + low;
  }
}

function isAddress(pointer: number): boolean {
  return pointer >= 0 && pointer < CANONICAL_END;
}
