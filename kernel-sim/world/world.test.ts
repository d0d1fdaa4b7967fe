// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, test } from 'vitest';

import { CableEnd } from '../hw/cable.ts';
import { bootMachine, defaultImage } from '../index.ts';
import { Machine } from '../init/machine.ts';
import type { BootImage, Host, Recording, WireSettings } from '../machine-types.ts';
import { ethHeader } from '../net/core/ethernet.ts';
import { imageOf } from './neighbours.ts';
import { World } from './world.ts';

const TEST_PROTOCOL = 0x88b5;
const END_NS = 200_000_000;
const CALLS_NS = [2_000_000, 20_000_000, 60_000_000];
const HOST: Host = { evaluate: () => undefined, output() {}, compile() {}, fileChanged() {} };

function image(settings: Partial<BootImage> = {}): BootImage {
  const script = { text: 'sleep 10', user: 'root', args: [] } as const;
  return defaultImage({ nic: 'paravirtual', script, ...settings });
}

/**
 * Has a machine bounce frames: each that it gets goes back to its sender, one byte longer. At these
 * instants it calls everybody.
 */
function bounce(machine: Machine, heard: string[], calls: readonly number[]): void {
  const { kernel } = machine;
  const { core } = kernel.net;
  const dev = core.byName('eth0')!;
  const send = (to: Uint8Array, bytes: number): void => {
    const skb = core.skbs.alloc(64 + bytes)!;
    skb.reserve(64);
    skb.put(bytes);
    skb.copyIn(0, new Uint8Array(bytes).fill(bytes));
    ethHeader(skb, dev, TEST_PROTOCOL, to);
    skb.dev = dev;
    core.xmit(skb);
  };
  core.types.add(TEST_PROTOCOL, 'bounce', (skb) => {
    heard.push(`${machine.kernel.identity.hostname} ${skb.length} at ${kernel.sim.now()}`);
    if (skb.length < 100) send(skb.copyOut(-8, 6), skb.length + 1);
    core.skbs.consume(skb);
  });
  kernel.kthreads.run('bounce', function* () {
    yield* core.open(dev);
  });
  for (const atNs of calls) kernel.sim.events.schedule(atNs, () => send(dev.broadcast, 46));
}

interface Played {
  readonly machine: Machine;
  readonly world: World;
  readonly heard: readonly string[];
}

/** A machine whose neighbours bounce from their boot on. */
function boot(settings: Partial<BootImage>, heard: string[], again?: Recording): Machine {
  const surround = (machine: Machine): World =>
    new World({
      machine,
      host: HOST,
      ...(again === undefined ? {} : { choices: again.choices }),
      boot(neighbour, { seed, epochSeconds, strategy }) {
        const other = new Machine(imageOf(neighbour, { seed, epochSeconds }), HOST, { strategy });
        bounce(other, heard, []);
        return other;
      },
    });
  const machine =
    again === undefined
      ? new Machine(image(settings), HOST, { surround })
      : Machine.replay(again, HOST, { surround });
  bounce(machine, heard, CALLS_NS);
  return machine;
}

function play(pieceNs: number, wire: Partial<WireSettings>, seed = 1): Played {
  const heard: string[] = [];
  const machine = boot({ seed }, heard);
  machine.deliver({ kind: 'wire', settings: wire });
  return run(machine, heard, pieceNs);
}

function run(machine: Machine, heard: string[], pieceNs: number): Played {
  for (let atNs = pieceNs; atNs < END_NS + pieceNs; atNs += pieceNs) {
    machine.run(Math.min(atNs, END_NS));
  }
  return { machine, world: machine.surroundings as World, heard };
}

const WILD: Partial<WireSettings> = {
  lossPerMille: 50,
  duplicatePerMille: 100,
  reorderPerMille: 100,
  corruptPerMille: 20,
  jitterNs: 50_000,
};

describe('a world', () => {
  test('has nobody else in it until somebody speaks', () => {
    const machine = bootMachine(image(), HOST);
    machine.run(END_NS);
    expect((machine.surroundings as World).others.size).toBe(0);
  });

  test('carries frames to and fro, each after the wire took its time', () => {
    const { machine, world, heard } = play(5_000_000, {});
    expect([...world.others.keys()]).toEqual(['gateway', 'client']);
    const hosts = heard.map((line) => line.split(' ')[0]);
    expect(new Set(hosts)).toEqual(new Set(['pc', 'gateway', 'client']));
    expect(Math.max(...heard.map((line) => Number(line.split(' ')[1])))).toBe(100);
    const { counters } = world.view;
    expect(counters.frames).toBeGreaterThan(100);
    expect(counters.lost + counters.dropped).toBe(0);
    for (const each of [machine, ...world.others.values()]) {
      expect(each.kernel.net.core.skbs.live).toBe(0);
    }
  });

  test('goes the same way however the host cuts time into pieces, and again from its log', () => {
    const whole = play(5_000_000, WILD);
    expect(whole.heard.length).toBeGreaterThan(50);
    for (const pieceNs of [50_000, 333_333, 1_000_000, END_NS]) {
      expect(play(pieceNs, WILD).heard).toEqual(whole.heard);
    }
    const recording = whole.machine.recording();
    expect(recording.choices.some(([kind]) => kind === 'wire/loss')).toBe(true);
    const heard: string[] = [];
    run(boot({}, heard, recording), heard, 700_000);
    expect(heard).toEqual(whole.heard);
  });

  test('goes another way with another seed', () => {
    const [one, two] = [1, 2].map((seed) => play(5_000_000, WILD, seed).heard);
    expect(one).not.toEqual(two);
  });

  test('ends at a cable that is pulled out, and goes on when it is in again', () => {
    const machine = bootMachine(image(), HOST);
    const eth0 = machine.kernel.net.core.byName('eth0')!;
    machine.deliver({ kind: 'cable', isPlugged: false });
    machine.run(1_000_000);
    expect(eth0.hasCarrier).toBe(false);
    machine.deliver({ kind: 'cable', isPlugged: true });
    machine.run(2_000_000);
    expect(eth0.hasCarrier).toBe(true);
  });

  test('has a place for another device of the machine, whose cable can be pulled, too', () => {
    const machine = boot({}, []);
    const { sim } = machine.kernel;
    const adapter = new CableEnd(sim);
    const address = 0x02;
    let answers = 0;
    adapter.onReceive = (frame) => {
      if (frame[0] === address) answers++;
    };
    const plug = (machine.surroundings as World).join('adapter', adapter);
    const frame = new Uint8Array(60).fill(0xff, 0, 6).fill(address, 6, 12);
    frame.set([TEST_PROTOCOL >>> 8, TEST_PROTOCOL & 0xff], 12);
    const callAt = (atNs: number): number => {
      sim.events.schedule(atNs, () => adapter.transmit(frame.slice(), () => undefined));
      machine.run(atNs + 9_000_000);
      return answers;
    };
    // The machine and its two neighbours.
    expect(callAt(1_000_000)).toBe(3);
    sim.events.schedule(10_500_000, () => plug(false));
    expect(callAt(11_000_000)).toBe(3);
    expect(adapter.hasLink).toBe(false);
    sim.events.schedule(20_500_000, () => plug(true));
    expect(callAt(21_000_000)).toBe(6);
  });
});
