// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Where the bytes of a driver's structs lie: in the machine's memory, checked, or in bytes of their
 * own that nothing but the value itself can reach.
 */
import { fromWords, HIGH_WORD, highWord } from '../hw/ram/board-memory.ts';
import type { Ram } from '../hw/ram/ram.ts';

/** Loads and stores of one size each; what is wider than a byte is little-endian. */
export interface ValueMemory {
  load8(pointer: number): number;
  load16(pointer: number): number;
  load32(pointer: number): number;
  load64(pointer: number): bigint;
  /** A number as wide as the board's pointers. */
  loadPointer(pointer: number): number;
  store8(pointer: number, value: number): void;
  store16(pointer: number, value: number): void;
  store32(pointer: number, value: number): void;
  store64(pointer: number, value: bigint): void;
  storePointer(pointer: number, value: number): void;
  /** A copy of a range. */
  loadBytes(pointer: number, sizeBytes: number): Uint8Array;
  storeBytes(pointer: number, bytes: Uint8Array): void;
}

/** The bytes of a value that lies nowhere: an array of them, from address 0. */
export class OwnBytes implements ValueMemory {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #pointerBytes: 4 | 8;

  constructor(sizeBytes: number, pointerBytes: 4 | 8) {
    this.#bytes = new Uint8Array(sizeBytes);
    this.#view = new DataView(this.#bytes.buffer);
    this.#pointerBytes = pointerBytes;
  }

  load8(pointer: number): number {
    return this.#view.getUint8(pointer);
  }

  load16(pointer: number): number {
    return this.#view.getUint16(pointer, true);
  }

  load32(pointer: number): number {
    return this.#view.getUint32(pointer, true);
  }

  load64(pointer: number): bigint {
    return this.#view.getBigUint64(pointer, true);
  }

  loadPointer(pointer: number): number {
    const low = this.load32(pointer);
    return this.#pointerBytes === 4 ? low : fromWords(low, this.load32(pointer + 4));
  }

  store8(pointer: number, value: number): void {
    this.#view.setUint8(pointer, value);
  }

  store16(pointer: number, value: number): void {
    this.#view.setUint16(pointer, value, true);
  }

  store32(pointer: number, value: number): void {
    this.#view.setUint32(pointer, value, true);
  }

  store64(pointer: number, value: bigint): void {
    this.#view.setBigUint64(pointer, value, true);
  }

  storePointer(pointer: number, value: number): void {
    this.store32(pointer, value % HIGH_WORD);
    if (this.#pointerBytes === 8) this.store32(pointer + 4, highWord(value));
  }

  loadBytes(pointer: number, sizeBytes: number): Uint8Array {
    return this.#bytes.slice(pointer, pointer + sizeBytes);
  }

  storeBytes(pointer: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes, pointer);
  }
}

/** The machine's memory: each access is one that the sanitizer sees. */
export class KernelMemory implements ValueMemory {
  readonly #ram: Ram;

  constructor(ram: Ram) {
    this.#ram = ram;
  }

  load8(pointer: number): number {
    return this.#ram.load8(pointer);
  }

  load16(pointer: number): number {
    return this.#ram.load16(pointer);
  }

  load32(pointer: number): number {
    return this.#ram.load32(pointer);
  }

  load64(pointer: number): bigint {
    return this.#ram.load64(pointer);
  }

  loadPointer(pointer: number): number {
    return this.#ram.loadPointer(pointer);
  }

  store8(pointer: number, value: number): void {
    this.#ram.store8(pointer, value);
  }

  store16(pointer: number, value: number): void {
    this.#ram.store16(pointer, value);
  }

  store32(pointer: number, value: number): void {
    this.#ram.store32(pointer, value);
  }

  store64(pointer: number, value: bigint): void {
    this.#ram.store64(pointer, value);
  }

  storePointer(pointer: number, value: number): void {
    this.#ram.storePointer(pointer, value);
  }

  loadBytes(pointer: number, sizeBytes: number): Uint8Array {
    return this.#ram.loadBytes(pointer, sizeBytes);
  }

  storeBytes(pointer: number, bytes: Uint8Array): void {
    this.#ram.storeBytes(pointer, bytes);
  }
}
