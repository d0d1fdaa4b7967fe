// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Memory as compiled drivers touch it, each access told to the race detector. In the place of
 * `RamAccess` when the detector is on: off, it costs nothing.
 *
 * Linux: the __tsan_… calls that a compiler puts in; include/linux/compiler.h for marked ones.
 */
import { RamAccess } from '../../hw/ram/module-memory.ts';
import type { Ram } from '../../hw/ram/ram.ts';
import { MARK, type ModuleMemory } from '../../uapi/module-abi.ts';
import { ACCESS } from './access.ts';
import type { RaceDetector } from './race-detector.ts';

export class WatchedMemory extends RamAccess implements ModuleMemory {
  readonly #races: RaceDetector;
  readonly #pointerBytes: number;
  /** What the next access is. */
  #mark = 0;

  constructor(ram: Ram, races: RaceDetector) {
    super(ram);
    this.#races = races;
    this.#pointerBytes = ram.board.pointerBytes;
  }

  override mark(kind: number): void {
    this.#mark = kind;
  }

  override load8(address: number): number {
    this.#load(address, 1);
    return super.load8(address);
  }

  override load16(address: number): number {
    this.#load(address, 2);
    return super.load16(address);
  }

  override load32(address: number): number {
    this.#load(address, 4);
    return super.load32(address);
  }

  override load64(address: number): bigint {
    this.#load(address, 8);
    return super.load64(address);
  }

  override loadS8(address: number): number {
    this.#load(address, 1);
    return super.loadS8(address);
  }

  override loadS16(address: number): number {
    this.#load(address, 2);
    return super.loadS16(address);
  }

  override loadS32(address: number): number {
    this.#load(address, 4);
    return super.loadS32(address);
  }

  override loadS64(address: number): bigint {
    this.#load(address, 8);
    return super.loadS64(address);
  }

  override loadPointer(address: number): number {
    this.#load(address, this.#pointerBytes);
    return super.loadPointer(address);
  }

  override loadWord(address: number): number {
    this.#load(address, this.#pointerBytes);
    return super.loadWord(address);
  }

  override store8(address: number, value: number): void {
    this.#store(address, 1);
    super.store8(address, value);
    if (this.#races.isPending) this.#races.flush();
  }

  override store16(address: number, value: number): void {
    this.#store(address, 2);
    super.store16(address, value);
    if (this.#races.isPending) this.#races.flush();
  }

  override store32(address: number, value: number): void {
    this.#store(address, 4);
    super.store32(address, value);
    if (this.#races.isPending) this.#races.flush();
  }

  override store64(address: number, value: bigint): void {
    this.#store(address, 8);
    super.store64(address, value);
    if (this.#races.isPending) this.#races.flush();
  }

  override storePointer(address: number, value: number): void {
    this.#store(address, this.#pointerBytes);
    super.storePointer(address, value);
    if (this.#races.isPending) this.#races.flush();
  }

  override storeWord(address: number, value: number): void {
    this.#store(address, this.#pointerBytes);
    super.storeWord(address, value);
    if (this.#races.isPending) this.#races.flush();
  }

  override copy(to: number, from: number, sizeBytes: number): void {
    this.#races.range(from, sizeBytes, 0);
    this.#races.range(to, sizeBytes, ACCESS.WRITE);
    super.copy(to, from, sizeBytes);
    if (this.#races.isPending) this.#races.flush();
  }

  #load(address: number, sizeBytes: number): void {
    const mark = this.#mark;
    if (mark === 0) this.#races.access(address, sizeBytes, 0);
    else this.#marked(address, sizeBytes, mark);
  }

  #store(address: number, sizeBytes: number): void {
    const mark = this.#mark;
    if (mark === 0) this.#races.access(address, sizeBytes, ACCESS.WRITE);
    else this.#marked(address, sizeBytes, mark);
  }

  #marked(address: number, sizeBytes: number, mark: number): void {
    this.#mark = 0;
    const { orders } = this.#races;
    switch (mark) {
      case MARK.LOAD:
        this.#races.markedLoad(address, sizeBytes);
        break;
      case MARK.STORE:
        this.#races.markedStore(address, sizeBytes);
        break;
      case MARK.RELEASE:
        this.#races.access(address, sizeBytes, ACCESS.MARKED | ACCESS.WRITE);
        orders.release(address);
        break;
      case MARK.NO_WRITERS:
        this.#races.access(address, sizeBytes, ACCESS.ASSERT);
        break;
      case MARK.NO_ACCESSES:
        this.#races.access(address, sizeBytes, ACCESS.ASSERT | ACCESS.WRITE);
        this.#races.flush();
        break;
      case MARK.RACY:
        this.#races.access(address, sizeBytes, ACCESS.UNKNOWN);
        break;
      default:
        break;
    }
  }
}

Object.freeze(WatchedMemory.prototype);
