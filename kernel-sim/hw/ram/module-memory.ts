// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Memory as compiled drivers touch it: the checked accesses of `Ram` and no more of it, since what
 * manages memory is none of theirs.
 */
import type { ModuleMemory } from '../../uapi/module-abi.ts';
import type { Ram } from './ram.ts';

export class RamAccess implements ModuleMemory {
  readonly #ram: Ram;

  constructor(ram: Ram) {
    this.#ram = ram;
    Object.freeze(this);
  }

  /** Nobody looks for data races here. */
  mark(kind: number): void {
    void kind;
  }

  load8(address: number): number {
    return this.#ram.load8(address);
  }

  load16(address: number): number {
    return this.#ram.load16(address);
  }

  load32(address: number): number {
    return this.#ram.load32(address);
  }

  load64(address: number): bigint {
    return this.#ram.load64(address);
  }

  loadS8(address: number): number {
    return (this.#ram.load8(address) << 24) >> 24;
  }

  loadS16(address: number): number {
    return (this.#ram.load16(address) << 16) >> 16;
  }

  loadS32(address: number): number {
    return this.#ram.load32(address) | 0;
  }

  loadS64(address: number): bigint {
    return BigInt.asIntN(64, this.#ram.load64(address));
  }

  loadPointer(address: number): number {
    return this.#ram.loadPointer(address);
  }

  loadWord(address: number): number {
    return this.#ram.loadWord(address);
  }

  store8(address: number, value: number): void {
    this.#ram.store8(address, value);
  }

  store16(address: number, value: number): void {
    this.#ram.store16(address, value);
  }

  store32(address: number, value: number): void {
    this.#ram.store32(address, value);
  }

  store64(address: number, value: bigint): void {
    this.#ram.store64(address, value);
  }

  storePointer(address: number, value: number): void {
    this.#ram.storePointer(address, value);
  }

  storeWord(address: number, value: number): void {
    this.#ram.storeWord(address, value);
  }

  copy(to: number, from: number, sizeBytes: number): void {
    this.#ram.memcpy(to, from, sizeBytes);
  }

  swap16(value: number): number {
    return ((value & 0xff) << 8) | ((value >>> 8) & 0xff);
  }

  swap32(value: number): number {
    return (
      ((value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0
    );
  }

  swap64(value: bigint): bigint {
    const low = Number(BigInt.asUintN(32, value));
    const high = Number(BigInt.asUintN(32, value >> 32n));
    return (BigInt(this.swap32(low)) << 32n) | BigInt(this.swap32(high));
  }
}

Object.freeze(RamAccess.prototype);
