// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Memory that is in one piece by address only: pages of anywhere, mapped one behind the other.
 *
 * With checks on, what is behind the last byte asked for is forbidden, to the end of its page in
 * the page's shadow; behind that nothing is mapped, and the shadow forbids it as well.
 *
 * Linux: mm/vmalloc.c, kasan_populate_vmalloc (mm/kasan/shadow.c). Differs: no huge pages.
 */
import { ERRNO } from '../uapi/errno.ts';
import { GFP, GFP_MODIFIERS } from '../uapi/gfp.ts';
import type { Ram } from '../hw/ram/ram.ts';
import { GRANULE, SHADOW } from '../hw/ram/shadow.ts';
import type { KernelSpace, Rights } from './kernel-space.ts';
import { RIGHTS } from './kernel-space.ts';
import { PAGE_SIZE, roundUp } from './page.ts';
import type { PageAllocator } from './page-alloc.ts';
import { type AddressRange, type VmArea, VmAreas } from './vm-areas.ts';

export interface VmallocParts {
  readonly pages: PageAllocator;
  readonly space: KernelSpace;
  readonly cpus: number;
  /** Who calls, as `%pS` prints it, and a handle of their stack. */
  readonly caller: () => { readonly symbol: string; readonly stack: number };
  /** Says that there is no memory, and for whom. Linux: warn_alloc. */
  readonly onFailure: (text: string, gfp: number) => void;
  /** Linux: WARN. */
  readonly warn: (text: string) => void;
  /** The same, once for each place in the kernel. */
  readonly warnOnce: (text: string | undefined, place: string) => void;
}

/** What allocations for other ends than vmalloc's differ in. */
interface AreaOptions {
  readonly range?: AddressRange;
  readonly rights?: Rights;
  /** A function of the kernel that asks, when it is no driver. */
  readonly caller?: string;
}

export class Vmalloc {
  readonly areas: VmAreas;
  /** Told of each area as it comes and goes. */
  onAlloc: (area: VmArea) => void = () => undefined;
  onFree: (area: VmArea) => void = () => undefined;
  readonly #parts: VmallocParts;
  readonly #ram: Ram;
  readonly #range: AddressRange;

  constructor(parts: VmallocParts) {
    this.#parts = parts;
    this.#ram = parts.pages.ram;
    this.areas = new VmAreas(parts.cpus);
    const { vmallocStart, vmallocEnd } = this.#ram.board;
    this.#range = { start: vmallocStart, end: vmallocEnd };
    parts.space.forbids = (pointer) =>
      this.isVmallocAddress(pointer) && this.areas.hasShadow(pointer);
  }

  /** Linux: is_vmalloc_addr. */
  isVmallocAddress(pointer: number): boolean {
    return pointer >= this.#range.start && pointer < this.#range.end;
  }

  /**
   * Pointer to `sizeBytes` bytes of whatever was there before, or 0. Context: may sleep. Linux:
   * __vmalloc.
   */
  alloc(sizeBytes: number, gfp: number = GFP.GFP_KERNEL, options: AreaOptions = {}): number {
    if (sizeBytes === 0) {
      this.#parts.warnOnce(undefined, '__vmalloc_node_range');
      return 0;
    }
    const count = Math.ceil(sizeBytes / PAGE_SIZE);
    if (!(count <= this.#parts.pages.totalPages)) {
      return this.#fail(sizeBytes, 'exceeds total pages', gfp);
    }
    const { range = this.#range } = options;
    const start = this.areas.findRoom((count + 1) * PAGE_SIZE, range);
    if (start === 0) return this.#fail(sizeBytes, 'vm_struct allocation failed', gfp);
    const pages = this.#takePages(count);
    if (pages === undefined) return this.#fail(sizeBytes, 'failed to allocate pages', gfp);
    if ((gfp & GFP_MODIFIERS.__GFP_ZERO) !== 0) {
      for (const page of pages) this.#ram.bytes.fill(0, page, page + PAGE_SIZE);
    }
    const { symbol, stack } = this.#parts.caller();
    const caller = options.caller ?? symbol;
    const area = this.#area({
      start,
      requestedBytes: sizeBytes,
      kind: 'vmalloc',
      pages,
      caller,
      stack,
    });
    if (!this.#map(area, options.rights ?? RIGHTS.WRITE)) {
      for (const page of pages) this.#parts.pages.freePage(page);
      return this.#fail(sizeBytes, 'failed to map pages', gfp);
    }
    this.#parts.pages.usage.vmalloc += count;
    this.#forbidTail(area);
    this.onAlloc(area);
    return start;
  }

  /** As `alloc`, filled with zeros. Linux: vzalloc. */
  zalloc(sizeBytes: number): number {
    return this.alloc(sizeBytes, GFP.GFP_KERNEL | GFP_MODIFIERS.__GFP_ZERO);
  }

