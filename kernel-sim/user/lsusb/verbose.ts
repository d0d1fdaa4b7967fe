// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `lsusb -v`: descriptors, field by field; and what only the device itself can tell.
 *
 * Counterpart: usbutils 014, dumpdev of lsusb.c.
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import {
  USB_CLASS,
  USB_DEVICE_STATUS,
  USB_DT,
  USB_DT_BYTES,
  USB_RECIP,
  USB_REQ,
  USB_TYPE,
} from '../../uapi/usb.ts';
import type { DeviceFile } from './device-file.ts';
import { className, hex4, productName, protocolName, vendorName } from './ids.ts';

const TRANSFERS = ['Control', 'Isochronous', 'Bulk', 'Interrupt'] as const;
const SYNCS = ['None', 'Asynchronous', 'Adaptive', 'Synchronous'] as const;
const USAGES = ['Data', 'Feedback', 'Implicit feedback Data', '(reserved)'] as const;
const USB_2_0 = 0x0200;
const HUB_BYTES_MAX = 9 + 64;
const STATUS_BYTES = 2;
const PORT_STATUS_BYTES = 4;
/** By byte of a port's status from the last one, and bit: capitals are what has changed. */
const PORT_WORDS: readonly (readonly [byte: number, bit: number, word: string])[] = [
  [2, 0x10, 'C_RESET'],
  [2, 0x08, 'C_OC'],
  [2, 0x04, 'C_SUSPEND'],
  [2, 0x02, 'C_ENABLE'],
  [2, 0x01, 'C_CONNECT'],
  [1, 0x10, 'indicator'],
  [1, 0x08, 'test'],
  [1, 0x04, 'highspeed'],
  [1, 0x02, 'lowspeed'],
  [1, 0x01, 'power'],
  [0, 0x20, 'L1'],
  [0, 0x10, 'RESET'],
  [0, 0x08, 'oc'],
  [0, 0x04, 'suspend'],
  [0, 0x02, 'enable'],
  [0, 0x01, 'connect'],
];

const le16 = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
const hex2 = (value: number): string => value.toString(16).padStart(2, '0');
const release = (bcd: number): string =>
  `${(bcd >>> 8).toString(16).padStart(2)}.${hex2(bcd & 0xff)}`;

/** Names stand in a column, numbers end in one. */
function field(indent: string, name: string, value: number | string, what?: string): string {
  const number = String(value).padStart(25 - name.length);
  return `${indent}${name}${number}${what === undefined ? '' : ` ${what}`}\n`;
}

/** Without a `file` strings and all that is asked of the device are missing. */
export function* deviceText(bytes: Uint8Array, file: DeviceFile | undefined): Sleeping<string> {
  const text = new DescriptorText(file);
  return yield* text.whole(bytes);
}

class DescriptorText {
  readonly #file: DeviceFile | undefined;

  constructor(file: DeviceFile | undefined) {
    this.#file = file;
  }

