// SPDX-License-Identifier: GPL-2.0-or-later
/** What lies outside of the direct map: pages in any order, rights, and pointers to nothing. */
import { describe, expect, it, test } from 'vitest';

import { Prng } from '../../sim/prng.ts';
import { PC_MEMORY, RPI3_MEMORY } from './board-memory.ts';
import { MAP } from './kernel-map.ts';
import { listPoison } from './pointer-words.ts';
import { type BadAccess, type Fault, MemoryFault, Ram } from './ram.ts';
import { SHADOW } from './shadow.ts';

const PAGE = 4096;
const PAGES = 8;
const AREA = 0xc900_0000_0000;
/** Physical page of each page of the area; behind the last is none. */
const FRAMES = [5, 2, 3, 7];
const READ_ONLY = 1;
const MAPPED = FRAMES.length * PAGE;

function mappedRam(checks = true) {
  const ram = new Ram(PAGES * PAGE, PC_MEMORY, checks);
  const bad: BadAccess[] = [];
  const faults: Fault[] = [];
  ram.unpoison(0, PAGES * PAGE);
  ram.reporter = {
    badAccess: (access) => bad.push(access),
    fault(fault) {
      faults.push(fault);
      throw new MemoryFault('fault', fault, PC_MEMORY);
    },
  };
  ram.tlb.map = {
    entryOf(pointer) {
      const page = Math.floor((pointer - AREA) / PAGE);
      const frame = FRAMES[page];
      if (frame === undefined) return 0;
      return frame * PAGE + MAP.PRESENT + (page === READ_ONLY ? 0 : MAP.WRITE);
    },
    isForbidden: (pointer) => pointer >= AREA && pointer < AREA + 2 * MAPPED,
  };
  return { ram, bad, faults };
}

describe('mapped memory', () => {
  it('is the same bytes as behind the direct map', () => {
    const { ram } = mappedRam();
    ram.store32(AREA + 16, 0xfeed_beef);
    expect(ram.load32(ram.toPointer(FRAMES[0]! * PAGE + 16))).toBe(0xfeed_beef);
    expect(ram.physicalOf(AREA + 16)).toBe(FRAMES[0]! * PAGE + 16);
    expect(ram.holds(AREA)).toBe(false);
  });

  it.each<[string, (ram: Ram, at: number) => unknown, (ram: Ram, at: number) => unknown]>([
    ['16 bits', (ram, at) => ram.store16(at, 0xfedc), (ram, at) => ram.load16(at)],
    ['32 bits', (ram, at) => ram.store32(at, 0xfedc_ba98), (ram, at) => ram.load32(at)],
    ['64 bits', (ram, at) => ram.store64(at, 0xfedc_ba98_7654_3210n), (ram, at) => ram.load64(at)],
    [
      'a pointer',
      (ram, at) => ram.storePointer(at, 0x8880_0123_4567),
      (ram, at) => ram.loadPointer(at),
    ],
  ])('keeps %s that lie in two pages', (_what, store, load) => {
    const { ram } = mappedRam();
    const inside = AREA + 2 * PAGE + 64;
    store(ram, inside);
    for (let before = 1; before < 8; before++) {
      const at = AREA + 3 * PAGE - before;
      store(ram, at);
      expect(load(ram, at)).toBe(load(ram, inside));
    }
  });

  it('is copied and filled over pages that are no neighbours', () => {
    const { ram } = mappedRam();
    const text = Uint8Array.from({ length: PAGE }, (_, index) => index % 251);
    ram.storeBytes(AREA + 2 * PAGE + 100, text);
    ram.memcpy(ram.toPointer(0), AREA + 2 * PAGE + 100, PAGE);
    expect(ram.loadBytes(ram.toPointer(0), PAGE)).toEqual(text);
    ram.memset(AREA + 3 * PAGE - 2, 0xaa, 4);
    expect(ram.load32(AREA + 3 * PAGE - 2)).toBe(0xaaaa_aaaa);
    const runs: number[][] = [];
    ram.eachRun(AREA + PAGE, 3 * PAGE, (at, bytes) => runs.push([at / PAGE, bytes / PAGE]));
    expect(runs).toEqual([
      [2, 2],
      [7, 1],
    ]);
  });

  it('may be read but not written where it is so mapped', () => {
    const { ram, faults } = mappedRam();
    expect(ram.load8(AREA + PAGE)).toBe(0);
    expect(() => ram.store16(AREA + PAGE - 1, 1)).toThrow(MemoryFault);
    expect(faults).toMatchObject([{ firstBad: AREA + PAGE, isPresent: true, isWrite: true }]);
    expect(ram.load8(AREA + PAGE - 1)).toBe(0);
  });

  it('has a shadow where no page is: both are told', () => {
    const { ram, bad, faults } = mappedRam();
    expect(() => ram.load32(AREA + MAPPED - 2)).toThrow(MemoryFault);
    expect(bad).toMatchObject([{ firstBad: AREA + MAPPED }]);
    expect(faults).toMatchObject([{ firstBad: AREA + MAPPED, isPresent: false }]);
    expect(ram.shadowOf(AREA + MAPPED)).toBe(SHADOW.VMALLOC_INVALID);
    expect(ram.shadowOf(AREA + 2 * MAPPED)).toBeUndefined();
  });

  it('only faults there without checks', () => {
    const { ram, bad, faults } = mappedRam(false);
    expect(() => ram.load8(AREA + MAPPED)).toThrow(MemoryFault);
    expect([bad.length, faults.length]).toEqual([0, 1]);
  });

  it('reports the first bad byte by the pointer that was used', () => {
    const { ram, bad } = mappedRam();
    ram.poison(FRAMES[3]! * PAGE, 8, SHADOW.VMALLOC_INVALID);
    ram.memset(AREA + 3 * PAGE - 16, 0, 32);
    expect(bad).toMatchObject([{ pointer: AREA + 3 * PAGE - 16, firstBad: AREA + 3 * PAGE }]);
  });

  it('is looked up again once the cache has been flushed', () => {
    const { ram } = mappedRam();
    ram.store8(AREA, 1);
    ram.tlb.map = { entryOf: () => 0, isForbidden: () => false };
    expect(ram.load8(AREA)).toBe(1);
    ram.tlb.flush();
    expect(() => ram.load8(AREA)).toThrow(MemoryFault);
  });
});

