// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Transfers of the USB as capture files have them: an event when an URB was submitted, and one when
 * it came back, each with a head of 64 bytes.
 *
 * Linux: struct mon_bin_hdr (drivers/usb/mon/mon_bin.c), LINKTYPE_USB_LINUX_MMAPPED.
 */

export const LINKTYPE_USB_LINUX_MMAPPED = 220;

const HEAD_BYTES = 64;
const SETUP_AT = 40;
const ASCII = { SUBMIT: 0x53, COMPLETE: 0x43, IN: 0x3c, OUT: 0x3e, NO_SETUP: 0x2d } as const;
const IS_IN = 0x80;
const EINPROGRESS = 115;
const NS_PER_SECOND = 1_000_000_000;
const NS_PER_US = 1000;
/** As usbmon numbers them. */
const KINDS = { isochronous: 0, interrupt: 1, control: 2, bulk: 3 } as const;

export interface UsbTransfer {
  /** Which one it is: both of its events have it. */
  readonly number: number;
  readonly bus: number;
  /** Of the device on its bus. */
  readonly address: number;
  readonly kind: keyof typeof KINDS;
  readonly isIn: boolean;
  /** Without its direction. */
  readonly endpoint: number;
  readonly setup?: Uint8Array | undefined;
  readonly wanted: number;
  readonly actual: number;
  /** 0 or a negative errno. */
  readonly status: number;
  /** The first bytes that went or came. */
  readonly data: Uint8Array;
  /** When it began and came back. */
  readonly submitted: UsbInstant;
  readonly ended: UsbInstant;
}

/** Nanoseconds since 1970 are more than a number holds exactly. */
export interface UsbInstant {
  readonly seconds: number;
  readonly nanoseconds: number;
}

export interface UsbEvent extends UsbInstant {
  readonly bytes: Uint8Array;
  /** With what of its data is not there. */
  readonly lengthBytes: number;
}

/** `ns` after `epochSeconds`. */
export function instantAt(epochSeconds: number, ns: number): UsbInstant {
  return {
    seconds: epochSeconds + Math.floor(ns / NS_PER_SECOND),
    nanoseconds: Math.floor(ns % NS_PER_SECOND),
  };
}

/** Its two events. */
export function usbEvents(transfer: UsbTransfer): readonly [UsbEvent, UsbEvent] {
  return [submission(transfer), completion(transfer)];
}

function submission(transfer: UsbTransfer): UsbEvent {
  const { submitted, isIn, wanted, setup } = transfer;
  const event = { type: ASCII.SUBMIT, at: submitted, status: -EINPROGRESS, setup };
  return eventOf(transfer, { ...event, length: wanted, hasData: !isIn });
}

function completion(transfer: UsbTransfer): UsbEvent {
  const { ended, isIn, actual, status } = transfer;
  const event = { type: ASCII.COMPLETE, at: ended, status, setup: undefined };
  return eventOf(transfer, { ...event, length: actual, hasData: isIn });
}

interface Event {
  readonly type: number;
  readonly at: UsbInstant;
  readonly status: number;
  readonly setup: Uint8Array | undefined;
  readonly length: number;
  /** Its data go with it, not with the other one. */
  readonly hasData: boolean;
}

function eventOf(transfer: UsbTransfer, event: Event): UsbEvent {
  const { number, bus, address, kind, isIn, endpoint } = transfer;
  const { type, at, status, setup, length, hasData } = event;
  const data = hasData ? transfer.data.subarray(0, length) : new Uint8Array();
  const bytes = new Uint8Array(HEAD_BYTES + data.length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(number), true);
  view.setUint8(8, type);
  view.setUint8(9, KINDS[kind]);
  view.setUint8(10, endpoint | (isIn ? IS_IN : 0));
  view.setUint8(11, address);
  view.setUint16(12, bus, true);
  view.setUint8(14, setup === undefined ? ASCII.NO_SETUP : 0);
  const direction = isIn ? ASCII.IN : ASCII.OUT;
  view.setUint8(15, hasData && length > 0 ? 0 : direction);
  view.setBigInt64(16, BigInt(at.seconds), true);
  view.setInt32(24, Math.floor(at.nanoseconds / NS_PER_US), true);
  view.setInt32(28, status, true);
  view.setUint32(32, length, true);
  view.setUint32(36, data.length, true);
  if (setup !== undefined) bytes.set(setup.subarray(0, 8), SETUP_AT);
  bytes.set(data, HEAD_BYTES);
  return { ...at, bytes, lengthBytes: HEAD_BYTES + (hasData ? length : 0) };
}
