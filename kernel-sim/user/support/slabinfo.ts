// SPDX-License-Identifier: GPL-2.0-or-later
/** What /proc/slabinfo says, as slabtop and vmstat read it. Linux: slabinfo(5). */

/** A slab cache: a line of the file. */
export interface SlabLine {
  readonly name: string;
  readonly activeObjects: number;
  readonly objects: number;
  readonly objectBytes: number;
  readonly objectsPerSlab: number;
  readonly pagesPerSlab: number;
  readonly activeSlabs: number;
  readonly slabs: number;
}

const VERSION = /^slabinfo - version: 2\./u;
const LINE = new RegExp(
  String.raw`^(\S+)${String.raw`\s+(\d+)`.repeat(5)}\s+:\s+tunables(?:\s+\d+){3}` +
    String.raw`\s+:\s+slabdata\s+(\d+)\s+(\d+)\s+\d+$`,
  'gmu',
);

/** The caches in the order of the file; undefined if it is of a version that nobody knows. */
export function parseSlabinfo(text: string): SlabLine[] | undefined {
  if (!VERSION.test(text)) return undefined;
  return Array.from(text.matchAll(LINE), ([, name = '', ...columns]) => {
    const [activeObjects = 0, objects = 0, objectBytes = 0, objectsPerSlab = 0, ...rest] =
      columns.map(Number);
    const [pagesPerSlab = 0, activeSlabs = 0, slabs = 0] = rest;
    return {
      name,
      activeObjects,
      objects,
      objectBytes,
      objectsPerSlab,
      pagesPerSlab,
      activeSlabs,
      slabs,
    };
  });
}
