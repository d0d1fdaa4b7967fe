// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * How areas come, change and go: mmap(2) and its family, on an address space. What a file is, the
 * caller knows; here it is a source of pages.
 *
 * Free space is looked for from MMAP_BASE downwards, below the room that the stack may want, as
 * Linux lays a 64-bit process out.
 *
 * Linux: mm/mmap.c, mm/vma.c, mm/mprotect.c, mm/mremap.c, mm/madvise.c.
 */
import { ERRNO } from '../uapi/errno.ts';
import { MAP, MADV, MREMAP, PROT } from '../uapi/mman.ts';
import type { AddressSpace } from './address-space.ts';
import { MMAP_MIN_ADDR, STACK_GUARD_BYTES } from './fault.ts';
import { PAGE_SIZE, roundUp } from './page.ts';
import { pageStart, PTE } from './page-table.ts';
import { SharedMemory } from './shared-memory.ts';
import { Area, type MappedFile, type PageSource, VM } from './vma.ts';

const { EEXIST, EFAULT, EINVAL, ENOMEM, EACCES } = ERRNO;

/** Areas that a process may have. Linux: sysctl_max_map_count. */
const MAP_COUNT_MAX = 65_530;
/** What is kept free below the end of the stack. Linux: SIZE_128M, MIN_GAP. */
const STACK_GAP_BYTES = 128 * 1024 * 1024;
/** On a 32-bit board there is less to spare. */
const STACK_GAP_BYTES_32 = 16 * 1024 * 1024;

const PROT_MASK = PROT.READ | PROT.WRITE | PROT.EXEC;

export interface MapRequest {
  readonly address: number;
  readonly length: number;
  readonly prot: number;
  readonly flags: number;
  /** What is mapped; nothing for private memory that begins as zeros. */
  readonly source?: PageSource | undefined;
  readonly file?: MappedFile | undefined;
  readonly firstPage?: number;
  /** False for a file that is not open for writing: it can never be stored to through the map. */
  readonly mayWrite?: boolean;
}

/** mmap(2): the address, or a negative errno. */
export function mmap(space: AddressSpace, request: MapRequest): number {
  const { prot, flags } = request;
  if (request.length === 0) return -EINVAL;
  const length = roundUp(request.length, PAGE_SIZE);
  if (!(length > 0) || length > userEnd(space)) return -ENOMEM;
  if (space.areas.all.length >= MAP_COUNT_MAX) return -ENOMEM;
  const address = place(space, request, length);
  if (address < 0) return address;
  const isShared = (flags & MAP.TYPE) !== MAP.PRIVATE;
  const mayGrow = !isShared && request.source === undefined;
  if ((flags & MAP.GROWSDOWN) !== 0 && !mayGrow) return -EINVAL;
  const vm =
    (prot & PROT_MASK) |
    (isShared ? VM.SHARED : 0) |
    (request.mayWrite === false && isShared ? 0 : VM.MAYWRITE) |
    ((flags & MAP.GROWSDOWN) === 0 ? 0 : VM.GROWSDOWN) |
    ((flags & MAP.NORESERVE) === 0 ? 0 : VM.NORESERVE) |
    (isAccounted(prot, flags, request.source) ? VM.ACCOUNT : 0);
  const isAnonymousShared = isShared && request.source === undefined;
  if (!mayExpand(space, length, vm, overlapBytes(space, address, address + length))) return -ENOMEM;
  if ((flags & (MAP.FIXED | MAP.FIXED_NOREPLACE)) !== 0) munmap(space, address, length);
  const source = isAnonymousShared
    ? new SharedMemory(space.pages, length / PAGE_SIZE)
    : request.source;
  const { file, firstPage } = request;
  space.addArea(
    new Area(space, address, address + length, vm, { source, file, firstPage: firstPage ?? 0 }),
  );
  return address;
}

/** munmap(2). What was mapped from files is for the caller to close. */
export function munmap(space: AddressSpace, address: number, length: number): number {
  if (!isPageRange(space, address, length) || length === 0) return -EINVAL;
  const end = address + roundUp(length, PAGE_SIZE);
  const { areas } = space;
  areas.splitAt(address);
  areas.splitAt(end);
  const gone = areas.overlapping(address, end);
  for (const area of gone) {
    space.zap(area, area.start, area.end);
    areas.remove(area);
  }
  if (gone.length > 0) space.faults.table.prune(address, end);
  return 0;
}

