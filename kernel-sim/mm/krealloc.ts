// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What is made of kmalloc and kfree: allocations of arrays, that change their size, or that are
 * wiped before they go.
 *
 * Linux: mm/slab_common.c, mm/slub.c, include/linux/slab.h, mm/util.c.
 */
import { GFP_MODIFIERS } from '../uapi/gfp.ts';
import { ZERO_SIZE_POINTER, type SlabAllocator } from './kmalloc.ts';

/**
 * An allocation of `sizeBytes` with what was in the old one, which may be the same; 0 without
 * memory, and then the old one is as it was. With __GFP_ZERO what is new is zero. NULL is as an
 * allocation of nothing; a size of 0 frees. Context: as kmalloc.
 *
 * Reports: an old one that is no allocation; 0 is the answer then too.
 */
export function krealloc(
  slabs: SlabAllocator,
  pointer: number,
  sizeBytes: number,
  gfp: number,
): number {
  if (sizeBytes === 0) {
    slabs.kfree(pointer);
    return ZERO_SIZE_POINTER;
  }
  if (isNothing(pointer)) return allocate(slabs, sizeBytes, gfp);
  if (!slabs.isAccessible(pointer)) return 0;
  const wholeBytes = slabs.usableBytes(pointer);
  // A caller whose sizes are right has no less in it than this.
  const oldBytes = slabs.requestedBytes(pointer);
  if (sizeBytes <= wholeBytes) {
    if ((gfp & GFP_MODIFIERS.__GFP_ZERO) !== 0) zero(slabs, pointer, oldBytes, sizeBytes);
    slabs.resize(pointer, sizeBytes);
    return pointer;
  }
  const moved = allocate(slabs, sizeBytes, gfp);
  if (moved === 0) return 0;
  const { ram } = slabs;
  const from = ram.toPhysical(pointer);
  ram.bytes.copyWithin(ram.toPhysical(moved), from, from + Math.min(oldBytes, sizeBytes));
  slabs.kfree(pointer);
  return moved;
}

/**
 * As kfree, but what was in it is gone. What is no allocation is reported twice: when it is looked
 * at, and when it is freed.
 */
export function kfreeSensitive(slabs: SlabAllocator, pointer: number): void {
  const wholeBytes = slabs.ksize(pointer);
  if (wholeBytes > 0) {
    const physical = slabs.ram.toPhysical(pointer);
    slabs.ram.bytes.fill(0, physical, physical + slabs.requestedBytes(pointer));
  }
  slabs.kfree(pointer);
}

/** `count` elements; 0 without memory, and when they are more than a size can say. */
export function kmallocArray(
  slabs: SlabAllocator,
  count: number,
  elementBytes: number,
  gfp: number,
): number {
  const sizeBytes = count * elementBytes;
  return sizeBytes > Number.MAX_SAFE_INTEGER ? 0 : allocate(slabs, sizeBytes, gfp);
}

/** A copy of a range, which is checked as a read; 0 without memory. */
export function kmemdup(
  slabs: SlabAllocator,
  source: number,
  sizeBytes: number,
  gfp: number,
): number {
  const pointer = allocate(slabs, sizeBytes, gfp);
  if (!isNothing(pointer)) slabs.ram.memcpy(pointer, source, sizeBytes);
  return pointer;
}

function allocate(slabs: SlabAllocator, sizeBytes: number, gfp: number): number {
  const isZeroed = (gfp & GFP_MODIFIERS.__GFP_ZERO) !== 0;
  return isZeroed ? slabs.kzalloc(sizeBytes, gfp) : slabs.kmalloc(sizeBytes, gfp);
}

/** NULL, or what kmalloc(0) answered. Linux: ZERO_OR_NULL_PTR. */
function isNothing(pointer: number): boolean {
  return pointer >= 0 && pointer <= ZERO_SIZE_POINTER;
}

function zero({ ram }: SlabAllocator, pointer: number, from: number, to: number): void {
  const physical = ram.toPhysical(pointer);
  if (to > from) ram.bytes.fill(0, physical + from, physical + to);
}
