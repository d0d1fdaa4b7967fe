// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Areas: what a process has mapped where, and with which rights. Pages come later, when they are
 * touched (fault.ts).
 *
 * Linux: struct vm_area_struct, and the maple tree that holds them.
 */
import { assert } from '../lib/assert.ts';
import { PAGE_SIZE } from './page.ts';

export const VM = {
  READ: 0x1,
  WRITE: 0x2,
  EXEC: 0x4,
  SHARED: 0x8,
  /** What mprotect(2) may allow later. */
  MAYWRITE: 0x20,
  GROWSDOWN: 0x100,
  DONTCOPY: 0x2_0000,
  /** Counted as memory that may be wanted: Committed_AS. */
  ACCOUNT: 0x10_0000,
  NORESERVE: 0x20_0000,
} as const;

const ACCESS_MASK = VM.READ | VM.WRITE | VM.EXEC;

/** What PageSource.page answers behind the end of a file: SIGBUS. */
export const BEYOND_END = -1;

/** Where the pages of an area come from, if they are not its own. Linux: vm_operations_struct. */
export interface PageSource {
  /** Counted as RssShmem rather than RssFile. */
  readonly isShmem: boolean;
  /** The areas that show it: pages that go must vanish from them first (Mappings.zap). */
  readonly mappings: Mappings;
  /**
   * Physical address of page `index`, made if need be. It stays the source's; who maps it takes a
   * reference. 0 when there is no memory for it, BEYOND_END behind the end.
   */
  page(index: number): number;
  /** No area shows it any more. */
  onUnmapped?(): void;
}

/** An open file, as far as an area has to know it: it stays open while it is mapped. */
export interface MappedFile {
  get(): unknown;
}

/** Who has an area of a page source: its address space drops pages when told. */
export interface AreaOwner {
  zap(area: Area, start: number, end: number): void;
}

export class Area {
  start: number;
  end: number;
  flags: number;
  owner: AreaOwner;
  readonly source: PageSource | undefined;
  readonly file: MappedFile | undefined;
  /** Which page of the source lies at `start`. */
  firstPage: number;

  constructor(
    owner: AreaOwner,
    start: number,
    end: number,
    flags: number,
    from: {
      readonly source?: PageSource | undefined;
      readonly file?: MappedFile | undefined;
      readonly firstPage?: number;
    } = {},
  ) {
    this.owner = owner;
    this.start = start;
    this.end = end;
    this.flags = flags;
    this.source = from.source;
    this.file = from.file;
    this.firstPage = from.firstPage ?? 0;
  }

  get pageCount(): number {
    return (this.end - this.start) / PAGE_SIZE;
  }

  get isShared(): boolean {
    return (this.flags & VM.SHARED) !== 0;
  }

  get isAccessible(): boolean {
    return (this.flags & ACCESS_MASK) !== 0;
  }

  /** The page of the source that lies at `address`. */
  indexAt(address: number): number {
    return this.firstPage + Math.floor((address - this.start) / PAGE_SIZE);
  }

  /** The same area of another owner, or a part of it. */
  copy(owner: AreaOwner, start = this.start, end = this.end): Area {
    const { flags, source, file } = this;
    return new Area(owner, start, end, flags, { source, file, firstPage: this.indexAt(start) });
  }
}

/** The areas that show one source. Linux: i_mmap of struct address_space. */
export class Mappings {
  readonly #areas = new Set<Area>();

  get isEmpty(): boolean {
    return this.#areas.size === 0;
  }

  add(area: Area): void {
    this.#areas.add(area);
  }

  remove(area: Area): void {
    this.#areas.delete(area);
  }

  /** Takes the pages from `firstIndex` on out of all areas. Linux: unmap_mapping_range. */
  zap(firstIndex: number): void {
    for (const area of this.#areas) {
      const start = area.start + Math.max(0, firstIndex - area.firstPage) * PAGE_SIZE;
      if (start < area.end) area.owner.zap(area, start, area.end);
    }
  }
}

/** The areas of one address space, in order. They never overlap. */
export class AreaList {
  readonly #areas: Area[] = [];
  /** Files that no area shows any more: whoever changed the map closes them. */
  readonly #closing: MappedFile[] = [];

