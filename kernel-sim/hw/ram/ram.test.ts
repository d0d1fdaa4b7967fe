// SPDX-License-Identifier: GPL-2.0-or-later
/** Loads and stores against a model that keeps one permission for each byte. */
import { describe, expect, it, test } from 'vitest';

import { Prng } from '../../sim/prng.ts';
import { PC_MEMORY, RPI3_MEMORY } from './board-memory.ts';
import { MemoryFault, Ram, type BadAccess } from './ram.ts';
import { GRANULE, SHADOW } from './shadow.ts';

const SIZE = 4096;

/** Memory that may be touched everywhere, and whose reports are collected instead of thrown. */
function openRam(checks = true): { ram: Ram; bad: BadAccess[] } {
  const ram = new Ram(SIZE, PC_MEMORY, checks);
  const bad: BadAccess[] = [];
  const { fault } = ram.reporter;
  ram.reporter = { badAccess: (access) => bad.push(access), fault };
  ram.unpoison(0, SIZE);
  return { ram, bad };
}

const ACCESSES: readonly [
  sizeBytes: number,
  isWrite: boolean,
  run: (ram: Ram, p: number) => void,
][] = [
  [1, false, (ram, p) => ram.load8(p)],
  [2, false, (ram, p) => ram.load16(p)],
  [4, false, (ram, p) => ram.load32(p)],
  [8, false, (ram, p) => ram.load64(p)],
  [8, false, (ram, p) => ram.loadPointer(p)],
  [1, true, (ram, p) => ram.store8(p, 1)],
  [2, true, (ram, p) => ram.store16(p, 1)],
  [4, true, (ram, p) => ram.store32(p, 1)],
  [8, true, (ram, p) => ram.store64(p, 1n)],
  [8, true, (ram, p) => ram.storePointer(p, 1)],
  [23, false, (ram, p) => ram.checkRange(p, 23, false)],
];

describe('pointers', () => {
  it.each([
    [PC_MEMORY, 0x8880_0000_1000, 'ffff888000001000'],
    [PC_MEMORY, 0x7fff_ffff_e000, '00007fffffffe000'],
    [PC_MEMORY, 0, '0000000000000000'],
    [PC_MEMORY, 0x4141_4141_0000_0000, '4141414100000000'],
    [RPI3_MEMORY, 0xc000_1000, 'c0001000'],
  ])('print as their machine prints them (%#)', (board, pointer, text) => {
    expect(new Ram(SIZE, board).formatPointer(pointer)).toBe(text);
  });

  it('survive memory, and lie there sign-extended', () => {
    const { ram } = openRam();
    const at = ram.toPointer(64);
    for (const value of [0, 1, 0x7fff_ffff_f123, 0x8880_0000_1000, 0xffff_ffff_ffff]) {
      ram.storePointer(at, value);
      expect(ram.loadPointer(at)).toBe(value);
    }
    ram.storePointer(at, 0x8880_1234_5678);
    expect(ram.load64(at)).toBe(0xffff_8880_1234_5678n);
  });

  it('made of garbage lead nowhere', () => {
    const { ram } = openRam();
    ram.store64(ram.toPointer(0), 0x4141_8880_0000_0010n);
    const garbage = ram.loadPointer(ram.toPointer(0));
    expect(ram.holds(garbage)).toBe(false);
    expect(() => ram.load8(garbage)).toThrow(MemoryFault);
  });

  it('take one word on a 32-bit board', () => {
    const ram = new Ram(SIZE, RPI3_MEMORY);
    ram.unpoison(0, SIZE);
    ram.bytes.fill(0xee);
    ram.storePointer(ram.toPointer(8), 0xc000_0040);
    expect(ram.loadPointer(ram.toPointer(8))).toBe(0xc000_0040);
    expect(ram.bytes[12]).toBe(0xee);
  });
});

test('loads give back what stores put, at every alignment', () => {
  const { ram, bad } = openRam();
  for (let at = 0; at < 17; at++) {
    const pointer = ram.toPointer(at);
    ram.store16(pointer, 0xfedc);
    expect(ram.load16(pointer)).toBe(0xfedc);
    ram.store32(pointer, 0xfedc_ba98);
    expect(ram.load32(pointer)).toBe(0xfedc_ba98);
    ram.store64(pointer, 0xfedc_ba98_7654_3210n);
    expect(ram.load64(pointer)).toBe(0xfedc_ba98_7654_3210n);
    expect(ram.load8(pointer)).toBe(0x10);
  }
  expect(bad).toEqual([]);
});

