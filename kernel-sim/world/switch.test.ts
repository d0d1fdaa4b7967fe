// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, test } from 'vitest';

import { wireTimeNs } from '../hw/cable.ts';
import type { WireSettings } from '../machine-types.ts';
import { fromSeed, Oracle } from '../sim/oracle.ts';
import { DELAY_NS_MIN, DEFAULT_WIRE, Switch } from './switch.ts';

interface Arrival {
  readonly port: number;
  readonly frame: Uint8Array;
  readonly atNs: number;
}

const MACS = [1, 2, 3].map((last) => Uint8Array.of(2, 0, 0, 0, 0, last));
const EVERYBODY = new Uint8Array(6).fill(0xff);

function setUp(settings: Partial<WireSettings> = {}): { wire: Switch; arrived: Arrival[] } {
  const wire = new Switch(new Oracle(fromSeed(7)));
  const arrived: Arrival[] = [];
  wire.settings = { ...DEFAULT_WIRE, ...settings };
  for (const port of [0, 1, 2]) {
    wire.addPort(`p${port}`, (frame, atNs) => arrived.push({ port, frame, atNs }));
  }
  return { wire, arrived };
}

function frame(from: number, to: Uint8Array, bytes = 100): Uint8Array {
  return Uint8Array.of(...to, ...MACS[from]!, ...new Uint8Array(bytes - 12).fill(bytes));
}

describe('a switch', () => {
  test('sends to everybody until it has seen who is where', () => {
    const { wire, arrived } = setUp();
    wire.forward(0, frame(0, MACS[1]!), 0);
    expect(arrived.map(({ port }) => port)).toEqual([1, 2]);
    wire.forward(1, frame(1, MACS[0]!), 0);
    wire.forward(0, frame(0, MACS[1]!), 0);
    expect(arrived.map(({ port }) => port)).toEqual([1, 2, 0, 1]);
    wire.forward(0, frame(0, EVERYBODY), 0);
    expect(arrived).toHaveLength(6);
    expect(wire.view.ports.map(({ addresses }) => addresses)).toEqual([
      ['02:00:00:00:00:01'],
      ['02:00:00:00:00:02'],
      [],
    ]);
  });

  test('takes time: the delay, and the bits of what is before', () => {
    const { wire, arrived } = setUp();
    wire.forward(0, frame(0, EVERYBODY, 1500), 1000);
    wire.forward(0, frame(0, EVERYBODY, 1500), 1000);
    const times = arrived.filter(({ port }) => port === 1).map(({ atNs }) => atNs);
    const bits = wireTimeNs(1500, 100_000_000);
    expect(times).toEqual([1000 + DELAY_NS_MIN + bits, 1000 + DELAY_NS_MIN + 2 * bits]);
  });

  test('never delivers sooner than the shortest delay, whatever the knobs say', () => {
    const { wire, arrived } = setUp({ delayNs: 0, jitterNs: -5, bitsPerSecond: 1e15 });
    wire.forward(0, frame(0, EVERYBODY), 0);
    wire.forward(1, frame(1, EVERYBODY), 0);
    for (const { atNs } of arrived) expect(atNs).toBeGreaterThanOrEqual(DELAY_NS_MIN);
  });

  test('loses, doubles, damages and delays about as many as it is told', () => {
    const knobs = {
      lossPerMille: 100,
      duplicatePerMille: 50,
      reorderPerMille: 30,
      corruptPerMille: 200,
    };
    const { wire, arrived } = setUp(knobs);
    const sent = frame(0, EVERYBODY);
    for (let n = 0; n < 4000; n++) wire.forward(0, sent, n * 1_000_000);
    const { lost, duplicated, reordered, corrupted } = wire.counters;
    const expected = [
      [lost, 400],
      [duplicated, 180],
      [reordered, 113],
      [corrupted, 756],
    ] as const;
    for (const [count, about] of expected) {
      expect(Math.abs(count - about)).toBeLessThan(4 * Math.sqrt(about));
    }
    const damaged = arrived.filter(({ frame: got }) => got.some((byte, at) => byte !== sent[at]));
    expect(damaged).toHaveLength(2 * corrupted);
  });

  test('has queues that end, and forgets who was at a port without a cable', () => {
    const { wire, arrived } = setUp();
    for (let n = 0; n < 400; n++) wire.forward(1, frame(1, MACS[0]!, 1500), 0);
    expect(wire.counters.dropped).toBeGreaterThan(0);
    wire.setLinked(0, false);
    const before = arrived.length;
    wire.forward(0, frame(0, EVERYBODY), 1e9);
    wire.forward(1, frame(1, MACS[0]!), 1e9);
    expect(arrived.slice(before).map(({ port }) => port)).toEqual([2]);
  });

  test('keeps an isolated port with the first one', () => {
    const { wire, arrived } = setUp();
    const heard = (from: number, to: Uint8Array): number[] => {
      arrived.length = 0;
      wire.forward(from, frame(from, to), 0);
      return arrived.map(({ port }) => port);
    };
    wire.setIsolated(2, true);
    expect(heard(2, EVERYBODY)).toEqual([0]);
    expect(heard(1, EVERYBODY)).toEqual([0]);
    expect(heard(1, MACS[2]!)).toEqual([]);
    expect(heard(2, MACS[1]!)).toEqual([]);
    expect(heard(0, MACS[2]!)).toEqual([2]);
    wire.setIsolated(2, false);
    expect(heard(1, MACS[2]!)).toEqual([2]);
  });

  test('leaves what is no frame', () => {
    const { wire, arrived } = setUp();
    for (let bytes = 0; bytes < 12; bytes++) wire.forward(0, new Uint8Array(bytes), 0);
    expect(arrived).toEqual([]);
  });
});
