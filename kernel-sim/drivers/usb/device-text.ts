// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Devices in words: the attributes that sysfs shows, names for who looks for drivers, and the text
 * of /sys/kernel/debug/usb/devices.
 *
 * Linux: drivers/usb/core/sysfs.c, drivers/usb/core/endpoint.c, drivers/usb/core/devices.c;
 * Documentation/ABI/stable/sysfs-bus-usb.
 */
import { USB_CLASS, USB_DIR_IN, USB_DT_BYTES, USB_SPEED_MBITS, USB_XFER } from '../../uapi/usb.ts';
import type { UsbEndpointInfo, UsbInterface, UsbNode } from './usb-node.ts';

export const USB_MAJOR = 189;
const DEVICES_PER_BUS = 128;
const MICROFRAMES_PER_MS = 8;
const US_PER_MICROFRAME = 125;

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
const upper = (value: number, digits: number): string => hex(value, digits).toUpperCase();
/** ` 2.00`, as binary coded decimals are read. */
const release = (bcd: number): string =>
  `${(bcd >>> 8).toString(16).padStart(2)}.${hex(bcd & 0xff, 2)}`;

/** By name; each is a line of its file. */
export type Attributes = readonly (readonly [name: string, show: () => string])[];

export function minorOf({ bus, number }: UsbNode): number {
  return (bus - 1) * DEVICES_PER_BUS + number - 1;
}

/** Below /dev. */
export function nodePath({ bus, number }: UsbNode): string {
  return `bus/usb/${String(bus).padStart(3, '0')}/${String(number).padStart(3, '0')}`;
}

