// SPDX-License-Identifier: GPL-2.0-or-later
/** The buddy allocator against a model that is a list of who has what. */
import { describe, expect, it, test } from 'vitest';

import { Ram } from '../hw/ram/ram.ts';
import { SHADOW } from '../hw/ram/shadow.ts';
import { Oops } from '../kernel/oops.ts';
import { fromSeed } from '../sim/oracle.ts';
import { Prng } from '../sim/prng.ts';
import { Sim } from '../sim/sim.ts';
import { EVENT, type TraceEvent } from '../sim/trace.ts';
import { COST } from '../uapi/costs.ts';
import type { BadFree } from './bad-free.ts';
import { MAX_ORDER, PAGE_SIZE } from './page.ts';
import { PageAllocator } from './page-alloc.ts';

const ORDERS = Array.from({ length: MAX_ORDER + 1 }, (_, order) => order);

function allocator(pageCount: number, reservedPages = 1): PageAllocator {
  const ram = new Ram(pageCount * PAGE_SIZE);
  return new PageAllocator(new Sim(fromSeed(1)), ram, reservedPages * PAGE_SIZE);
}

const freeLists = (pages: PageAllocator): number[] =>
  ORDERS.map((order) => pages.freeBlocks(order));

/** What a block of pages is to the model. */
interface Block {
  readonly physical: number;
  readonly order: number;
}

/** Says what is wrong with handing out `block` while `taken` are, or nothing. */
function faultOf(pages: PageAllocator, block: Block, taken: readonly Block[]): string | undefined {
  const size = PAGE_SIZE << block.order;
  if (block.physical % size !== 0) return 'not aligned to its size';
  if (block.physical < PAGE_SIZE || block.physical + size > pages.ram.sizeBytes) return 'outside';
  const isOverlapping = taken.some(
    (other) =>
      block.physical < other.physical + (PAGE_SIZE << other.order) &&
      other.physical < block.physical + size,
  );
  return isOverlapping ? 'handed out twice' : undefined;
}

/** Takes and frees at random; the first thing that goes wrong, or undefined. */
function play(pages: PageAllocator, seed: number): string | undefined {
  const random = new Prng(seed);
  const before = freeLists(pages);
  const taken: Block[] = [];
  const free = (index: number): void => {
    const [block] = taken.splice(index, 1);
    if (block !== undefined) pages.freePages(block.physical, block.order);
  };
  for (let round = 0; round < 4000; round++) {
    if (taken.length > 0 && random.below(5) < 2) {
      free(random.below(taken.length));
      continue;
    }
    const order = Math.min(random.below(8), random.below(8));
    const block = { physical: pages.allocPages(order), order };
    const sum = taken.reduce((pagesTaken, each) => pagesTaken + (1 << each.order), 0);
    if (block.physical === 0) {
      if (ORDERS.slice(order).some((larger) => pages.freeBlocks(larger) > 0)) return 'refused';
      free(random.below(taken.length));
      continue;
    }
    const fault = faultOf(pages, block, taken);
    if (fault !== undefined) return fault;
    taken.push(block);
    if (pages.freePageCount !== pages.totalPages - sum - (1 << order)) return 'miscounted';
  }
  while (taken.length > 0) free(random.below(taken.length));
  const isAsBefore = freeLists(pages).every((blocks, order) => blocks === before[order]);
  return isAsBefore ? undefined : 'not joined again';
}

describe('random use', () => {
  it.each([
    [64, 1],
    [1024, 7],
    [3000, 256],
    [2048, 1],
  ])('%i pages, %i reserved', (pageCount, reservedPages) => {
    const faults = [1, 2, 3].map((seed) => play(allocator(pageCount, reservedPages), seed));
    expect(faults.filter(Boolean)).toEqual([]);
  });

  it('notices an allocator that forgets what it handed out', () => {
    const pages = allocator(64);
    const [honest, said] = [pages.allocPages.bind(pages), new Map<number, number>()];
    pages.allocPages = (order) => said.get(order) ?? said.set(order, honest(order)).get(order)!;
    expect(play(pages, 1)).toBe('handed out twice');
  });

  it('notices an allocator that keeps a page', () => {
    const pages = allocator(64);
    const honest = pages.freePages.bind(pages);
    let frees = 0;
    pages.freePages = (physical, order) => (++frees === 5 ? undefined : honest(physical, order));
    expect(play(pages, 1)).toMatch(/miscounted|not joined/);
  });
});

