// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Reads descriptors, which come from a device and may be anything: what makes no sense is skipped,
 * and the log says so.
 *
 * Linux: drivers/usb/core/config.c.
 */
import { ERRNO } from '../../uapi/errno.ts';
import { USB_DT, USB_DT_BYTES, USB_ENDPOINT, USB_XFER } from '../../uapi/usb.ts';
import type {
  UsbAltSetting,
  UsbConfiguration,
  UsbDeviceInfo,
  UsbEndpointInfo,
} from './usb-node.ts';

/** Linux: USB_MAXINTERFACES, USB_MAXENDPOINTS, USB_MAXCONFIG. */
const INTERFACES_MAX = 32;
const ENDPOINTS_MAX = 30;
export const CONFIGURATIONS_MAX = 8;
const MILLIAMPS_PER_UNIT = 2;
/** How often an interrupt endpoint is asked when it says something that cannot be. */
const INTERVAL_DEFAULT = { high: 9, full: 32 } as const;
const INTERVAL_MAX = { high: 16, full: 255 } as const;

/** Told what is wrong with a device. */
export type Complain = (text: string) => void;

const le16 = (bytes: Uint8Array, at: number): number => bytes[at]! | (bytes[at + 1]! << 8);
const hex = (value: number): string => `0x${value.toString(16).toUpperCase()}`;

/** Of 18 bytes. */
export function parseDevice(bytes: Uint8Array): UsbDeviceInfo {
  return {
    usbRelease: le16(bytes, 2),
    class: bytes[4]!,
    subclass: bytes[5]!,
    protocol: bytes[6]!,
    vendor: le16(bytes, 8),
    product: le16(bytes, 10),
    release: le16(bytes, 12),
    manufacturer: bytes[14]!,
    productName: bytes[15]!,
    serial: bytes[16]!,
    configurations: bytes[17]!,
    bytes,
  };
}

/** Where descriptors are read, one after the other. */
interface Reading {
  readonly complain: Complain;
  readonly number: number;
  readonly isHigh: boolean;
  readonly settings: UsbAltSetting[];
}

/** A configuration as the device sent it, or why it is none. */
export function parseConfiguration(
  index: number,
  bytes: Uint8Array,
  isHigh: boolean,
  complain: Complain,
): UsbConfiguration | number {
  if (bytes[1] !== USB_DT.CONFIG || bytes.length < USB_DT_BYTES.CONFIG || bytes[0]! < 9) {
    complain(
      `invalid descriptor for config index ${index}: ` +
        `type = ${hex(bytes[1] ?? 0)}, length = ${bytes[0] ?? 0}`,
    );
    return -ERRNO.EINVAL;
  }
  const [value, name, attributes, power] = [bytes[5]!, bytes[6]!, bytes[7]!, bytes[8]!];
  const reading: Reading = { complain, number: value, isHigh, settings: [] };
  readAll(reading, bytes.subarray(bytes[0], Math.min(bytes.length, le16(bytes, 2))));

  const numbers = [...new Set(reading.settings.map(({ number }) => number))];
  if (numbers.length !== bytes[4]) {
    const some = numbers.length === 1 ? '' : 's';
    complain(
      `config ${value} has ${numbers.length} interface${some}, different from the descriptor's ` +
        `value: ${bytes[4]!}`,
    );
  }
  const interfaces = numbers
    .toSorted((a, b) => a - b)
    .map((number) =>
      reading.settings
        .filter((setting) => setting.number === number)
        .toSorted((a, b) => a.setting - b.setting),
    );
  return { value, attributes, milliamps: power * MILLIAMPS_PER_UNIT, name, interfaces, bytes };
}

/** Linux: usb_parse_configuration, usb_parse_interface. */
function readAll(reading: Reading, bytes: Uint8Array): void {
  const { complain, number, settings } = reading;
  let endpoints: UsbEndpointInfo[] | undefined;
  for (let at = 0; at + 2 <= bytes.length;) {
    const length = bytes[at]!;
    if (length < 2 || at + length > bytes.length) {
      complain(
        `config ${number} has an invalid descriptor of length ${length}, ` +
          'skipping remainder of the config',
      );
      return;
    }
    const descriptor = bytes.subarray(at, at + length);
    at += length;
    if (descriptor[1] === USB_DT.INTERFACE) {
      endpoints = addInterface(reading, descriptor);
    } else if (descriptor[1] === USB_DT.ENDPOINT && endpoints !== undefined) {
      addEndpoint(reading, settings.at(-1)!, endpoints, descriptor);
    } else if (descriptor[1] === USB_DT.DEVICE || descriptor[1] === USB_DT.CONFIG) {
      complain(
        `config ${number} contains an unexpected descriptor of type ` +
          `${hex(descriptor[1])}, skipping`,
      );
    }
  }
}

