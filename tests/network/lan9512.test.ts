// SPDX-License-Identifier: GPL-2.0-or-later
/** The driver of examples/smsc95xx, on a chip in a world. */
import { describe, expect, it } from 'vitest';

import type { BootImage } from '../../kernel-sim/index.ts';
import { accessesOf, recorded } from '../support/lan9512-trace.ts';
import { TestMachine } from '../support/machine.ts';

const LOADED = 'cd smsc95xx && make > /dev/null && sudo insmod smsc95xx.ko';
const FETCH = 'curl -s http://10.0.2.2/10M.bin | head -c 1000000 | wc -c';
/** What must not be in the log of a driver that does nothing wrong. */
const TROUBLE = /BUG|WARNING|Oops|DMA-API|fault|unexpected|csum/u;

function boot(image: Partial<BootImage> = {}): TestMachine {
  const guest = TestMachine.boot(image);
  guest.waitFor('$ ');
  return guest;
}

/** Everything that was lent or taken is back, and nobody complains. */
function expectNoTrace(guest: TestMachine, hubs = 0): void {
  const { kernel } = guest.machine;
  expect(guest.logText).not.toMatch(TROUBLE);
  // Each hub that is still there waits for news.
  expect(kernel.devices.dma.count).toBe(hubs);
  expect(guest.command('sudo sh -c "echo scan > /sys/kernel/debug/kmemleak"')).not.toContain(
    'rror',
  );
  expect(guest.command('sudo cat /sys/kernel/debug/kmemleak')).not.toContain('unreferenced');
}

describe('the safe driver', () => {
  it('brings an adapter into the network, from plug to rmmod', () => {
    const guest = boot();
    const { kernel } = guest.machine;
    guest.command(LOADED);
    expect(guest.command('plug lan9512; plug')).toContain('1 lan9512');
    guest.runUntil(() => guest.logText.includes('register '), 'the interface');
    expect(guest.logText).toContain(
      "smsc95xx 1-1.1:1.0 eth0: register 'smsc95xx' at usb-pv-hcd.0-1.1, " +
        'smsc95xx USB 2.0 Ethernet, 00:80:0f:95:12:01',
    );
    guest.command('sudo ip link set eth0 up');
    guest.runUntil(() => guest.logText.includes('Link is Up - 100Mbps/Full'), 'the link');
    expect(guest.command('sudo udhcpc -i eth0 -n')).toContain('lease of 10.0.2.16 obtained');
    expect(guest.command('ping -c 2 10.0.2.2')).toContain(' 0% packet loss');
    const fetched = guest.command(`${FETCH}; ethtool -i eth0`);
    expect(fetched).toMatch(/1000000\r?\ndriver: smsc95xx\r?\n/u);
    expect(guest.command('ip -s link show eth0')).not.toMatch(/errors +[1-9]/u);

    guest.command('curl -s -o big http://10.0.2.2/10M.bin &');
    guest.runUntil(() => [...kernel.usb!.hcd.active].some(({ isIn }) => isIn), 'packets');
    guest.command('unplug');
    guest.runUntil(() => guest.logText.includes('unregister '), 'the end of the interface');
    expect(guest.command('ip link show eth0')).toContain('Device "eth0" does not exist.');
    guest.command('kill %1; cd; sudo rmmod smsc95xx');
    expect([...kernel.usb!.hcd.active]).toEqual([]);
    expectNoTrace(guest);
  });

  it('finds the chip on the board of a Pi, which knows its address', () => {
    const guest = boot({ board: 'rpi3' });
    guest.command(LOADED);
    guest.command('sudo ip link set eth0 up');
    guest.runUntil(() => guest.logText.includes('Link is Up'), 'the link');
    expect(guest.command('ip link show eth0')).toContain('link/ether b8:27:eb:95:12:00');
    guest.command('sudo udhcpc -i eth0 -n');
    expect(guest.command('ping -c 1 10.0.2.2')).toContain(' 0% packet loss');
    expect(guest.command(FETCH)).toMatch(/1000000\r?\n/u);
    guest.command('cd; sudo rmmod smsc95xx');
    expectNoTrace(guest, 1);
  });
});

/** Filters follow the groups of the stack, which are its own business: which, and how often. */
function withoutFilters(lines: readonly string[]): string[] {
  const isFilter = (at: number): boolean =>
    ['w 10c', 'w 110', 'w 100'].every((start, n) => lines[at + n]?.startsWith(start) === true);
  const kept = lines.filter((_, at) => ![at, at - 1, at - 2].some(isFilter));
  return kept.map((line) => {
    const match = /^w 100 (\w+)$/u.exec(line);
    if (match === null) return line;
    return `w 100 ${(Number.parseInt(match[1]!, 16) & ~HASH_FILTER).toString(16)}`;
  });
}

/**
 * There the chip was polled again before somebody had asked the PHY why it interrupts; who asks
 * then finds no cause. Here the PHY's thread is faster than the next poll.
 */
function withoutSecondLook(lines: readonly string[]): string[] {
  const isLook = (at: number): boolean => lines[at] === 'w 114 f41' && lines[at + 1] === 'r 118 0';
  return lines.filter((_, at) => !isLook(at) && !isLook(at - 1));
}

/** MAC_CR: some group is listened to. */
const HASH_FILTER = 0x2000;

describe('its accesses to registers', () => {
  it('are those of the C driver, in the same order', () => {
    const guest = boot();
    const seen = accessesOf(guest.machine.kernel);
    const taken = (): string[] => seen.splice(0);
    guest.command(LOADED);
    guest.command('plug lan9512');
    guest.runUntil(() => guest.logText.includes('register '), 'the interface');
    expect(taken()).toEqual(recorded('probe'));

    guest.command('sudo ip link set eth0 up');
    guest.runUntil(() => guest.logText.includes('Link is Up'), 'the link');
    guest.command('sleep 1');
    const up = [...recorded('ifup'), ...withoutSecondLook(recorded('link'))];
    expect(withoutFilters(taken())).toEqual(withoutFilters(up));

    guest.command('sudo ip link set eth0 down');
    const down = withoutFilters(recorded('ifdown'));
    // The PHY is put to sleep after that, of which the recording has the MII's part only.
    expect(withoutFilters(taken()).slice(0, down.length)).toEqual(down);
  });
});
