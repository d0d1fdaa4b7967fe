// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A machine's memory: one ArrayBuffer, and a shadow that says which of its bytes may be touched.
 *
 * Kernel and driver code go through the checked loads and stores, which take kernel pointers,
 * aligned or not. Those of the direct map pass with one test of the shadow. All others go the slow
 * way: through the kernel's page table where it maps something, as in the vmalloc area, else into a
 * fault. What manages memory (mm/) and what copies many bytes checks a range once and works on
 * `bytes` by physical offset.
 *
 * Two things can go wrong. An address without memory is a *fault*, with checks or without them.
 * An address whose shadow forbids it is a *bad access*: it is reported, and goes on as it does in
 * Linux. Neither report is made here: mm/ registers an `AccessReporter`.
 *
 * Linux: the direct map, and mm/kasan/generic.c. Differs: the shadow is kept by physical address,
 * so what is mapped twice has one; checks are off by never poisoning, so the same code runs either
 * way.
 */
import { type BoardMemory, formatPointer, PC_MEMORY } from './board-memory.ts';
import { KernelAddresses, type RunVisitor, SPLIT } from './kernel-addresses.ts';
import type { Tlb } from './kernel-map.ts';
import { PointerWords } from './pointer-words.ts';
import { OPEN, ShadowMemory } from './shadow-memory.ts';
import { GRANULE } from './shadow.ts';

export interface AccessReporter {
  /** The shadow forbids it. May return: the access then goes on. */
  readonly badAccess: (access: BadAccess) => void;
  /** No memory answers at `fault.firstBad`: NULL, a user's address, a wild one. */
  readonly fault: (fault: Fault) => never;
}

export interface BadAccess {
  readonly pointer: number;
  readonly sizeBytes: number;
  readonly isWrite: boolean;
  /** First byte of the range that must not be touched. */
  readonly firstBad: number;
}

export interface Fault extends BadAccess {
  /** A page is there, without the right that is wanted. */
  readonly isPresent?: boolean;
  /** Somebody tried to run what lies there. */
  readonly isFetch?: boolean;
}

/** What a machine without mm/ throws. */
export class MemoryFault extends Error {
  readonly access: BadAccess;

  constructor(kind: string, access: BadAccess, board: BoardMemory) {
    const verb = access.isWrite ? 'write' : 'read';
    const at = formatPointer(board, access.pointer);
    super(`${kind}: ${verb} of size ${access.sizeBytes} at ${at}`);
    this.access = access;
  }
}

const WORD = 0x1_0000_0000;

export class Ram {
  readonly board: BoardMemory;
  readonly sizeBytes: number;
  /** Memory by physical address. Nothing is checked here. */
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** False for `kasan=off`: nothing is ever poisoned or reported; faults are still faults. */
  readonly checks: boolean;
  reporter: AccessReporter;
  /** Told of memory that somebody gets: what was done to it before is over. */
  onUnpoisoned: ((physical: number, sizeBytes: number) => void) | undefined = undefined;
  readonly #base: number;
  readonly #words: PointerWords;
  readonly #addresses: KernelAddresses;
  readonly #shadowMemory: ShadowMemory;
  /** Complement of one byte for each eight of memory (shadow.ts). */
  readonly #shadow: Uint8Array;

  /** `sizeBytes` is a multiple of the page size. */
  constructor(sizeBytes: number, board: BoardMemory = PC_MEMORY, checks = true) {
    const buffer = new ArrayBuffer(sizeBytes);
    this.board = board;
    this.sizeBytes = sizeBytes;
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.checks = checks;
    this.reporter = throwingReporter(board);
    this.#base = board.directMap;
    this.#shadowMemory = new ShadowMemory(sizeBytes);
    this.#shadow = this.#shadowMemory.stored;
    this.#words = new PointerWords(board);
    this.#addresses = new KernelAddresses(this, board.directMap, this.#shadowMemory);
  }

