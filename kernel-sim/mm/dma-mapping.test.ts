// SPDX-License-Identifier: GPL-2.0-or-later
/** What drivers lend to devices, and each way to take it back wrongly. */
import { expect, it } from 'vitest';

import { DmaBus, Iommu } from '../hw/dma.ts';
import { Ram } from '../hw/ram/ram.ts';
import { Execution } from '../kernel/sched/execution.ts';
import { StackDepot } from '../kernel/stack-depot.ts';
import { fromSeed } from '../sim/oracle.ts';
import { Sim } from '../sim/sim.ts';
import { DMA_DIRECTION, DmaDebug } from './dma-debug.ts';
import { DMA_MAPPING_ERROR, DmaMappings } from './dma-mapping.ts';
import { PageAllocator } from './page-alloc.ts';

const RAM_BYTES = 1024 * 1024;
const DEVICE = { name: 'ringnic.0', driverName: 'ringnic' };
const { TO_DEVICE, FROM_DEVICE } = DMA_DIRECTION;

interface Rig {
  readonly dma: DmaMappings;
  readonly bus: DmaBus;
  readonly said: string[];
  /** Memory to lend. */
  readonly pointer: number;
}

function makeRig(hasIommu = true): Rig {
  const sim = new Sim(fromSeed(1));
  const ram = new Ram(RAM_BYTES);
  const pages = new PageAllocator(sim, ram);
  const bus = new DmaBus({ ram, iommu: hasIommu ? new Iommu() : undefined, offset: 0 });
  const said: string[] = [];
  const debug = new DmaDebug({
    execution: new Execution(),
    depot: new StackDepot(),
    warn: (text) => void said.push(text.replace(/0x0{6}[0-9a-f]{10}/gu, 'ADDRESS')),
    printStack: () => undefined,
  });
  const pointer = ram.toPointer(pages.allocPages(1));
  return { dma: new DmaMappings({ sim, bus, pages, debug }), bus, said, pointer };
}

/** What is said of a mistake, after 1500 bytes were lent to the device. */
function complaint(mistake: (rig: Rig, address: number) => void): string | undefined {
  const rig = makeRig();
  const address = rig.dma.mapSingle(DEVICE, rig.pointer, 1500, TO_DEVICE);
  expect(rig.dma.hasFailed(address)).toBe(false);
  mistake(rig, address);
  expect(rig.said.length).toBeLessThan(2);
  return rig.said[0];
}

it('goes to the device and comes back', () => {
  const { dma, bus, said, pointer } = makeRig();
  const address = dma.mapSingle(DEVICE, pointer + 4000, 200, FROM_DEVICE);
  expect(dma.hasFailed(address)).toBe(false);
  expect(
    bus.write(
      address,
      Uint8Array.from({ length: 200 }, (_, n) => n),
    ),
  ).toBe(true);
  expect(bus.read(address, 1)).toBeUndefined();
  expect([0, 95, 96, 199].map((n) => bus.ram.load8(pointer + 4000 + n))).toEqual([0, 95, 96, 199]);
  dma.unmapSingle(DEVICE, address, 200, FROM_DEVICE);
  expect(bus.write(address, new Uint8Array(1))).toBe(false);
  expect([said, dma.count]).toEqual([[], 0]);
});

it('is refused where there is no memory', () => {
  const { dma } = makeRig();
  expect(dma.mapSingle(DEVICE, 0, 100, TO_DEVICE)).toBe(DMA_MAPPING_ERROR);
});

it('may be lent twice', () => {
  const { dma, said, pointer } = makeRig(false);
  const [one, two] = [1, 2].map(() => dma.mapSingle(DEVICE, pointer, 64, TO_DEVICE));
  for (const address of [one!, two!]) {
    expect(dma.hasFailed(address)).toBe(false);
    dma.unmapSingle(DEVICE, address, 64, TO_DEVICE);
  }
  expect([said, dma.count]).toEqual([[], 0]);
});

const WHO = 'DMA-API: ringnic ringnic.0: device driver';
const AT = '[device address=ADDRESS]';

it.each([
  [
    `${WHO} frees DMA memory with different size ${AT} [map size=1500 bytes] [unmap size=60 bytes]`,
    ({ dma }: Rig, at: number) => dma.unmapSingle(DEVICE, at, 60, TO_DEVICE),
  ],
  [
    `${WHO} tries to free DMA memory it has not allocated ${AT} [size=1500 bytes]`,
    ({ dma }: Rig, at: number) => {
      dma.unmapSingle(DEVICE, at, 1500, TO_DEVICE);
      dma.unmapSingle(DEVICE, at, 1500, TO_DEVICE);
    },
  ],
  [
    `${WHO} frees DMA memory with different direction ${AT} [size=1500 bytes] ` +
      '[mapped with DMA_TO_DEVICE] [unmapped with DMA_FROM_DEVICE]',
    ({ dma }: Rig, at: number) => dma.unmapSingle(DEVICE, at, 1500, FROM_DEVICE),
  ],
  [
    `${WHO} tries to sync DMA memory it has not allocated ${AT} [size=10 bytes]`,
    ({ dma }: Rig, at: number) => dma.sync(DEVICE, at + 8192, 10, TO_DEVICE),
  ],
  [
    `${WHO} syncs DMA memory outside allocated range ${AT} [allocation size=1500 bytes] ` +
      '[sync offset+size=1510]',
    ({ dma }: Rig, at: number) => dma.sync(DEVICE, at + 10, 1500, TO_DEVICE),
  ],
  [
    `${WHO} has pending DMA allocations while released from device [count=1]\n` +
      `One of leaked entries details: ${AT} [size=1500 bytes] [mapped with DMA_TO_DEVICE] ` +
      '[mapped as single]',
    ({ dma }: Rig) => dma.released(DEVICE),
  ],
])('says: %s', (text, mistake) => {
  expect(complaint(mistake)).toBe(text);
});

it('says that nobody has looked whether it failed', () => {
  const { dma, said, pointer } = makeRig();
  const address = dma.mapSingle(DEVICE, pointer, 64, TO_DEVICE);
  dma.unmapSingle(DEVICE, address, 64, TO_DEVICE);
  expect(said[0]).toContain('device driver failed to check map error');
});
