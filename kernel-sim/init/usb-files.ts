// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Files of the USB: /sys/bus/usb with devices, interfaces and drivers, /dev/bus/usb, and
 * /sys/kernel/debug/usb. They are there for as long as what they tell of.
 *
 * Linux: drivers/usb/core/sysfs.c, drivers/base/bus.c; Documentation/ABI/stable/sysfs-bus-usb.
 */
import type { UsbCore } from '../drivers/usb/core.ts';
import {
  type Attributes,
  deviceAttributes,
  deviceEvent,
  devicesText,
  endpointAttributes,
  interfaceAttributes,
  interfaceEvent,
  minorOf,
  nodePath,
  rawDescriptors,
  USB_MAJOR,
} from '../drivers/usb/device-text.ts';
import { UsbFiles } from '../drivers/usb/devio.ts';
import { UsbMon } from '../drivers/usb/mon.ts';
import type { UsbDriver } from '../drivers/usb/usb-driver.ts';
import type { UsbEndpointInfo, UsbInterface, UsbNode } from '../drivers/usb/usb-node.ts';
import type { DebugFs } from '../fs/debugfs/debugfs.ts';
import type { PseudoFs } from '../fs/pseudo-fs.ts';
import { formatPointer } from '../hw/ram/board-memory.ts';
import { makedev } from '../uapi/fs.ts';
import { USB_XFER } from '../uapi/usb.ts';
import type { Sim } from '../sim/sim.ts';
import type { UeventSource, Uevents } from './uevents.ts';
import type { Kernel } from './kernel.ts';
import {
  deviceControls,
  driverControls,
  type Files,
  interfacePowerFiles,
  powerFiles,
} from './usb-controls.ts';

const BUS = 'bus/usb';
/** Who drives devices as a whole, and chooses their configurations. */
const GENERIC_DRIVER = 'usb';
/** udev's rules: anybody may read descriptors. */
const NODE_MODE = 0o664;

export function mountUsb(kernel: Kernel, sysfs: PseudoFs): void {
  const { usb } = kernel;
  if (usb === undefined) return;
  const tree = new UsbTree(kernel, usb, sysfs);
  const { charDevices } = kernel;
  charDevices.register(USB_MAJOR, 'usb_device', new UsbFiles(usb));
  const added = (node: UsbNode): void => {
    tree.addDevice(node);
    const device = makedev(USB_MAJOR, minorOf(node));
    kernel.consoles.addDeviceNode(nodePath(node), device, NODE_MODE);
  };
  usb.watcher = {
    added,
    configured: (node) => tree.addInterfaces(node),
    unconfigured: (node) => tree.removeInterfaces(node),
    removed(node) {
      kernel.consoles.removeDeviceNode(nodePath(node));
      tree.remove(node);
    },
  };
  usb.drivers.watcher = tree;
  for (const driver of usb.drivers.all) tree.driverAdded(driver);
  for (const node of usb.devices) {
    added(node);
    tree.addInterfaces(node);
    for (const usbInterface of node.interfaces) {
      if (usbInterface.driver !== undefined) tree.bound(usbInterface);
    }
  }
}

export function registerUsbDebug(kernel: Kernel, debugfs: DebugFs): void {
  const { usb, sim, scheduler, board } = kernel;
  if (usb === undefined) return;
  const { ram } = kernel.devices.bus;
  const pointerText = (pointer: number): string => formatPointer(board.memory, pointer);
  const mon = new UsbMon({ sim, scheduler, ram, pointerText });
  usb.hcd.watchers.push(mon);
  for (const bus of [0, usb.root.bus]) {
    const file = (letter: string): string => `usb/usbmon/${bus}${letter}`;
    debugfs.register(file('s'), { mode: 0o600, show: () => mon.statistics });
    debugfs.register(file('u'), { mode: 0o600, ops: mon.file('u') });
    // The older format cannot tell buses apart.
    if (bus > 0) debugfs.register(file('t'), { mode: 0o600, ops: mon.file('t') });
  }
  debugfs.register('usb/devices', { mode: 0o444, show: () => devicesText(usb.devices) });
}

/** Below /sys. */
export function folderOfInterface(usb: UsbCore | undefined, name: string): string | undefined {
  for (const node of usb?.devices ?? []) {
    if (node.interfaces.some((each) => each.name === name)) return `${folderOf(node)}/${name}`;
  }
  return undefined;
}

const CONTROLLER = 'devices/platform/pv-hcd.0';

function folderOf(node: UsbNode): string {
  const { parent, name } = node;
  return parent === undefined ? `${CONTROLLER}/${name}` : `${folderOf(parent)}/${name}`;
}

function deviceSource(node: UsbNode): UeventSource {
  return { subsystem: 'usb', folder: folderOf(node), variables: () => deviceEvent(node) };
}

function interfaceSource(usbInterface: UsbInterface): UeventSource {
  const folder = `${folderOf(usbInterface.device)}/${usbInterface.name}`;
  return { subsystem: 'usb', folder, variables: () => interfaceEvent(usbInterface) };
}

/** From a folder to the root, for links. */
function up(folder: string): string {
  return '../'.repeat(folder.split('/').length);
}

class UsbTree {
  readonly #usb: UsbCore;
  readonly #sysfs: PseudoFs;
  readonly #sim: Sim;
  readonly #uevents: Uevents;

