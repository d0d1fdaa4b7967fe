// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, test, vi } from 'vitest';

import { Ram } from '../../hw/ram/ram.ts';
import { SlabAllocator } from '../../mm/kmalloc.ts';
import { PageAllocator } from '../../mm/page-alloc.ts';
import { fromSeed } from '../../sim/oracle.ts';
import { Sim } from '../../sim/sim.ts';
import { foldChecksum, foldSum } from './checksum.ts';
import { type SkBuff, SkBuffs } from './sk-buff.ts';

function buffers(): SkBuffs {
  const sim = new Sim(fromSeed(1));
  const pages = new PageAllocator(sim, new Ram(4 * 1024 * 1024));
  return new SkBuffs(new SlabAllocator(sim, pages, 1));
}

function packet(skbs: SkBuffs, bytes: readonly number[], headroom = 16): SkBuff {
  const skb = skbs.alloc(headroom + bytes.length + 16)!;
  skb.reserve(headroom);
  skb.put(bytes.length);
  skb.copyIn(0, Uint8Array.from(bytes));
  return skb;
}

describe('what a device has summed up', () => {
  const HEADER = [9, 8, 7, 6];
  const SEGMENT = [1, 2, 3, 4, 5, 6];
  /** Of the segment with a sum that makes it add up with 0x1111. */
  const SUM = foldSum(0xffff - foldSum(0x0102 + 0x0304 + 0x0506 + 0x1111));

  /** A packet as it is when its protocol looks: the header taken off, the padding cut off. */
  function received(
    wrong: number,
    padding: readonly number[],
    segment: readonly number[] = SEGMENT,
  ): { skb: SkBuff; told: number[]; reads: () => number } {
    const skbs = buffers();
    const told: number[] = [];
    skbs.onWrongSum = ({ length }) => void told.push(length);
    const body = [SUM >>> 8, SUM & 0xff, ...segment];
    const skb = packet(skbs, [0xaa, 0xbb, ...HEADER, ...body, ...padding]);
    skb.setDeviceSum(2, skb.checksum(2, skb.length - 2) + wrong);
    skb.pull(2 + HEADER.length);
    skb.trim(body.length);
    const checksum = vi.spyOn(skb, 'checksum');
    const reads = (): number =>
      checksum.mock.calls.filter(([at, bytes]) => at === 0 && bytes === skb.length).length;
    return { skb, told, reads };
  }

  test.each([[[]], [[0, 0]], [[7, 7, 7]]])(
    'need not be summed up again, with padding %j',
    (pad) => {
      const { skb, told, reads } = received(0, pad);
      expect([skb.addsUp(0x1111), reads(), told]).toEqual([true, 0, []]);
    },
  );

  test('is summed up again when it does not add up: the device was wrong', () => {
    const { skb, told, reads } = received(1, []);
    expect([skb.addsUp(0x1111), reads(), told]).toEqual([true, 1, [8]]);
  });

  test('or the packet is', () => {
    const { skb, told, reads } = received(0, []);
    expect([skb.addsUp(0x1112), reads(), told]).toEqual([false, 1, []]);
  });

  test('is of no use when padding begins within a word', () => {
    const { skb, told, reads } = received(0, [5], [...SEGMENT, 0]);
    expect([skb.addsUp(0x1111), reads(), told]).toEqual([true, 1, []]);
  });
});

describe('a socket buffer', () => {
  test('grows and shrinks at both ends', () => {
    const skbs = buffers();
    const skb = packet(skbs, [1, 2, 3, 4]);
    expect([skb.length, skb.headroom, skb.tailroom]).toEqual([4, 16, 16]);
    skb.push(2);
    skb.store16(0, 0x1234);
    expect([...skb.bytes()]).toEqual([0x12, 0x34, 1, 2, 3, 4]);
    expect(skb.pull(3)).toBe(skb.data);
    expect(skb.pull(4)).toBe(0);
    skb.trim(2);
    expect([...skb.bytes()]).toEqual([2, 3]);
    skbs.consume(skb);
    expect(skbs.live).toBe(0);
  });

  test('has words in network order', () => {
    const skbs = buffers();
    const skb = packet(skbs, [0xde, 0xad, 0xbe, 0xef, 0xff]);
    expect(skb.load32(0)).toBe(0xdead_beef);
    expect(skb.load16(1)).toBe(0xadbe);
    skb.store32(1, 0x0102_0304);
    expect([...skb.bytes()]).toEqual([0xde, 1, 2, 3, 4]);
  });

  test.each([
    ['over', (skb: SkBuff) => skb.put(17)],
    ['under', (skb: SkBuff) => skb.push(17)],
  ])('does not grow out of its buffer: %s', (kind, grow) => {
    const skbs = buffers();
    expect(() => grow(packet(skbs, [1]))).toThrow(`skb_${kind}_panic`);
  });

  test('is checked: a byte past its buffer, a packet that was freed, a second free', () => {
    const skbs = buffers();
    const skb = packet(skbs, [1, 2, 3]);
    expect(() => skb.load8(skb.length + skb.tailroom)).toThrow(/slab-out-of-bounds|bad access/i);
    skbs.consume(skb);
    expect(() => skb.load8(0)).toThrow(/use-after-free|bad access/i);
    expect(() => skbs.consume(skb)).toThrow(/free/i);
  });

  test('shares its data with clones, and keeps a copy to itself', () => {
    const skbs = buffers();
    const skb = packet(skbs, [1, 2, 3, 4]);
    skb.macHeader = skb.data;
    skb.pull(2);
    const clone = skbs.clone(skb)!;
    const copy = skbs.copy(skb, 40)!;
    skb.store8(0, 9);
    expect(clone.load8(0)).toBe(9);
    expect(copy.load8(0)).toBe(3);
    expect([copy.headroom, copy.data - copy.macHeader]).toEqual([40, 2]);
    expect([skb.isCloned, copy.isCloned]).toEqual([true, false]);
    skbs.consume(skb);
    expect([...clone.bytes()]).toEqual([9, 4]);
    skbs.consume(clone);
    skbs.consume(copy);
    expect(skbs.live).toBe(0);
  });

  test('gives memory back to who was charged, once', () => {
    const skbs = buffers();
    const skb = packet(skbs, [1]);
    let released = 0;
    skb.sock = { released: () => released++ };
    const clone = skbs.clone(skb)!;
    skbs.consume(clone);
    skbs.free(skb, 'TEST');
    expect(released).toBe(1);
    expect(skbs.drops.get('TEST')).toBe(1);
  });

  test('adds up as RFC 1071 has it, from any byte on', () => {
    const skbs = buffers();
    const header = [
      0x45, 0, 0, 0x73, 0, 0, 0x40, 0, 0x40, 0x11, 0, 0, 0xc0, 0xa8, 0, 1, 0xc0, 0xa8, 0, 0xc7,
    ];
    const skb = packet(skbs, header);
    expect(foldChecksum(skb.checksum(0, 20))).toBe(0xb861);
    skb.store16(10, 0xb861);
    expect(foldSum(skb.checksum(0, 20))).toBe(0xffff);
    const odd = packet(skbs, [0xaa, 0x12, 0x34, 0x56]);
    expect(foldSum(odd.checksum(1, 3))).toBe(0x1234 + 0x5600);
  });
});