  // Addresses.

  /** The kernel pointer to a physical address. Linux: __va. */
  toPointer(physical: number): number {
    return this.#base + physical;
  }

  /** Linux: __pa. Meaningful only where `holds(pointer)`. */
  toPhysical(pointer: number): number {
    return pointer - this.#base;
  }

  /** True if the direct map has all of `sizeBytes` from `pointer`. Linux: virt_addr_valid. */
  holds(pointer: number, sizeBytes = 1): boolean {
    return this.#addresses.holds(pointer, sizeBytes);
  }

  /** The physical address behind any kernel pointer, or -1. Linux: slow_virt_to_phys. */
  physicalOf(pointer: number): number {
    return this.#addresses.physicalOf(pointer);
  }

  /** What is mapped outside of the direct map. */
  get tlb(): Tlb {
    return this.#addresses.tlb;
  }

  formatPointer(pointer: number): string {
    return this.#words.format(pointer);
  }

  /** The pointer that 64 bits make, whatever they are: pointer-words.ts. */
  pointerFrom(bits: bigint): number {
    const high = Number(BigInt.asUintN(32, bits >> 32n));
    return this.#words.fromWords(Number(BigInt.asUintN(32, bits)), high);
  }

  /** The bits of a pointer, as the board's memory holds it. */
  bitsOf(pointer: number): bigint {
    const low = BigInt(this.#words.low(pointer));
    if (this.board.pointerBytes === 4) return low;
    return (BigInt(this.#words.high(pointer)) << 32n) | low;
  }

  // Checked loads and stores. Integers are little-endian; 8, 16 and 32 bits are unsigned. One test
  // of the shadow lets most pass: it has no byte for an address outside of memory, and `at` differs
  // from the offset where that is negative or no 32-bit number.

  load8(pointer: number): number {
    const offset = pointer - this.#base;
    const at = offset >>> 0;
    if (at !== offset || this.#shadow[at >>> 3] !== OPEN) return this.#slowLoad(pointer, 1);
    return this.view.getUint8(at);
  }

  load16(pointer: number): number {
    const offset = pointer - this.#base;
    const at = offset >>> 0;
    if (at !== offset || this.#shadow[at >>> 3] !== OPEN || (at & 7) > 6) {
      return this.#slowLoad(pointer, 2);
    }
    return this.view.getUint16(at, true);
  }

  load32(pointer: number): number {
    const offset = pointer - this.#base;
    const at = offset >>> 0;
    if (at !== offset || this.#shadow[at >>> 3] !== OPEN || (at & 7) > 4) {
      return this.#slowLoad(pointer, 4);
    }
    return this.view.getUint32(at, true);
  }

  load64(pointer: number): bigint {
    const offset = pointer - this.#base;
    const at = offset >>> 0;
    if (at !== offset || this.#shadow[at >>> 3] !== OPEN || (at & 7) !== 0) {
      const place = this.#addresses.place(pointer, 8, false);
      if (place === SPLIT) {
        const high = BigInt(this.#addresses.load(pointer + 4, 4));
        return (high << 32n) | BigInt(this.#addresses.load(pointer, 4));
      }
      return this.view.getBigUint64(place, true);
    }
    return this.view.getBigUint64(at, true);
  }

  /** A pointer of the board's width; one that is not canonical is negative: pointer-words.ts. */
  loadPointer(pointer: number): number {
    const offset = pointer - this.#base;
    const at = offset >>> 0;
    if (
      at !== offset ||
      this.#shadow[at >>> 3] !== OPEN ||
      (at & 7) + this.board.pointerBytes > GRANULE
    ) {
      const place = this.#addresses.place(pointer, this.board.pointerBytes, false);
      if (place !== SPLIT) return this.rawLoadPointer(place);
      const low = this.#addresses.load(pointer, 4);
      return this.#words.fromWords(
        low,
        this.board.pointerBytes === 4 ? 0 : this.#addresses.load(pointer + 4, 4),
      );
    }
    return this.rawLoadPointer(at);
  }

  /** Linux's unsigned long: as a pointer, but what is not canonical is the nearest number. */
  loadWord(pointer: number): number {
    const value = this.loadPointer(pointer);
    return value >= 0 ? value : this.#words.high(value) * WORD + this.#words.low(value);
  }

  store8(pointer: number, value: number): void {
    const offset = pointer - this.#base;
    const at = offset >>> 0;
    if (at !== offset || this.#shadow[at >>> 3] !== OPEN) this.#slowStore(pointer, 1, value);
    else this.view.setUint8(at, value);
  }

  store16(pointer: number, value: number): void {
    const offset = pointer - this.#base;
    const at = offset >>> 0;
    if (at !== offset || this.#shadow[at >>> 3] !== OPEN || (at & 7) > 6) {
      this.#slowStore(pointer, 2, value);
    } else this.view.setUint16(at, value, true);
  }

  store32(pointer: number, value: number): void {
    const offset = pointer - this.#base;
    const at = offset >>> 0;
    if (at !== offset || this.#shadow[at >>> 3] !== OPEN || (at & 7) > 4) {
      this.#slowStore(pointer, 4, value);
    } else this.view.setUint32(at, value, true);
  }

  store64(pointer: number, value: bigint): void {
    const offset = pointer - this.#base;
    const at = offset >>> 0;
    if (at !== offset || this.#shadow[at >>> 3] !== OPEN || (at & 7) !== 0) {
      const place = this.#addresses.place(pointer, 8, true);
      if (place !== SPLIT) this.view.setBigUint64(place, value, true);
      else {
        this.#addresses.store(pointer, 4, Number(BigInt.asUintN(32, value)));
        this.#addresses.store(pointer + 4, 4, Number(BigInt.asUintN(32, value >> 32n)));
      }
    } else this.view.setBigUint64(at, value, true);
  }

  storePointer(pointer: number, value: number): void {
    const offset = pointer - this.#base;
    const at = offset >>> 0;
    const { pointerBytes } = this.board;
    if (at !== offset || this.#shadow[at >>> 3] !== OPEN || (at & 7) + pointerBytes > GRANULE) {
      const place = this.#addresses.place(pointer, pointerBytes, true);
      if (place !== SPLIT) this.rawStorePointer(place, value);
      else {
        this.#addresses.store(pointer, 4, this.#words.low(value));
        if (pointerBytes === 8) this.#addresses.store(pointer + 4, 4, this.#words.high(value));
      }
    } else this.rawStorePointer(at, value);
  }

  /** Linux's unsigned long; an address that it holds can be loaded as a pointer. */
  storeWord(pointer: number, value: number): void {
    this.storePointer(pointer, value);
  }

  // Ranges.

  /**
   * Checks a whole range once, as memcpy and its like do. A bad access is reported and goes on.
   *
   * Oopses: by the reporter.
   */
  checkRange(pointer: number, sizeBytes: number, isWrite: boolean): void {
    if (sizeBytes > 0) this.#addresses.place(pointer, sizeBytes, isWrite);
  }

  /** Linux: memmove, which memcpy is here too. */
  memcpy(target: number, source: number, sizeBytes: number): void {
    if (!(sizeBytes > 0)) return;
    const from = this.#addresses.place(source, sizeBytes, false);
    const to = this.#addresses.place(target, sizeBytes, true);
    if (from !== SPLIT && to !== SPLIT) this.bytes.copyWithin(to, from, from + sizeBytes);
    else this.#addresses.put(target, this.#addresses.take(source, sizeBytes));
  }

  memset(target: number, value: number, sizeBytes: number): void {
    if (!(sizeBytes > 0)) return;
    this.#addresses.place(target, sizeBytes, true);
    this.eachRun(target, sizeBytes, (at, bytes) => this.bytes.fill(value, at, at + bytes));
  }

  /** A copy of a range, checked. */
  loadBytes(pointer: number, sizeBytes: number): Uint8Array {
    this.checkRange(pointer, sizeBytes, false);
    return this.#addresses.take(pointer, sizeBytes);
  }

  /** Checked. */
  storeBytes(pointer: number, bytes: Uint8Array): void {
    this.checkRange(pointer, bytes.length, true);
    this.#addresses.put(pointer, bytes);
  }

  /**
   * Visits a range that has been checked, in as few pieces as it has in memory. Linux has no need
   * of it: its processor does that.
   */
  eachRun(pointer: number, sizeBytes: number, visit: RunVisitor): void {
    this.#addresses.eachRun(pointer, sizeBytes, visit);
  }

  // Unchecked, by physical address: for what manages memory.

  rawLoadPointer(physical: number): number {
    const low = this.view.getUint32(physical, true);
    if (this.board.pointerBytes === 4) return low;
    const high = this.view.getUint32(physical + 4, true);
    // A kernel pointer; the rest is rare.
    if (high >>> 15 === 0x1_ffff) return (high & 0xffff) * WORD + low;
    return this.#words.fromWords(low, high);
  }

  rawStorePointer(physical: number, value: number): void {
    const high = Math.floor(value / WORD);
    this.view.setUint32(physical, value - high * WORD, true);
    if (this.board.pointerBytes === 4) return;
    const isKernel = high >= 0x8000 && high < 0x1_0000;
    this.view.setUint32(
      physical + 4,
      isKernel ? high | 0xffff_0000 : this.#words.high(value),
      true,
    );
  }

  // The shadow, by physical address.

  /** The byte that stands for the eight at `physical` (shadow.ts). */
  shadowAt(physical: number): number {
    return this.#shadowMemory.at(physical);
  }

  /** Forbids whole granules; a partial last one is forbidden whole. Does nothing without checks. */
  poison(physical: number, sizeBytes: number, value: number): void {
    if (this.checks) this.#shadowMemory.poison(physical, sizeBytes, value);
  }

  /** Allows exactly `sizeBytes` from a multiple of eight. */
  unpoison(physical: number, sizeBytes: number): void {
    this.#shadowMemory.unpoison(physical, sizeBytes);
    this.onUnpoisoned?.(physical, sizeBytes);
  }

  // The shadow, by pointer.

  /** The byte of any kernel pointer's granule; undefined where there is no shadow. */
  shadowOf(pointer: number): number | undefined {
    return this.#addresses.shadowOf(pointer);
  }

  /** The first pointer of the range that the shadow forbids, or 0. */
  firstBad(pointer: number, sizeBytes: number): number {
    return this.#addresses.firstBad(pointer, sizeBytes);
  }

  #slowLoad(pointer: number, sizeBytes: 1 | 2 | 4): number {
    const place = this.#addresses.place(pointer, sizeBytes, false);
    if (place === SPLIT) return this.#addresses.load(pointer, sizeBytes);
    if (sizeBytes === 4) return this.view.getUint32(place, true);
    return sizeBytes === 2 ? this.view.getUint16(place, true) : this.view.getUint8(place);
  }

  #slowStore(pointer: number, sizeBytes: 1 | 2 | 4, value: number): void {
    const place = this.#addresses.place(pointer, sizeBytes, true);
    if (place === SPLIT) this.#addresses.store(pointer, sizeBytes, value);
    else if (sizeBytes === 4) this.view.setUint32(place, value, true);
    else if (sizeBytes === 2) this.view.setUint16(place, value, true);
    else this.view.setUint8(place, value);
  }
}

function throwingReporter(board: BoardMemory): AccessReporter {
  return {
    badAccess(access) {
      throw new MemoryFault('bad access', access, board);
    },
    fault(access) {
      throw new MemoryFault('fault', access, board);
    },
  };
}
