// SPDX-License-Identifier: GPL-2.0-or-later
/** Slabs and kmalloc against a model of who has what, and what shows when they are abused. */
import { describe, expect, it, test } from 'vitest';

import { PC_MEMORY } from '../hw/ram/board-memory.ts';
import { MemoryFault, Ram } from '../hw/ram/ram.ts';
import { GRANULE, SHADOW } from '../hw/ram/shadow.ts';
import { fromSeed } from '../sim/oracle.ts';
import { Prng } from '../sim/prng.ts';
import { Sim } from '../sim/sim.ts';
import { EVENT, type TraceEvent } from '../sim/trace.ts';
import type { BadFree } from './bad-free.ts';
import { SlabAllocator, ZERO_SIZE_POINTER } from './kmalloc.ts';
import { PAGE_SIZE } from './page.ts';
import { PageAllocator } from './page-alloc.ts';
import { KMALLOC_SIZES } from './slab-layout.ts';

const CPUS = 2;

function allocator(sizeBytes = 8 << 20, checks = true): SlabAllocator {
  const sim = new Sim(fromSeed(1));
  const ram = new Ram(sizeBytes, PC_MEMORY, checks);
  return new SlabAllocator(sim, new PageAllocator(sim, ram), CPUS);
}

function badFreesOf(slabs: SlabAllocator): BadFree[] {
  const reports: BadFree[] = [];
  slabs.onBadFree = (bad) => reports.push(bad);
  return reports;
}

/** True if the shadow allows exactly `sizeBytes` bytes from `pointer`. */
function isOpenFor(ram: Ram, pointer: number, sizeBytes: number): boolean {
  return (
    ram.firstBad(pointer, sizeBytes) === 0 &&
    (ram.firstBad(pointer + sizeBytes, 1) !== 0 || sizeBytes % PAGE_SIZE === 0)
  );
}

/** Allocates, writes, checks and frees at random; the first thing that goes wrong, or undefined. */
function play(slabs: SlabAllocator, seed: number): string | undefined {
  const { ram } = slabs;
  const random = new Prng(seed);
  const live = new Map<number, { sizeBytes: number; mark: number }>();
  const isIntact = (pointer: number, sizeBytes: number, mark: number): boolean => {
    const at = ram.toPhysical(pointer);
    return ram.bytes.subarray(at, at + sizeBytes).every((byte) => byte === mark);
  };
  for (let round = 0; round < 6000; round++) {
    if (live.size > 0 && random.below(9) < 4) {
      const [pointer, { sizeBytes, mark }] = [...live][random.below(live.size)]!;
      if (!isIntact(pointer, sizeBytes, mark)) return 'overwritten';
      live.delete(pointer);
      slabs.kfree(pointer);
      if (ram.checks && ram.firstBad(pointer, 1) === 0) return 'open after its end';
      continue;
    }
    const sizeBytes = 1 + random.below(random.below(20) === 0 ? 40_000 : 600);
    const pointer = slabs.kmalloc(sizeBytes);
    if (pointer === 0) return 'out of memory';
    if (live.has(pointer)) return 'handed out twice';
    if (pointer % 8 !== 0) return 'not aligned';
    if (slabs.ksize(pointer) < sizeBytes) return 'too small';
    if (ram.checks && !isOpenFor(ram, pointer, sizeBytes)) return 'shadow is wrong';
    const mark = random.below(256);
    ram.memset(pointer, mark, sizeBytes);
    live.set(pointer, { sizeBytes, mark });
  }
  for (const [pointer, { sizeBytes, mark }] of live) {
    if (!isIntact(pointer, sizeBytes, mark)) return 'overwritten';
    slabs.kfree(pointer);
  }
  return undefined;
}

