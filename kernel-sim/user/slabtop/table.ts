// SPDX-License-Identifier: GPL-2.0-or-later
/** What slabtop shows: sums over all slab caches, and the caches one by one in some order. */
import { byBytes } from '../support/files.ts';
import type { SlabLine } from '../support/slabinfo.ts';

const PAGE_KIB = 4;
const LABEL_COLUMNS = 35;
const HEADING = '  OBJS ACTIVE  USE OBJ SIZE  SLABS OBJ/SLAB CACHE SIZE NAME'.padEnd(78);
const NAME_COLUMNS = 23;

type Compare = (a: SlabLine, b: SlabLine) => number;

const byNumber =
  (of: (line: SlabLine) => number): Compare =>
  (a, b) =>
    of(b) - of(a);

const BY_OBJECTS = byNumber(({ objects }) => objects);

/** By the letter of -s. Numbers go down, names go up. */
const ORDERS: ReadonlyMap<string, Compare> = new Map([
  ['a', byNumber(({ activeObjects }) => activeObjects)],
  ['b', byNumber(({ objectsPerSlab }) => objectsPerSlab)],
  ['c', byNumber(cacheKib)],
  ['l', byNumber(({ slabs }) => slabs)],
  ['v', byNumber(({ activeSlabs }) => activeSlabs)],
  ['n', (a, b) => byBytes(a.name, b.name)],
  ['o', BY_OBJECTS],
  ['p', byNumber(({ pagesPerSlab }) => pagesPerSlab)],
  ['s', byNumber(({ objectBytes }) => objectBytes)],
  ['u', byNumber(usedPercent)],
]);

/** True if -s knows the letter. */
export function isOrder(letter: string): boolean {
  return ORDERS.has(letter);
}

export interface SlabTable {
  /** Five sums. */
  readonly summary: readonly string[];
  readonly heading: string;
  readonly rows: readonly string[];
}

/** `order` is a letter of -s; any other means `o`. */
export function slabTable(caches: readonly SlabLine[], order: string): SlabTable {
  const sorted = caches.toSorted(ORDERS.get(order) ?? BY_OBJECTS);
  return { summary: summary(caches), heading: HEADING, rows: sorted.map(row) };
}

function summary(caches: readonly SlabLine[]): string[] {
  const sum = (of: (line: SlabLine) => number): number =>
    caches.reduce((total, line) => total + of(line), 0);
  const objects = sum((line) => line.objects);
  const activeBytes = sum((line) => line.activeObjects * line.objectBytes);
  const bytes = sum((line) => line.objects * line.objectBytes);
  const sizes = caches.map(({ objectBytes }) => objectBytes);
  const used = (
    what: string,
    active: number,
    total: number,
    show: (value: number) => string = String,
  ): string => {
    const percent = total === 0 ? 0 : (100 * active) / total;
    const label = `Active / Total ${what} (% used)`;
    return labelled(label, `${show(active)} / ${show(total)} (${percent.toFixed(1)}%)`);
  };
  const average = objects === 0 ? 0 : Math.floor(bytes / objects);
  const extremes = [Math.min(...sizes), average, Math.max(...sizes)];
  return [
    used(
      'Objects',
      sum((line) => line.activeObjects),
      objects,
    ),
    used(
      'Slabs',
      sum((line) => line.activeSlabs),
      sum((line) => line.slabs),
    ),
    used('Caches', caches.filter((line) => line.objects > 0).length, caches.length),
    used('Size', activeBytes, bytes, kib),
    labelled('Minimum / Average / Maximum Object', extremes.map(kib).join(' / ')),
  ];
}

function labelled(label: string, value: string): string {
  return ` ${label.padEnd(LABEL_COLUMNS)}: ${value}`;
}

function row(line: SlabLine): string {
  const columns = [
    String(line.objects).padStart(6),
    String(line.activeObjects).padStart(6),
    `${String(usedPercent(line)).padStart(3)}%`,
    kib(line.objectBytes).padStart(8),
    String(line.slabs).padStart(6),
    String(line.objectsPerSlab).padStart(8),
    `${String(cacheKib(line)).padStart(9)}K`,
    line.name.padEnd(NAME_COLUMNS),
  ];
  return columns.join(' ');
}

function cacheKib({ slabs, pagesPerSlab }: SlabLine): number {
  return slabs * pagesPerSlab * PAGE_KIB;
}

function usedPercent({ activeObjects, objects }: SlabLine): number {
  return objects === 0 ? 0 : Math.floor((100 * activeObjects) / objects);
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(2)}K`;
}
