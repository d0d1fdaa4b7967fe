// SPDX-License-Identifier: GPL-2.0-or-later
/** What is asked of a PHY, in the order in which Linux's smsc driver asks a LAN8700. */
import { beforeEach, describe, expect, it } from 'vitest';

import { RawMachine } from '../../../../tests/support/raw-machine.ts';
import { ADVERTISE, BMCR, BMSR, MII } from '../../../uapi/mii.ts';
import { type LinkState, type MdioBus, PhyDevice } from './phy-device.ts';

const ADDRESS = 1;
const INT_SOURCE = 29;
const UP = BMSR.LSTATUS | BMSR.ANEGCOMPLETE;

/** Registers that keep what is written, but for what a reset and looking take away. */
class FakePhy implements MdioBus {
  readonly name = 'usb-001:003';
  readonly values = new Map<number, number>([
    [MII.BMCR, BMCR.ANENABLE | BMCR.SPEED100],
    [MII.BMSR, 0x7809],
    [MII.PHYSID1, 0x0007],
    [MII.PHYSID2, 0xc0c3],
    [MII.ADVERTISE, 0x01e1],
    [MII.LPA, 0xcde1],
    [18, 0x00e1],
  ]);
  log: string[] = [];
  failsAt = '';

  read(phy: number, register: number): number {
    if (phy !== ADDRESS) return 0xffff;
    this.log.push(`r${register}`);
    if (this.failsAt === `r${register}`) return -5;
    const value = this.values.get(register) ?? 0;
    if (register === INT_SOURCE) this.values.set(register, 0);
    return value;
  }

  write(_phy: number, register: number, value: number): number {
    this.log.push(`w${register}=${value.toString(16)}`);
    if (this.failsAt === `w${register}`) return -5;
    const once = register === MII.BMCR ? BMCR.RESET | BMCR.ANRESTART : 0;
    this.values.set(register, value & ~once);
    return 0;
  }

  /** What was asked since the last time. */
  asked(): string {
    return this.log.splice(0).join(' ');
  }

  set(register: number, bits: number): void {
    this.values.set(register, (this.values.get(register) ?? 0) | bits);
  }
}

let machine: RawMachine;
let bus: FakePhy;
let links: LinkState[];
let phy: PhyDevice;

beforeEach(() => {
  machine = new RawMachine();
  bus = new FakePhy();
  links = [];
  phy = make(ADDRESS);
});

function make(address: number): PhyDevice {
  const { sim, scheduler, kthreads: threads, printk } = machine.kernel;
  const onLink = (link: LinkState): void => void links.push(link);
  return new PhyDevice(bus, address, {
    sim,
    scheduler,
    threads,
    printk,
    owner: () => 'eth0',
    onLink,
  });
}

function bringUp(canInterrupt = true): void {
  machine.inThread(() => phy.probe());
  machine.inThread(() => phy.attach(canInterrupt));
  machine.inThread(() => phy.start());
  machine.until(() => links.length === 1, 'a first look at the link');
}

function interrupt(cause: number): void {
  bus.set(INT_SOURCE, cause);
  phy.interrupt();
}

describe('a LAN8700', () => {
  it('is found, put to rest, reset, and may interrupt then', () => {
    expect(machine.inThread(() => phy.probe())).toBe(0);
    expect(phy.driver.name).toBe('SMSC LAN8700');
    expect(bus.asked()).toBe('r2 r3 w30=0 r29 r1');
    expect(machine.inThread(() => phy.attach(true))).toBe(0);
    expect(bus.asked()).toBe('r18 r0 w0=b200 r0 w30=0 r29 r0 r29 w30=d0');
    expect(machine.guest.logText).toContain('irq=IRQ');
  });

  it('is told what to offer, and looked at', () => {
    machine.inThread(() => phy.probe());
    machine.inThread(() => phy.attach(true));
    bus.asked();
    machine.inThread(() => phy.start());
    machine.until(() => links.length === 1, 'a first look at the link');
    expect(bus.asked()).toBe('r0 r4 r1 r0 r0 r1 r1');
    expect(links).toEqual([{ isUp: false, speedMbps: 10, isFullDuplex: false }]);
  });

  it('says by an interrupt that the link has come', () => {
    bringUp();
    bus.asked();
    bus.set(MII.BMSR, UP);
    interrupt(0x40);
    machine.until(() => links.length === 2, 'the link');
    expect(bus.asked()).toBe('r29 r0 r1 r1 r5');
    expect(links[1]).toEqual({ isUp: true, speedMbps: 100, isFullDuplex: true });
    interrupt(0);
    machine.until(() => bus.log.length > 0, 'a look at what it was');
    expect([bus.asked(), links.length]).toEqual(['r29', 2]);
  });

  it('sleeps while the interface is down', () => {
    bringUp();
    bus.asked();
    machine.inThread(() => phy.stop());
    expect(bus.asked()).toBe('r0 w0=3800');
    machine.inThread(() => phy.start());
    expect(bus.values.get(MII.BMCR)).toBe(0x3000);
  });

  it('leaves no thread behind', () => {
    const before = machine.kernel.tasks.size;
    bringUp();
    machine.inThread(() => phy.detach());
    expect(machine.kernel.tasks.size).toBe(before);
  });
});

it('is looked at each second when it cannot interrupt', () => {
  bringUp(false);
  bus.set(MII.BMSR, UP);
  bus.values.set(MII.LPA, ADVERTISE['10HALF']);
  machine.until(() => links.length === 2, 'the link');
  expect(links[1]).toEqual({ isUp: true, speedMbps: 10, isFullDuplex: false });
  expect(machine.guest.logText).toContain('irq=POLL');
});

it('takes a PHY that it does not know for one that can what all can', () => {
  bus.values.set(MII.PHYSID2, 0x1234);
  bringUp();
  expect(phy.driver.name).toBe('Generic PHY');
});

it('finds nobody', () => {
  expect(machine.inThread(() => make(2).probe())).toBe(-19);
});

it.each(['r2', 'r3', 'r29', 'r1', 'r18', 'w0', 'r0', 'w30'])('fails with the bus at %s', (at) => {
  bus.failsAt = at;
  const errno = machine.inThread(function* () {
    const found = yield* phy.probe();
    return found < 0 ? found : yield* phy.attach(true);
  });
  expect(errno).toBe(-5);
});
