// SPDX-License-Identifier: GPL-2.0-or-later
/** The devices that drivers drive by registers and memory: the network card, and what it needs. */
import { PLATFORM_DEVICE_BYTES, PlatformBus, PlatformDevice } from '../drivers/base/platform.ts';
import { DmaBus, type DmaFault, Iommu } from '../hw/dma.ts';
import { MmioBus } from '../hw/mmio.ts';
import { REGISTER_BYTES } from '../hw/ringnic/registers.ts';
import { RingNic } from '../hw/ringnic/ringnic.ts';
import { type EntryPath, formatFrame, innerPath } from '../kernel/module/sites.ts';
import { LEVEL } from '../kernel/printk/printk.ts';
import { DmaDebug } from '../mm/dma-debug.ts';
import { DmaMappings } from '../mm/dma-mapping.ts';
import { IoMappings } from '../mm/io-remap.ts';
import type { Kernel } from './kernel.ts';
import { macOf } from './network.ts';

/** Where ringnic answers, by board, and the line that it is wired to. */
const NIC_BASE = { pc: 0xfebc_0000, rpi3: 0x3f30_0000 } as const;
const NIC_IRQ = 11;
/** A device of the Pi sees memory from here on. Linux: dma-ranges of bcm283x.dtsi. */
const RPI3_BUS_OFFSET = 0xc000_0000;
/** Where the IOMMU finds the card. */
const REQUESTER = '00:03.0';
const NIC = 'ringnic ringnic.0';

/** What a device did stands under whatever was interrupted. */
const DMA_PATH = innerPath('ringnic_dma');

export interface DeviceParts {
  readonly mmio: MmioBus;
  readonly io: IoMappings;
  readonly bus: DmaBus;
  readonly dma: DmaMappings;
  readonly platform: PlatformBus;
}

/** Called before there is a `die`: only what goes wrong later asks for it. */
export function makeDeviceParts(kernel: Kernel): DeviceParts {
  const { sim, ram, pages, board, options, printk, stackDepot: depot, runtime: execution } = kernel;
  const { dmaDebug, iommu } = options.detectors;
  const mmio = new MmioBus();
  const bus = new DmaBus({
    ram,
    // The Pi has none.
    iommu: board.name === 'pc' && iommu ? new Iommu() : undefined,
    offset: board.name === 'pc' ? 0 : RPI3_BUS_OFFSET,
  });
  const warn = (text: string): void => kernel.die.warn(text);
  const printStack = (title: string, stack: number): void => {
    printk.warn(title);
    for (const site of stack === 0 ? [] : depot.sites(stack)) {
      printk.warn(` ${formatFrame(kernel.sites.resolve(site))}`);
    }
  };
  const debug = dmaDebug ? new DmaDebug({ execution, depot, warn, printStack }) : undefined;
  const dma = new DmaMappings({ sim, bus, pages, debug });
  const platform = new PlatformBus(printk);
  platform.onUnbound = (device) => dma.released(device);
  return { mmio, io: new IoMappings(sim, ram, mmio), bus, dma, platform };
}

/** Puts the card in, and the cable into the card. */
export function plugInNic(kernel: Kernel): RingNic | undefined {
  const { sim, cable, interrupts, image, board, net, devices, slabs } = kernel;
  if (image.nic === 'paravirtual') return undefined;
  const { bus, mmio, platform } = devices;
  const nic = new RingNic({
    sim,
    dma: bus,
    port: cable,
    mac: macOf(image.mac),
    setLine: (isRaised) => interrupts.setLevel(NIC_IRQ, isRaised),
    onTransmit: (frame, site) => net.core.frames.add('tx', nameOf(kernel), frame, site),
  });
  interrupts.setLevel(NIC_IRQ, false);
  watchDma(kernel, bus, { name: NIC, requester: REQUESTER, path: DMA_PATH });
  const base = NIC_BASE[board.name];
  mmio.add(base, nic);
  const body = slabs.kmalloc(PLATFORM_DEVICE_BYTES);
  slabs.leaks.notLeak(body);
  const resources = { base, sizeBytes: REGISTER_BYTES, irq: NIC_IRQ };
  platform.add(new PlatformDevice('ringnic', 0, resources), body);
  return nic;
}

/** What frames of the card are listed under: its interface, if it has one. */
function nameOf({ net }: Kernel): string {
  return net.core.devices.find(({ parentName }) => parentName === 'ringnic.0')?.name ?? 'ringnic.0';
}

/** A device that reaches memory by itself, as reports name it. */
export interface DmaMaster {
  readonly name: string;
  /** Where the IOMMU finds it. */
  readonly requester: string;
  readonly path: EntryPath;
}

/** What a device asks for and may not have is reported. */
export function watchDma(kernel: Kernel, bus: DmaBus, master: DmaMaster): void {
  const { runtime, ram } = kernel;
  bus.onFault = (fault) => reportFault(kernel, bus, master, fault);
  bus.onBadAccess = (access) => {
    const frame = runtime.push(master.path);
    ram.reporter.badAccess(access);
    runtime.sp = frame;
  };
}

/** Linux: dmar_fault_do_one of drivers/iommu/intel/dmar.c. */
function reportFault(
  { printk }: Kernel,
  { iommu }: DmaBus,
  { name, requester }: DmaMaster,
  { address, isWrite }: DmaFault,
): void {
  const verb = isWrite ? 'Write' : 'Read';
  const hex = address.toString(16);
  if (iommu === undefined) {
    printk.print(LEVEL.ERR, `${name}: DMA ${verb.toLowerCase()} at 0x${hex}: bus error`);
    return;
  }
  const [reason, text] = isWrite
    ? ['0x05', 'PTE Write access is not set']
    : ['0x06', 'PTE Read access is not set'];
  printk.print(LEVEL.ERR, 'DMAR: DRHD: handling fault status reg 2');
  printk.print(
    LEVEL.ERR,
    `DMAR: [DMA ${verb} NO_PASID] Request device [${requester}] fault addr 0x${hex} ` +
      `[fault reason ${reason}] ${text}`,
  );
}
