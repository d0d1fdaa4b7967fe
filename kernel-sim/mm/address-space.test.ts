// SPDX-License-Identifier: GPL-2.0-or-later
/** User memory against a model that is a map from address to byte. */
import { describe, expect, it, test } from 'vitest';

import { PC_MEMORY, RPI3_MEMORY } from '../hw/ram/board-memory.ts';
import { Ram } from '../hw/ram/ram.ts';
import { fromSeed } from '../sim/oracle.ts';
import { Prng } from '../sim/prng.ts';
import { Sim } from '../sim/sim.ts';
import { COST } from '../uapi/costs.ts';
import { AddressSpace, FAULT } from './address-space.ts';
import { FAULT_KIND } from './fault.ts';
import { brk } from './mmap.ts';
import { PAGE_SIZE } from './page.ts';
import { PageAllocator } from './page-alloc.ts';

const { heapStart: HEAP, stackEnd: STACK_END, userEnd } = PC_MEMORY;
const STACK_LIMIT = 132 * 1024;
/** Tables for the heap, with the top one. */
const TABLES = 4;

function machine(pageCount = 1024): { sim: Sim; pages: PageAllocator; space: AddressSpace } {
  const sim = new Sim(fromSeed(1));
  const pages = new PageAllocator(sim, new Ram(pageCount * PAGE_SIZE));
  const space = new AddressSpace(pages, sim.clock);
  space.limits.stackBytes = STACK_LIMIT;
  space.addStack();
  return { sim, pages, space };
}

describe('brk', () => {
  it('moves the end of the heap both ways, and gives pages back', () => {
    const { pages, space } = machine();
    const before = pages.freePageCount;
    expect(brk(space, 0)).toBe(HEAP);
    expect(brk(space, HEAP + 10_000)).toBe(HEAP + 10_000);
    expect(space.fill(HEAP, 1, 10_000)).toBe(10_000);
    expect(space.residentPages).toBe(3);
    expect(brk(space, HEAP + 1)).toBe(HEAP + 1);
    expect(space.residentPages).toBe(1);
    expect(space.load8(HEAP + PAGE_SIZE)).toBe(FAULT);
    expect(brk(space, HEAP)).toBe(HEAP);
    expect(pages.freePageCount).toBe(before);
  });

  it.each([HEAP - 1, HEAP + 5 * 2 ** 20, userEnd, Number.NaN, Infinity, HEAP + 0.5, -1])(
    'stays where it is when asked for %d',
    (address) => {
      const { space } = machine();
      brk(space, HEAP + 100);
      expect(brk(space, address)).toBe(HEAP + 100);
    },
  );

  it('gives zeros again after it went down and up', () => {
    const { space } = machine();
    brk(space, HEAP + PAGE_SIZE);
    space.store8(HEAP, 7);
    brk(space, HEAP);
    brk(space, HEAP + PAGE_SIZE);
    expect(space.load8(HEAP)).toBe(0);
  });
});

describe('what is not mapped', () => {
  const nowhere = [0, 1, HEAP - 1, HEAP + PAGE_SIZE, STACK_END, STACK_END - STACK_LIMIT - 1];
  const wild = [-1, Number.NaN, 2 ** 53, PC_MEMORY.directMap + 4096];

  it.each([...nowhere, ...wild])('faults at %d', (address) => {
    const { pages, space } = machine();
    brk(space, HEAP + PAGE_SIZE);
    const free = pages.freePageCount;
    const buffer = new Uint8Array(8);
    expect(space.load8(address)).toBe(FAULT);
    expect(space.store8(address, 1)).toBe(FAULT);
    expect(space.loadBytes(address, 1)).toBe(undefined);
    expect(space.storeBytes(address, buffer)).toBe(FAULT);
    for (const count of [1, 8]) {
      expect(space.copyTo(address, buffer, 0, count)).toBe(0);
      expect(space.copyFrom(address, buffer, 0, count)).toBe(0);
      expect(space.fill(address, 1, count)).toBe(0);
    }
    expect(pages.freePageCount).toBe(free);
    expect(space.faultKind).toBe(FAULT_KIND.UNMAPPED);
  });

  it('cuts a copy short at its first byte', () => {
    const { space } = machine();
    brk(space, HEAP + 2 * PAGE_SIZE);
    const end = HEAP + 2 * PAGE_SIZE;
    expect(space.fill(end - 5000, 1, 9999)).toBe(5000);
    expect(space.copyTo(end - 3, new Uint8Array(10).fill(9), 0, 10)).toBe(3);
    const target = new Uint8Array(10);
    expect(space.copyFrom(end - 4, target, 2, 8)).toBe(4);
    expect([...target]).toEqual([0, 0, 1, 9, 9, 9, 0, 0, 0, 0]);
    expect(space.load32(end - 3)).toBe(FAULT);
  });
});

