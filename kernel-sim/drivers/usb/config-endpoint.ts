// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * One endpoint as its descriptor says, with what cannot be put right.
 *
 * Linux: usb_parse_endpoint of drivers/usb/core/config.c.
 */
import { USB_DT_BYTES, USB_ENDPOINT, USB_XFER, type UsbSpeed } from '../../uapi/usb.ts';
import type { UsbEndpointInfo } from './usb-node.ts';

/** By kind: control, isochronous, bulk, interrupt. */
const PACKET_MAX = {
  low: [8, 0, 0, 8],
  full: [64, 1023, 64, 64],
  high: [64, 1024, 1024, 1024],
} as const satisfies Record<UsbSpeed, readonly [number, number, number, number]>;
const BULK_PACKET_HIGH = 512;
/** Of an endpoint that is asked at intervals: more transactions in a microframe. */
const PACKET_EXTRA = 0x1800;
const LOW_SPEED_PACKET = 8;

export interface EndpointContext {
  readonly complain: (text: string) => void;
  readonly speed: UsbSpeed;
  /** `config 1 interface 0 altsetting 0`. */
  readonly where: string;
  /** Alternate setting 0, where isochronous endpoints have no bandwidth. */
  readonly isFirstSetting: boolean;
  /** The interface has as many as it has said. */
  readonly isFull: boolean;
  /** Endpoints that are there at the same time. */
  readonly neighbours: readonly UsbEndpointInfo[];
}

const hex = (value: number): string => `0x${value.toString(16).toUpperCase()}`;

/** Undefined for one that cannot be used. */
export function parseEndpoint(
  bytes: Uint8Array,
  context: EndpointContext,
): UsbEndpointInfo | undefined {
  const { complain, where, isFull, neighbours } = context;
  if (bytes.length < USB_DT_BYTES.ENDPOINT) {
    complain(`${where} has an invalid endpoint descriptor of length ${bytes.length}, skipping`);
    return undefined;
  }
  const said = bytes[2]!;
  if ((said & USB_ENDPOINT.NUMBER_MASK) === 0) {
    complain(`${where} has an invalid endpoint with address ${hex(said)}, skipping`);
    return undefined;
  }
  if (isFull) return undefined;
  const address = said & (USB_ENDPOINT.DIR_MASK | USB_ENDPOINT.NUMBER_MASK);
  if (address !== said) {
    complain(
      `${where} has an endpoint descriptor with address ${hex(said)}, changing to ${hex(address)}`,
    );
  }
  const kind = bytes[3]! & USB_ENDPOINT.XFERTYPE_MASK;
  if (neighbours.some((other) => isSame(other, address, kind))) {
    complain(`${where} has a duplicate endpoint with address ${hex(address)}, skipping`);
    return undefined;
  }
  return sound(context, {
    address,
    kind,
    packetBytes: bytes[4]! | (bytes[5]! << 8),
    interval: bytes[6]!,
  });
}

/** A control endpoint takes both directions. */
function isSame(other: UsbEndpointInfo, address: number, kind: number): boolean {
  if (other.address === address) return true;
  const isEither = kind === USB_XFER.CONTROL || other.kind === USB_XFER.CONTROL;
  return isEither && ((other.address ^ address) & USB_ENDPOINT.NUMBER_MASK) === 0;
}

function sound(context: EndpointContext, said: UsbEndpointInfo): UsbEndpointInfo {
  const { complain, speed, where } = context;
  const name = `${where} endpoint ${hex(said.address)}`;
  let { kind, packetBytes, interval } = said;
  const [least, most, usual] = intervals(said, speed);
  if (interval < least || interval > most) {
    complain(`${name} has an invalid bInterval ${interval}, changing to ${usual}`);
    interval = usual;
  }
  if (speed === 'low' && kind === USB_XFER.BULK) {
    complain(`${name} is Bulk; changing to Interrupt`);
    kind = USB_XFER.INT;
    interval = 1;
    packetBytes = Math.min(packetBytes, LOW_SPEED_PACKET);
  }
  if (packetBytes === 0 && !(kind === USB_XFER.ISOC && context.isFirstSetting)) {
    complain(`${name} has invalid wMaxPacketSize 0`);
  }
  const isPeriodic = kind === USB_XFER.INT || kind === USB_XFER.ISOC;
  const extra = speed === 'high' && isPeriodic ? PACKET_EXTRA : 0;
  packetBytes &= ~extra;
  const largest = PACKET_MAX[speed][kind as 0 | 1 | 2 | 3];
  if (packetBytes > largest) {
    complain(`${name} has invalid maxpacket ${packetBytes}, setting to ${largest}`);
    packetBytes = largest;
  }
  if (speed === 'high' && kind === USB_XFER.BULK && packetBytes !== BULK_PACKET_HIGH) {
    complain(`${where} bulk endpoint ${hex(said.address)} has invalid maxpacket ${packetBytes}`);
  }
  return { address: said.address, kind, packetBytes, interval };
}

/** The least and the most that it may say, and what is taken in its place. */
function intervals(
  { kind, interval }: UsbEndpointInfo,
  speed: UsbSpeed,
): readonly [least: number, most: number, usual: number] {
  if (kind === USB_XFER.ISOC) return [1, 16, speed === 'high' ? 7 : 4];
  if (kind !== USB_XFER.INT) return [0, 255, 0];
  if (speed !== 'high') return [1, 255, 10];
  // Many a device says milliseconds where an exponent belongs.
  return [1, 16, interval === 0 ? 7 : 32 - Math.clz32(interval * 8)];
}
