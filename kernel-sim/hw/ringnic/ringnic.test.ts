// SPDX-License-Identifier: GPL-2.0-or-later
/** The card without a driver: what the data sheet promises, and whatever anybody may write. */
import { beforeEach, describe, expect, it } from 'vitest';

import { fromSeed } from '../../sim/oracle.ts';
import { Prng } from '../../sim/prng.ts';
import { Sim } from '../../sim/sim.ts';
import { CableEnd } from '../cable.ts';
import { DmaBus, type DmaFault, Iommu, IOMMU_RIGHTS } from '../dma.ts';
import { Ram } from '../ram/ram.ts';
import {
  CAUSE,
  CONTROL_OWN,
  CTRL,
  ERROR,
  REGISTERS,
  STATUS_DONE,
  STATUS_ERROR,
} from './registers.ts';
import { RingNic } from './ringnic.ts';

const RAM_BYTES = 1024 * 1024;
const OWN = Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x56);
const RING = 0x8000;
const BUFFER = 0x9000;
const LENGTH = 4;

let sim: Sim;
let ram: Ram;
let bus: DmaBus;
let port: CableEnd;
let nic: RingNic;
let isRaised: boolean;
let sent: Uint8Array[];
let faults: DmaFault[];

function makeCard(iommu?: Iommu): void {
  sim = new Sim(fromSeed(1));
  ram = new Ram(RAM_BYTES, undefined, false);
  bus = new DmaBus({ ram, iommu, offset: 0 });
  port = new CableEnd(sim);
  isRaised = false;
  sent = [];
  faults = [];
  bus.onFault = (fault) => void faults.push(fault);
  nic = new RingNic({
    sim,
    dma: bus,
    port,
    mac: OWN,
    setLine: (raised) => (isRaised = raised),
    onTransmit: () => undefined,
  });
  port.plug((frame) => void sent.push(frame));
}

beforeEach(() => makeCard());

/** Lets time pass until nothing is to come, or for so many events. */
function settle(events = 1000): void {
  for (let n = 0; n < events && sim.events.nextNs < Infinity; n++) {
    sim.clock.moveTo(sim.events.nextNs);
    sim.events.takeDue(sim.now())?.fire();
  }
}

function load(name: keyof typeof REGISTERS): number {
  return nic.load(REGISTERS[name].offset);
}

function store(name: keyof typeof REGISTERS, value: number): void {
  nic.store(REGISTERS[name].offset, value);
}

function word(physical: number): number {
  return ram.view.getUint32(physical, true);
}

function putDescriptor(index: number, address: number, control: number): void {
  const at = RING + index * 16;
  [address, 0, control, 0].forEach((value, n) => ram.view.setUint32(at + 4 * n, value, true));
}

function start(): void {
  store('TX_BASE', RING);
  store('TX_LENGTH', LENGTH);
  store('RX_BASE', RING);
  store('RX_LENGTH', LENGTH);
  store('CTRL', CTRL.TX_ENABLE | CTRL.RX_ENABLE);
  store('CAUSE', 0xf);
}

function frameTo(address: Uint8Array, length = 60): Uint8Array {
  const frame = new Uint8Array(length);
  frame.set(address);
  return frame;
}