describe('pointers that are not canonical', () => {
  it('keep all their bits through memory and arithmetic', () => {
    const ram = new Ram(PAGE);
    ram.unpoison(0, PAGE);
    const at = ram.toPointer(0);
    const random = new Prng(1);
    const word = (): bigint => BigInt(random.below(2 ** 32));
    const garbage = [0x6b6b_6b6b_6b6b_6b6bn, 0xdead_0000_0000_0100n, 0x4141_4141_4141_4141n];
    for (let round = 0; round < 200; round++) garbage.push((word() << 32n) | word());
    for (const bits of garbage) {
      ram.store64(at, bits);
      const pointer = ram.loadPointer(at);
      expect(ram.pointerFrom(bits)).toBe(pointer);
      expect(ram.holds(pointer)).toBe(false);
      ram.storePointer(at + 8, pointer + 8);
      expect(ram.load64(at + 8)).toBe(BigInt.asUintN(64, bits + 8n));
      expect(ram.bitsOf(pointer)).toBe(bits);
      expect(ram.formatPointer(pointer)).toBe(bits.toString(16).padStart(16, '0'));
    }
  });

  it('are the nearest number as an unsigned long', () => {
    const ram = new Ram(PAGE);
    ram.unpoison(0, PAGE);
    const at = ram.toPointer(0);
    ram.store64(at, 2n ** 52n + 1n);
    expect(ram.loadWord(at)).toBe(2 ** 52 + 1);
    ram.storeWord(at, 2 ** 52 + 3);
    expect(ram.load64(at)).toBe(2n ** 52n + 3n);
    expect(ram.bitsOf(0x8880_0000_1000)).toBe(0xffff_8880_0000_1000n);
    ram.storeWord(at, 0x8880_0000_1000);
    expect(ram.loadPointer(at)).toBe(0x8880_0000_1000);
    expect(ram.loadWord(at)).toBe(0x8880_0000_1000);
  });

  it('come from NULL, too, when something is taken off it', () => {
    const ram = new Ram(PAGE);
    expect(ram.formatPointer(0 - 8)).toBe('fffffffffffffff8');
    expect(ram.bitsOf(-8)).toBe(0xffff_ffff_ffff_fff8n);
    expect(new Ram(PAGE, RPI3_MEMORY).formatPointer(-8)).toBe('fffffff8');
  });

  test.each([
    [PC_MEMORY, 'dead000000000100', 'dead000000000122'],
    [RPI3_MEMORY, '00000100', '00000122'],
  ])('list poison is known (%#)', (board, next, prev) => {
    const ram = new Ram(PAGE, board);
    const poison = listPoison(board);
    expect([ram.formatPointer(poison.next), ram.formatPointer(poison.prev)]).toEqual([next, prev]);
    expect(ram.pointerFrom(BigInt(`0x${next}`))).toBe(poison.next);
  });
});