/** Random calls; the first answer that differs from the model's, or undefined. */
function play(space: AddressSpace, seed: number): string | undefined {
  const random = new Prng(seed);
  const model = new Map<number, number>();
  brk(space, HEAP + 5 * PAGE_SIZE);
  const mapped = [
    [HEAP, HEAP + 5 * PAGE_SIZE],
    [STACK_END - STACK_LIMIT, STACK_END],
  ] as const;
  const isMapped = (address: number): boolean =>
    mapped.some(([start, end]) => address >= start && address < end);
  const reach = (address: number, count: number): number => {
    let length = 0;
    while (length < count && isMapped(address + length)) length++;
    return length;
  };
  const at = (address: number): number => model.get(address) ?? 0;
  for (let round = 0; round < 1500; round++) {
    const [start, end] = mapped[random.below(2)]!;
    const address = start - 20 + random.below(end - start + 40);
    const count = random.below(random.below(8) === 0 ? 3 * PAGE_SIZE : 40);
    const length = reach(address, count);
    const bytes = Uint8Array.from({ length: count }, () => random.below(256));
    const isWhole = reach(address, 4) === 4;
    switch (random.below(7)) {
      case 0:
        if (space.copyTo(address, bytes, 0, count) !== length) return 'copyTo';
        for (let index = 0; index < length; index++) model.set(address + index, bytes[index]!);
        break;
      case 1:
        if (space.fill(address, round, count) !== length) return 'fill';
        for (let index = 0; index < length; index++) model.set(address + index, round & 0xff);
        break;
      case 2: {
        if (space.copyFrom(address, bytes, 0, count) !== length) return 'copyFrom';
        for (let index = 0; index < length; index++) {
          if (bytes[index] !== at(address + index)) return 'copyFrom';
        }
        break;
      }
      case 3:
        if (space.load8(address) !== (isMapped(address) ? at(address) : FAULT)) return 'load8';
        break;
      case 4: {
        const word = [3, 2, 1, 0].reduce((sum, index) => sum * 256 + at(address + index), 0);
        if (space.load32(address) !== (isWhole ? word : FAULT)) return 'load32';
        break;
      }
      case 5:
        if (space.store8(address, round) !== (isMapped(address) ? 0 : FAULT)) return 'store8';
        if (isMapped(address)) model.set(address, round & 0xff);
        break;
      default:
        if (!isWhole) break; // What a torn store leaves behind is nobody's business.
        if (space.store32(address, round * 0x10001) !== 0) return 'store32';
        for (let index = 0; index < 4; index++) {
          model.set(address + index, ((round * 0x10001) >>> (8 * index)) & 0xff);
        }
    }
  }
  return undefined;
}

