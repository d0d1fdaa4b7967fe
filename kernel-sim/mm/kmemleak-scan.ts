// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * One look at memory for what leads to the objects of kmemleak.
 *
 * From the roots and from objects that are grey, every aligned word is taken for an address. An
 * object that enough of them lead into, to its beginning or not, turns grey and is looked into as
 * well. White ones whose content has changed since the last scan are given time until the next:
 * somebody works with them.
 *
 * Linux: kmemleak_scan, scan_gray_list, scan_block, update_refs of mm/kmemleak.c.
 */
import { jiffiesAt, HZ } from '../kernel/jiffies.ts';
import { crc32Le } from '../lib/crc32.ts';
import type { Ram } from '../hw/ram/ram.ts';
import type { Sim } from '../sim/sim.ts';
import { COST } from '../uapi/costs.ts';
import { isGrey, isWhite, type Kmemleak, LEAK_FLAG, type LeakObject } from './kmemleak.ts';

/** Younger ones may only just be on their way to where they will be held. */
const MIN_AGE_JIFFIES = 5 * HZ;
const BYTES_PER_CHARGE = 64;

/** Where whatever is in use can be reached from. */
export interface LeakRoots {
  /** Memory to look into: modules' data, stacks. */
  blocks(
    areStacksScanned: boolean,
  ): Iterable<{ readonly address: number; readonly sizeBytes: number }>;
  /** Pointers that are held outside of memory: in variables of running code. */
  values(): Iterable<number>;
  /** What handles hold until they are dropped or forgotten. */
  owned(): Iterable<number>;
}

export interface LeakScannerParts {
  readonly sim: Sim;
  readonly ram: Ram;
  readonly kmemleak: Kmemleak;
  readonly roots: LeakRoots;
  readonly bytesOf: BytesOf;
  readonly cpus: number;
  readonly addressOnCpu: AddressOnCpu;
}

/** The bytes of a range, in pieces that lie together. */
export type BytesOf = (address: number, sizeBytes: number) => Iterable<Uint8Array>;

/** Where a CPU has its copy of a per-CPU object. */
export type AddressOnCpu = (place: number, cpu: number) => number;

export class LeakScanner {
  areStacksScanned = true;
  readonly #parts: LeakScannerParts;
  #lastScanJiffies = 0;
  /** Objects by address, for the time of a scan. */
  #sorted: readonly LeakObject[] = [];
  #starts = new Float64Array(0);
  #grey: LeakObject[] = [];

  constructor(parts: LeakScannerParts) {
    this.#parts = parts;
  }

  /** Looks at all memory. Answers how many objects are suspected that were not before. */
  scan(): number {
    const { sim, kmemleak } = this.#parts;
    this.#lastScanJiffies = jiffiesAt(sim.now());
    this.#mark(true);
    for (const object of this.#sorted) {
      if (!isWhite(object) || !this.#updateChecksum(object)) continue;
      object.count = object.minCount;
      this.#grey.push(object);
    }
    this.#scanGrey();
    let found = 0;
    for (const object of kmemleak.objects) {
      if (!this.isUnreferenced(object) || (object.flags & LEAK_FLAG.REPORTED) !== 0) continue;
      object.flags |= LEAK_FLAG.REPORTED;
      found++;
    }
    this.#forget();
    return found;
  }

  /**
   * Which objects nothing leads to at this moment, however young they are. Those of `isLoose`
   * count as allocations of a module that is gone: nobody is left to drop its handles.
   */
  unreachable(isLoose: (object: LeakObject) => boolean): LeakObject[] {
    const loose = [...this.#parts.kmemleak.objects].filter(isLoose);
    const painted = loose.map((object) => [object, object.minCount, object.count] as const);
    for (const object of loose) object.minCount = Math.max(1, object.minCount);
    this.#mark(false);
    this.#forget();
    const found = loose.filter(isWhite);
    for (const [object, minCount, count] of painted) Object.assign(object, { minCount, count });
    return found;
  }

  /** Suspected, and old enough. Linux: unreferenced_object. */
  isUnreferenced(object: LeakObject): boolean {
    return isWhite(object) && object.jiffies + MIN_AGE_JIFFIES <= this.#lastScanJiffies;
  }

  #mark(areHandlesAlive: boolean): void {
    const { kmemleak, roots } = this.#parts;
    this.#sorted = [...kmemleak.objects].toSorted((a, b) => a.pointer - b.pointer);
    this.#starts = Float64Array.from(this.#sorted, ({ pointer }) => pointer);
    this.#grey = [];
    for (const object of this.#sorted) {
      // What the record of a vmalloc area holds.
      object.count = object.kind === 'vmalloc' ? 1 : 0;
      if (isGrey(object)) this.#grey.push(object);
    }
    if (this.#sorted.length === 0) return;
    for (const value of roots.values()) this.#found(value);
    if (areHandlesAlive) for (const value of roots.owned()) this.#found(value);
    for (const { address, sizeBytes } of roots.blocks(this.areStacksScanned)) {
      this.#scanBlock(address, sizeBytes);
    }
    this.#scanGrey();
  }

  #forget(): void {
    this.#sorted = [];
    this.#grey = [];
  }

  #scanGrey(): void {
    for (let object = this.#grey.pop(); object !== undefined; object = this.#grey.pop()) {
      if ((object.flags & LEAK_FLAG.NO_SCAN) === 0) {
        for (const start of this.#copiesOf(object)) this.#scanBlock(start, object.sizeBytes);
      }
    }
  }

  /** Where it lies: on each CPU, if it is a per-CPU one. */
  #copiesOf({ pointer, kind }: LeakObject): number[] {
    const { cpus, addressOnCpu } = this.#parts;
    if (kind !== 'percpu') return [pointer];
    return Array.from({ length: cpus }, (_, cpu) => addressOnCpu(pointer, cpu));
  }

  #scanBlock(address: number, sizeBytes: number): void {
    const { sim, ram, bytesOf } = this.#parts;
    const step = ram.board.pointerBytes;
    const whole = sizeBytes - (sizeBytes % step);
    sim.clock.charge(Math.ceil(whole / BYTES_PER_CHARGE) * COST.COPY_64);
    for (const bytes of bytesOf(address, whole)) {
      const start = bytes.byteOffset - ram.bytes.byteOffset;
      for (let at = start; at + step <= start + bytes.length; at += step) {
        this.#found(ram.rawLoadPointer(at));
      }
    }
  }

  /** A value that may be an address. Linux: update_refs. */
  #found(value: number): void {
    const object = this.#lookup(value);
    if (object === undefined || !isWhite(object)) return;
    object.count++;
    if (isGrey(object)) this.#grey.push(object);
  }

  #lookup(value: number): LeakObject | undefined {
    const starts = this.#starts;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (starts[middle]! <= value) low = middle + 1;
      else high = middle;
    }
    const object = this.#sorted[low - 1];
    return object !== undefined && value < object.pointer + object.sizeBytes ? object : undefined;
  }

  /** True if the content is not what it was. Linux: update_checksum. */
  #updateChecksum(object: LeakObject): boolean {
    const before = object.checksum;
    let checksum = 0;
    for (const start of this.#copiesOf(object)) {
      for (const bytes of this.#parts.bytesOf(start, object.sizeBytes)) {
        checksum = crc32Le(checksum, bytes);
      }
    }
    object.checksum = checksum;
    return checksum !== before;
  }
}
