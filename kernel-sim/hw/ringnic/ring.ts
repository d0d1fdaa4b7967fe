// SPDX-License-Identifier: GPL-2.0-or-later
/** One of ringnic's rings: where it lies in memory, and which of its descriptors are the card's. */
import type { DmaBus } from '../dma.ts';
import { DESCRIPTOR, ERROR, RING_MAX, RING_MIN } from './registers.ts';

export interface Descriptor {
  readonly address: number;
  readonly control: number;
}

export class Ring {
  /** The next one that the card takes. */
  head = 0;
  #tail = 0;
  #base = 0;
  #length = 0;
  /** The card works on the descriptor at the head. */
  #isTaken = false;
  readonly #dma: DmaBus;
  readonly #onError: (bits: number) => void;

  /** `onError` is told bits of the register ERROR. */
  constructor(dma: DmaBus, onError: (bits: number) => void) {
    this.#dma = dma;
    this.#onError = onError;
  }

  reset(): void {
    this.head = 0;
    this.#tail = 0;
    this.#base = 0;
    this.#length = 0;
    this.#isTaken = false;
  }

  /** Another place begins at its first descriptor. */
  place(base: number, length: number): void {
    this.head = 0;
    this.#tail = 0;
    this.#isTaken = false;
    this.#base = base;
    this.#length = length >= RING_MIN && length <= RING_MAX ? length : 0;
    if (length !== 0 && this.#length === 0) this.#onError(ERROR.BAD_RING);
  }

  setTail(tail: number): void {
    if (tail < this.#length) this.#tail = tail;
    else this.#onError(ERROR.BAD_RING);
  }

  /** None of its descriptors is the card's. */
  get isEmpty(): boolean {
    return this.head === this.#tail;
  }

  /** The descriptor at the head; undefined where memory refuses, and the ring stops then. */
  load(): Descriptor | undefined {
    const bytes = this.#dma.read(this.#at, DESCRIPTOR.BYTES);
    if (bytes === undefined) {
      this.#stop();
      return undefined;
    }
    this.#isTaken = true;
    const words = new DataView(bytes.buffer);
    const word = (at: number): number => words.getUint32(at, true);
    const address = word(DESCRIPTOR.ADDRESS) + word(DESCRIPTOR.ADDRESS_HIGH) * 2 ** 32;
    return { address, control: word(DESCRIPTOR.CONTROL) };
  }

  /** Gives the descriptor at the head back, unless the ring was moved meanwhile. */
  complete(status: number): void {
    if (!this.#isTaken) return;
    this.#isTaken = false;
    const words = new Uint32Array([0, status]);
    const isWritten = this.#dma.write(this.#at + DESCRIPTOR.CONTROL, littleEndian(words));
    if (isWritten) this.head = (this.head + 1) % this.#length;
    else this.#stop();
  }

  get #at(): number {
    return this.#base + this.head * DESCRIPTOR.BYTES;
  }

  #stop(): void {
    this.#tail = this.head;
    this.#onError(ERROR.DMA_FAULT);
  }
}

function littleEndian(words: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(words.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, word] of words.entries()) view.setUint32(index * 4, word, true);
  return bytes;
}