describe('random use', () => {
  it('agrees with a model of single bytes', () => {
    for (const seed of [1, 2, 3]) {
      const { pages, space } = machine();
      const before = pages.freePageCount;
      expect(play(space, seed)).toBe(undefined);
      space.destroy();
      expect(pages.freePageCount).toBe(before);
    }
  });

  it('agrees where neighbours in address are none in memory', () => {
    for (const seed of [1, 2, 3]) expect(play(scattered(), seed)).toBe(undefined);
  });

  it('notices a fill that stops a byte early', () => {
    const { space } = machine();
    const honest = space.fill.bind(space);
    space.fill = (address, value, count) => honest(address, value, Math.max(0, count - 1));
    expect(play(space, 1)).toBe('fill');
  });
});

/** A space whose pages come from memory in which every other page is taken. */
function scattered(): AddressSpace {
  const { pages, space } = machine();
  const taken = Array.from({ length: pages.totalPages }, () => pages.allocPage());
  for (let index = 0; index < taken.length; index += 2) pages.freePage(taken[index]!);
  return space;
}

describe('clone', () => {
  it('copies what is there, and the two part ways', () => {
    const { space } = machine();
    brk(space, HEAP + 3 * PAGE_SIZE);
    space.storeBytes(HEAP + PAGE_SIZE, Uint8Array.of(1, 2, 3));
    space.store32(STACK_END - 8, 77);
    const child = space.clone()!;
    expect(child.residentPages).toBe(2);
    expect(child.loadBytes(HEAP + PAGE_SIZE, 3)).toEqual(Uint8Array.of(1, 2, 3));
    expect(child.load32(STACK_END - 8)).toBe(77);
    expect(brk(child, 0)).toBe(HEAP + 3 * PAGE_SIZE);
    child.store8(HEAP + PAGE_SIZE, 9);
    space.store8(HEAP + PAGE_SIZE + 1, 8);
    expect(space.loadBytes(HEAP + PAGE_SIZE, 3)).toEqual(Uint8Array.of(1, 8, 3));
    expect(child.loadBytes(HEAP + PAGE_SIZE, 3)).toEqual(Uint8Array.of(9, 2, 3));
    child.destroy();
    expect(space.load8(HEAP + PAGE_SIZE)).toBe(1);
  });

  it('answers undefined without memory, and keeps none', () => {
    const { pages, space } = machine(16);
    brk(space, HEAP + 10 * PAGE_SIZE);
    space.fill(HEAP, 1, 10 * PAGE_SIZE);
    const free = pages.freePageCount;
    expect(space.clone()).toBe(undefined);
    expect(pages.freePageCount).toBe(free);
  });
});

test('without memory an access faults and says why', () => {
  const { space } = machine(16);
  brk(space, HEAP + 15 * PAGE_SIZE);
  expect(space.fill(HEAP, 1, 15 * PAGE_SIZE)).toBe((15 - TABLES) * PAGE_SIZE);
  expect(space.faultKind).toBe(FAULT_KIND.OUT_OF_MEMORY);
});

test('after destroy nothing is mapped', () => {
  const { space } = machine();
  brk(space, HEAP + PAGE_SIZE);
  space.store8(HEAP, 1);
  space.destroy();
  expect([space.load8(HEAP), space.store8(STACK_END - 1, 1)]).toEqual([FAULT, FAULT]);
});

test('a copy costs 4 ns per started 64 bytes', () => {
  const { sim, space } = machine();
  brk(space, HEAP + PAGE_SIZE);
  space.store8(HEAP, 0);
  const start = sim.now();
  const buffer = new Uint8Array(65);
  space.copyTo(HEAP, buffer, 0, 1);
  space.copyFrom(HEAP, buffer, 0, 64);
  space.fill(HEAP, 0, 65);
  space.load8(HEAP);
  expect(sim.now() - start).toBe(4 * COST.COPY_64);
});

test('a 32-bit board has its regions below the kernel', () => {
  const sim = new Sim(fromSeed(1));
  const space = new AddressSpace(new PageAllocator(sim, new Ram(1 << 20, RPI3_MEMORY)), sim.clock);
  space.addStack();
  expect(space.store32(space.stackEnd - 4, 5)).toBe(0);
  expect(space.stackEnd).toBeLessThan(RPI3_MEMORY.directMap);
});
