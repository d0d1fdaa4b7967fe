// SPDX-License-Identifier: GPL-2.0-or-later
/** The driver of examples/ringnic, at a cable whose other end is the test. */
import { describe, expect, it } from 'vitest';

import { REGISTERS } from '../../kernel-sim/hw/ringnic/registers.ts';
import { TestMachine } from '../support/machine.ts';

const OWN = '525400123456';
const OTHER = '525500000001';
const BROADCAST = 'ffffffffffff';
const OWN_IP = '0a00020f';
const OTHER_IP = '0a000209';
const MS = 1_000_000;

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../gu) ?? [], (byte) => Number.parseInt(byte, 16));
}

function hexOf(frame: Uint8Array): string {
  return Array.from(frame, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const ARP = '080600010800060400';
const WHO_HAS_US = [BROADCAST, OTHER, ARP, '01', OTHER, OTHER_IP, '000000000000', OWN_IP].join('');
const WE_HAVE = [OTHER, OWN, ARP, '02', OWN, OWN_IP, OTHER, OTHER_IP].join('');

/** A machine with the driver loaded, and what its card sends. */
class Guest {
  readonly machine: TestMachine;
  readonly sent: string[] = [];

  constructor(image: Parameters<typeof TestMachine.boot>[0] = {}) {
    this.machine = TestMachine.boot(image);
    this.machine.waitFor('$ ');
    this.plug(true);
    this.run('cd ringnic && make > /dev/null && sudo insmod ringnic.ko');
  }

  get kernel(): TestMachine['machine']['kernel'] {
    return this.machine.machine.kernel;
  }

  plug(isIn: boolean): void {
    const { cable } = this.kernel;
    this.land(() => cable.plug(isIn ? (frame) => void this.sent.push(hexOf(frame)) : undefined));
  }

  run(command: string): string {
    return this.machine.command(command);
  }

  up(): void {
    this.run('sudo ip link set eth0 up; sudo ip addr add 10.0.2.15/24 dev eth0');
  }

  /** Frames come, one behind the other. */
  arrive(hex: string, count = 1): void {
    const frame = bytes(hex);
    const { cable } = this.kernel;
    this.land(() => {
      for (let n = 0; n < count; n++) cable.arrive(frame.slice());
    });
  }

  land(happen: () => void): void {
    const { machine } = this.machine;
    this.kernel.sim.events.scheduleExternal(machine.nowNs, happen);
    machine.run(machine.nowNs + 5 * MS);
  }
}

const REPORT = /BUG:|WARNING:|DMA-API|DMAR/u;

describe('the safe driver', () => {
  it('sends, receives, and bears what happens to it', () => {
    const guest = new Guest();
    guest.up();
    guest.arrive(WHO_HAS_US);
    expect(guest.sent).toContain(WE_HAVE);

    // The cable.
    guest.plug(false);
    expect(guest.run('ip link show eth0')).toContain('NO-CARRIER');
    guest.plug(true);
    expect(guest.machine.logText).toMatch(/eth0: link up\neth0: link down\neth0: link up$/u);
    guest.sent.length = 0;
    guest.arrive(WHO_HAS_US, 3);
    expect(guest.sent.filter((frame) => frame === WE_HAVE)).toHaveLength(3);

    // More at once than there are descriptors.
    guest.arrive(WHO_HAS_US, 100);
    expect(guest.run('ip -s link show eth0')).toMatch(/^ +\d+ +67 +0 +0/mu);
    expect(guest.kernel.nic?.load(REGISTERS.RX_MISSED.offset)).toBe(37);
    expect(guest.run('cat /sys/class/net/eth0/speed')).toContain('100');

    // A second one, and the end of both while the interface is up.
    expect(guest.run('sudo insmod ringnic.ko')).toContain('File exists');
    guest.arrive(WHO_HAS_US, 10);
    guest.run('sudo rmmod ringnic');
    expect(guest.run('ip link')).not.toContain('eth0');
    guest.arrive(WHO_HAS_US);
    guest.run('sudo insmod ringnic.ko');
    guest.up();
    guest.sent.length = 0;
    guest.arrive(WHO_HAS_US);
    expect(guest.sent).toContain(WE_HAVE);
    guest.run('sudo ip link set eth0 down; sudo rmmod ringnic');
    expect(guest.kernel.devices.dma.count).toBe(0);
    expect(guest.machine.logText).not.toMatch(REPORT);
  });

  it('works where pointers have 32 bits and devices no IOMMU', () => {
    const guest = new Guest({ board: 'rpi3' });
    guest.up();
    guest.arrive(WHO_HAS_US);
    expect(guest.sent).toContain(WE_HAVE);
    guest.run('sudo rmmod ringnic');
    expect(guest.machine.logText).not.toMatch(REPORT);
  });

  it('gives everything back when a step of its beginning fails', () => {
    const guest = new Guest();
    guest.run('sudo rmmod ringnic');
    const nth = '/sys/kernel/debug/fail_module_nth';
    for (let n = 1; n <= 8; n++) {
      guest.run(`sudo sh -c 'echo ${n} > ${nth}; insmod ringnic.ko; echo 0 > ${nth}'`);
      guest.run('sudo rmmod ringnic');
      expect(guest.kernel.devices.dma.count).toBe(0);
    }
    expect(guest.machine.logText).toContain('probe with driver ringnic failed with error -12');
    const leaks = '/sys/kernel/debug/kmemleak';
    guest.run(`sleep 6; sudo sh -c 'echo scan > ${leaks}; echo scan > ${leaks}'`);
    expect(guest.run(`sudo cat ${leaks}`)).not.toContain('unreferenced');
    expect(guest.machine.logText).not.toMatch(
      /BUG:|WARNING: CPU: \d PID: \d+ at (?!.*fail)|DMA-API/u,
    );
  });
});
