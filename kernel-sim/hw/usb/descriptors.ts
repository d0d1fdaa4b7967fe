// SPDX-License-Identifier: GPL-2.0-or-later
/** What a device says of itself: bytes, which need not make sense. */
import { USB_DT, USB_LANGUAGE_EN_US } from '../../uapi/usb.ts';

export interface UsbDescriptors {
  readonly device: Uint8Array;
  /** Each with all that belongs to it; the n-th is asked for by number n. */
  readonly configurations: readonly Uint8Array[];
  /** Strings 1, 2, …; a device without any has none for its languages either. */
  readonly strings: readonly string[];
  /** Of a device that could run at another speed. */
  readonly qualifier?: Uint8Array;
  /** Its configurations there. */
  readonly otherSpeed?: readonly Uint8Array[];
}

export interface EndpointDescriptor {
  readonly address: number;
  readonly attributes: number;
  readonly packetBytes: number;
  readonly interval: number;
}

const LENGTH = 0;
const KIND = 1;
const CONFIGURATION_VALUE = 5;
const HEADER_BYTES = 2;
const ENDPOINT = { ADDRESS: 2, ATTRIBUTES: 3, PACKET: 4, INTERVAL: 6, BYTES: 7 } as const;
const PACKET_MASK = 0x7ff;

/** The bytes of one descriptor; undefined when the device has none like that. */
export function findDescriptor(
  descriptors: UsbDescriptors,
  kind: number,
  index: number,
): Uint8Array | undefined {
  switch (kind) {
    case USB_DT.DEVICE:
      return descriptors.device;
    case USB_DT.CONFIG:
      return descriptors.configurations[index];
    case USB_DT.STRING:
      return stringDescriptor(descriptors.strings, index);
    case USB_DT.DEVICE_QUALIFIER:
      return descriptors.qualifier;
    case USB_DT.OTHER_SPEED_CONFIG: {
      const other = descriptors.otherSpeed?.[index];
      return other?.map((byte, at) => (at === KIND ? USB_DT.OTHER_SPEED_CONFIG : byte));
    }
    default:
      return undefined;
  }
}

function stringDescriptor(strings: readonly string[], index: number): Uint8Array | undefined {
  if (strings.length === 0) return undefined;
  if (index === 0) return utf16Descriptor(String.fromCharCode(USB_LANGUAGE_EN_US));
  const text = strings[index - 1];
  return text === undefined ? undefined : utf16Descriptor(text);
}

function utf16Descriptor(text: string): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + 2 * text.length);
  bytes[LENGTH] = bytes.length;
  bytes[KIND] = USB_DT.STRING;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    bytes[HEADER_BYTES + 2 * at] = unit & 0xff;
    bytes[HEADER_BYTES + 2 * at + 1] = unit >>> 8;
  }
  return bytes;
}

/** The configuration that SET_CONFIGURATION chooses by this value. */
export function findConfiguration(
  descriptors: UsbDescriptors,
  value: number,
): Uint8Array | undefined {
  return descriptors.configurations.find((bytes) => bytes[CONFIGURATION_VALUE] === value);
}

/** The descriptors that follow each other in a configuration, as far as their lengths lead. */
export function* walkDescriptors(configuration: Uint8Array): Generator<Uint8Array> {
  let at = 0;
  for (;;) {
    const length = configuration[at] ?? 0;
    if (length < HEADER_BYTES || at + length > configuration.length) return;
    yield configuration.subarray(at, at + length);
    at += length;
  }
}

/** The endpoints that a configuration describes. */
export function endpointsOf(configuration: Uint8Array): EndpointDescriptor[] {
  const found: EndpointDescriptor[] = [];
  for (const bytes of walkDescriptors(configuration)) {
    if (bytes[KIND] !== USB_DT.ENDPOINT || bytes.length < ENDPOINT.BYTES) continue;
    found.push({
      address: bytes[ENDPOINT.ADDRESS]!,
      attributes: bytes[ENDPOINT.ATTRIBUTES]!,
      packetBytes: (bytes[ENDPOINT.PACKET]! | (bytes[ENDPOINT.PACKET + 1]! << 8)) & PACKET_MASK,
      interval: bytes[ENDPOINT.INTERVAL]!,
    });
  }
  return found;
}