test('every sequence of five steps on eight pages leaves the lists as they were', () => {
  // A step takes a block of order 0, 1 or 2, or frees the oldest or the newest one.
  const STEPS = 5;
  const faults: unknown[] = [];
  for (let script = 0; script < STEPS ** 5; script++) {
    const pages = allocator(8);
    const before = freeLists(pages);
    const taken: Block[] = [];
    for (let rest = script, step = 0; step < 5; step++, rest = Math.floor(rest / STEPS)) {
      const choice = rest % STEPS;
      if (choice < 3) {
        const block = { physical: pages.allocPages(choice), order: choice };
        if (block.physical === 0) continue;
        faults.push(faultOf(pages, block, taken));
        taken.push(block);
      } else {
        const block = choice === 3 ? taken.shift() : taken.pop();
        if (block !== undefined) pages.freePages(block.physical, block.order);
      }
    }
    for (const block of taken) pages.freePages(block.physical, block.order);
    expect(freeLists(pages)).toEqual(before);
  }
  expect(faults.length).toBeGreaterThan(STEPS ** 5);
  expect(faults.filter(Boolean)).toEqual([]);
});

test('the lower end of a block goes out first, and neighbours follow each other', () => {
  const pages = allocator(64);
  expect([1, 2, 3, 4, 5].map(() => pages.allocPage() / PAGE_SIZE)).toEqual([1, 2, 3, 4, 5]);
});

test('pages are open while taken and poisoned while free', () => {
  const pages = allocator(16);
  const physical = pages.allocPages(1);
  const edge = [physical, physical + 2 * PAGE_SIZE - 8];
  for (const at of edge) expect(pages.ram.shadowAt(at)).toBe(SHADOW.ADDRESSABLE);
  pages.freePages(physical, 1);
  for (const at of edge) expect(pages.ram.shadowAt(at)).toBe(SHADOW.PAGE_FREE);
});

describe('a wrong free', () => {
  const wrong: readonly [BadFree['kind'], string, (pages: PageAllocator) => [number, number]][] = [
    ['double-free', 'of what is free', (pages) => [pages.allocPage() + PAGE_SIZE, 0]],
    ['wrong-order', 'as a smaller block', (pages) => [pages.allocPages(2), 1]],
    ['wrong-order', 'as a larger block', (pages) => [pages.allocPages(1), 2]],
    ['invalid-free', 'of the inside of a block', (pages) => [pages.allocPages(2) + PAGE_SIZE, 0]],
    ['invalid-free', 'of half a page', (pages) => [pages.allocPages(0) + 8, 0]],
    ['invalid-free', 'of reserved memory', () => [0, 0]],
    ['invalid-free', 'of no memory', () => [1e12, 0]],
    ['invalid-free', 'of no number', () => [Number.NaN, 0]],
  ];

  it.each(wrong)('is a %s: %s, and changes nothing', (kind, _what, prepare) => {
    const pages = allocator(16);
    const reports: BadFree[] = [];
    pages.onBadFree = (bad) => reports.push(bad);
    const [physical, order] = prepare(pages);
    const before = [...freeLists(pages), pages.freePageCount];
    pages.freePages(physical, order);
    expect(reports.map((bad) => bad.kind)).toEqual([kind]);
    expect([...freeLists(pages), pages.freePageCount]).toEqual(before);
  });

  it('of a freed page is an oops until somebody listens', () => {
    const pages = allocator(16);
    const physical = pages.allocPage();
    pages.freePage(physical);
    expect(() => pages.freePage(physical)).toThrow(Oops);
  });
});

test('asks for memory back before it refuses', () => {
  const pages = allocator(4);
  const taken = [pages.allocPage(), pages.allocPage(), pages.allocPage()];
  expect(pages.allocPage()).toBe(0);
  pages.reclaim = () => {
    pages.freePage(taken[0]!);
    return true;
  };
  expect(pages.allocPage()).toBe(taken[0]);
});

test('charges, and tells the trace', () => {
  const sim = new Sim(fromSeed(1));
  const pages = new PageAllocator(sim, new Ram(16 * PAGE_SIZE));
  const events: TraceEvent[] = [];
  sim.trace.start((event) => events.push(event));
  const physical = pages.allocPages(2);
  pages.freePages(physical, 2);
  expect(sim.now()).toBe(2 * COST.PAGE_ALLOC);
  expect(events.map(({ kind, a, b }) => [kind, a, b])).toEqual([
    [EVENT.PAGE_ALLOC, physical / PAGE_SIZE, 2],
    [EVENT.PAGE_FREE, physical / PAGE_SIZE, 2],
  ]);
});

test('a zeroed page is zero whatever lay there', () => {
  const pages = allocator(2);
  const physical = pages.allocPage();
  pages.ram.bytes.fill(0x55, physical);
  pages.freePage(physical);
  expect(pages.allocZeroedPage()).toBe(physical);
  expect(pages.ram.bytes[physical + 100]).toBe(0);
});
