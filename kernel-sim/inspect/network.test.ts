// SPDX-License-Identifier: GPL-2.0-or-later
/** What a view of packets is told: frames as they went by, who sent them, and the wire. */
import { expect, it } from 'vitest';

import { TestMachine } from '../../tests/support/machine.ts';
import type { Machine, MachineOptions } from '../init/machine.ts';
import { networkBuffers, networkView } from './network.ts';

function machineWith(options: MachineOptions): Machine {
  const { machine } = TestMachine.boot({}, options);
  return machine;
}

it('answers frames in columns, from a number on', () => {
  const machine = machineWith({ keepsTimeline: true });
  const { frames } = machine.kernel.net.core;
  frames.add('tx', 'eth0', Uint8Array.of(1, 2, 3), 0);
  frames.add('rx', 'eth1', Uint8Array.of(4), 0);
  const view = networkView(machine, { from: 0 });
  expect(view).toMatchObject({ first: 0, next: 2, names: ['eth0', 'eth1'], isPlugged: true });
  expect(view?.areReceived).toEqual(Uint8Array.of(0, 1));
  expect(view?.ends).toEqual(Uint32Array.of(3, 4));
  expect(view?.bytes).toEqual(Uint8Array.of(1, 2, 3, 4));
  const rest = networkView(machine, { from: 1 });
  expect(rest).toMatchObject({ first: 1, next: 2, bytes: Uint8Array.of(4) });
  expect(networkView(machine, { from: 9 })).toMatchObject({ first: 0, next: 2 });
  if (view === undefined) throw new Error('the machine keeps frames');
  expect(structuredClone(view, { transfer: networkBuffers(view) }).ends).toHaveLength(2);
});

it('answers many frames in pieces', () => {
  const machine = machineWith({ keepsTimeline: true });
  const { frames } = machine.kernel.net.core;
  for (let n = 0; n < 5000; n++) frames.add('tx', 'eth0', Uint8Array.of(n & 0xff), 0);
  const first = networkView(machine, { from: 0 });
  const second = networkView(machine, { from: first?.next ?? 0 });
  expect([first?.next, second?.first, second?.next]).toEqual([4000, 4000, 5000]);
});

it('is not there for a machine that keeps no frames', () => {
  expect(networkView(machineWith({}), { from: 0 })).toBeUndefined();
});