  get all(): readonly Area[] {
    return this.#areas;
  }

  get pageCount(): number {
    return this.#areas.reduce((sum, area) => sum + area.pageCount, 0);
  }

  /** Files that were unmapped since the last time, each as often as it was mapped. */
  takeClosing(): MappedFile[] {
    return this.#closing.splice(0);
  }

  /** Files that another list wants closed are this one's caller's to close. */
  takeOver(other: AreaList): void {
    this.#closing.push(...other.takeClosing());
  }

  /** The first area that ends behind `address`: the one that holds it, or the next. */
  findAfter(address: number): Area | undefined {
    return this.#areas[this.#indexAfter(address)];
  }

  find(address: number): Area | undefined {
    const area = this.findAfter(address);
    return area !== undefined && area.start <= address ? area : undefined;
  }

  before(area: Area): Area | undefined {
    return this.#areas[this.#areas.indexOf(area) - 1];
  }

  overlapping(start: number, end: number): Area[] {
    const areas: Area[] = [];
    for (let at = this.#indexAfter(start); at < this.#areas.length; at++) {
      const area = this.#areas[at]!;
      if (area.start >= end) break;
      areas.push(area);
    }
    return areas;
  }

  /** True if every byte of the range lies in some area. */
  covers(start: number, end: number): boolean {
    let at = start;
    for (const area of this.overlapping(start, end)) {
      if (area.start > at) return false;
      at = area.end;
    }
    return at >= end;
  }

  /** Puts an area into free space, and joins it with its neighbours where they are alike. */
  insert(area: Area): Area {
    this.#areas.splice(this.#indexAfter(area.start), 0, area);
    area.source?.mappings.add(area);
    area.file?.get();
    return this.mergeAround(area);
  }

  /** Cuts areas so that one begins at `address`, if any lies across it. */
  splitAt(address: number): void {
    const area = this.find(address);
    if (area === undefined || area.start === address) return;
    const rest = area.copy(area.owner, address);
    area.end = address;
    this.#areas.splice(this.#areas.indexOf(area) + 1, 0, rest);
    rest.source?.mappings.add(rest);
    rest.file?.get();
  }

  /** Takes out a whole area. */
  remove(area: Area): void {
    this.#takeOut(area);
    this.#drop(area);
  }

  /** Puts an area into free space in place of another, whose source stays mapped meanwhile. */
  replace(old: Area, area: Area): void {
    this.#takeOut(old);
    this.insert(area);
    this.#drop(old);
  }

  #takeOut(area: Area): void {
    const index = this.#areas.indexOf(area);
    assert(index >= 0, 'an area is in its list');
    this.#areas.splice(index, 1);
  }

  /** Joins an area with those before and behind it that continue it. Linux: vma_merge. */
  mergeAround(area: Area): Area {
    const index = this.#areas.indexOf(area);
    const next = this.#areas[index + 1];
    if (next !== undefined && continues(area, next)) this.#join(index);
    const previous = this.#areas[index - 1];
    if (previous === undefined || !continues(previous, area)) return area;
    this.#join(index - 1);
    return previous;
  }

  #join(index: number): void {
    const [first, second] = [this.#areas[index]!, this.#areas[index + 1]!];
    first.end = second.end;
    this.#areas.splice(index + 1, 1);
    this.#drop(second);
  }

  #drop(area: Area): void {
    const { source, file } = area;
    source?.mappings.remove(area);
    if (file !== undefined) this.#closing.push(file);
    if (source?.mappings.isEmpty === true) source.onUnmapped?.();
  }

  #indexAfter(address: number): number {
    let low = 0;
    let high = this.#areas.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#areas[middle]!.end > address) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function continues(first: Area, second: Area): boolean {
  return (
    first.end === second.start &&
    first.flags === second.flags &&
    (first.flags & VM.GROWSDOWN) === 0 &&
    first.source === second.source &&
    first.file === second.file &&
    (first.source === undefined || first.indexAt(first.end) === second.firstPage)
  );
}
