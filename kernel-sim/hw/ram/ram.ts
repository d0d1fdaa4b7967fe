// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A machine's memory: one ArrayBuffer, and a shadow that says which of its bytes may be touched.
 *
 * Kernel and driver code go through the checked loads and stores, which take kernel pointers of
 * the direct map, aligned or not. What manages memory (mm/) and what copies many bytes checks a
 * range once and works on `bytes` by physical offset.
 *
 * Two things can go wrong. An address without memory is a *fault*, with checks or without them.
 * An address whose shadow forbids it is a *bad access*: it is reported, and goes on as it does in
 * Linux. Neither report is made here: mm/ registers an `AccessReporter`.
 *
 * Linux: the direct map, and mm/kasan/generic.c. Differs: the shadow is kept complemented, so that
 * fresh memory is forbidden (as free pages are) without being written; checks are off by never
 * poisoning, so the same code runs either way; there is no vmalloc area yet.
 */
import { formatPointer, fromWords, highWord, PC_MEMORY, type BoardMemory } from './board-memory.ts';
import { GRANULE, SHADOW } from './shadow.ts';

export interface AccessReporter {
  /** The shadow forbids it. May return: the access then goes on. */
  readonly badAccess: (access: BadAccess) => void;
  /** No memory answers at `access.pointer`: NULL, a user's address, a wild one. */
  readonly fault: (access: BadAccess) => never;
}

export interface BadAccess {
  readonly pointer: number;
  readonly sizeBytes: number;
  readonly isWrite: boolean;
  /** First byte of the range that must not be touched. */
  readonly firstBad: number;
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

/** The stored shadow of eight bytes that may all be touched. */
const OPEN = 0xff;

export class Ram {
  readonly board: BoardMemory;
  readonly sizeBytes: number;
  /** Memory by physical address. Nothing is checked here. */
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** False for `kasan=off`: nothing is ever poisoned or reported; faults are still faults. */
  readonly checks: boolean;
  reporter: AccessReporter;
  readonly #base: number;
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
    this.#shadow = new Uint8Array(sizeBytes / GRANULE);
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

  /** True if memory answers at all of `sizeBytes` from `pointer`. */
  holds(pointer: number, sizeBytes = 1): boolean {
    const at = pointer - this.#base;
    return at >= 0 && at + sizeBytes <= this.sizeBytes;
  }

  formatPointer(pointer: number): string {
    return formatPointer(this.board, pointer);
  }

  // Checked loads and stores. Integers are little-endian; 8, 16 and 32 bits are unsigned. One test
  // of the shadow lets most pass: it has no byte for an address outside of memory, and `at` differs
  // from the offset where that is negative or no 32-bit number.

  load8(pointer: number): number {
    const offset = pointer - this.#base;
    const at = offset >>> 0;
    if (at !== offset || this.#shadow[at >>> 3] !== OPEN) {
      this.#check(pointer, 1, false);
    }
    return this.view.getUint8(at);
  }

  load16(pointer: number): number {
    const offset = pointer - this.#base;
    const at = offset >>> 0;
    if (at !== offset || this.#shadow[at >>> 3] !== OPEN || (at & 7) > 6) {
      this.#check(pointer, 2, false);
    }
    return this.view.getUint16(at, true);
  }

  load32(pointer: number): number {
    const offset = pointer - this.#base;
    const at = offset >>> 0;
    if (at !== offset || this.#shadow[at >>> 3] !== OPEN || (at & 7) > 4) {
      this.#check(pointer, 4, false);
    }
    return this.view.getUint32(at, true);
  }

  load64(pointer: number): bigint {
    const offset = pointer - this.#base;
    const at = offset >>> 0;
    if (at !== offset || this.#shadow[at >>> 3] !== OPEN || (at & 7) !== 0) {
      this.#check(pointer, 8, false);
    }
    return this.view.getBigUint64(at, true);
  }

