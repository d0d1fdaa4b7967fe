// SPDX-License-Identifier: GPL-2.0-or-later
/** The map's geometry: how large, where, and what is beside what. */
import { describe, expect, it } from 'vitest';

import type { CacheObjects } from '../../../kernel-sim/machine-types.ts';
import {
  cellAt,
  firstObjects,
  layoutMap,
  neighbourOf,
  objectAt,
  placeAt,
  placeOf,
} from './map-layout.ts';

function cacheOf(counts: readonly number[]): CacheObjects {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return {
    cache: 'c',
    slotBytes: 128,
    objectOffset: 0,
    slabs: Float64Array.from(counts, (_, slab) => 0x8880_0000_0000 + slab * 0x1_0000),
    counts: Uint16Array.from(counts),
    states: new Uint8Array(total),
    owner: new Uint8Array(total),
    owners: ['kernel'],
  };
}

describe('a map', () => {
  it.each([
    ['as the drawing has it', 32, 790, { pitch: 14, cellWidth: 12, cellHeight: 19, perLine: 32 }],
    ['narrower', 32, 460, { pitch: 10, cellWidth: 8, linesPerSlab: 1, hasPatterns: true }],
    ['of a phone', 32, 366, { pitch: 7, linesPerSlab: 1, hasPatterns: true }],
    ['of many objects', 128, 700, { pitch: 4, linesPerSlab: 1, hasPatterns: false }],
    ['of more than fit', 170, 580, { pitch: 6, perLine: 75, linesPerSlab: 3, hasPatterns: true }],
    ['without room', 32, 40, { pitch: 6, perLine: 5, linesPerSlab: 7 }],
  ])('%s', (_what, count, width, expected) => {
    expect(layoutMap(cacheOf([count, count]), width)).toMatchObject(expected);
  });

  it.each([
    [[32, 32, 16], 790],
    [[170, 85], 500],
    [[1, 1, 1], 300],
  ])('finds each object of %j again where it drew it, and by its address', (counts, width) => {
    const objects = cacheOf(counts);
    const first = firstObjects(objects.counts);
    const layout = layoutMap(objects, width);
    for (let object = 0; object < objects.states.length; object++) {
      const place = placeAt(objects.counts, first, object);
      const { x, y } = cellAt(layout, place.slab, place.index);
      expect(objectAt(layout, objects.counts, first, x + 1, y + 1)).toEqual(place);
      const address = (objects.slabs[place.slab] ?? 0) + place.index * 128;
      expect(placeOf(objects, first, address)).toEqual(place);
      expect(placeOf(objects, first, address + 127)).toEqual(place);
    }
  });

  it('has nothing beside its cells', () => {
    const objects = cacheOf([32, 4]);
    const first = firstObjects(objects.counts);
    const layout = layoutMap(objects, 790);
    for (const [x, y] of [
      [layout.left - 1, 10],
      [layout.left + 32 * layout.pitch, 10],
      [layout.left + 4 * layout.pitch, layout.slabHeight + 10],
      [layout.left, 2 * layout.slabHeight + 10],
      [layout.left, -1],
    ] as const) {
      expect(objectAt(layout, objects.counts, first, x, y)).toBeUndefined();
    }
    expect(placeOf(objects, first, 0x8880_0000_0000 - 1)).toBeUndefined();
    expect(placeOf(objects, first, 0x8880_0000_1000)).toBeUndefined();
  });
});

describe('keys', () => {
  const objects = cacheOf([10, 10, 3]);
  const first = firstObjects(objects.counts);
  const layout = layoutMap(objects, 130 + 6 * 6);
  const go = (object: number | undefined, key: string): number | undefined => {
    const from = object === undefined ? undefined : placeAt(objects.counts, first, object);
    return neighbourOf(layout, objects.counts, first, from, key, 2)?.object;
  };

  it.each([
    [0, 'ArrowRight', 1],
    [9, 'ArrowRight', 10],
    [22, 'ArrowRight', 22],
    [10, 'ArrowLeft', 9],
    [0, 'ArrowLeft', 0],
    [1, 'ArrowDown', 7],
    [7, 'ArrowDown', 11],
    [5, 'ArrowDown', 15],
    [19, 'ArrowDown', 22],
    [11, 'ArrowUp', 7],
    [15, 'ArrowUp', 5],
    [7, 'ArrowUp', 1],
    [1, 'ArrowUp', 1],
    [4, 'PageDown', 22],
    [22, 'PageUp', 2],
    [13, 'Home', 0],
    [13, 'End', 22],
    [13, 'a', undefined],
    [undefined, 'ArrowDown', 0],
    [undefined, 'Tab', undefined],
  ])('from %s, %s leads to %s (6 in a line, slabs of 10, 10 and 3)', (from, key, to) => {
    expect(layout.perLine).toBe(6);
    expect(go(from, key)).toBe(to);
  });
});
