// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * SLUB's own checks: of free lists, and of the bytes around and in objects that nobody may change.
 *
 * A cache has them as its flags say (slab-flags.ts): from `slub_debug=` or from who made it. The
 * bytes are looked at when an object is taken, when it is given back, and by `validate`; what was
 * changed is reported, counted and set right. Nothing here is checked by the address sanitizer.
 *
 * slub-report.ts prints what is found.
 *
 * Linux: mm/slub.c. Differs: with none of the flags, what costs no walk is looked at all the same
 * (`slub_debug=-` is a kernel that looks at nothing).
 */
import type { Ram } from '../hw/ram/ram.ts';
import { PAGE_SIZE } from './page.ts';
import { SLAB } from './slab-flags.ts';
import type { SlabLayout } from './slab-layout.ts';
import type { Slab, SlabCache } from './slab.ts';

/** What bytes are filled with. Linux: include/linux/poison.h. */
const FILL = {
  /** The red zone of a free object, and of one in use. */
  RED_INACTIVE: 0xbb,
  RED_ACTIVE: 0xcc,
  /** What was never used; padding. */
  INUSE: 0x5a,
  FREE: 0x6b,
  /** The last byte of a free object. */
  END: 0xa5,
} as const;

/** Prints what was found. All but `warn` add one to the errors of the cache. */
export interface SlabReporter {
  /** Something is wrong with an object. `detail` stands before who took and freed it. */
  objectError(slab: Slab, pointer: number, finding: string, detail?: string): void;
  /** Something is wrong with a slab, or with `cache` if the slab is unknown. */
  slabError(cache: SlabCache, slab: Slab | undefined, finding: string, more?: SlabSection): void;
  fix(cache: SlabCache, what: string): void;
  /** A cache is removed while these objects of it are in use. */
  objectsRemain(slab: Slab, pointers: readonly number[]): void;
  /** The same, once for the cache. */
  destroyedInUse(cache: SlabCache): void;
  /** The allocator was used wrongly. Linux: WARN. Counts nothing. */
  warn(what: string): void;
}

/** Until somebody listens: findings are counted, and that is all. */
export const SILENT_REPORTER: SlabReporter = {
  objectError({ cache }) {
    cache.errors++;
  },
  slabError(cache) {
    cache.errors++;
  },
  fix(cache) {
    cache.errors++;
  },
  objectsRemain({ cache }) {
    cache.errors++;
  },
  destroyedInUse(cache) {
    cache.errors++;
  },
  warn: () => undefined,
};

/** Bytes of a slab that a report shows. */
export interface SlabSection {
  readonly name: string;
  readonly physical: number;
  readonly sizeBytes: number;
}

export class SlubDebug {
  readonly #cache: SlabCache;
  readonly #ram: Ram;
  readonly #layout: SlabLayout;
  readonly #reporter: () => SlabReporter;
  readonly #isThorough: boolean;
  readonly #hasRedZone: boolean;
  readonly #hasPoison: boolean;

  constructor(cache: SlabCache, ram: Ram, reporter: () => SlabReporter) {
    const { flags } = cache;
    this.#cache = cache;
    this.#ram = ram;
    this.#layout = cache.layout;
    this.#reporter = reporter;
    this.#isThorough = (flags & SLAB.CONSISTENCY_CHECKS) !== 0;
    this.#hasRedZone = (flags & SLAB.RED_ZONE) !== 0;
    this.#hasPoison = (flags & SLAB.POISON) !== 0;
  }