/** mprotect(2). */
export function mprotect(
  space: AddressSpace,
  address: number,
  length: number,
  prot: number,
): number {
  if (address % PAGE_SIZE !== 0 || (prot & ~PROT_MASK) !== 0) return -EINVAL;
  if (length === 0) return 0;
  const end = address + roundUp(length, PAGE_SIZE);
  if (!(end > address)) return -ENOMEM;
  const { areas } = space;
  let at = address;
  for (const found of areas.overlapping(address, end)) {
    // What lies before a hole or a refusal has been changed, as on Linux.
    if (found.start > at) return -ENOMEM;
    if ((prot & PROT.WRITE) !== 0 && (found.flags & VM.MAYWRITE) === 0) return -EACCES;
    areas.splitAt(Math.min(end, found.end));
    areas.splitAt(at);
    const area = areas.find(at)!;
    at = area.end;
    protect(space, area, prot);
  }
  return at < end ? -ENOMEM : 0;
}

function protect(space: AddressSpace, area: Area, prot: number): void {
  const flags = (area.flags & ~PROT_MASK) | prot;
  if (flags === area.flags) return;
  const isNewlyWritable = !area.isShared && (prot & PROT.WRITE) !== 0;
  area.flags = isNewlyWritable && (flags & VM.NORESERVE) === 0 ? flags | VM.ACCOUNT : flags;
  const { table } = space.faults;
  space.forget();
  table.visit(area.start, area.end, (entry) => {
    // A store faults first, which finds out whether the page is to be copied.
    const bits = table.load(entry) & ~(PTE.WRITE | PTE.PRESENT | PTE.PROT_NONE);
    table.store(entry, bits | (prot === PROT.NONE ? PTE.PROT_NONE : PTE.PRESENT));
  });
  space.areas.mergeAround(area);
}

/** brk(2): moves the end of the heap, and returns where it is then, moved or not. */
export function brk(space: AddressSpace, address: number): number {
  const { heapStart, heapEnd, areas } = space;
  if (!(address >= heapStart && address < userEnd(space)) || !Number.isInteger(address)) {
    return heapEnd;
  }
  const from = roundUp(heapEnd, PAGE_SIZE);
  const to = roundUp(address, PAGE_SIZE);
  if (to < from) munmap(space, to, from - to);
  if (to > from) {
    const next = areas.findAfter(from);
    const room = next === undefined ? userEnd(space) : next.start;
    const gap =
      next !== undefined && (next.flags & VM.GROWSDOWN) !== 0 ? STACK_GUARD_BYTES : PAGE_SIZE;
    const flags = VM.READ | VM.WRITE | VM.MAYWRITE | VM.ACCOUNT;
    if (to - heapStart > space.limits.dataBytes || to + gap > room) return heapEnd;
    if (!mayExpand(space, to - from, flags, 0)) return heapEnd;
    space.addArea(new Area(space, from, to, flags));
  }
  space.heapEnd = address;
  return address;
}

export interface RemapRequest {
  readonly address: number;
  readonly oldLength: number;
  readonly newLength: number;
  readonly flags: number;
  readonly newAddress: number;
}

/** mremap(2): the new address, or a negative errno. */
export function mremap(space: AddressSpace, request: RemapRequest): number {
  const { address, flags } = request;
  const isFixed = (flags & MREMAP.FIXED) !== 0;
  if ((flags & ~(MREMAP.MAYMOVE | MREMAP.FIXED)) !== 0) return -EINVAL;
  if (isFixed && (flags & MREMAP.MAYMOVE) === 0) return -EINVAL;
  if (address % PAGE_SIZE !== 0 || !(request.newLength > 0)) return -EINVAL;
  const oldLength = roundUp(request.oldLength, PAGE_SIZE);
  const newLength = roundUp(request.newLength, PAGE_SIZE);
  if (newLength > userEnd(space)) return isFixed ? -EINVAL : -ENOMEM;
  const area = space.areas.find(address);
  if (area === undefined) return -EFAULT;
  // Length 0 would make a second map of shared memory, which nobody asks for any more; below 0 is
  // what a program's huge one reads as.
  if (oldLength <= 0) return -EINVAL;
  if (isFixed) return moveTo(space, area, { ...request, oldLength, newLength });
  if (newLength <= oldLength) {
    if (newLength < oldLength) munmap(space, address + newLength, oldLength - newLength);
    return address;
  }
  if (address + oldLength > area.end) return -EFAULT;
  const growth = newLength - oldLength;
  if (!mayExpand(space, growth, area.flags, 0)) return -ENOMEM;
  if (address + oldLength === area.end && isFree(space, area.end, address + newLength)) {
    area.end += growth;
    space.areas.mergeAround(area);
    return address;
  }
  if ((flags & MREMAP.MAYMOVE) === 0) return -ENOMEM;
  const target = findFree(space, newLength);
  return target < 0 ? target : move(space, address, oldLength, target, newLength);
}