  /** Gives back what `alloc` answered; NULL is ignored. Context: any. Linux: vfree. */
  free(pointer: number): void {
    if (pointer === 0) return;
    const area = this.#take(pointer, 'vfree');
    if (area === undefined) return;
    this.#parts.pages.usage.vmalloc -= area.pages.length;
    for (const page of area.pages) this.#parts.pages.freePage(page);
  }

  /** Maps pages that stay their owner's. A pointer, or 0. Linux: vmap. */
  vmap(pages: readonly number[], options: AreaOptions = {}): number {
    const requestedBytes = pages.length * PAGE_SIZE;
    const isTooMuch = pages.length > this.#parts.pages.totalPages;
    if (pages.length === 0 || isTooMuch) return 0;
    const start = this.areas.findRoom(requestedBytes + PAGE_SIZE, this.#range);
    if (start === 0) return 0;
    const { symbol, stack } = this.#parts.caller();
    const caller = options.caller ?? symbol;
    const area = this.#area({ start, requestedBytes, kind: 'vmap', pages, caller, stack });
    return this.#map(area, options.rights ?? RIGHTS.WRITE) ? start : 0;
  }

  /** Linux: vunmap. */
  vunmap(pointer: number): void {
    if (pointer !== 0) this.#take(pointer, 'vunmap');
  }

  /** The physical address of the page of a pointer, or -EINVAL. Linux: vmalloc_to_page. */
  toPage(pointer: number): number {
    const physical = this.#ram.physicalOf(pointer);
    return physical < 0 ? -ERRNO.EINVAL : physical - (physical % PAGE_SIZE);
  }

  /** What KASAN says of a pointer into an area. Linux: print_address_description. */
  describe(pointer: number): readonly string[] {
    const area = this.areas.find(pointer);
    if (area === undefined) return [];
    const end = area.start + area.sizeBytes;
    const range = `[${this.#ram.formatPointer(area.start)}, ${this.#ram.formatPointer(end)})`;
    return [
      'The buggy address belongs to the virtual mapping at',
      ` ${range} created by:`,
      ` ${area.caller}`,
      '',
    ];
  }

  #area(spec: Omit<VmArea, 'sizeBytes'>): VmArea {
    return { ...spec, sizeBytes: (spec.pages.length + 1) * PAGE_SIZE };
  }

  #map(area: VmArea, rights: Rights): boolean {
    const { space } = this.#parts;
    for (const [index, page] of area.pages.entries()) {
      if (space.map(area.start + index * PAGE_SIZE, page, rights)) continue;
      space.unmap(area.start, area.sizeBytes);
      return false;
    }
    this.areas.add(area);
    return true;
  }

  /** The area that begins at `pointer`, no longer mapped. */
  #take(pointer: number, by: 'vfree' | 'vunmap'): VmArea | undefined {
    const { space, warn } = this.#parts;
    const at = this.#ram.formatPointer(pointer);
    const isAligned = pointer % PAGE_SIZE === 0;
    if (!isAligned) warn(`Trying to vfree() bad address (${at})`);
    const area = isAligned ? this.areas.find(pointer) : undefined;
    if (area?.start !== pointer) {
      warn(`Trying to ${by}() nonexistent vm area (${at})`);
      return undefined;
    }
    this.onFree(area);
    space.unmap(area.start, area.sizeBytes);
    this.areas.remove(area);
    return area;
  }

  #forbidTail({ requestedBytes, pages }: VmArea): void {
    const used = requestedBytes % PAGE_SIZE;
    const last = pages.at(-1);
    if (used === 0 || last === undefined || !this.#ram.checks) return;
    this.#ram.unpoison(last, used);
    const open = roundUp(used, GRANULE);
    this.#ram.poison(last + open, PAGE_SIZE - open, SHADOW.VMALLOC_INVALID);
  }

  #takePages(count: number): number[] | undefined {
    const { pages } = this.#parts;
    const taken: number[] = [];
    while (taken.length < count) {
      const page = pages.allocPage();
      if (page === 0) {
        for (const each of taken) pages.freePage(each);
        return undefined;
      }
      taken.push(page);
    }
    return taken;
  }

  #fail(sizeBytes: number, why: string, gfp: number): 0 {
    if ((gfp & GFP_MODIFIERS.__GFP_NOWARN) === 0) {
      this.#parts.onFailure(`vmalloc error: size ${sizeBytes}, ${why}`, gfp);
    }
    return 0;
  }
}

/** /proc/vmallocinfo. Linux: s_show of mm/vmalloc.c. */
export function vmallocInfo(areas: VmAreas, formatPointer: (pointer: number) => string): string {
  let text = '';
  for (const { start, end, area } of areas.all()) {
    const size = String(end - start).padStart(7);
    const range = `0x${formatPointer(start)}-0x${formatPointer(end)} ${size}`;
    if (area === undefined) {
      text += `${range} unpurged vm_area\n`;
      continue;
    }
    const { caller, pages, kind } = area;
    text += `${range} ${caller} pages=${pages.length} ${kind} N0=${pages.length}\n`;
  }
  return text;
}
