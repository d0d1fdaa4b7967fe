// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The latest accesses of each four bytes of memory that drivers touch: two that wrote and two that
 * read, in typed arrays beside memory.
 *
 * Memory comes in blocks, which get cells when they are first touched. So many blocks have cells at
 * most; then the one that has had them longest loses them.
 */

export const CELL_BYTES = 4;
const BLOCK_SHIFT = 8;
const BLOCK_BYTES = 1 << BLOCK_SHIFT;
export const SLOTS_PER_CELL = 4;
/** Of a cell's slots, the first that holds an access that read. */
export const READ_SLOT = 2;
const SLOTS_PER_BLOCK = (BLOCK_BYTES / CELL_BYTES) * SLOTS_PER_CELL;
/** 1 MiB of memory is remembered. */
const BLOCKS_MAX = 4096;

/** Words of a slot. */
export const CELL_WORD = {
  /** Of its context, when it was. */
  COUNT: 0,
  /** Which bytes of the cell, and `ACCESS` bits above them. */
  INFO: 1,
  /** Process, CPU, and whether an interrupt did it. */
  WHO: 2,
  /** Handle of the stack depot. */
  STACK: 3,
  /** Bytes of the whole access. */
  SIZE: 4,
  /** From the cell back to the access's first byte. */
  BACK: 5,
  /** What the cell held before. */
  OLD: 6,
} as const;
export const WORDS_PER_SLOT = 8;

export class AccessCells {
  /** Number of the context, from 1, by slot; 0: nobody. */
  owners = new Int32Array(0);
  words = new Int32Array(0);
  /** Number of each block's cells, from 1; 0 for none. */
  readonly #cellsOf: Int32Array;
  /** Which block has them. */
  readonly #blockOf: number[] = [];
  #oldest = 0;

  constructor(memoryBytes: number) {
    this.#cellsOf = new Int32Array(memoryBytes >>> BLOCK_SHIFT);
  }

  /** The first slot of the cell at a physical address. */
  slotOf(physical: number): number {
    const cells = this.#cellsOf[physical >>> BLOCK_SHIFT]! || this.#add(physical >>> BLOCK_SHIFT);
    // Four slots for four bytes: the offset of a cell is that of its slots.
    return (cells - 1) * SLOTS_PER_BLOCK + (physical & (BLOCK_BYTES - CELL_BYTES));
  }

  /** What lies there from now on has nothing to do with what lay there. */
  forget(physical: number, sizeBytes: number): void {
    const end = physical + sizeBytes;
    let at = physical - (physical % CELL_BYTES);
    while (at < end) {
      const next = Math.min((Math.floor(at / BLOCK_BYTES) + 1) * BLOCK_BYTES, end);
      if (this.#cellsOf[at >>> BLOCK_SHIFT] !== 0) {
        const first = this.slotOf(at);
        const cells = Math.ceil((next - at) / CELL_BYTES);
        this.owners.fill(0, first, first + cells * SLOTS_PER_CELL);
      }
      at = next;
    }
  }

  #add(block: number): number {
    let index = this.#blockOf.length;
    if (index < BLOCKS_MAX) this.#reserve(index + 1);
    else {
      index = this.#oldest;
      this.#oldest = (index + 1) % BLOCKS_MAX;
      this.#cellsOf[this.#blockOf[index]!] = 0;
      this.owners.fill(0, index * SLOTS_PER_BLOCK, (index + 1) * SLOTS_PER_BLOCK);
    }
    this.#blockOf[index] = block;
    this.#cellsOf[block] = index + 1;
    return index + 1;
  }

  #reserve(blocks: number): void {
    const slots = blocks * SLOTS_PER_BLOCK;
    if (slots <= this.owners.length) return;
    const room = Math.max(4 * SLOTS_PER_BLOCK, 2 * this.owners.length);
    const owners = new Int32Array(room);
    owners.set(this.owners);
    this.owners = owners;
    const words = new Int32Array(room * WORDS_PER_SLOT);
    words.set(this.words);
    this.words = words;
  }
}
