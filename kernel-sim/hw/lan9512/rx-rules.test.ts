// SPDX-License-Identifier: GPL-2.0-or-later
/** How frames come in, and which: README.md says where each rule comes from. */
import { describe, expect, it } from 'vitest';

import { crc32 } from '../../lib/crc32.ts';
import { onesSum } from './checksum.ts';
import { INT_STS, VENDOR_REQUEST } from './registers.ts';
import { type Bench, broughtUp, entriesOf, frameTo, OWN_MAC } from './testing/rig.ts';

const OWN = [...OWN_MAC];
const BROADCAST = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
const ALL_HOSTS = [0x01, 0x00, 0x5e, 0x00, 0x00, 0x01];
const STRANGER = [0x52, 0x54, 0, 1, 2, 3];
const FCS_BYTES = 4;
const SUM_BYTES = 2;

/** What of `frames` the chip handed on, each with its status word. */
function received(bench: Bench, frames: readonly Uint8Array[]): Uint8Array[] {
  const asked = bench.bulkIn();
  for (const frame of frames) bench.port.arrive(frame);
  bench.run(5);
  return entriesOf(asked.data);
}

const statusOf = (entry: Uint8Array): number =>
  new DataView(entry.buffer, entry.byteOffset).getUint32(0, true);

describe('frames on their way in', () => {
  it('stand one behind the other at multiples of four, and nothing stands behind the last', () => {
    const bench = broughtUp();
    const asked = bench.bulkIn();
    for (const bytes of [61, 62, 63]) bench.port.arrive(frameTo(OWN, bytes));
    bench.run(5);
    const lengths = [61, 62, 63].map((bytes) => 4 + bytes + FCS_BYTES + SUM_BYTES);
    expect(entriesOf(asked.data).map(({ length }) => length)).toEqual(lengths);
    expect(asked.data.length).toBe(72 + 72 + lengths[2]!);
  });

  it('begin two bytes later where HW_CFG says so, and count from there', () => {
    const bench = broughtUp();
    bench.write('HW_CFG', 0x1422);
    const asked = bench.bulkIn();
    bench.port.arrive(frameTo(OWN, 61));
    bench.port.arrive(frameTo(OWN, 62));
    bench.run(5);
    const [first, second] = entriesOf(asked.data, 2);
    expect(first!.subarray(6, 67)).toEqual(frameTo(OWN, 61));
    expect(second!.subarray(6, 68)).toEqual(frameTo(OWN, 62));
    expect((statusOf(first!) >>> 16) & 0x3fff).toBe(61 + FCS_BYTES + SUM_BYTES);
  });

  it('have the checksum of the wire behind them, and the sum of all after the header', () => {
    const bench = broughtUp();
    const frame = frameTo(OWN, 101);
    const [entry] = received(bench, [frame]);
    const tail = new DataView(entry!.buffer, entry!.byteOffset + 4 + 101);
    expect(tail.getUint32(0, true)).toBe(crc32(frame));
    expect(tail.getUint16(4)).toBe(onesSum(frame, 14, frame.length));
  });

  it('have no sum when COE_CR does not ask for one', () => {
    const bench = broughtUp();
    bench.write('COE_CR', 0x0001_0000);
    const [entry] = received(bench, [frameTo(OWN)]);
    expect(entry).toHaveLength(4 + 60 + FCS_BYTES);
  });

  it('are answered with nothing at all while there are none', () => {
    const bench = broughtUp();
    const asked = bench.bulkIn();
    bench.run(50);
    expect(asked.status).toBeUndefined();
  });

  it('are answered with an empty packet where BIR is off', () => {
    const bench = broughtUp();
    bench.write('HW_CFG', 0x0022);
    const asked = bench.bulkIn();
    bench.run(5);
    expect([asked.status, asked.data.length]).toEqual(['done', 0]);
  });

  it('fill a transfer no further than the burst cap', () => {
    const bench = broughtUp();
    for (let count = 0; count < 13; count++) bench.port.arrive(frameTo(OWN, 1514));
    bench.run(5);
    const asked = bench.bulkIn();
    bench.run(5);
    expect(asked.data.length).toBeLessThanOrEqual(18_944);
    expect(entriesOf(asked.data).length).toBeGreaterThan(10);
    bench.write('BURST_CAP', 4);
    for (let count = 0; count < 4; count++) bench.port.arrive(frameTo(OWN, 1514));
    bench.run(5);
    const capped = bench.bulkIn();
    bench.run(5);
    expect(capped.data.length).toBeLessThanOrEqual(2048);
  });

  it('come one by one without MEF', () => {
    const bench = broughtUp();
    bench.write('HW_CFG', 0x1000);
    bench.port.arrive(frameTo(OWN));
    bench.port.arrive(frameTo(OWN));
    bench.run(5);
    const [first, second] = [bench.bulkIn(2048), bench.bulkIn(2048)];
    bench.run(5);
    expect([first, second].map(({ data }) => entriesOf(data).length)).toEqual([1, 1]);
  });

  it('are lost when the FIFO is full, and counted', () => {
    const bench = broughtUp();
    for (let count = 0; count < 40; count++) bench.port.arrive(frameTo(OWN, 1514));
    bench.run(5);
    expect(bench.read('RX_FIFO_INF') & 0xffff).toBeLessThanOrEqual(20 * 1024);
    expect(bench.read('INT_STS') & INT_STS.RXDF).toBe(INT_STS.RXDF);
    const { data } = bench.control(0xc0, VENDOR_REQUEST.GET_STATISTICS, { length: 256 });
    expect(data.some((byte) => byte !== 0)).toBe(true);
  });
});

describe('the filter', () => {
  const passes = (bench: Bench, to: readonly number[]): boolean =>
    received(bench, [frameTo(to)]).length === 1;

  it('lets through what is for it, and for all', () => {
    const bench = broughtUp();
    expect(passes(bench, OWN)).toBe(true);
    expect(passes(broughtUp(), BROADCAST)).toBe(true);
    expect(passes(broughtUp(), STRANGER)).toBe(false);
    expect(passes(broughtUp(), ALL_HOSTS)).toBe(false);
  });

  it.each([
    ['01:00:5e:00:00:01', ALL_HOSTS, 'HASHL', 0x8000_0000],
    ['33:33:00:00:00:01', [0x33, 0x33, 0, 0, 0, 1], 'HASHH', 0x4000_0000],
    ['33:33:ff:12:34:56', [0x33, 0x33, 0xff, 0x12, 0x34, 0x56], 'HASHL', 4],
  ] as const)('lets the group %s through by its bit', (_name, group, register, bit) => {
    const bench = broughtUp();
    bench.set('MAC_CR', 0x2000);
    bench.write(register, bit);
    expect(passes(bench, group)).toBe(true);
    const other = broughtUp();
    other.set('MAC_CR', 0x2000);
    other.write(register, ~bit >>> 0);
    expect(passes(other, group)).toBe(false);
  });

  it('lets all groups through, or everything, when told', () => {
    const groups = broughtUp();
    groups.set('MAC_CR', 0x8_0000);
    expect(passes(groups, ALL_HOSTS)).toBe(true);
    const all = broughtUp();
    all.set('MAC_CR', 0x4_0000);
    expect(passes(all, STRANGER)).toBe(true);
  });

  it('takes nothing while the receiver is off', () => {
    const bench = broughtUp();
    bench.write('MAC_CR', bench.read('MAC_CR') & ~4);
    expect(passes(bench, OWN)).toBe(false);
  });
});
