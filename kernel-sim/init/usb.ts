// SPDX-License-Identifier: GPL-2.0-or-later
/** The host controller of a board, and the core that drives it. */
import type { ApiServices } from '../api/context.ts';
import { RawUrbs } from '../drivers/usb/raw-urbs.ts';
import { UsbCore } from '../drivers/usb/core.ts';
import { UrbLog } from '../drivers/usb/urb-log.ts';
import { DmaBus } from '../hw/dma.ts';
import { HostController } from '../hw/usb/host-controller.ts';
import { innerPath } from '../kernel/module/sites.ts';
import { assert } from '../lib/assert.ts';
import type { Kernel } from './kernel.ts';
import { UsbSockets } from './usb-sockets.ts';
import { watchDma } from './nic.ts';

const IRQ = 12;
const PORTS = 4;
/** As the firmware of a Pi writes it into the device tree. Of the Raspberry Pi Foundation. */
const ADAPTER_MAC = 'b8:27:eb:95:12:00';
const CONTROLLER = { name: 'pv-hcd pv-hcd.0', requester: '00:04.0', path: innerPath('pv_hcd_dma') };

/** Undefined for machines that are only there to be talked to. */
export function makeUsb(kernel: Kernel): UsbCore | undefined {
  const {
    sim,
    scheduler,
    runtime: execution,
    interrupts,
    softirqs,
    slabs,
    devices,
    image,
  } = kernel;
  if (image.nic === 'paravirtual') return undefined;
  const { iommu, ram, offset } = devices.bus;
  const bus = new DmaBus({ ram, iommu, offset });
  watchDma(kernel, bus, CONTROLLER);
  interrupts.setLevel(IRQ, false);
  const controller = new HostController({
    sim,
    dma: bus,
    setLine: (isRaised) => interrupts.setLevel(IRQ, isRaised),
    ports: PORTS,
  });
  return new UsbCore({
    sim,
    scheduler,
    execution,
    interrupts,
    softirqs,
    slabs,
    owned: kernel.ownedPointers,
    dma: devices.dma,
    controller,
    irq: IRQ,
    warn: (text) => kernel.die.warn(text),
    threads: kernel.kthreads,
    printk: kernel.printk,
    ram,
  });
}

/** A Pi has the chip on its board. */
export function makeUsbSockets(kernel: Kernel): UsbSockets | undefined {
  if (kernel.usb === undefined) return undefined;
  const sockets = new UsbSockets(kernel, kernel.usb.hcd.controller.rootHub.ports);
  if (kernel.board.name === 'rpi3') sockets.plug('lan9512', 1);
  return sockets;
}

const LATEST_URBS = 4096;

/** Keeps the latest URBs, for who looks at them. */
export function logUrbs({ usb, sim, devices, runtime: execution }: Kernel): UrbLog | undefined {
  if (usb === undefined) return undefined;
  const log = new UrbLog({ sim, ram: devices.bus.ram, execution }, LATEST_URBS);
  usb.hcd.watchers.push(log);
  return log;
}

/** What the driver API needs of it. */
export function usbServices(kernel: Kernel): UsbServices {
  const usb = (): UsbCore => {
    assert(kernel.usb !== undefined, 'who loads drivers has a host controller');
    return kernel.usb;
  };
  let rawUrbs: RawUrbs | undefined;
  const rawParts = {
    ram: kernel.devices.bus.ram,
    slabs: kernel.slabs,
    functions: () => kernel.functionCalls,
  };
  const { sim, scheduler, slabs, board, kthreads: threads, printk, ownedPointers: owned } = kernel;
  return {
    usb,
    rawUrbs: () => (rawUrbs ??= new RawUrbs({ ...rawParts, hcd: usb().hcd })),
    usbNetParts() {
      const { hcd, messages, power } = usb();
      const { core } = kernel.net;
      return { sim, scheduler, core, hcd, messages, power, slabs, owned, threads, printk };
    },
    kthreads: threads,
    board: board.name,
    adapterMac: board.name === 'rpi3' ? ADAPTER_MAC : '',
  };
}

type UsbServices = Pick<
  ApiServices,
  'usb' | 'rawUrbs' | 'usbNetParts' | 'kthreads' | 'board' | 'adapterMac'
>;