describe('random use', () => {
  it.each([true, false])('with checks: %s', (checks) => {
    for (const seed of [1, 2, 3]) {
      const slabs = allocator(64 << 20, checks);
      expect(play(slabs, seed)).toBe(undefined);
      // The last one is that of the caches' own structures, and has its own.
      const left = slabs.caches.toReversed().map((cache) => slabs.destroyCache(cache));
      expect(left.filter(Boolean)).toEqual([1]);
      expect([slabs.caches.length, slabs.quarantined.count]).toEqual([0, 0]);
    }
  });

  it('notices an allocator whose objects overlap', () => {
    const slabs = allocator();
    const honest = slabs.kmalloc.bind(slabs);
    slabs.kmalloc = (sizeBytes) => honest(sizeBytes > 100 ? sizeBytes - 60 : sizeBytes);
    expect(play(slabs, 1)).toMatch(/shadow|small/);
  });

  it('notices a free that frees nothing', () => {
    const slabs = allocator();
    slabs.kfree = () => undefined;
    expect(play(slabs, 1)).toMatch(/open after|out of memory/);
  });
});

test('every size from 0 to 9000 comes from the cache that Linux takes it from', () => {
  const slabs = allocator();
  expect(slabs.kmalloc(0)).toBe(ZERO_SIZE_POINTER);
  for (let sizeBytes = 1; sizeBytes <= 9000; sizeBytes++) {
    const pointer = slabs.kmalloc(sizeBytes);
    const expected = KMALLOC_SIZES.find((size) => size >= sizeBytes);
    expect(slabs.slabOf(pointer)?.cache.objectBytes).toBe(expected);
    expect(slabs.ksize(pointer)).toBe(expected ?? 4 * PAGE_SIZE);
    slabs.kfree(pointer);
  }
});

test('without checks the layout is that of a stock kernel on two CPUs', () => {
  const slabs = allocator(8 << 20, false);
  // As /proc/slabinfo has them: slot, objects and pages of a slab.
  const stock = Object.fromEntries(
    slabs.caches.map(({ info }) => [
      info.name,
      [info.slotBytes, info.objectsPerSlab, info.pagesPerSlab],
    ]),
  );
  expect(stock).toEqual({
    kmem_cache: [256, 16, 1],
    'kmalloc-8': [8, 512, 1],
    'kmalloc-16': [16, 256, 1],
    'kmalloc-32': [32, 128, 1],
    'kmalloc-64': [64, 64, 1],
    'kmalloc-96': [96, 42, 1],
    'kmalloc-128': [128, 32, 1],
    'kmalloc-192': [192, 21, 1],
    'kmalloc-256': [256, 16, 1],
    'kmalloc-512': [512, 16, 2],
    'kmalloc-1k': [1024, 16, 4],
    'kmalloc-2k': [2048, 16, 8],
    'kmalloc-4k': [4096, 8, 8],
    'kmalloc-8k': [8192, 4, 8],
  });
});

test('a whole number of objects is what a cache hands out', () => {
  const slabs = allocator();
  const cache = slabs.createCache('task_struct', 2880);
  const taken = Array.from({ length: 40 }, () => slabs.alloc(cache));
  expect(new Set(taken).size).toBe(40);
  for (const pointer of taken) expect(isOpenFor(slabs.ram, pointer, 2880)).toBe(true);
  expect(cache.info).toMatchObject({ name: 'task_struct', activeObjects: 40 });
  expect(slabs.destroyCache(cache)).toBe(40);
  for (const pointer of taken) slabs.kfree(pointer);
  expect(slabs.destroyCache(cache)).toBe(0);
  expect(slabs.caches.includes(cache)).toBe(false);
  expect(cache.info).toMatchObject({ activeObjects: 0, slabs: 0, objects: 0 });
});