describe('an address without memory', () => {
  const wild: readonly [what: string, pointer: number][] = [
    ['NULL', 0],
    ['a user address', 0x5555_0000_0000],
    ['just below memory', PC_MEMORY.directMap - 1],
    ['the end of memory', PC_MEMORY.directMap + SIZE],
    ['far beyond it', PC_MEMORY.directMap + 2 ** 32],
    ['no address at all', Number.NaN],
    ['half a byte', PC_MEMORY.directMap + 0.5],
  ];

  it.each(wild)('faults: %s, with checks and without', (_what, pointer) => {
    for (const checks of [true, false]) {
      const { ram } = openRam(checks);
      for (const [, , run] of ACCESSES) expect(() => run(ram, pointer)).toThrow(MemoryFault);
      expect(ram.bytes.every((byte) => byte === 0)).toBe(true);
    }
  });

  it('faults where only the last byte has none', () => {
    const { ram } = openRam();
    for (const [sizeBytes, , run] of ACCESSES) {
      expect(() => run(ram, ram.toPointer(SIZE - sizeBytes))).not.toThrow();
      expect(() => run(ram, ram.toPointer(SIZE - sizeBytes + 1))).toThrow(MemoryFault);
    }
  });
});

test('a bad access is reported and goes on', () => {
  const { ram, bad } = openRam();
  ram.poison(64, 8, SHADOW.SLAB_FREE);
  ram.store32(ram.toPointer(66), 7);
  expect(ram.view.getUint32(66, true)).toBe(7);
  expect(bad).toEqual([
    { pointer: ram.toPointer(66), sizeBytes: 4, isWrite: true, firstBad: ram.toPointer(66) },
  ]);
  expect(ram.shadowAt(64)).toBe(SHADOW.SLAB_FREE);
});

test('memory that nobody was given is forbidden', () => {
  expect(() => new Ram(SIZE).load8(PC_MEMORY.directMap + 9)).toThrow(MemoryFault);
});

/** Random poisoning and access; returns how often `ram` and the model of single bytes disagree. */
function disagreements(checks: boolean, seed: number): number {
  const { ram, bad } = openRam(checks);
  const random = new Prng(seed);
  const allowed = new Uint8Array(SIZE).fill(1);
  let wrong = 0;
  for (let round = 0; round < 20_000; round++) {
    const granule = random.below(SIZE / GRANULE);
    const size = Math.min(random.below(100), SIZE - granule * GRANULE);
    const at = granule * GRANULE;
    if (random.below(2) === 0) {
      ram.poison(at, size, SHADOW.SLAB_REDZONE);
      allowed.fill(0, at, at + Math.ceil(size / GRANULE) * GRANULE);
    } else {
      ram.unpoison(at, size);
      // The granule of the last byte forbids what is behind it.
      if (size % GRANULE > 0) allowed.fill(0, at, at + Math.ceil(size / GRANULE) * GRANULE);
      allowed.fill(1, at, at + size);
    }
    const [sizeBytes, isWrite, run] = ACCESSES[random.below(ACCESSES.length)]!;
    const target = random.below(SIZE - sizeBytes);
    bad.length = 0;
    run(ram, ram.toPointer(target));
    const expected = allowed.indexOf(0, target);
    const isBad = expected >= 0 && expected < target + sizeBytes;
    const [report] = bad;
    if (isBad !== (report !== undefined)) wrong++;
    else if (report !== undefined) {
      const { firstBad, sizeBytes: reported } = report;
      if (firstBad !== ram.toPointer(expected) || reported !== sizeBytes) wrong++;
      if (report.isWrite !== isWrite) wrong++;
    }
  }
  return wrong;
}

test('every access agrees with a model of single bytes', () => {
  for (const seed of [1, 2, 3]) expect(disagreements(true, seed)).toBe(0);
});

test('the model notices memory without checks', () => {
  expect(disagreements(false, 1)).toBeGreaterThan(1000);
});

test('ranges are copied and filled, overlapping ones too', () => {
  const { ram, bad } = openRam();
  for (let index = 0; index < 32; index++) ram.store8(ram.toPointer(index), index);
  ram.memcpy(ram.toPointer(4), ram.toPointer(0), 32);
  expect([...ram.bytes.subarray(0, 8)]).toEqual([0, 1, 2, 3, 0, 1, 2, 3]);
  ram.memset(ram.toPointer(0), 0xaa, 3);
  expect([...ram.bytes.subarray(0, 4)]).toEqual([0xaa, 0xaa, 0xaa, 3]);
  ram.poison(40, 8, SHADOW.SLAB_REDZONE);
  ram.memset(ram.toPointer(32), 0, 9);
  ram.memset(ram.toPointer(40), 0, 0);
  expect(bad.map(({ firstBad }) => ram.toPhysical(firstBad))).toEqual([40]);
});