  constructor({ sim, uevents }: Kernel, usb: UsbCore, sysfs: PseudoFs) {
    this.#usb = usb;
    this.#sysfs = sysfs;
    this.#sim = sim;
    this.#uevents = uevents;
    sysfs.registerDirectory(`${BUS}/devices`);
    const { name, driverName } = usb.hcd.dmaDevice;
    const driver = `bus/platform/drivers/${driverName}`;
    sysfs.registerSymlink(`${driver}/${name}`, () => `${up(driver)}${CONTROLLER}`);
    this.#linkDriver(CONTROLLER, driver);
    sysfs.registerDirectory(`${BUS}/drivers/${GENERIC_DRIVER}`);
  }

  addDevice(node: UsbNode): void {
    const folder = folderOf(node);
    this.#attributes(folder, deviceAttributes(node));
    this.#uevent(deviceSource(node));
    this.#files(folder, deviceControls(this.#usb, node));
    this.#files(`${folder}/power`, powerFiles(this.#usb, node, this.#sim));
    this.#sysfs.register(`${folder}/descriptors`, { show: () => rawDescriptors(node) });
    this.#endpoint(folder, controlEndpoint(node), node);
    this.#join(folder, node.name, GENERIC_DRIVER);
    this.#uevents.emit('add', deviceSource(node));
  }

  addInterfaces(node: UsbNode): void {
    for (const usbInterface of node.interfaces) {
      const { name, current } = usbInterface;
      const folder = `${folderOf(node)}/${name}`;
      this.#attributes(folder, interfaceAttributes(usbInterface));
      this.#uevent(interfaceSource(usbInterface));
      this.#files(`${folder}/power`, interfacePowerFiles(usbInterface));
      for (const endpoint of current.endpoints) this.#endpoint(folder, endpoint, node);
      this.#join(folder, name, undefined);
      this.#uevents.emit('add', interfaceSource(usbInterface));
    }
  }

  removeInterfaces(node: UsbNode): void {
    for (const usbInterface of node.interfaces) {
      const { name } = usbInterface;
      this.#uevents.emit('remove', interfaceSource(usbInterface));
      this.#sysfs.remove(`${BUS}/devices/${name}`);
      this.#sysfs.remove(`${folderOf(node)}/${name}`);
    }
  }

  remove(node: UsbNode): void {
    const drivers = `${BUS}/drivers/${GENERIC_DRIVER}`;
    this.removeInterfaces(node);
    this.#uevents.emit('remove', deviceSource(node));
    this.#sysfs.remove(`${BUS}/devices/${node.name}`);
    this.#sysfs.remove(`${drivers}/${node.name}`);
    this.#sysfs.remove(folderOf(node));
  }

  driverAdded(driver: UsbDriver): void {
    this.#files(`${BUS}/drivers/${driver.name}`, driverControls(this.#usb, driver));
  }

  driverRemoved({ name }: UsbDriver): void {
    this.#sysfs.remove(`${BUS}/drivers/${name}`);
  }

  bound(usbInterface: UsbInterface): void {
    const { device, name, driver } = usbInterface;
    const folder = `${folderOf(device)}/${name}`;
    const drivers = `${BUS}/drivers/${driver?.name ?? ''}`;
    this.#linkDriver(folder, drivers);
    this.#sysfs.registerSymlink(`${drivers}/${name}`, () => `${up(drivers)}${folder}`);
    this.#uevents.emit('bind', interfaceSource(usbInterface));
  }

  unbound(usbInterface: UsbInterface, driver: UsbDriver): void {
    const { device, name } = usbInterface;
    this.#uevents.emit('unbind', interfaceSource(usbInterface));
    this.#sysfs.remove(`${folderOf(device)}/${name}/driver`);
    this.#sysfs.remove(`${BUS}/drivers/${driver.name}/${name}`);
  }

  #join(folder: string, name: string, driver: string | undefined): void {
    const devices = `${BUS}/devices`;
    this.#sysfs.registerSymlink(`${devices}/${name}`, () => `${up(devices)}${folder}`);
    this.#sysfs.registerSymlink(`${folder}/subsystem`, () => `${up(folder)}${BUS}`);
    if (driver === undefined) return;
    const drivers = `${BUS}/drivers/${driver}`;
    this.#linkDriver(folder, drivers);
    this.#sysfs.registerSymlink(`${drivers}/${name}`, () => `${up(drivers)}${folder}`);
  }

  #linkDriver(folder: string, driver: string): void {
    this.#sysfs.registerSymlink(`${folder}/driver`, () => up(folder) + driver);
  }

  #endpoint(folder: string, endpoint: UsbEndpointInfo, node: UsbNode): void {
    const name = `ep_${endpoint.address.toString(16).padStart(2, '0')}`;
    this.#attributes(`${folder}/${name}`, endpointAttributes(endpoint, node));
  }

  #uevent(source: UeventSource): void {
    const ops = this.#uevents.file(source);
    this.#sysfs.register(`${source.folder}/uevent`, { ops, mode: 0o644 });
  }

  #files(folder: string, files: Files): void {
    for (const [name, file] of files) this.#sysfs.register(`${folder}/${name}`, file);
  }

  #attributes(folder: string, attributes: Attributes): void {
    for (const [name, show] of attributes) {
      this.#sysfs.register(`${folder}/${name}`, { show: () => `${show()}\n` });
    }
  }
}

function controlEndpoint({ info }: UsbNode): UsbEndpointInfo {
  return { address: 0, kind: USB_XFER.CONTROL, packetBytes: info.bytes[7] ?? 0, interval: 0 };
}
