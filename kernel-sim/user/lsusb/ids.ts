// SPDX-License-Identifier: GPL-2.0-or-later
/** What numbers stand for, as far as devices that exist here have them: the registry usb.ids. */

const VENDORS: Readonly<Record<number, string>> = {
  0x0424: 'Microchip Technology, Inc. (formerly SMSC)',
  0x1209: 'Generic',
  0x1d6b: 'Linux Foundation',
};

const PRODUCTS: Readonly<Record<string, string>> = {
  '0424:9512': 'SMC9512/9514 USB Hub',
  '0424:ec00': 'SMSC9512/9514 Fast Ethernet Adapter',
  '1209:0001': 'pid.codes Test PID',
  '1209:0002': 'pid.codes Test PID',
  '1d6b:0002': '2.0 root hub',
};

const CLASSES: Readonly<Record<number, string>> = {
  0x00: '(Defined at Interface level)',
  0x01: 'Audio',
  0x02: 'Communications',
  0x03: 'Human Interface Device',
  0x05: 'Physical Interface Device',
  0x06: 'Imaging',
  0x07: 'Printer',
  0x08: 'Mass Storage',
  0x09: 'Hub',
  0x0a: 'CDC Data',
  0x0b: 'Chip/SmartCard',
  0x0e: 'Video',
  0xdc: 'Diagnostic',
  0xe0: 'Wireless',
  0xef: 'Miscellaneous Device',
  0xfe: 'Application Specific Interface',
  0xff: 'Vendor Specific Class',
};

const HUB_PROTOCOLS = ['Full speed (or root) hub', 'Single TT', 'TT per port'] as const;

export const hex4 = (value: number): string => value.toString(16).padStart(4, '0');

export function vendorName(vendor: number): string {
  return VENDORS[vendor] ?? '';
}

export function productName(vendor: number, product: number): string {
  return PRODUCTS[`${hex4(vendor)}:${hex4(product)}`] ?? '';
}

export function className(number: number): string {
  return CLASSES[number] ?? '';
}

/** Of a class without a name of their own for it, nothing. */
export function protocolName(number: number, subclass: number, protocol: number): string {
  const isHub = number === 0x09 && subclass === 0;
  return (isHub ? HUB_PROTOCOLS[protocol] : undefined) ?? '';
}
