// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Kernel addresses that are handed out: who has which range outside of the direct map.
 *
 * Each area ends with a page that is never mapped, so that running out of it faults. What is given
 * back is not handed out again at once: a stale pointer into it faults too, until so much has come
 * together that it is purged.
 *
 * Linux: alloc_vmap_area and __purge_vmap_area_lazy of mm/vmalloc.c.
 */
import { PAGE_SIZE } from './page.ts';

export interface VmArea {
  readonly start: number;
  /** With the guard page. */
  readonly sizeBytes: number;
  /** What was asked for. */
  readonly requestedBytes: number;
  readonly kind: 'vmalloc' | 'vmap';
  /** Physical addresses, in order. */
  readonly pages: readonly number[];
  /** Who asked for it, as `%pS` prints it. */
  readonly caller: string;
  /** Handle of their stack (kernel/stack-depot.ts). */
  readonly stack: number;
}

/** A range that an area may lie in. */
export interface AddressRange {
  readonly start: number;
  readonly end: number;
}

interface Entry {
  readonly start: number;
  readonly end: number;
  /** Undefined once it has been given back. */
  area: VmArea | undefined;
}

/** What one byte of a page of shadow stands for: KASAN makes shadow by the page. */
const SHADOW_PAGE_SPAN = 8 * PAGE_SIZE;
/** Linux: lazy_max_pages, for each doubling of CPUs. */
const LAZY_BYTES = 32 * 1024 * 1024;

export class VmAreas {
  /** By address. */
  readonly #entries: Entry[] = [];
  readonly #lazyMax: number;
  #lazyBytes = 0;

  constructor(cpus: number) {
    this.#lazyMax = (32 - Math.clz32(cpus)) * LAZY_BYTES;
  }

  /** The lowest place for `sizeBytes` with the guard page, or 0. */
  findRoom(sizeBytes: number, range: AddressRange): number {
    const start = this.#lowest(sizeBytes, range);
    if (start !== 0) return start;
    this.#purge();
    return this.#lowest(sizeBytes, range);
  }

  add(area: VmArea): void {
    const { start, sizeBytes } = area;
    this.#entries.splice(this.#after(start), 0, { start, end: start + sizeBytes, area });
  }

  /** Gives an area's addresses back. */
  remove(area: VmArea): void {
    const entry = this.#entries[this.#after(area.start) - 1];
    if (entry?.area !== area) return;
    entry.area = undefined;
    this.#lazyBytes += area.sizeBytes;
    if (this.#lazyBytes > this.#lazyMax) this.#purge();
  }

  /** The area that has `pointer`, its guard page too. Linux: find_vm_area. */
  find(pointer: number): VmArea | undefined {
    const entry = this.#entries[this.#after(pointer) - 1];
    return entry !== undefined && pointer < entry.end ? entry.area : undefined;
  }

  /** Every area by address; undefined for what waits to be purged. */
  *all(): Generator<AddressRange & { readonly area: VmArea | undefined }> {
    yield* this.#entries;
  }

  /** True if KASAN has made shadow for `pointer`: some area has or had part of that page. */
  hasShadow(pointer: number): boolean {
    const start = Math.floor(pointer / SHADOW_PAGE_SPAN) * SHADOW_PAGE_SPAN;
    const last = this.#entries[this.#after(start + SHADOW_PAGE_SPAN - 1) - 1];
    return last !== undefined && last.end > start;
  }

  /** How many entries begin at or before `pointer`. */
  #after(pointer: number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#entries[middle]!.start <= pointer) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #lowest(sizeBytes: number, range: AddressRange): number {
    // Ranges do not overlap, so an entry that begins at the start is the first that matters.
    let index = this.#after(range.start - 1);
    let at = range.start;
    for (let entry = this.#entries[index]; entry !== undefined; entry = this.#entries[++index]) {
      if (entry.start >= range.end || entry.start - at >= sizeBytes) break;
      at = entry.end;
    }
    return at + sizeBytes <= range.end ? at : 0;
  }

  #purge(): void {
    const kept = this.#entries.filter(({ area }) => area !== undefined);
    this.#entries.splice(0, this.#entries.length, ...kept);
    this.#lazyBytes = 0;
  }
}
