// SPDX-License-Identifier: GPL-2.0-or-later
/** What the Ethernet function says of itself: the bytes of the part, at either speed. */
import type { UsbDescriptors } from '../usb/descriptors.ts';

export const LAN9512_ENDPOINT = { IN: 0x81, OUT: 0x02, INT: 0x83 } as const;
/** Of the bulk endpoints. */
export const PACKET_BYTES = { high: 512, full: 64 } as const;

const DEVICE = [
  0x12, 0x01, 0x00, 0x02, 0xff, 0x00, 0x01, 0x40, 0x24, 0x04, 0x00, 0xec, 0x00, 0x02, 0, 0, 0, 1,
] as const;
const QUALIFIER = [0x0a, 0x06, 0x00, 0x02, 0xff, 0x00, 0x01, 0x40, 0x01, 0x00] as const;

// prettier-ignore
const configuration = (packetBytes: number, interval: number): Uint8Array => {
  const packet = [packetBytes & 0xff, packetBytes >>> 8] as const;
  return Uint8Array.of(
    // Self-powered, with remote wake-up, 2 mA of the bus; the interface is the vendor's.
    0x09, 0x02, 0x27, 0x00, 0x01, 0x01, 0x00, 0xe0, 0x01,
    0x09, 0x04, 0x00, 0x00, 0x03, 0xff, 0x00, 0xff, 0x00,
    0x07, 0x05, LAN9512_ENDPOINT.IN, 0x02, ...packet, 0x00,
    0x07, 0x05, LAN9512_ENDPOINT.OUT, 0x02, ...packet, 0x00,
    0x07, 0x05, LAN9512_ENDPOINT.INT, 0x03, 0x10, 0x00, interval,
  );
};

const HIGH = configuration(PACKET_BYTES.high, 4);
const FULL = configuration(PACKET_BYTES.full, 1);

const make = (own: Uint8Array, other: Uint8Array): UsbDescriptors => ({
  device: Uint8Array.from(DEVICE),
  configurations: [own],
  strings: [],
  qualifier: Uint8Array.from(QUALIFIER),
  otherSpeed: [other],
});

/** Both poll the interrupt endpoint once a millisecond. */
export const HIGH_SPEED = make(HIGH, FULL);
export const FULL_SPEED = make(FULL, HIGH);
export const INTERRUPT_NS = 1_000_000;