describe('with checks', () => {
  it('a freed object is poisoned and not handed out again soon', () => {
    const slabs = allocator();
    const pointer = slabs.kmalloc(64);
    slabs.kfree(pointer);
    expect(slabs.ram.shadowAt(slabs.ram.toPhysical(pointer))).toBe(SHADOW.SLAB_FREE_META);
    for (let n = 0; n < 100; n++) expect(slabs.kmalloc(64)).not.toBe(pointer);
  });

  it('quarantine lets the oldest go when it is full', () => {
    const slabs = allocator();
    const first = slabs.kmalloc(4096);
    slabs.kfree(first);
    const seen = new Set<number>();
    for (let n = 0; n < 100; n++) {
      const pointer = slabs.kmalloc(4096);
      seen.add(pointer);
      slabs.kfree(pointer);
    }
    expect(seen.has(first)).toBe(true);
    expect(slabs.quarantined.count).toBeLessThan(100);
  });

  it('a redzone lies behind the size that was asked for', () => {
    const slabs = allocator();
    for (const sizeBytes of [1, 5, 8, 13, 64, 100, 8192]) {
      const end = slabs.ram.toPhysical(slabs.kmalloc(sizeBytes)) + sizeBytes;
      const after = Math.ceil(end / GRANULE) * GRANULE;
      expect(slabs.ram.shadowAt(after)).toBe(SHADOW.SLAB_REDZONE);
    }
    const large = slabs.ram.toPhysical(slabs.kmalloc(10_000));
    expect(slabs.ram.shadowAt(large + 10_000)).toBe(SHADOW.PAGE_REDZONE);
  });

  const wrong: readonly [BadFree['kind'], string, (slabs: SlabAllocator) => number][] = [
    ['double-free', 'of a freed object', (slabs) => freed(slabs, slabs.kmalloc(40))],
    ['invalid-free', 'of the inside of an object', (slabs) => slabs.kmalloc(40) + 8],
    ['invalid-free', 'of the end of a slab', (slabs) => slabs.kmalloc(192) + 16 * 256 - 1],
    ['invalid-free', 'of pages', (slabs) => slabs.ram.toPointer(slabs.pages.allocPage())],
    ['double-free', 'of freed pages', (slabs) => freed(slabs, slabs.kmalloc(9000))],
    ['invalid-free', 'of the inside of pages', (slabs) => slabs.kmalloc(9000) + 4096],
    ['invalid-free', 'of a wild pointer', () => 0x4141_4141_4141],
    ['invalid-free', 'of no number', () => Number.NaN],
  ];

  it.each(wrong)('a %s, %s, is reported and changes nothing', (kind, _what, prepare) => {
    const slabs = allocator();
    const reports = badFreesOf(slabs);
    const pointer = prepare(slabs);
    const before = [slabs.quarantined.count, slabs.pages.freePageCount];
    slabs.kfree(pointer);
    expect(reports).toEqual([{ kind, pointer }]);
    expect([slabs.quarantined.count, slabs.pages.freePageCount]).toEqual(before);
  });
});

function freed(slabs: SlabAllocator, pointer: number): number {
  slabs.kfree(pointer);
  return pointer;
}

describe('with kasan=off, as in production,', () => {
  it('the last object freed is the next handed out', () => {
    const slabs = allocator(8 << 20, false);
    const pointer = slabs.kmalloc(64);
    slabs.kfree(pointer);
    expect(slabs.kmalloc(64)).toBe(pointer);
  });

  it('an overflow lands in the neighbour', () => {
    const slabs = allocator(8 << 20, false);
    const [first, second] = [slabs.kmalloc(64), slabs.kmalloc(64)];
    slabs.ram.memset(first, 0x41, 65);
    expect(slabs.ram.load8(second)).toBe(0x41);
  });

  it('a double free gives one object to two owners', () => {
    const slabs = allocator(8 << 20, false);
    const reports = badFreesOf(slabs);
    const pointer = slabs.kmalloc(64);
    slabs.kfree(pointer);
    slabs.kfree(pointer);
    expect([slabs.kmalloc(64), slabs.kmalloc(64)]).toEqual([pointer, pointer]);
    expect(reports).toEqual([]);
  });

  it('a write after free makes a later kmalloc fault', () => {
    const slabs = allocator(8 << 20, false);
    const pointer = slabs.kmalloc(64);
    slabs.kfree(pointer);
    slabs.ram.memset(pointer, 0x41, 64);
    expect(slabs.kmalloc(64)).toBe(pointer);
    expect(() => slabs.kmalloc(64)).toThrow(MemoryFault);
    expect(slabs.kmalloc(128)).toBeGreaterThan(0);
  });

  it('a forged link makes kmalloc hand out what it points to', () => {
    const slabs = allocator(8 << 20, false);
    const victim = slabs.kmalloc(512);
    const pointer = slabs.kmalloc(64);
    slabs.kfree(pointer);
    for (let at = 0; at < 64; at += 8) slabs.ram.storePointer(pointer + at, victim);
    expect([slabs.kmalloc(64), slabs.kmalloc(64)]).toEqual([pointer, victim]);
  });

  it('no sequence of stray writes and wrong frees stops the simulator', () => {
    for (let seed = 1; seed <= 30; seed++) {
      expect(() => rampage(allocator(2 << 20, seed % 3 === 0), seed)).not.toThrow();
    }
  });
});