/** Undefined when its endpoints are nobody's. */
function addInterface(reading: Reading, bytes: Uint8Array): UsbEndpointInfo[] | undefined {
  const { complain, number, settings } = reading;
  if (bytes.length < USB_DT_BYTES.INTERFACE) {
    complain(
      `config ${number} has an invalid interface descriptor of length ${bytes.length}, skipping`,
    );
    return undefined;
  }
  const [interfaceNumber, setting] = [bytes[2]!, bytes[3]!];
  const isTwice = settings.some(
    (other) => other.number === interfaceNumber && other.setting === setting,
  );
  if (isTwice) {
    complain(
      `Duplicate descriptor for config ${number} interface ${interfaceNumber} ` +
        `altsetting ${setting}, skipping`,
    );
    return undefined;
  }
  if (interfaceNumber >= INTERFACES_MAX) {
    const most = INTERFACES_MAX - 1;
    complain(
      `config ${number} has an invalid interface number: ${interfaceNumber} but max is ${most}`,
    );
    return undefined;
  }
  const endpoints: UsbEndpointInfo[] = [];
  settings.push({
    number: interfaceNumber,
    setting,
    class: bytes[5]!,
    subclass: bytes[6]!,
    protocol: bytes[7]!,
    name: bytes[8]!,
    endpoints,
  });
  return endpoints;
}

/** Linux: usb_parse_endpoint. */
function addEndpoint(
  { complain, number, isHigh }: Reading,
  { number: interfaceNumber, setting }: UsbAltSetting,
  endpoints: UsbEndpointInfo[],
  bytes: Uint8Array,
): void {
  const where = `config ${number} interface ${interfaceNumber} altsetting ${setting}`;
  if (bytes.length < USB_DT_BYTES.ENDPOINT) {
    complain(`${where} has an invalid endpoint descriptor of length ${bytes.length}, skipping`);
    return;
  }
  const address = bytes[2]!;
  if ((address & USB_ENDPOINT.NUMBER_MASK) === 0 || (address & 0x70) !== 0) {
    complain(`${where} has an invalid endpoint with address ${hex(address)}, skipping`);
    return;
  }
  if (endpoints.length >= ENDPOINTS_MAX) return;
  if (endpoints.some((other) => other.address === address)) {
    complain(`${where} has a duplicate endpoint with address ${hex(address)}, skipping`);
    return;
  }
  const kind = bytes[3]! & USB_ENDPOINT.XFERTYPE_MASK;
  const packetBytes = le16(bytes, 4) & USB_ENDPOINT.MAXP_MASK;
  const endpointText = `${where} endpoint ${hex(address)}`;
  if (packetBytes === 0) complain(`${endpointText} has invalid wMaxPacketSize 0`);
  if (isHigh && kind === USB_XFER.BULK && packetBytes !== 512) {
    complain(
      `config ${number} interface ${interfaceNumber} altsetting ${setting} bulk endpoint ` +
        `${hex(address)} has invalid maxpacket ${packetBytes}`,
    );
  }
  const interval = soundInterval(bytes[6]!, kind, isHigh, (was, is) =>
    complain(`${endpointText} has an invalid bInterval ${was}, changing to ${is}`),
  );
  endpoints.push({ address, kind, packetBytes, interval });
}

function soundInterval(
  interval: number,
  kind: number,
  isHigh: boolean,
  changed: (was: number, is: number) => void,
): number {
  const speed = isHigh ? 'high' : 'full';
  if (kind !== USB_XFER.INT || (interval >= 1 && interval <= INTERVAL_MAX[speed])) return interval;
  changed(interval, INTERVAL_DEFAULT[speed]);
  return INTERVAL_DEFAULT[speed];
}
