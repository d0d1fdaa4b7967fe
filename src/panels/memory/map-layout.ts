// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Where the objects of a cache lie on the map: one slab per row, as large as there is room for.
 *
 * Cells of 14 pixels and down to 6 show patterns; below that, only fill and outline. A slab of
 * which not even the smallest cells fit into a line takes several.
 */
import type { CacheObjects } from '../../../kernel-sim/machine-types.ts';

export interface MapLayout {
  /** From one cell to the next, and what of it is drawn. */
  readonly pitch: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly perLine: number;
  readonly linesPerSlab: number;
  readonly linePitch: number;
  readonly slabHeight: number;
  readonly left: number;
  readonly width: number;
  readonly height: number;
  /** False where patterns could not be told apart. */
  readonly hasPatterns: boolean;
}

/** An object by its number in the cache, and its slab's row. */
export interface MapPlace {
  readonly object: number;
  readonly slab: number;
  readonly index: number;
}

export const MAP_LEFT = 70;
export const MAP_RIGHT = 60;
export const MAP_TOP = 4;
const PITCH_MAX = 14;
const PITCH_MIN = 4;
/** The smallest cells with patterns. */
const PATTERN_PITCH = 6;

export function layoutMap(objects: CacheObjects, width: number): MapLayout {
  const most = objects.counts.reduce((max, count) => Math.max(max, count), 1);
  const room = Math.max(PITCH_MIN * 8, width - MAP_LEFT - MAP_RIGHT);
  const fitting = Math.min(PITCH_MAX, Math.floor(room / most));
  const pitch = fitting >= PITCH_MIN ? fitting : PATTERN_PITCH;
  const perLine = Math.min(most, Math.floor(room / pitch));
  const linesPerSlab = Math.ceil(most / perLine);
  const gap = pitch >= 8 ? 2 : 1;
  const cellHeight = heightOf(pitch);
  const linePitch = cellHeight + gap;
  const slabHeight = linesPerSlab * linePitch + (pitch >= 12 ? 12 : 8);
  return {
    pitch,
    cellWidth: pitch - gap,
    cellHeight,
    perLine,
    linesPerSlab,
    linePitch,
    slabHeight,
    left: MAP_LEFT,
    width,
    height: objects.slabs.length * slabHeight + 2 * MAP_TOP,
    hasPatterns: pitch >= PATTERN_PITCH,
  };
}

function heightOf(pitch: number): number {
  if (pitch >= 12) return 19;
  return pitch >= 8 ? 16 : 11;
}

/** Number of the first object of each slab. */
export function firstObjects(counts: Uint16Array): Int32Array {
  const first = new Int32Array(counts.length + 1);
  counts.forEach((count, slab) => {
    first[slab + 1] = (first[slab] ?? 0) + count;
  });
  return first;
}

/** Where a cell begins, from the map's upper left corner. */
export function cellAt(layout: MapLayout, slab: number, index: number) {
  return {
    x: layout.left + (index % layout.perLine) * layout.pitch,
    y: MAP_TOP + slab * layout.slabHeight + Math.floor(index / layout.perLine) * layout.linePitch,
  };
}

/** The object under a point; undefined beside the cells. */
export function objectAt(
  layout: MapLayout,
  counts: Uint16Array,
  first: Int32Array,
  x: number,
  y: number,
): MapPlace | undefined {
  const slab = Math.floor((y - MAP_TOP) / layout.slabHeight);
  const line = Math.floor((y - MAP_TOP - slab * layout.slabHeight) / layout.linePitch);
  const column = Math.floor((x - layout.left) / layout.pitch);
  const index = line * layout.perLine + column;
  if (column < 0 || column >= layout.perLine || line >= layout.linesPerSlab) return undefined;
  if (slab < 0 || index >= (counts[slab] ?? 0)) return undefined;
  return { object: (first[slab] ?? 0) + index, slab, index };
}