/** As the device sent them: its own, then its configurations'. */
export function rawDescriptors({ info, configurations }: UsbNode): Uint8Array {
  const parts = [info.bytes, ...configurations.map(({ bytes }) => bytes)];
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function deviceAttributes(node: UsbNode): Attributes {
  const { info } = node;
  const active = (show: (value: NonNullable<UsbNode['active']>) => string): string =>
    node.active === undefined ? '' : show(node.active);
  const strings = (['manufacturer', 'product', 'serial'] as const)
    .filter((name) => node[name] !== '')
    .map((name) => [name, () => node[name]] as const);
  return [
    ['avoid_reset_quirk', () => '0'],
    ['bDeviceClass', () => hex(info.class, 2)],
    ['bDeviceProtocol', () => hex(info.protocol, 2)],
    ['bDeviceSubClass', () => hex(info.subclass, 2)],
    ['bMaxPacketSize0', () => String(info.bytes[7] ?? 0)],
    ['bMaxPower', () => active(({ milliamps }) => `${milliamps}mA`)],
    ['bNumConfigurations', () => String(info.configurations)],
    ['bNumInterfaces', () => active(({ interfaces }) => String(interfaces.length).padStart(2))],
    ['bcdDevice', () => hex(info.release, 4)],
    ['bmAttributes', () => active(({ attributes }) => hex(attributes, 2))],
    ['busnum', () => String(node.bus)],
    ['configuration', () => node.configurationName],
    ['dev', () => `${USB_MAJOR}:${minorOf(node)}`],
    ['devnum', () => String(node.number)],
    ['devpath', () => node.path],
    ['idProduct', () => hex(info.product, 4)],
    ['idVendor', () => hex(info.vendor, 4)],
    ['ltm_capable', () => 'no'],
    ['maxchild', () => String(node.children.length)],
    ['quirks', () => '0x0'],
    ['removable', () => 'unknown'],
    ['rx_lanes', () => '1'],
    ['speed', () => String(USB_SPEED_MBITS[node.speed])],
    ['tx_lanes', () => '1'],
    ['urbnum', () => String(node.urbCount)],
    ['version', () => release(info.usbRelease)],
    ...strings,
  ];
}

/** What is told of it when it comes. Linux: usb_dev_uevent, usb_uevent. */
export function deviceEvent(node: UsbNode): string[] {
  return [
    `MAJOR=${USB_MAJOR}`,
    `MINOR=${minorOf(node)}`,
    `DEVNAME=${nodePath(node)}`,
    'DEVTYPE=usb_device',
    'DRIVER=usb',
    ...identity(node),
    `BUSNUM=${String(node.bus).padStart(3, '0')}`,
    `DEVNUM=${String(node.number).padStart(3, '0')}`,
  ];
}

function identity({ info }: UsbNode): string[] {
  const { vendor, product, release: bcd } = info;
  return [
    `PRODUCT=${vendor.toString(16)}/${product.toString(16)}/${bcd.toString(16)}`,
    `TYPE=${info.class}/${info.subclass}/${info.protocol}`,
  ];
}

export function interfaceAttributes(usbInterface: UsbInterface): Attributes {
  const now = (): UsbInterface['current'] => usbInterface.current;
  return [
    ['authorized', () => '1'],
    ['bAlternateSetting', () => String(now().setting).padStart(2)],
    ['bInterfaceClass', () => hex(now().class, 2)],
    ['bInterfaceNumber', () => hex(now().number, 2)],
    ['bInterfaceProtocol', () => hex(now().protocol, 2)],
    ['bInterfaceSubClass', () => hex(now().subclass, 2)],
    ['bNumEndpoints', () => hex(now().endpoints.length, 2)],
    ['modalias', () => modaliasOf(usbInterface)],
    ['supports_autosuspend', () => (usbInterface.driver?.power === undefined ? '0' : '1')],
  ];
}

export function interfaceEvent(usbInterface: UsbInterface): string[] {
  const { device, current, driver } = usbInterface;
  return [
    'DEVTYPE=usb_interface',
    ...(driver === undefined ? [] : [`DRIVER=${driver.name}`]),
    ...identity(device),
    `INTERFACE=${current.class}/${current.subclass}/${current.protocol}`,
    `MODALIAS=${modaliasOf(usbInterface)}`,
  ];
}

/** What modules that drive it say of themselves. Linux: file2alias.c, modalias_show. */
export function modaliasOf({ device: { info }, current }: UsbInterface): string {
  return (
    `usb:v${upper(info.vendor, 4)}p${upper(info.product, 4)}d${upper(info.release, 4)}` +
    `dc${upper(info.class, 2)}dsc${upper(info.subclass, 2)}dp${upper(info.protocol, 2)}` +
    `ic${upper(current.class, 2)}isc${upper(current.subclass, 2)}` +
    `ip${upper(current.protocol, 2)}in${upper(current.number, 2)}`
  );
}

export function endpointAttributes(endpoint: UsbEndpointInfo, device: UsbNode): Attributes {
  const { address, kind, packetBytes, interval } = endpoint;
  const isControl = kind === USB_XFER.CONTROL;
  const direction = (address & USB_DIR_IN) === 0 ? 'out' : 'in';
  return [
    ['bEndpointAddress', () => hex(address, 2)],
    ['bInterval', () => hex(interval, 2)],
    ['bLength', () => hex(USB_DT_BYTES.ENDPOINT, 2)],
    ['bmAttributes', () => hex(kind, 2)],
    ['direction', () => (isControl ? 'both' : direction)],
    ['interval', () => intervalText(endpoint, device)],
    ['type', () => ['Control', 'Isoc', 'Bulk', 'Interrupt'][kind] ?? 'unknown'],
    ['wMaxPacketSize', () => hex(packetBytes, 4)],
  ];
}

/** How often it is asked; bulk endpoints are asked all the time. */
function intervalText({ kind, interval }: UsbEndpointInfo, { speed }: UsbNode): string {
  if (kind !== USB_XFER.INT) return '0ms';
  if (speed !== 'high') return `${interval}ms`;
  const microframes = 2 ** (interval - 1);
  return microframes < MICROFRAMES_PER_MS
    ? `${microframes * US_PER_MICROFRAME}us`
    : `${microframes / MICROFRAMES_PER_MS}ms`;
}

// ---- /sys/kernel/debug/usb/devices --------------------------------------------------------------

const CLASS_NAMES: Readonly<Record<number, string>> = {
  0: '>ifc',
  1: 'audio',
  2: 'comm.',
  3: 'HID',
  6: 'still',
  7: 'print',
  8: 'stor.',
  [USB_CLASS.HUB]: 'hub',
  10: 'data',
  0xfe: 'app.',
  [USB_CLASS.VENDOR]: 'vend.',
};
const KIND_NAMES = ['Ctrl', 'Isoc', 'Bulk', 'Int.'] as const;
/** What interrupt transfers may take of a frame. */
const BANDWIDTH_US = { low: 900, full: 900, high: 800 } as const;

export function devicesText(nodes: Iterable<UsbNode>): string {
  let text = '';
  for (const node of nodes) text += nodeText(node);
  return text;
}

function nodeText(node: UsbNode): string {
  const { info, parent } = node;
  const two = (value: number): string => String(value).padStart(2, '0');
  const cells = [
    `Bus=${two(node.bus)}`,
    `Lev=${two(node.level)}`,
    `Prnt=${two(parent?.number ?? 0)}`,
    `Port=${two(Math.max(0, node.port - 1))}`,
    `Cnt=${two(countAt(node))}`,
    `Dev#=${String(node.number).padStart(3)}`,
    `Spd=${String(USB_SPEED_MBITS[node.speed]).padEnd(4)}`,
    `MxCh=${String(node.children.length).padStart(2)}`,
  ];
  const named = (name: string, value: string): string =>
    value === '' ? '' : `S:  ${name}=${value}\n`;
  return (
    `\nT:  ${cells.join(' ')}\n` +
    (parent === undefined
      ? `B:  Alloc=  0/${BANDWIDTH_US[node.speed]} us ( 0%), #Int=  0, #Iso=  0\n`
      : '') +
    `D:  Ver=${release(info.usbRelease)} ${classText(info)} ` +
    `MxPS=${String(info.bytes[7] ?? 0).padStart(2)} ` +
    `#Cfgs=${String(info.configurations).padStart(3)}\n` +
    `P:  Vendor=${hex(info.vendor, 4)} ProdID=${hex(info.product, 4)} ` +
    `Rev=${release(info.release)}\n` +
    named('Manufacturer', node.manufacturer) +
    named('Product', node.product) +
    named('SerialNumber', node.serial) +
    node.configurations.map((configuration) => configurationText(node, configuration)).join('')
  );
}

/** Which one of its hub's devices it is, from 1; 0 for a root hub. */
function countAt(node: UsbNode): number {
  const siblings = node.parent?.children.filter((child) => child !== undefined) ?? [];
  return siblings.indexOf(node) + 1;
}

function classText(of: { class: number; subclass: number; protocol: number }): string {
  const name = (CLASS_NAMES[of.class] ?? 'unk.').padEnd(5);
  return `Cls=${hex(of.class, 2)}(${name}) Sub=${hex(of.subclass, 2)} Prot=${hex(of.protocol, 2)}`;
}

function configurationText(node: UsbNode, configuration: UsbNode['configurations'][0]): string {
  const { value, attributes, milliamps, interfaces } = configuration;
  const isActive = configuration === node.active;
  const two = (number: number): string => String(number).padStart(2);
  let text =
    `C:${isActive ? '*' : ' '} #Ifs=${two(interfaces.length)} Cfg#=${two(value)} ` +
    `Atr=${hex(attributes, 2)} MxPwr=${String(milliamps).padStart(3)}mA\n`;
  for (const setting of interfaces.flat()) {
    const live = isActive
      ? node.interfaces.find(({ settings }) => settings.includes(setting))
      : undefined;
    const isCurrent = live?.current === setting;
    text +=
      `I:${isCurrent ? '*' : ' '} If#=${two(setting.number)} Alt=${two(setting.setting)} ` +
      `#EPs=${two(setting.endpoints.length)} ${classText(setting)} ` +
      `Driver=${live?.driver?.name ?? '(none)'}\n`;
    for (const endpoint of setting.endpoints) text += endpointText(endpoint, node);
  }
  return text;
}

function endpointText(endpoint: UsbEndpointInfo, node: UsbNode): string {
  const { address, kind, packetBytes } = endpoint;
  return (
    `E:  Ad=${hex(address, 2)}(${(address & USB_DIR_IN) === 0 ? 'O' : 'I'}) ` +
    `Atr=${hex(kind, 2)}(${KIND_NAMES[kind] ?? ''}) MxPS=${String(packetBytes).padStart(4)} ` +
    `Ivl=${intervalText(endpoint, node)}\n`
  );
}
