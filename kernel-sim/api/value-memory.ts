// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Where the bytes of a driver's structs lie: in the machine's memory, checked, or in bytes of their
 * own that nothing but the value itself can reach.
 */
import type { Ram } from '../hw/ram/ram.ts';
import type { LayoutTarget } from '../uapi/layout.ts';

/** What of a machine decides how values lie in memory. */
export interface ValueTarget extends LayoutTarget {
  readonly pointers: {
    /** The pointer that 64 bits make, whatever they are. */
    pointerFrom(bits: bigint): number;
    bitsOf(pointer: number): bigint;
  };
  readonly functions: {
    /** The address of a function of a driver's, or of NULL. */
    addressOf(fn: unknown): number;
    functionAt(address: number): unknown;
  };
}

/** Loads and stores of one size each; what is wider than a byte is little-endian. */
export interface ValueMemory {
  load8(pointer: number): number;
  load16(pointer: number): number;
  load32(pointer: number): number;
  load64(pointer: number): bigint;
  loadPointer(pointer: number): number;
  /** A number as wide as the board's pointers. */
  loadWord(pointer: number): number;
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
  readonly #target: ValueTarget;

  constructor(sizeBytes: number, target: ValueTarget) {
    this.#bytes = new Uint8Array(sizeBytes);
    this.#view = new DataView(this.#bytes.buffer);
    this.#target = target;
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
    const { pointerBytes, pointers } = this.#target;
    return pointerBytes === 4 ? this.load32(pointer) : pointers.pointerFrom(this.load64(pointer));
  }

  loadWord(pointer: number): number {
    const value = this.loadPointer(pointer);
    return value >= 0 ? value : Number(this.load64(pointer));
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
    const { pointerBytes, pointers } = this.#target;
    if (pointerBytes === 4) this.store32(pointer, value);
    else this.store64(pointer, pointers.bitsOf(value));
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

  loadWord(pointer: number): number {
    return this.#ram.loadWord(pointer);
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
