// SPDX-License-Identifier: GPL-2.0-or-later
/** Caches that drivers make: which are one, how objects lie, when they are made and go. */
import { describe, expect, it } from 'vitest';

import { SHADOW } from '../hw/ram/shadow.ts';
import { SLAB } from './slab-flags.ts';
import type { SlabCache, SlabCacheSpec } from './slab.ts';
import { makeSlabRig, type SlabRig } from './testing/slab-rig.ts';

function create({ slabs }: SlabRig, spec: Partial<SlabCacheSpec>): SlabCache {
  return slabs.kmemCacheCreate({ name: 'test', objectBytes: 40, ...spec })!;
}

describe('two caches of one size', () => {
  const areOne = (rig: SlabRig, other: Partial<SlabCacheSpec>): boolean =>
    create(rig, { name: 'a' }) === create(rig, { name: 'b', ...other });

  it.each<[boolean, string, Partial<SlabCacheSpec>]>([
    [true, 'are one', {}],
    [true, 'are one when the slot holds both', { objectBytes: 36 }],
    [false, 'are two when it does not', { objectBytes: 41 }],
    [false, 'are two when one may be copied to user space', { userBytes: 8 }],
    [false, 'are two when one makes its objects', { make: () => undefined }],
    [false, 'are two by their flags', { flags: SLAB.ACCOUNT }],
    [false, 'are two by wish', { flags: SLAB.NO_MERGE }],
    [false, 'are two when one waits for RCU', { flags: SLAB.TYPESAFE_BY_RCU }],
    [false, 'are two when one is aligned to more', { align: 32 }],
  ])('(%s) %s', (isOne, _what, other) => {
    expect(areOne(makeSlabRig(false), other)).toBe(isOne);
  });

  it('are two with slab_nomerge, and where the sanitizer watches', () => {
    expect(areOne(makeSlabRig(false, { noMerge: true }), {})).toBe(false);
    expect(areOne(makeSlabRig(true), {})).toBe(false);
  });

  it('go when the last of them goes', () => {
    const rig = makeSlabRig(false);
    const cache = create(rig, { name: 'a' });
    create(rig, { name: 'b', objectBytes: 36 });
    expect(rig.slabs.destroyCache(cache)).toBe(0);
    expect(rig.slabs.alloc(cache)).toBeGreaterThan(0);
    expect(rig.slabs.caches).toContain(cache);
  });
});

it.each([8, 16, 64, 256])('objects are aligned to %i', (align) => {
  for (const flags of [0, SLAB.RED_ZONE | SLAB.STORE_USER]) {
    const rig = makeSlabRig(true);
    const cache = create(rig, { align, flags });
    for (let n = 0; n < 50; n++) expect(rig.slabs.alloc(cache) % align).toBe(0);
  }
});

it('an object is made once, before anybody has it, and keeps what was made', () => {
  for (const checks of [true, false]) {
    const rig = makeSlabRig(checks);
    const made: number[] = [];
    const make = (pointer: number): void => {
      made.push(pointer);
      rig.ram.store32(pointer, 0x600d);
    };
    const cache = create(rig, { make });
    for (let n = 0; n < 200; n++) {
      const pointer = rig.slabs.alloc(cache);
      expect(rig.ram.load32(pointer)).toBe(0x600d);
      if (n % 3 > 0) rig.slabs.cacheFree(cache, pointer);
    }
    expect(new Set(made).size).toBe(made.length);
    expect(made.length).toBe(cache.info.objects);
    expect(rig.badAccesses).toEqual([]);
  }
});

it('what no slab can hold has no cache', () => {
  const { slabs } = makeSlabRig(true);
  for (const objectBytes of [0, -1, 9000, Number.NaN]) {
    expect(slabs.kmemCacheCreate({ name: 'test', objectBytes })).toBe(undefined);
  }
});

it('a struct kmem_cache leads to its cache, until that is destroyed', () => {
  const rig = makeSlabRig(true);
  const cache = create(rig, {});
  const { pointer } = cache;
  expect(rig.slabs.cacheAt(pointer)).toBe(cache);
  rig.slabs.destroyCache(cache);
  expect(rig.slabs.cacheAt(pointer)).toBe(undefined);
  expect(rig.ram.firstBad(pointer, 1)).toBe(pointer);
});

it('destroying a cache lets only its own objects out of quarantine', () => {
  const rig = makeSlabRig(true);
  const other = rig.slabs.kmalloc(64);
  const cache = create(rig, {});
  rig.slabs.cacheFree(cache, rig.slabs.alloc(cache));
  rig.slabs.kfree(other);
  expect(rig.slabs.destroyCache(cache)).toBe(0);
  expect(rig.ram.shadowAt(rig.ram.toPhysical(other))).toBe(SHADOW.SLAB_FREE_META);
});

it('an object that RCU protects may be read until the grace period is over', () => {
  const rig = makeSlabRig(true);
  const { slabs, ram } = rig;
  let end = (): void => undefined;
  slabs.callRcu = (then) => (end = then);
  const cache = create(rig, { flags: SLAB.TYPESAFE_BY_RCU });
  const pointer = slabs.alloc(cache);
  slabs.cacheFree(cache, pointer);
  expect(ram.firstBad(pointer, 40)).toBe(0);
  end();
  expect(ram.firstBad(pointer, 40)).toBe(pointer);
  end();
  expect(rig.badFrees).toEqual([]);
});

describe('a free to the wrong cache', () => {
  it('goes to the right one', () => {
    const rig = makeSlabRig(true);
    const [right, wrong] = [create(rig, { name: 'right' }), create(rig, { name: 'wrong' })];
    const pointer = rig.slabs.alloc(right);
    rig.slabs.cacheFree(wrong, pointer);
    expect(rig.ram.firstBad(pointer, 1)).toBe(pointer);
    expect(rig.slabs.destroyCache(right)).toBe(0);
  });

  it('of the inside of an object is an invalid free', () => {
    const rig = makeSlabRig(true);
    const cache = create(rig, {});
    const pointer = rig.slabs.alloc(cache) + 1;
    rig.slabs.cacheFree(cache, pointer);
    expect(rig.badFrees).toEqual([{ kind: 'invalid-free', pointer }]);
  });
});