describe('the card', () => {
  it('sends, and says so in descriptor, cause and line', () => {
    start();
    store('MASK', CAUSE.TX);
    ram.bytes.set(frameTo(OWN), BUFFER);
    putDescriptor(0, BUFFER, (CONTROL_OWN | 60) >>> 0);
    store('TX_TAIL', 1);
    expect(sent).toEqual([]);
    settle();
    expect(sent).toEqual([frameTo(OWN)]);
    expect([word(RING + 8), word(RING + 12)]).toEqual([0, STATUS_DONE]);
    expect([load('TX_HEAD'), load('TX_FRAMES'), load('TX_BYTES')]).toEqual([1, 1, 60]);
    expect(isRaised).toBe(true);
    store('CAUSE', CAUSE.TX);
    expect(isRaised).toBe(false);
  });

  it('receives what is for it, and nothing else', () => {
    start();
    putDescriptor(0, BUFFER, (CONTROL_OWN | 1518) >>> 0);
    store('RX_TAIL', 1);
    port.arrive(frameTo(Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x57)));
    port.arrive(frameTo(Uint8Array.of(1, 0, 0x5e, 0, 0, 1)));
    expect(load('RX_FRAMES')).toBe(0);
    port.arrive(frameTo(OWN, 100));
    expect([word(RING + 12), load('RX_HEAD')]).toEqual([(STATUS_DONE | 100) >>> 0, 1]);
    expect(ram.bytes.subarray(BUFFER, BUFFER + 6)).toEqual(OWN);
    port.arrive(frameTo(OWN));
    expect([load('RX_MISSED'), load('ERROR')]).toEqual([1, ERROR.RX_OVERRUN]);
  });

  it('lets groups in by hash, all of them, or everything', () => {
    start();
    const group = frameTo(Uint8Array.of(1, 0, 0x5e, 0, 0, 1));
    store('HASH_LOW', 0xffff_ffff);
    store('HASH_HIGH', 0xffff_ffff);
    port.arrive(group);
    store('HASH_LOW', 0);
    store('HASH_HIGH', 0);
    port.arrive(group);
    expect(load('RX_MISSED')).toBe(1);
    store('CTRL', CTRL.RX_ENABLE | CTRL.ALLMULTI);
    port.arrive(group);
    store('CTRL', CTRL.RX_ENABLE | CTRL.PROMISC);
    port.arrive(frameTo(Uint8Array.of(2, 2, 2, 2, 2, 2)));
    expect(load('RX_MISSED')).toBe(3);
  });

  it('says what is wrong with a descriptor, and goes on', () => {
    start();
    putDescriptor(0, BUFFER, 60);
    putDescriptor(1, BUFFER, (CONTROL_OWN | 13) >>> 0);
    putDescriptor(2, RAM_BYTES, (CONTROL_OWN | 60) >>> 0);
    store('TX_TAIL', 3);
    settle();
    const failed = (STATUS_DONE | STATUS_ERROR) >>> 0;
    expect([0, 1, 2].map((n) => word(RING + 16 * n + 12))).toEqual([failed, failed, failed]);
    expect([load('TX_ERRORS'), load('TX_HEAD'), sent.length]).toEqual([3, 3, 0]);
    expect(load('ERROR')).toBe(ERROR.BAD_DESCRIPTOR | ERROR.DMA_FAULT);
    store('TX_TAIL', LENGTH);
    expect(load('ERROR') & ERROR.BAD_RING).toBe(ERROR.BAD_RING);
  });

  it('forgets all by a reset, also what is under way', () => {
    start();
    putDescriptor(0, BUFFER, (CONTROL_OWN | 60) >>> 0);
    store('TX_TAIL', 1);
    settle(1);
    store('CTRL', CTRL.RESET);
    settle();
    expect([load('TX_FRAMES'), load('CTRL'), load('TX_BASE'), load('CAUSE')]).toEqual([0, 0, 0, 0]);
    expect(word(RING + 8)).toBe((CONTROL_OWN | 60) >>> 0);
  });

  it('reaches no memory that is not mapped for it', () => {
    const iommu = new Iommu();
    makeCard(iommu);
    store('RX_BASE', iommu.map(RING, 1, IOMMU_RIGHTS.READ | IOMMU_RIGHTS.WRITE));
    store('RX_LENGTH', LENGTH);
    store('CTRL', CTRL.RX_ENABLE);
    const address = iommu.map(BUFFER, 1, IOMMU_RIGHTS.READ);
    putDescriptor(0, address, (CONTROL_OWN | 1518) >>> 0);
    store('RX_TAIL', 1);
    port.arrive(frameTo(OWN));
    expect(faults).toEqual([{ address, isWrite: true, isPresent: true }]);
    expect(word(RING + 12)).toBe((STATUS_DONE | STATUS_ERROR) >>> 0);
    iommu.unmap(address, 1);
    expect(bus.read(address, 1)).toBeUndefined();
  });

  it('takes whatever is written', () => {
    const prng = new Prng(7);
    const words = [0, 1, 2, 15, 16, 0xffff, 0x8000, RING, BUFFER, 0xffff_fff0, 0xffff_ffff];
    const any = (): number =>
      prng.below(3) === 0 ? prng.below(0x1_0000_0000) : words[prng.below(words.length)]!;
    for (let n = 0; n < 20_000; n++) {
      const what = prng.below(10);
      if (what < 6) nic.store(prng.below(0x80) & ~3, any());
      else if (what === 6) putDescriptor(prng.below(8), any(), any());
      else if (what === 7) port.arrive(frameTo(OWN, 6 + prng.below(1600)));
      else if (what === 8) port.plug(prng.below(2) === 0 ? undefined : () => undefined);
      else settle(prng.below(4));
      expect(isRaised).toBe((load('CAUSE') & load('MASK')) !== 0);
    }
    expect(load('ID')).toBe(0x474e_4952);
  });
});