function moveTo(space: AddressSpace, area: Area, request: RemapRequest): number {
  const { address, oldLength, newLength, newAddress } = request;
  const overlaps = newAddress < address + oldLength && address < newAddress + newLength;
  if (!isPageRange(space, newAddress, newLength) || overlaps) return -EINVAL;
  if (newAddress < MMAP_MIN_ADDR) return -ERRNO.EPERM;
  if (address + Math.min(oldLength, newLength) > area.end) return -EFAULT;
  if (!mayExpand(space, newLength, area.flags, oldLength)) return -ENOMEM;
  munmap(space, newAddress, newLength);
  if (newLength < oldLength) munmap(space, address + newLength, oldLength - newLength);
  return move(space, address, Math.min(oldLength, newLength), newAddress, newLength);
}

/** Moves the pages of an area, or a part of one, to free space. */
function move(
  space: AddressSpace,
  address: number,
  oldLength: number,
  target: number,
  newLength: number,
): number {
  const { areas, faults } = space;
  areas.splitAt(address);
  areas.splitAt(address + oldLength);
  const old = areas.find(address)!;
  const area = old.copy(space);
  area.start = target;
  area.end = target + newLength;
  const moved: [value: number, offset: number][] = [];
  faults.table.visit(old.start, old.end, (entry, at) => {
    moved.push([faults.table.load(entry), at - old.start]);
  });
  // All tables are made before anything is moved, so that it can be refused.
  if (moved.some(([, offset]) => faults.table.make(target + offset) === 0)) {
    faults.table.prune(target, target + newLength);
    areas.mergeAround(old);
    return -ENOMEM;
  }
  space.forget();
  faults.table.visit(old.start, old.end, (entry) => faults.table.store(entry, 0));
  for (const [value, offset] of moved) {
    faults.table.store(faults.table.find(target + offset), value);
  }
  areas.replace(old, area);
  faults.table.prune(address, address + oldLength);
  return target;
}

/** madvise(2): DONTNEED and FREE drop pages, DONTFORK and DOFORK are kept, the rest are hints. */
export function madvise(
  space: AddressSpace,
  address: number,
  length: number,
  advice: number,
): number {
  if (!ADVICE.has(advice) || address % PAGE_SIZE !== 0 || length < 0) return -EINVAL;
  const end = address + roundUp(length, PAGE_SIZE);
  if (!(end >= address) || end > userEnd(space)) return -EINVAL;
  if (end === address) return 0;
  const isWhole = space.areas.covers(address, end);
  for (const area of space.areas.overlapping(address, end)) {
    const [from, to] = [Math.max(address, area.start), Math.min(end, area.end)];
    switch (advice) {
      case MADV.FREE:
        if (area.source !== undefined) return -EINVAL;
        space.zap(area, from, to);
        break;
      case MADV.DONTNEED:
        space.zap(area, from, to);
        break;
      case MADV.DONTFORK:
      case MADV.DOFORK:
        setDontCopy(space, from, to, advice === MADV.DONTFORK);
        break;
      default:
    }
  }
  return isWhole ? 0 : -ENOMEM;
}

const ADVICE: ReadonlySet<number> = new Set(Object.values(MADV));

function setDontCopy(space: AddressSpace, from: number, to: number, isSet: boolean): void {
  space.areas.splitAt(from);
  space.areas.splitAt(to);
  const area = space.areas.find(from)!;
  area.flags = isSet ? area.flags | VM.DONTCOPY : area.flags & ~VM.DONTCOPY;
  space.areas.mergeAround(area);
}

