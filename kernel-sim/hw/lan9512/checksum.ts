// SPDX-License-Identifier: GPL-2.0-or-later
/** Sums that the checksum engines make: ones' complement of 16 bits. Linux: csum_partial. */

/** The sum of bytes from `from` on, as the first byte is the upper one; not inverted. */
export function onesSum(bytes: Uint8Array, from: number, to = bytes.length): number {
  let sum = 0;
  for (let at = from; at < to; at += 2) {
    sum += (bytes[at]! << 8) | (at + 1 < to ? bytes[at + 1]! : 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x1_0000);
  return sum;
}

const TYPE_AT = 12;
const HEADER_BYTES = 14;
const TAG_BYTES = 4;
const TAGS_MAX = 2;
const SNAP_BYTES = 8;
const SNAP = [0xaa, 0xaa, 0x03] as const;
/** A field not above that is a length. */
export const LENGTH_MAX = 1500;

export function typeAt(frame: Uint8Array, at = TYPE_AT): number {
  return ((frame[at] ?? 0) << 8) | (frame[at + 1] ?? 0);
}

/** Where the sum over a received frame begins: behind the header, and in mode 1 behind more. */
export function sumStart(frame: Uint8Array, isMode1: boolean, vlanType: number): number {
  if (!isMode1) return HEADER_BYTES;
  let at = TYPE_AT;
  for (let tags = 0; tags < TAGS_MAX && typeAt(frame, at) === vlanType; tags++) at += TAG_BYTES;
  const isSnap =
    typeAt(frame, at) <= LENGTH_MAX && SNAP.every((byte, n) => frame[at + 2 + n] === byte);
  return at + 2 + (isSnap ? SNAP_BYTES : 0);
}
