// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { arpRequest, icmpEcho } from '../../../kernel-sim/lib/packet/testing/frames.ts';
import type { NetworkView } from '../../../kernel-sim/machine-types.ts';
import { withFrames, type Packet, type PacketBook } from '../../store/packets-slice.ts';
import { FilteredPackets } from './packet-rows.ts';

const FRAMES = [arpRequest('10.0.2.15', '10.0.2.2'), icmpEcho(8, 1), icmpEcho(0, 1)];

const PACKETS = Array.from({ length: 24 }, (_, number) => packet(number));

function packet(number: number): Packet {
  const bytes = FRAMES[number % FRAMES.length]!;
  return { number, timeNs: number, isReceived: false, device: 'eth0', bytes, place: undefined };
}

function packets(first: number, end: number): readonly Packet[] {
  return PACKETS.slice(first, end);
}

function numbers(rows: readonly Packet[]): readonly number[] {
  return rows.map(({ number }) => number);
}

describe('packets that a filter wants', () => {
  it('grow with what comes, and shrink with what is forgotten', () => {
    const filtered = new FilteredPackets();
    expect(numbers(filtered.update(packets(0, 4), 'icmp'))).toEqual([1, 2]);
    expect(numbers(filtered.update(packets(0, 6), 'icmp'))).toEqual([1, 2, 4, 5]);
    expect(numbers(filtered.update(packets(2, 8), 'icmp'))).toEqual([2, 4, 5, 7]);
    expect(numbers(filtered.update(packets(20, 24), 'icmp'))).toEqual([20, 22, 23]);
    expect(numbers(filtered.update([packet(0), packet(1)], 'icmp'))).toEqual([1]);
    expect(numbers(filtered.update([], 'icmp'))).toEqual([]);
  });

  it('stay while somebody types what is no filter yet', () => {
    const filtered = new FilteredPackets();
    expect(numbers(filtered.update(packets(0, 6), 'arp'))).toEqual([0, 3]);
    expect(numbers(filtered.update(packets(0, 6), 'arp or'))).toEqual([0, 3]);
    expect(numbers(filtered.update(packets(0, 9), 'arp or'))).toEqual([0, 3, 6]);
    expect(numbers(filtered.update(packets(0, 6), 'arp or icmp'))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(numbers(filtered.update(packets(0, 6), ''))).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('the book of packets', () => {
  const EMPTY: PacketBook = {
    frames: [],
    next: 0,
    epochSeconds: 0,
    wire: undefined,
    isPlugged: true,
  };

  function view(first: number, lengths: readonly number[]): NetworkView {
    let end = 0;
    const ends = Uint32Array.from(lengths, (length) => (end += length));
    return {
      nowNs: 1,
      epochSeconds: 5,
      first,
      next: first + lengths.length,
      timesNs: new Float64Array(lengths.length),
      areReceived: new Uint8Array(lengths.length),
      devices: new Uint8Array(lengths.length),
      sites: new Int32Array(lengths.length),
      ends,
      bytes: new Uint8Array(end),
      names: ['eth0'],
      places: [],
      isPlugged: true,
    };
  }

  it('takes what is new, once', () => {
    const one = withFrames(EMPTY, view(0, [3, 4]));
    expect(one.frames.map(({ bytes }) => bytes.length)).toEqual([3, 4]);
    const two = withFrames(one, view(1, [4, 5]));
    expect(numbers(two.frames)).toEqual([0, 1, 2]);
    expect(withFrames(two, view(3, [])).frames).toBe(two.frames);
  });

  it('begins anew with a new machine', () => {
    const old = withFrames(EMPTY, view(0, [3, 4, 5]));
    expect(numbers(withFrames(old, view(0, [1])).frames)).toEqual([0]);
  });
});
