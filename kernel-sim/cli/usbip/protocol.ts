// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The words of USB/IP: bytes to what they mean, and back. All numbers on this wire are big-endian.
 *
 * A connection begins with one request: for the list of devices, which ends it, or for one of them.
 * After that the same connection carries transfers, each way in messages of 48 bytes, with the data
 * behind them.
 *
 * Linux: Documentation/usb/usbip_protocol.rst, drivers/usb/usbip/usbip_common.h,
 * tools/usb/usbip/src/usbip_network.h.
 */
import type { UsbDescriptors } from '../../hw/usb/descriptors.ts';
import { USB_DT, USB_SETUP_BYTES, type UsbSpeed } from '../../uapi/usb.ts';
import { walkDescriptors } from '../../hw/usb/descriptors.ts';

/** 1.1.1, in binary-coded decimals. */
export const USBIP_VERSION = 0x0111;

export const OP = {
  REQ_IMPORT: 0x8003,
  REP_IMPORT: 0x0003,
  REQ_DEVLIST: 0x8005,
  REP_DEVLIST: 0x0005,
} as const;
/** Version, code, status. */
export const OP_BYTES = 8;
export const BUSID_BYTES = 32;

/** What a reply says of the request. */
export const ST = { OK: 0, NA: 1, DEV_BUSY: 2, DEV_ERR: 3, NODEV: 4, ERROR: 5 } as const;

export const COMMAND = { SUBMIT: 1, UNLINK: 2, RET_SUBMIT: 3, RET_UNLINK: 4 } as const;
export const URB_HEADER_BYTES = 48;
export const DIRECTION = { OUT: 0, IN: 1 } as const;
/** `transfer_flags`: a short answer is an error. */
export const URB_SHORT_NOT_OK = 0x0001;
/** Behind an isochronous transfer stands one of these for each packet. */
export const ISO_PACKET_BYTES = 16;

const PATH_BYTES = 256;
const DEVICE_BYTES = 312;
const INTERFACE_BYTES = 4;
const SPEED = { low: 1, full: 2, high: 3 } as const satisfies Record<UsbSpeed, number>;
const DEVICE_CLASS_AT = 4;
const IDS_AT = 8;
const CONFIGURATIONS_AT = 17;
const CONFIGURATION = { INTERFACES: 4, VALUE: 5 } as const;
const INTERFACE = { ALTERNATE: 3, CLASS: 5, END: 8 } as const;

/** A device as a list of devices tells of it. */
export interface DeviceEntry {
  readonly busid: string;
  readonly busNumber: number;
  readonly deviceNumber: number;
  readonly speed: UsbSpeed;
  readonly descriptors: UsbDescriptors;
}

/** What stands in front of every message about a transfer. */
interface UrbBasic {
  readonly sequence: number;
  /** Bus and number of the device. */
  readonly deviceId: number;
}

export interface SubmitMessage extends UrbBasic {
  readonly kind: 'submit';
  readonly isIn: boolean;
  /** Without the bit of the direction; may be any number. */
  readonly endpoint: number;
  readonly flags: number;
  /** Bytes that follow, or for which there is room; may be negative. */
  readonly lengthBytes: number;
  /** Of an isochronous transfer; else 0. */
  readonly packets: number;
  readonly interval: number;
  readonly setup: Uint8Array;
}

export interface UnlinkMessage extends UrbBasic {
  readonly kind: 'unlink';
  readonly unlinked: number;
}

/** `DEVICEID` of usbip: what later messages call the device. */
export function deviceIdOf(device: DeviceEntry): number {
  return ((device.busNumber << 16) | device.deviceNumber) >>> 0;
}

/** The first eight bytes of a connection. */
export function parseRequest(bytes: Uint8Array): {
  readonly version: number;
  readonly code: number;
} {
  const view = viewOf(bytes);
  return { version: view.getUint16(0), code: view.getUint16(2) };
}

/** A busid ends at its first zero, or is 32 bytes long. */
export function parseBusid(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return String.fromCharCode(...bytes.subarray(0, end < 0 ? BUSID_BYTES : end));
}

/** A message about a transfer; undefined when it is none that a client sends. */
export function parseUrb(bytes: Uint8Array): SubmitMessage | UnlinkMessage | undefined {
  const view = viewOf(bytes);
  const basic = { sequence: view.getUint32(4), deviceId: view.getUint32(8) };
  switch (view.getUint32(0)) {
    case COMMAND.SUBMIT: {
      const packets = view.getInt32(32);
      return {
        kind: 'submit',
        ...basic,
        isIn: view.getUint32(12) === DIRECTION.IN,
        endpoint: view.getUint32(16),
        flags: view.getUint32(20),
        lengthBytes: view.getInt32(24),
        // Some clients say -1 for none.
        packets: packets === -1 ? 0 : packets,
        interval: view.getInt32(36),
        setup: bytes.slice(40, 40 + USB_SETUP_BYTES),
      };
    }
    case COMMAND.UNLINK:
      return { kind: 'unlink', ...basic, unlinked: view.getUint32(20) };
    default:
      return undefined;
  }
}

