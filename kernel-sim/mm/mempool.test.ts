// SPDX-License-Identifier: GPL-2.0-or-later
/** Pools: elements come back out of the reserve, and nobody touches them in it. */
import { describe, expect, it } from 'vitest';

import { GFP } from '../uapi/gfp.ts';
import {
  kmallocBacking,
  Mempool,
  type MempoolBacking,
  pageBacking,
  slabBacking,
} from './mempool.ts';
import type { SlabAllocator } from './kmalloc.ts';
import { isOpenFor, makeSlabRig } from './testing/slab-rig.ts';

const { GFP_KERNEL } = GFP;
const MINIMUM = 3;

const KINDS: readonly [string, number, (slabs: SlabAllocator) => MempoolBacking][] = [
  ['kmalloc', 115, (slabs) => kmallocBacking(slabs, 115)],
  ['large kmalloc', 8193, (slabs) => kmallocBacking(slabs, 8193)],
  [
    'slab',
    123,
    (slabs) => slabBacking(slabs, slabs.kmemCacheCreate({ name: 'test', objectBytes: 123 })!),
  ],
  ['page', 16_384, (slabs) => pageBacking(slabs, 2)],
];

describe.each(KINDS)('a pool of %s elements', (_kind, sizeBytes, backing) => {
  it('opens exactly an element, and closes it when it is back', () => {
    const { slabs, ram } = makeSlabRig(true);
    const pool = Mempool.create(backing(slabs), MINIMUM, GFP_KERNEL)!;
    for (const element of [pool.allocPreallocated(), pool.alloc(GFP_KERNEL)]) {
      expect(isOpenFor(ram, element, sizeBytes)).toBe(true);
      pool.free(element);
    }
    const element = pool.allocPreallocated();
    pool.free(element);
    expect(ram.firstBad(element, 1)).toBe(element);
  });

  it.each([
    [0, 'double-free'],
    [1, 'invalid-free'],
  ])('reports an element of the reserve that comes again, %i bytes on', (offset, kind) => {
    const { slabs, badFrees } = makeSlabRig(true);
    const pool = Mempool.create(backing(slabs), MINIMUM, GFP_KERNEL)!;
    pool.allocPreallocated();
    const element = pool.allocPreallocated();
    pool.free(element);
    pool.free(element + offset);
    expect(badFrees).toEqual([{ kind, pointer: element + offset }]);
    expect(pool.reserved).toBe(MINIMUM - 1);
  });

  it('gives everything back', () => {
    for (const checks of [true, false]) {
      const { slabs, badFrees } = makeSlabRig(checks);
      const from = backing(slabs);
      const free = slabs.pages.freePageCount;
      Mempool.create(from, 20, GFP_KERNEL)!.destroy();
      slabs.pages.reclaim();
      expect(slabs.pages.freePageCount).toBe(free);
      expect(badFrees).toEqual([]);
    }
  });
});

it('has elements when there is no memory, until its reserve is empty', () => {
  const { slabs } = makeSlabRig(false, {}, 1 << 20);
  const pool = Mempool.create(kmallocBacking(slabs, 4096), MINIMUM, GFP_KERNEL)!;
  while (slabs.kmalloc(4096) !== 0);
  const elements = Array.from({ length: MINIMUM }, () => pool.alloc(GFP_KERNEL));
  expect(new Set(elements).size).toBe(MINIMUM);
  expect(elements).not.toContain(0);
  expect(pool.alloc(GFP_KERNEL)).toBe(0);
});