  *whole(bytes: Uint8Array): Sleeping<string> {
    let text = yield* this.#device(bytes);
    for (let at = USB_DT_BYTES.DEVICE; at + 2 <= bytes.length;) {
      const descriptor = bytes.subarray(at, at + (bytes[at] ?? 0));
      if (descriptor.length < 2) break;
      text += yield* this.#part(descriptor);
      at += descriptor.length;
    }
    if (this.#file === undefined) return text;
    if (bytes[4] === USB_CLASS.HUB) text += yield* this.#hub(this.#file, bytes[6] ?? 0);
    if (le16(bytes, 2) === USB_2_0) text += yield* this.#qualifier(this.#file);
    return text + (yield* this.#status(this.#file));
  }

  *#string(index: number): Sleeping<string> {
    return this.#file === undefined ? '' : yield* this.#file.string(index);
  }

  *#device(bytes: Uint8Array): Sleeping<string> {
    const [vendor, product] = [le16(bytes, 8), le16(bytes, 10)];
    const id = (name: string, value: number, what: string): string =>
      field('  ', name, `0x${hex4(value)}`, what);
    return (
      'Device Descriptor:\n' +
      field('  ', 'bLength', bytes[0]!) +
      field('  ', 'bDescriptorType', bytes[1]!) +
      field('  ', 'bcdUSB', release(le16(bytes, 2))) +
      classFields('  ', 'bDevice', bytes, 4) +
      field('  ', 'bMaxPacketSize0', bytes[7]!) +
      id('idVendor', vendor, vendorName(vendor)) +
      id('idProduct', product, productName(vendor, product)) +
      field('  ', 'bcdDevice', release(le16(bytes, 12))) +
      field('  ', 'iManufacturer', bytes[14]!, yield* this.#string(bytes[14]!)) +
      field('  ', 'iProduct', bytes[15]!, yield* this.#string(bytes[15]!)) +
      field('  ', 'iSerial', bytes[16]!, yield* this.#string(bytes[16]!)) +
      field('  ', 'bNumConfigurations', bytes[17]!)
    );
  }

  *#part(bytes: Uint8Array): Sleeping<string> {
    if (bytes[1] === USB_DT.CONFIG && bytes.length >= USB_DT_BYTES.CONFIG) {
      return yield* this.#configuration(bytes);
    }
    if (bytes[1] === USB_DT.INTERFACE && bytes.length >= USB_DT_BYTES.INTERFACE) {
      return yield* this.#interface(bytes);
    }
    if (bytes[1] === USB_DT.ENDPOINT && bytes.length >= USB_DT_BYTES.ENDPOINT) {
      return endpointText(bytes);
    }
    const dump = Array.from(bytes, (byte) => ` ${hex2(byte)}`).join('');
    return `      ** UNRECOGNIZED: ${dump}\n`;
  }

  *#configuration(bytes: Uint8Array): Sleeping<string> {
    const attributes = bytes[7]!;
    return (
      '  Configuration Descriptor:\n' +
      field('    ', 'bLength', bytes[0]!) +
      field('    ', 'bDescriptorType', bytes[1]!) +
      field('    ', 'wTotalLength', `0x${hex4(le16(bytes, 2))}`) +
      field('    ', 'bNumInterfaces', bytes[4]!) +
      field('    ', 'bConfigurationValue', bytes[5]!) +
      field('    ', 'iConfiguration', bytes[6]!, yield* this.#string(bytes[6]!)) +
      field('    ', 'bmAttributes', `0x${hex2(attributes)}`) +
      ((attributes & 0x40) === 0 ? '      (Bus Powered)\n' : '      Self Powered\n') +
      ((attributes & 0x20) === 0 ? '' : '      Remote Wakeup\n') +
      `    MaxPower${String(bytes[8]! * 2).padStart(17)}mA\n`
    );
  }

  *#interface(bytes: Uint8Array): Sleeping<string> {
    const indent = '      ';
    return (
      '    Interface Descriptor:\n' +
      field(indent, 'bLength', bytes[0]!) +
      field(indent, 'bDescriptorType', bytes[1]!) +
      field(indent, 'bInterfaceNumber', bytes[2]!) +
      field(indent, 'bAlternateSetting', bytes[3]!) +
      field(indent, 'bNumEndpoints', bytes[4]!) +
      classFields(indent, 'bInterface', bytes, 5) +
      field(indent, 'iInterface', bytes[8]!, yield* this.#string(bytes[8]!))
    );
  }

  *#hub(file: DeviceFile, protocol: number): Sleeping<string> {
    const value = USB_DT.HUB << 8;
    const bytes = yield* file.ask(USB_TYPE.CLASS, USB_REQ.GET_DESCRIPTOR, value, 0, HUB_BYTES_MAX);
    if (bytes === undefined || bytes.length < 9) return "can't get hub descriptor\n";
    let text = hubText(bytes, protocol) + ' Hub Port Status:\n';
    for (let port = 1; port <= bytes[2]!; port++) {
      const type = USB_TYPE.CLASS | USB_RECIP.OTHER;
      const status = yield* file.ask(type, USB_REQ.GET_STATUS, 0, port, PORT_STATUS_BYTES);
      if (status === undefined || status.length < PORT_STATUS_BYTES) {
        return `${text}cannot read port ${port} status\n`;
      }
      const [a, b, c, d] = [...status].map(hex2);
      const words = PORT_WORDS.filter(([byte, bit]) => (status[byte]! & bit) !== 0);
      const said = words.map(([, , word]) => ` ${word}`).join('');
      text += `   Port ${port}: ${d}${c}.${b}${a}${said}\n`;
    }
    return text;
  }

  *#qualifier(file: DeviceFile): Sleeping<string> {
    const length = USB_DT_BYTES.DEVICE_QUALIFIER;
    const bytes = yield* file.descriptor(USB_DT.DEVICE_QUALIFIER, length);
    if (bytes === undefined || bytes.length < length) return '';
    return (
      'Device Qualifier (for other device speed):\n' +
      field('  ', 'bLength', bytes[0]!) +
      field('  ', 'bDescriptorType', bytes[1]!) +
      field('  ', 'bcdUSB', release(le16(bytes, 2))) +
      classFields('  ', 'bDevice', bytes, 4) +
      field('  ', 'bMaxPacketSize0', bytes[7]!) +
      field('  ', 'bNumConfigurations', bytes[8]!)
    );
  }