export function encodeDeviceList(devices: readonly DeviceEntry[]): Uint8Array {
  const count = new Uint8Array(4);
  viewOf(count).setUint32(0, devices.length);
  const entries = devices.flatMap((device) => [encodeDevice(device), encodeInterfaces(device)]);
  return joined([encodeReply(OP.REP_DEVLIST, ST.OK), count, ...entries]);
}

/** The answer to an import: the device, or why there is none. */
export function encodeImport(answer: DeviceEntry | number): Uint8Array {
  if (typeof answer === 'number') return encodeReply(OP.REP_IMPORT, answer);
  return joined([encodeReply(OP.REP_IMPORT, ST.OK), encodeDevice(answer)]);
}

/** `data` is what came from the device: nothing when the direction is OUT. */
export function encodeRetSubmit(
  sequence: number,
  status: number,
  actualBytes: number,
  data: Uint8Array,
): Uint8Array {
  const bytes = new Uint8Array(URB_HEADER_BYTES + data.length);
  const view = viewOf(bytes);
  view.setUint32(0, COMMAND.RET_SUBMIT);
  view.setUint32(4, sequence);
  view.setInt32(20, status);
  view.setUint32(24, actualBytes);
  bytes.set(data, URB_HEADER_BYTES);
  return bytes;
}

export function encodeRetUnlink(sequence: number, status: number): Uint8Array {
  const bytes = new Uint8Array(URB_HEADER_BYTES);
  const view = viewOf(bytes);
  view.setUint32(0, COMMAND.RET_UNLINK);
  view.setUint32(4, sequence);
  view.setInt32(20, status);
  return bytes;
}

function encodeReply(code: number, status: number): Uint8Array {
  const bytes = new Uint8Array(OP_BYTES);
  const view = viewOf(bytes);
  view.setUint16(0, USBIP_VERSION);
  view.setUint16(2, code);
  view.setUint32(4, status);
  return bytes;
}

function encodeDevice({
  busid,
  busNumber,
  deviceNumber,
  speed,
  descriptors,
}: DeviceEntry): Uint8Array {
  const bytes = new Uint8Array(DEVICE_BYTES);
  const view = viewOf(bytes);
  const { device, configurations } = descriptors;
  const [configuration] = configurations;
  putText(bytes, 0, PATH_BYTES, `/sys/devices/platform/ringzero/usb${busNumber}/${busid}`);
  putText(bytes, PATH_BYTES, BUSID_BYTES, busid);
  view.setUint32(288, busNumber);
  view.setUint32(292, deviceNumber);
  view.setUint32(296, SPEED[speed]);
  // Vendor, product and release are little-endian in the descriptor.
  for (let word = 0; word < 3; word++) {
    const at = IDS_AT + 2 * word;
    view.setUint16(300 + 2 * word, (device[at] ?? 0) | ((device[at + 1] ?? 0) << 8));
  }
  bytes.set(device.subarray(DEVICE_CLASS_AT, DEVICE_CLASS_AT + 3), 306);
  bytes[309] = configuration?.[CONFIGURATION.VALUE] ?? 0;
  bytes[310] = device[CONFIGURATIONS_AT] ?? 0;
  bytes[311] = interfacesOf(descriptors).length;
  return bytes;
}

function encodeInterfaces({ descriptors }: DeviceEntry): Uint8Array {
  const entries = interfacesOf(descriptors).map((bytes) => {
    const entry = new Uint8Array(INTERFACE_BYTES);
    entry.set(bytes.subarray(INTERFACE.CLASS, INTERFACE.END));
    return entry;
  });
  return joined(entries);
}

/** The interfaces of the first configuration, each as it is before another setting is chosen. */
function interfacesOf({ configurations }: UsbDescriptors): Uint8Array[] {
  const [configuration] = configurations;
  if (configuration === undefined) return [];
  return [...walkDescriptors(configuration)].filter(
    (bytes) =>
      bytes[1] === USB_DT.INTERFACE &&
      bytes.length >= INTERFACE.END &&
      bytes[INTERFACE.ALTERNATE] === 0,
  );
}

function putText(bytes: Uint8Array, at: number, sizeBytes: number, text: string): void {
  // A zero always ends it.
  for (let index = 0; index < Math.min(text.length, sizeBytes - 1); index++) {
    bytes[at + index] = text.charCodeAt(index);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
