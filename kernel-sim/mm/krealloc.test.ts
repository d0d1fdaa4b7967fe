// SPDX-License-Identifier: GPL-2.0-or-later
/** Allocations that change their size, or are wiped: contents, shadow, and what is reported. */
import { describe, expect, it } from 'vitest';

import { GFP, GFP_MODIFIERS } from '../uapi/gfp.ts';
import { ZERO_SIZE_POINTER } from './kmalloc.ts';
import { kfreeSensitive, kmallocArray, kmemdup, krealloc } from './krealloc.ts';
import { SLAB } from './slab-flags.ts';
import { isOpenFor, makeSlabRig } from './testing/slab-rig.ts';

const { GFP_KERNEL } = GFP;
const ZEROED = GFP_KERNEL | GFP_MODIFIERS.__GFP_ZERO;

describe('krealloc', () => {
  it.each([
    [201, 235],
    [235, 201],
    [8393, 8427],
    [8427, 8393],
    [1, 8],
  ])('from %i to %i bytes stays where it is, and opens that much', (from, to) => {
    const { slabs, ram } = makeSlabRig(true);
    const pointer = slabs.kmalloc(from);
    expect(krealloc(slabs, pointer, to, GFP_KERNEL)).toBe(pointer);
    expect(isOpenFor(ram, pointer, to)).toBe(true);
  });

  it.each([
    [64, 65],
    [100, 9000],
    [9000, 40_000],
  ])('from %i to %i bytes moves, with what was there', (from, to) => {
    const { slabs, ram, badFrees } = makeSlabRig(true);
    const pointer = slabs.kmalloc(from);
    ram.memset(pointer, 0x41, from);
    const moved = krealloc(slabs, pointer, to, ZEROED);
    expect(moved).not.toBe(pointer);
    const bytes = ram.loadBytes(moved, to);
    expect(bytes.every((byte, at) => byte === (at < from ? 0x41 : 0))).toBe(true);
    expect(ram.firstBad(pointer, 1)).toBe(pointer);
    expect(badFrees).toEqual([]);
  });

  it('of a freed pointer is reported, and answers NULL', () => {
    const { slabs, badAccesses } = makeSlabRig(true);
    const pointer = slabs.kmalloc(200);
    slabs.kfree(pointer);
    expect(krealloc(slabs, pointer, 300, GFP_KERNEL)).toBe(0);
    expect(badAccesses).toEqual([{ pointer, sizeBytes: 1, isWrite: false, firstBad: pointer }]);
  });

  it('to nothing frees, and of NULL allocates', () => {
    const { slabs, ram } = makeSlabRig(true);
    const pointer = krealloc(slabs, 0, 40, GFP_KERNEL);
    expect(isOpenFor(ram, pointer, 40)).toBe(true);
    expect(krealloc(slabs, pointer, 0, GFP_KERNEL)).toBe(ZERO_SIZE_POINTER);
    expect(ram.firstBad(pointer, 1)).toBe(pointer);
    expect(krealloc(slabs, ZERO_SIZE_POINTER, 8, GFP_KERNEL)).toBeGreaterThan(ZERO_SIZE_POINTER);
  });

  it('without memory leaves the old one as it was', () => {
    const { slabs, ram } = makeSlabRig(true, {}, 1 << 20);
    const pointer = slabs.kmalloc(40);
    expect(krealloc(slabs, pointer, 2 << 20, GFP_KERNEL)).toBe(0);
    expect(isOpenFor(ram, pointer, 40)).toBe(true);
  });

  it('keeps SLUB’s red zone at the end, and what is new zero', () => {
    const { slabs, ram } = makeSlabRig(false);
    const flags = SLAB.KMALLOC | SLAB.STORE_USER | SLAB.RED_ZONE;
    const cache = slabs.kmemCacheCreate({ name: 'test', objectBytes: 64, flags })!;
    let pointer = slabs.allocRequested(cache, 48, GFP_KERNEL);
    const bytes = (from: number, to: number): Set<number> =>
      new Set(ram.loadBytes(pointer + from, to - from));
    ram.memset(pointer, 0xff, 48);
    pointer = krealloc(slabs, pointer, 40, ZEROED);
    expect(bytes(40, 64)).toEqual(new Set([0xcc]));
    pointer = krealloc(slabs, pointer, 56, ZEROED);
    expect([bytes(40, 56), bytes(56, 64)]).toEqual([new Set([0]), new Set([0xcc])]);
    expect(slabs.validate(cache)).toBe(0);
    ram.memset(pointer, 0xff, 56);
    pointer = krealloc(slabs, pointer, 112, ZEROED);
    expect([bytes(0, 56), bytes(56, 112)]).toEqual([new Set([0xff]), new Set([0])]);
    expect(slabs.destroyCache(cache)).toBe(0);
  });
});

it('kfree_sensitive wipes, and twice is reported twice', () => {
  const { slabs, ram, badAccesses, badFrees } = makeSlabRig(true);
  const pointer = slabs.kmalloc(16);
  ram.memset(pointer, 0x41, 16);
  kfreeSensitive(slabs, pointer);
  const physical = ram.toPhysical(pointer);
  expect(ram.bytes.subarray(physical, physical + 16).every((byte) => byte === 0)).toBe(true);
  kfreeSensitive(slabs, pointer);
  expect(badAccesses).toMatchObject([{ pointer, sizeBytes: 1, isWrite: false }]);
  expect(badFrees).toEqual([{ kind: 'double-free', pointer }]);
});

it('an array of more bytes than there are is refused', () => {
  const { slabs, ram } = makeSlabRig(true);
  expect(kmallocArray(slabs, 2 ** 40, 2 ** 40, GFP_KERNEL)).toBe(0);
  expect(kmallocArray(slabs, 0, 8, GFP_KERNEL)).toBe(ZERO_SIZE_POINTER);
  expect(isOpenFor(ram, kmallocArray(slabs, 3, 7, ZEROED), 21)).toBe(true);
});

it('kmemdup copies, and looks at what it reads', () => {
  const { slabs, ram, badAccesses } = makeSlabRig(true);
  const source = slabs.kzalloc(10);
  ram.store8(source + 9, 7);
  expect(ram.load8(kmemdup(slabs, source, 10, GFP_KERNEL) + 9)).toBe(7);
  expect(badAccesses).toEqual([]);
  kmemdup(slabs, source, 11, GFP_KERNEL);
  expect(badAccesses).toMatchObject([{ pointer: source, sizeBytes: 11, firstBad: source + 10 }]);
});
