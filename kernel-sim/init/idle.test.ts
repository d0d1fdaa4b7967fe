// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest';

import { TestMachine } from '../../tests/support/machine.ts';

const HOUR_NS = 3600 * 1_000_000_000;

it('a machine at its prompt makes no event, and lets an hour pass without one', () => {
  const guest = TestMachine.boot();
  guest.waitFor('$ ');
  const { machine } = guest;
  machine.run(machine.nowNs + 1_000_000_000);
  expect(machine.nextEventNs).toBeUndefined();
  const { scheduler } = machine.kernel;
  const switches = (): number => scheduler.cpus.reduce((sum, cpu) => sum + cpu.switches, 0);
  const before = switches();
  const endNs = machine.nowNs + HOUR_NS;
  machine.run(endNs);
  expect(machine.nowNs).toBe(endNs);
  expect(switches()).toBe(before);
});