/** Abuses an allocator in every way; only the faults that it announces may come out of it. */
function rampage(slabs: SlabAllocator, seed: number): void {
  const random = new Prng(seed);
  const { ram, pages } = slabs;
  slabs.onBadFree = () => undefined;
  pages.onBadFree = () => undefined;
  const { fault } = ram.reporter;
  ram.reporter = { fault, badAccess: () => undefined };
  const known: number[] = [];
  const any = (): number => known[random.below(known.length)] ?? 0;
  const steps: readonly (() => unknown)[] = [
    () => known.push(slabs.kmalloc(random.below(3000))),
    () => known.push(slabs.kmalloc(random.below(64))),
    () => slabs.kfree(any()),
    () => slabs.kfree(any() + random.below(100)),
    () => slabs.ksize(any()),
    () => ram.memset(any(), random.below(256), random.below(200)),
    () => ram.storePointer(any() + random.below(64), any()),
    () => pages.freePages(ram.toPhysical(any()), random.below(4)),
  ];
  for (let round = 0; round < 3000; round++) {
    try {
      steps[random.below(steps.length)]!();
    } catch (error) {
      if (!(error instanceof MemoryFault)) throw error;
    }
  }
}

test('memory in quarantine and in empty slabs is given back before an allocation fails', () => {
  const slabs = allocator(1 << 20);
  const taken: number[] = [];
  for (let pointer = slabs.kmalloc(2000); pointer !== 0; pointer = slabs.kmalloc(2000)) {
    taken.push(pointer);
  }
  expect(slabs.pages.allocPages(6)).toBe(0);
  for (const pointer of taken) slabs.kfree(pointer);
  expect(slabs.pages.allocPages(6)).not.toBe(0);
});

test('larger than any block is refused', () => {
  const slabs = allocator();
  expect([slabs.kmalloc((4 << 20) + 1), slabs.kmalloc(Infinity), slabs.kmalloc(-1)]).toEqual([
    0, 0, 0,
  ]);
  expect(slabs.kmalloc(4 << 20)).toBeGreaterThan(0);
});

test('kzalloc clears what lay there', () => {
  const slabs = allocator(8 << 20, false);
  const pointer = slabs.kmalloc(100);
  slabs.ram.memset(pointer, 0xff, 100);
  slabs.kfree(pointer);
  expect(slabs.kzalloc(100)).toBe(pointer);
  const at = slabs.ram.toPhysical(pointer);
  expect(slabs.ram.bytes.subarray(at, at + 100).every((byte) => byte === 0)).toBe(true);
});

test('tells the trace which cache', () => {
  const sim = new Sim(fromSeed(1));
  const slabs = new SlabAllocator(sim, new PageAllocator(sim, new Ram(1 << 20)), CPUS);
  slabs.kfree(slabs.kmalloc(60));
  const events: TraceEvent[] = [];
  sim.trace.start((event) => events.push(event));
  const pointer = slabs.kmalloc(60);
  slabs.kfree(pointer);
  expect(events.map(({ kind, a, b }) => [kind, a, sim.trace.textOf(b)])).toEqual([
    [EVENT.SLAB_ALLOC, pointer, 'kmalloc-64'],
    [EVENT.SLAB_FREE, pointer, 'kmalloc-64'],
  ]);
});