/** The address of the object at a place. */
export function addressOf(
  { slabs, slotBytes, objectOffset }: CacheObjects,
  { slab, index }: Pick<MapPlace, 'slab' | 'index'>,
): number {
  return (slabs[slab] ?? 0) + objectOffset + index * slotBytes;
}

/** The place of an address; undefined when it is in none of the slabs. */
export function placeOf(
  { slabs, counts, slotBytes }: CacheObjects,
  first: Int32Array,
  address: number,
): MapPlace | undefined {
  let low = 0;
  let high = slabs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((slabs[middle] ?? 0) <= address) low = middle + 1;
    else high = middle;
  }
  const slab = low - 1;
  const index = Math.floor((address - (slabs[slab] ?? 0)) / slotBytes);
  if (slab < 0 || index >= (counts[slab] ?? 0)) return undefined;
  return { object: (first[slab] ?? 0) + index, slab, index };
}

/** The place of the object with a number. */
export function placeAt(counts: Uint16Array, first: Int32Array, object: number): MapPlace {
  let low = 0;
  let high = counts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((first[middle] ?? 0) <= object) low = middle;
    else high = middle - 1;
  }
  return { object, slab: low, index: object - (first[low] ?? 0) };
}

/** Where a key leads from an object; undefined for a key that leads nowhere. */
export function neighbourOf(
  layout: MapLayout,
  counts: Uint16Array,
  first: Int32Array,
  from: MapPlace | undefined,
  key: string,
  slabsPerPage: number,
): MapPlace | undefined {
  const total = first.at(-1) ?? 0;
  if (total === 0) return undefined;
  if (from === undefined) return MOVES.has(key) ? placeAt(counts, first, 0) : undefined;
  switch (key) {
    case 'ArrowRight':
      return placeAt(counts, first, Math.min(from.object + 1, total - 1));
    case 'ArrowLeft':
      return placeAt(counts, first, Math.max(from.object - 1, 0));
    case 'Home':
      return placeAt(counts, first, 0);
    case 'End':
      return placeAt(counts, first, total - 1);
    case 'ArrowDown':
      return below(layout, counts, first, from);
    case 'ArrowUp':
      return above(layout, counts, first, from);
    case 'PageDown':
      return inSlab(counts, first, Math.min(from.slab + slabsPerPage, counts.length - 1), from);
    case 'PageUp':
      return inSlab(counts, first, Math.max(from.slab - slabsPerPage, 0), from);
    default:
      return undefined;
  }
}

const MOVES: ReadonlySet<string> = new Set([
  'ArrowRight',
  'ArrowLeft',
  'ArrowDown',
  'ArrowUp',
  'Home',
  'End',
  'PageDown',
  'PageUp',
]);

function below(
  { perLine }: MapLayout,
  counts: Uint16Array,
  first: Int32Array,
  from: MapPlace,
): MapPlace {
  const index = from.index + perLine;
  if (index < (counts[from.slab] ?? 0)) return { ...from, object: from.object + perLine, index };
  if (from.slab + 1 >= counts.length) return from;
  return inSlab(counts, first, from.slab + 1, { index: from.index % perLine });
}

function above(
  { perLine, linesPerSlab }: MapLayout,
  counts: Uint16Array,
  first: Int32Array,
  from: MapPlace,
): MapPlace {
  if (from.index >= perLine) {
    return { ...from, object: from.object - perLine, index: from.index - perLine };
  }
  if (from.slab === 0) return from;
  const index = from.index + (linesPerSlab - 1) * perLine;
  const isThere = index < (counts[from.slab - 1] ?? 0);
  return inSlab(counts, first, from.slab - 1, { index: isThere ? index : index - perLine });
}

function inSlab(
  counts: Uint16Array,
  first: Int32Array,
  slab: number,
  { index }: { readonly index: number },
): MapPlace {
  const there = Math.max(0, Math.min(index, (counts[slab] ?? 1) - 1));
  return { object: (first[slab] ?? 0) + there, slab, index: there };
}