/** Where a new area goes. Linux: get_unmapped_area. */
function place(space: AddressSpace, { address, flags }: MapRequest, length: number): number {
  if ((flags & (MAP.FIXED | MAP.FIXED_NOREPLACE)) !== 0) {
    if (address > userEnd(space) - length) return -ENOMEM;
    if (address % PAGE_SIZE !== 0) return -EINVAL;
    if (address < MMAP_MIN_ADDR) return -ERRNO.EPERM;
    const isTaken = space.areas.overlapping(address, address + length).length > 0;
    return isTaken && (flags & MAP.FIXED_NOREPLACE) !== 0 ? -EEXIST : address;
  }
  const hint = Math.max(roundUp(address, PAGE_SIZE), MMAP_MIN_ADDR);
  if (address > 0 && isFree(space, hint, hint + length)) return hint;
  return findFree(space, length);
}

/** The highest free room below the mapping base, or, when there is none, the lowest above. */
function findFree(space: AddressSpace, length: number): number {
  const is64Bit = space.pages.ram.board.pointerBytes === 8;
  const gap = is64Bit ? STACK_GAP_BYTES : STACK_GAP_BYTES_32;
  let end = pageStart(space.stackEnd - Math.max(gap, Math.min(space.limits.stackBytes, 5 * gap)));
  const base = end;
  for (const area of space.areas.all.toReversed()) {
    if (area.start >= base) continue;
    if (end - Math.max(area.end, MMAP_MIN_ADDR) >= length) return end - length;
    end = Math.min(end, area.start - ((area.flags & VM.GROWSDOWN) === 0 ? 0 : STACK_GUARD_BYTES));
  }
  if (end - MMAP_MIN_ADDR >= length) return end - length;
  let start = base;
  for (const area of space.areas.overlapping(base, userEnd(space))) {
    if (area.start - start >= length && isFree(space, start, start + length)) return start;
    start = area.end;
  }
  return userEnd(space) - start >= length ? start : -ENOMEM;
}

function isFree(space: AddressSpace, start: number, end: number): boolean {
  if (end > userEnd(space)) return false;
  const next = space.areas.findAfter(start);
  if (next === undefined) return true;
  return end <= next.start - ((next.flags & VM.GROWSDOWN) === 0 ? 0 : STACK_GUARD_BYTES);
}

/** Limits, and Linux's heuristic for what may be promised: at most all memory in one piece. */
function mayExpand(
  space: AddressSpace,
  bytes: number,
  flags: number,
  replacedBytes: number,
): boolean {
  const total = space.areas.pageCount * PAGE_SIZE + bytes - replacedBytes;
  if (total > space.limits.totalBytes) return false;
  if (isData(flags) && dataBytes(space) + bytes > space.limits.dataBytes) return false;
  return (flags & VM.ACCOUNT) === 0 || bytes / PAGE_SIZE <= space.pages.totalPages;
}

/** Linux: is_data_mapping. */
function isData(flags: number): boolean {
  return (flags & (VM.WRITE | VM.SHARED | VM.GROWSDOWN)) === VM.WRITE;
}

function dataBytes({ areas, limits }: AddressSpace): number {
  if (limits.dataBytes === Infinity) return 0;
  return areas.all.reduce((sum, area) => sum + (isData(area.flags) ? area.end - area.start : 0), 0);
}

/** Memory that will be wanted as it is written: private and writable, or shared without a file. */
function isAccounted(prot: number, flags: number, source: PageSource | undefined): boolean {
  if ((flags & MAP.NORESERVE) !== 0) return false;
  if ((flags & MAP.TYPE) === MAP.PRIVATE) return (prot & PROT.WRITE) !== 0;
  return source === undefined;
}

function overlapBytes(space: AddressSpace, start: number, end: number): number {
  return space.areas
    .overlapping(start, end)
    .reduce((sum, area) => sum + Math.min(end, area.end) - Math.max(start, area.start), 0);
}

function isPageRange(space: AddressSpace, address: number, length: number): boolean {
  return address % PAGE_SIZE === 0 && address >= 0 && length <= userEnd(space) - address;
}

function userEnd(space: AddressSpace): number {
  return space.pages.ram.board.userEnd;
}