  /** A pointer of the board's width. */
  loadPointer(pointer: number): number {
    const { pointerBytes } = this.board;
    this.#checkAny(pointer, pointerBytes, false);
    return this.rawLoadPointer(pointer - this.#base);
  }

  store8(pointer: number, value: number): void {
    const offset = pointer - this.#base;
    const at = offset >>> 0;
    if (at !== offset || this.#shadow[at >>> 3] !== OPEN) {
      this.#check(pointer, 1, true);
    }
    this.view.setUint8(at, value);
  }

  store16(pointer: number, value: number): void {
    const offset = pointer - this.#base;
    const at = offset >>> 0;
    if (at !== offset || this.#shadow[at >>> 3] !== OPEN || (at & 7) > 6) {
      this.#check(pointer, 2, true);
    }
    this.view.setUint16(at, value, true);
  }

  store32(pointer: number, value: number): void {
    const offset = pointer - this.#base;
    const at = offset >>> 0;
    if (at !== offset || this.#shadow[at >>> 3] !== OPEN || (at & 7) > 4) {
      this.#check(pointer, 4, true);
    }
    this.view.setUint32(at, value, true);
  }

  store64(pointer: number, value: bigint): void {
    const offset = pointer - this.#base;
    const at = offset >>> 0;
    if (at !== offset || this.#shadow[at >>> 3] !== OPEN || (at & 7) !== 0) {
      this.#check(pointer, 8, true);
    }
    this.view.setBigUint64(at, value, true);
  }

  storePointer(pointer: number, value: number): void {
    this.#checkAny(pointer, this.board.pointerBytes, true);
    this.rawStorePointer(pointer - this.#base, value);
  }

  // Ranges.

  /**
   * Checks a whole range once, as memcpy and its like do, and returns its physical address.
   * A bad access is reported and goes on.
   *
   * Oopses: by the reporter.
   */
  checkRange(pointer: number, sizeBytes: number, isWrite: boolean): number {
    if (sizeBytes > 0) this.#check(pointer, sizeBytes, isWrite);
    return pointer - this.#base;
  }

  memcpy(target: number, source: number, sizeBytes: number): void {
    const from = this.checkRange(source, sizeBytes, false);
    const to = this.checkRange(target, sizeBytes, true);
    this.bytes.copyWithin(to, from, from + sizeBytes);
  }

  memset(target: number, value: number, sizeBytes: number): void {
    const to = this.checkRange(target, sizeBytes, true);
    this.bytes.fill(value, to, to + sizeBytes);
  }

  // Unchecked, by physical address: for what manages memory.

  rawLoadPointer(physical: number): number {
    const low = this.view.getUint32(physical, true);
    if (this.board.pointerBytes === 4) return low;
    return fromWords(low, this.view.getUint32(physical + 4, true));
  }

  rawStorePointer(physical: number, value: number): void {
    this.view.setUint32(physical, value % 0x1_0000_0000, true);
    if (this.board.pointerBytes === 8) {
      this.view.setUint32(physical + 4, highWord(value), true);
    }
  }

  // The shadow, by physical address.

  /** The byte that stands for the eight at `physical` (shadow.ts). */
  shadowAt(physical: number): number {
    return ~(this.#shadow[physical >>> 3] ?? 0) & 0xff;
  }

  /** Forbids whole granules; a partial last one is forbidden whole. Does nothing without checks. */
  poison(physical: number, sizeBytes: number, value: number): void {
    if (!this.checks) return;
    this.#fillShadow(physical >>> 3, (physical + sizeBytes + GRANULE - 1) >>> 3, value);
  }

  /** Allows exactly `sizeBytes` from a multiple of eight. */
  unpoison(physical: number, sizeBytes: number): void {
    const end = (physical + sizeBytes) >>> 3;
    this.#fillShadow(physical >>> 3, end, SHADOW.ADDRESSABLE);
    const rest = sizeBytes & (GRANULE - 1);
    if (rest !== 0) this.#shadow[end] = ~rest;
  }

  /**
   * The first pointer of the range that the shadow forbids, or 0. The range must lie in memory.
   */
  firstBad(pointer: number, sizeBytes: number): number {
    const start = pointer - this.#base;
    const end = start + sizeBytes;
    for (let at = start - (start % GRANULE); at < end; at += GRANULE) {
      const value = this.shadowAt(at);
      if (value === SHADOW.ADDRESSABLE) continue;
      const bad = Math.max(start, value < GRANULE ? at + value : at);
      if (bad < Math.min(end, at + GRANULE)) return this.#base + bad;
    }
    return 0;
  }

  /** Small ranges are by far the commonest, and cheaper without a call into the engine. */
  #fillShadow(first: number, end: number, value: number): void {
    const shadow = this.#shadow;
    const stored = ~value & 0xff;
    if (end - first > 32) shadow.fill(stored, first, end);
    else for (let index = first; index < end; index++) shadow[index] = stored;
  }

  #checkAny(pointer: number, sizeBytes: number, isWrite: boolean): void {
    const offset = pointer - this.#base;
    const at = offset >>> 0;
    if (at !== offset || this.#shadow[at >>> 3] !== OPEN || (at & 7) + sizeBytes > GRANULE) {
      this.#check(pointer, sizeBytes, isWrite);
    }
  }

  /** The slow path: exact, and the only one that reports. */
  #check(pointer: number, sizeBytes: number, isWrite: boolean): void {
    if (!this.holds(pointer, sizeBytes) || !Number.isInteger(pointer)) {
      this.reporter.fault({ pointer, sizeBytes, isWrite, firstBad: pointer });
    }
    if (!this.checks) return;
    const firstBad = this.firstBad(pointer, sizeBytes);
    if (firstBad !== 0) this.reporter.badAccess({ pointer, sizeBytes, isWrite, firstBad });
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