  /** Fills a new slab, whose objects are all free. Linux: setup_slab_debug. */
  fill(slab: Slab): void {
    if (!this.#hasRedZone && !this.#hasPoison) return;
    const { physical } = slab;
    if (this.#hasPoison) {
      this.#ram.bytes.fill(FILL.INUSE, physical, physical + (PAGE_SIZE << slab.order));
    }
    for (let index = 0; index < slab.objects; index++) {
      this.#initObject(this.#physicalAt(slab, index), this.#cache.objectBytes, FILL.RED_INACTIVE);
    }
  }

  /**
   * Looks at an object that is about to be taken, and prepares it. False: nothing of the slab can
   * be trusted. Linux: alloc_debug_processing.
   */
  mayAllocate(slab: Slab, pointer: number, requestedBytes: number): boolean {
    const cache = this.#cache;
    const { live } = slab;
    const index = cache.indexOf(slab, pointer);
    if (index < 0 || live === undefined) {
      this.#reporter().objectError(slab, pointer, 'Freelist Pointer check fails');
      return false;
    }
    const isWhole = this.#isThorough
      ? this.#checkSlab(slab) && this.#checkObject(slab, pointer, false)
      : this.#checkFreePointer(slab, pointer);
    if (!isWhole) return false;
    live[index] = 1;
    if (this.#hasRedZone || this.#hasPoison) {
      const { objectBytes, layout } = cache;
      const bytes = layout.checksRequested ? requestedBytes : objectBytes;
      this.#initObject(this.#ram.toPhysical(pointer), bytes, FILL.RED_ACTIVE);
    }
    return true;
  }

  /**
   * Looks at an object that is about to become free, and fills it. False: it must not.
   * Linux: free_debug_processing.
   */
  mayFree(slab: Slab, pointer: number): boolean {
    const physical = this.#ram.toPhysical(pointer);
    const index = this.#cache.indexOf(slab, pointer);
    if (!this.#canFree(slab, pointer, index)) {
      this.#reporter().fix(this.#cache, `Object at 0x${this.#hex(pointer)} not freed`);
      return false;
    }
    if (slab.live !== undefined) slab.live[index] = 0;
    if (this.#hasRedZone || this.#hasPoison) {
      this.#initObject(physical, this.#cache.objectBytes, FILL.RED_INACTIVE);
    }
    return true;
  }

  /** Looks at everything of a slab. Linux: validate_slab. */
  validate(slab: Slab): void {
    if (!this.#checkSlab(slab) || this.#isOnFreelist(slab, 0)) return;
    const free = new Set<number>();
    this.#cache.forEachFree(slab, (index) => free.add(index));
    for (let index = 0; index < slab.objects; index++) {
      if (!this.#checkObject(slab, this.#cache.objectAt(slab, index), !free.has(index))) return;
    }
  }

  /** An object has another requested size from now on: its red zone begins elsewhere. */
  requestedSizeChanged(pointer: number, requestedBytes: number): void {
    if (!this.#layout.checksRequested || !this.#hasRedZone) return;
    const physical = this.#ram.toPhysical(pointer);
    const { bytes } = this.#ram;
    bytes.fill(FILL.RED_ACTIVE, physical + requestedBytes, physical + this.#layout.inUseBytes);
  }

  #canFree(slab: Slab, pointer: number, index: number): boolean {
    if (this.#isThorough && !this.#checkSlab(slab)) return false;
    if (index < 0) {
      const finding = `Invalid object pointer 0x${this.#hex(pointer)}`;
      this.#reporter().slabError(this.#cache, slab, finding);
      return false;
    }
    const isFree =
      slab.live?.[index] === 0 || (this.#isThorough && this.#isOnFreelist(slab, pointer));
    if (isFree) {
      this.#reporter().objectError(slab, pointer, 'Object already free');
      return false;
    }
    return !this.#isThorough || this.#checkObject(slab, pointer, true);
  }

  /** True if all is well with an object, in use or free. Linux: check_object. */
  #checkObject(slab: Slab, pointer: number, isUsed: boolean): boolean {
    return (
      this.#checkRedZones(slab, pointer, isUsed) &&
      (!this.#hasPoison || this.#checkPoison(slab, pointer, isUsed)) &&
      ((isUsed && !this.#layout.isFreeOutside) || this.#checkFreePointer(slab, pointer))
    );
  }

  #checkRedZones(slab: Slab, pointer: number, isUsed: boolean): boolean {
    const { redLeftBytes, inUseBytes, checksRequested } = this.#layout;
    const { objectBytes } = this.#cache;
    const right = inUseBytes - objectBytes;
    const check = (name: string, at: number, sizeBytes: number, value: number): boolean =>
      this.#checkBytes(slab, pointer, name, at, sizeBytes, value);
    if (!this.#hasRedZone) {
      return !this.#hasPoison || check('Alignment padding', objectBytes, right, FILL.INUSE);
    }
    const value = isUsed ? FILL.RED_ACTIVE : FILL.RED_INACTIVE;
    if (!check('Left Redzone', -redLeftBytes, redLeftBytes, value)) return false;
    if (!check('Right Redzone', objectBytes, right, value)) return false;
    if (!checksRequested || !isUsed) return true;
    const requested = this.#requestedBytes(slab, pointer);
    return check('kmalloc Redzone', requested, objectBytes - requested, value);
  }

  #checkPoison(slab: Slab, pointer: number, isUsed: boolean): boolean {
    const { poisonsObjects, paddingAt, redLeftBytes } = this.#layout;
    const { objectBytes, slotBytes } = this.#cache;
    const check = (name: string, at: number, sizeBytes: number, value: number): boolean =>
      this.#checkBytes(slab, pointer, name, at, sizeBytes, value);
    if (!isUsed && poisonsObjects) {
      if (!check('Poison', 0, objectBytes - 1, FILL.FREE)) return false;
      if (!check('End Poison', objectBytes - 1, 1, FILL.END)) return false;
    }
    const padding = slotBytes - redLeftBytes - paddingAt;
    return check('Object padding', paddingAt, padding, FILL.INUSE);
  }

  /** The link of a free object must lead to an object of its slab, or nowhere. */
  #checkFreePointer(slab: Slab, pointer: number): boolean {
    const physical = this.#ram.toPhysical(pointer) + this.#layout.freeOffset;
    const next = this.#ram.rawLoadPointer(physical);
    if (next === 0 || this.#cache.isObject(slab, next)) return true;
    this.#reporter().objectError(slab, pointer, 'Freepointer corrupt');
    this.#ram.rawStorePointer(physical, 0);
    return false;
  }

  /** What the slab's objects leave at its end. Linux: slab_pad_check. */
  #checkSlab(slab: Slab): boolean {
    if (!this.#hasPoison) return true;
    const { bytes } = this.#ram;
    const end = slab.physical + (PAGE_SIZE << slab.order);
    const start = slab.physical + slab.objects * this.#cache.slotBytes;
    const wrong = wrongBytes(bytes, start, end, FILL.INUSE);
    if (wrong === undefined) return true;
    const [first, last] = wrong.map((at) => this.#hexAt(at));
    const range = `0x${first}-0x${last} @offset=${wrong[0] - slab.physical}`;
    const section = { name: 'Padding', physical: start, sizeBytes: end - start };
    this.#reporter().slabError(this.#cache, slab, `Padding overwritten. ${range}`, section);
    this.#restore('slab padding', wrong, FILL.INUSE);
    return true;
  }

  /**
   * True if `pointer` is on the slab's free list; with 0, true if that list could not be kept.
   * A broken list is cut. Linux: on_freelist.
   */
  #isOnFreelist(slab: Slab, pointer: number): boolean {
    const cache = this.#cache;
    const reporter = this.#reporter();
    let count = 0;
    let previous = 0;
    for (let at = slab.freelist; at !== 0 && count <= slab.objects; count++) {
      if (at === pointer) return true;
      if (!cache.isObject(slab, at)) {
        if (previous === 0) {
          reporter.slabError(cache, slab, 'Freepointer corrupt');
          slab.freelist = 0;
          cache.correctCount(slab, slab.objects);
          reporter.fix(cache, 'Freelist cleared');
          return pointer === 0;
        }
        reporter.objectError(slab, previous, 'Freechain corrupt');
        this.#ram.rawStorePointer(this.#ram.toPhysical(previous) + this.#layout.freeOffset, 0);
        break;
      }
      previous = at;
      at = this.#ram.rawLoadPointer(this.#ram.toPhysical(at) + this.#layout.freeOffset);
    }
    const counted = Math.max(0, slab.objects - count);
    if (slab.inUse !== counted) {
      const finding = `Wrong object count. Counter is ${slab.inUse} but counted were ${counted}`;
      reporter.slabError(cache, slab, finding);
      cache.correctCount(slab, counted);
      reporter.fix(cache, 'Object count adjusted');
    }
    return false;
  }

  /** Linux: check_bytes_and_report. `at` is from the object's start. */
  #checkBytes(
    slab: Slab,
    pointer: number,
    name: string,
    at: number,
    sizeBytes: number,
    value: number,
  ): boolean {
    const start = this.#ram.toPhysical(pointer) + at;
    const wrong = wrongBytes(this.#ram.bytes, start, start + sizeBytes, value);
    if (wrong === undefined) return true;
    const [first, last] = wrong.map((each) => this.#hexAt(each));
    const found = (this.#ram.bytes[wrong[0]] ?? 0).toString(16);
    const detail =
      `0x${first}-0x${last} @offset=${wrong[0] - slab.physical}. ` +
      `First byte 0x${found} instead of 0x${value.toString(16)}`;
    this.#reporter().objectError(slab, pointer, `${name} overwritten`, detail);
    this.#restore(name, wrong, value);
    return false;
  }

  #restore(name: string, [first, last]: readonly [number, number], value: number): void {
    const range = `0x${this.#hexAt(first)}-0x${this.#hexAt(last)}=0x${value.toString(16)}`;
    this.#reporter().fix(this.#cache, `Restoring ${name} ${range}`);
    this.#ram.bytes.fill(value, first, last + 1);
  }

  /** Fills an object and its red zones, as `filledBytes` of it will be used. Linux: init_object. */
  #initObject(physical: number, filledBytes: number, red: number): void {
    const { bytes } = this.#ram;
    const { redLeftBytes, inUseBytes, poisonsObjects } = this.#layout;
    if (this.#hasRedZone) bytes.fill(red, physical - redLeftBytes, physical);
    if (poisonsObjects) {
      bytes.fill(FILL.FREE, physical, physical + filledBytes - 1);
      bytes[physical + filledBytes - 1] = FILL.END;
    }
    if (this.#hasRedZone) bytes.fill(red, physical + filledBytes, physical + inUseBytes);
  }

  #requestedBytes(slab: Slab, pointer: number): number {
    const { objectBytes } = this.#cache;
    const index = this.#cache.indexOf(slab, pointer);
    return slab.tracks?.requestedBytes(index) || objectBytes;
  }

  #physicalAt(slab: Slab, index: number): number {
    return this.#ram.toPhysical(this.#cache.objectAt(slab, index));
  }

  #hexAt(physical: number): string {
    return this.#hex(this.#ram.toPointer(physical));
  }

  #hex(pointer: number): string {
    return this.#ram.formatPointer(pointer);
  }
}

/** The first and the last byte of a range that is not `value`. */
function wrongBytes(
  bytes: Uint8Array,
  start: number,
  end: number,
  value: number,
): readonly [number, number] | undefined {
  let first = start;
  while (first < end && bytes[first] === value) first++;
  if (first >= end) return undefined;
  let last = end - 1;
  while (bytes[last] === value) last--;
  return [first, last];
}