  *#status(file: DeviceFile): Sleeping<string> {
    const bytes = yield* file.ask(0, USB_REQ.GET_STATUS, 0, 0, STATUS_BYTES);
    if (bytes === undefined || bytes.length < STATUS_BYTES) return '';
    const status = bytes[0]!;
    return (
      `Device Status:     0x${hex2(bytes[1]!)}${hex2(status)}\n` +
      ((status & USB_DEVICE_STATUS.SELF_POWERED) === 0 ? '  (Bus Powered)\n' : '  Self Powered\n') +
      ((status & USB_DEVICE_STATUS.REMOTE_WAKEUP) === 0 ? '' : '  Remote Wakeup Enabled\n')
    );
  }
}

function classFields(indent: string, prefix: string, bytes: Uint8Array, at: number): string {
  const [number, subclass, protocol] = [bytes[at]!, bytes[at + 1]!, bytes[at + 2]!];
  return (
    field(indent, `${prefix}Class`, number, className(number)) +
    field(indent, `${prefix}SubClass`, subclass, '') +
    field(indent, `${prefix}Protocol`, protocol, protocolName(number, subclass, protocol))
  );
}

function endpointText(bytes: Uint8Array): string {
  const indent = '        ';
  const [address, attributes, packet] = [bytes[2]!, bytes[3]!, le16(bytes, 4)];
  const name = `EP ${address & 0x0f} ${(address & 0x80) === 0 ? 'OUT' : 'IN'}`;
  const times = ['1x', '2x', '3x', '(??)'][(packet >>> 11) & 3]!;
  const choice = (title: string, of: readonly string[], shift: number): string =>
    `          ${title.padEnd(25)}${of[(attributes >>> shift) & 3]!}\n`;
  return (
    '      Endpoint Descriptor:\n' +
    field(indent, 'bLength', bytes[0]!) +
    field(indent, 'bDescriptorType', bytes[1]!) +
    field(indent, 'bEndpointAddress', `0x${hex2(address)}`, ` ${name}`) +
    field(indent, 'bmAttributes', attributes) +
    choice('Transfer Type', TRANSFERS, 0) +
    choice('Synch Type', SYNCS, 2) +
    choice('Usage Type', USAGES, 4) +
    field(indent, 'wMaxPacketSize', `0x${hex4(packet)}`, ` ${times} ${packet & 0x7ff} bytes`) +
    field(indent, 'bInterval', bytes[6]!)
  );
}

function hubText(bytes: Uint8Array, protocol: number): string {
  const characteristics = le16(bytes, 3);
  const masks = (bytes[2]! >>> 3) + 1;
  const bytesText = (from: number): string =>
    Array.from(bytes.subarray(from, from + masks), (byte) => ` 0x${hex2(byte)}`).join('');
  const power = ['Ganged power switching', 'Per-port power switching'][characteristics & 3];
  const over = ['Ganged', 'Per-port'][(characteristics >>> 3) & 3] ?? 'No';
  const think = 8 * (((characteristics >>> 5) & 3) + 1);
  return (
    'Hub Descriptor:\n' +
    `  bLength             ${String(bytes[0]!).padStart(3)}\n` +
    `  bDescriptorType     ${String(bytes[1]!).padStart(3)}\n` +
    `  nNbrPorts           ${String(bytes[2]!).padStart(3)}\n` +
    `  wHubCharacteristic 0x${hex4(characteristics)}\n` +
    `    ${power ?? 'No power switching (usb 1.0)'}\n` +
    ((characteristics & 4) === 0 ? '' : '    Compound device\n') +
    `    ${over} overcurrent protection\n` +
    (protocol === 0 ? '' : `    TT think time ${think} FS bits\n`) +
    ((characteristics & 0x80) === 0 ? '' : '    Port indicators are supported\n') +
    `  bPwrOn2PwrGood      ${String(bytes[5]!).padStart(3)} * 2 milli seconds\n` +
    `  bHubContrCurrent    ${String(bytes[6]!).padStart(3)} milli Ampere\n` +
    `  DeviceRemovable   ${bytesText(7)}\n` +
    `  PortPwrCtrlMask   ${bytesText(7 + masks)}\n`
  );
}
