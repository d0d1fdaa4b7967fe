// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { TestMachine } from '../../tests/support/machine.ts';
import { REGISTERS } from '../hw/lan9512/registers.ts';
import { usbView } from './usb.ts';

const DRIVER = join(import.meta.dirname, '../examples/smsc95xx');

it('leads from registers, transfers and frames to the lines of the driver', () => {
  const guest = TestMachine.boot({}, { keepsTimeline: true });
  const { machine } = guest;
  guest.waitFor('$ ');
  expect(usbView(machine, { from: 0 })).toMatchObject({ ports: ['', '', '', ''], next: 0 });
  guest.command('cd smsc95xx && make > /dev/null && sudo insmod smsc95xx.ko && plug lan9512');
  guest.runUntil(() => guest.logText.includes('register '), 'the interface');
  guest.command('sudo ip link set eth0 up');
  guest.runUntil(() => guest.logText.includes('Link is Up'), 'the link');
  guest.command('sudo ip addr add 10.0.2.50/24 dev eth0; ping -c 1 10.0.2.2');

  const view = usbView(machine, { from: 0 })!;
  const lineAt = (site: number): string => {
    const place = view.places.find((each) => each.site === site);
    const { file, line } = place!.source!;
    return readFileSync(join(DRIVER, file), 'utf8').split('\n')[line - 1]!;
  };
  expect(view.ports[0]).toBe('lan9512');
  expect(view.adapter).toMatchObject({ interface: 'eth0', isLinkLit: true, isHighSpeed: true });

  const { offset } = REGISTERS.BURST_CAP;
  const cap = view.accesses.find((access) => access.offset === offset)!;
  expect(cap).toMatchObject({ isWrite: false, value: 0x25, before: 0x25 });
  expect(lineAt(cap.site)).toContain('regs.read(reg.BURST_CAP)');
  const shown = view.adapter!.registers.find((register) => register.name === 'BURST_CAP');
  expect(shown).toMatchObject({ offset, value: 0x25 });

  const written = view.urbs.find(({ meaning }) => meaning === 'write BURST_CAP')!;
  expect(written).toMatchObject({ kind: 'control', isIn: false, error: '', actual: 4 });
  expect(Array.from(written.data)).toEqual([0x25, 0, 0, 0]);
  const sent = view.urbs.findLast(({ kind, isIn }) => kind === 'bulk' && !isIn)!;
  expect(sent).toMatchObject({ endpoint: 2, error: '', site: expect.any(Number) as number });
  expect(lineAt(sent.site)).toContain('skb.push(');
  const frame = machine.kernel.net.core.frames.since(0).findLast((it) => it.direction === 'tx')!;
  expect(frame.site).toBe(sent.site);

  const rest = usbView(machine, { from: view.next })!;
  expect([rest.first, rest.urbs.length]).toEqual([view.next, 0]);
  expect(usbView(machine, { from: 1e9 })?.first).toBe(0);
});
