// SPDX-License-Identifier: GPL-2.0-or-later
/** dd's conversions of one input block. */

export type Conversion =
  | 'notrunc'
  | 'sync'
  | 'noerror'
  | 'ucase'
  | 'lcase'
  | 'swab'
  | 'fsync'
  | 'fdatasync'
  | 'nocreat'
  | 'excl';

export function convertBlock(
  block: Uint8Array,
  size: number,
  conversions: ReadonlySet<Conversion>,
): Uint8Array {
  let bytes = block;
  if (conversions.has('sync') && bytes.length < size) {
    bytes = new Uint8Array(size);
    bytes.set(block);
  }
  if (conversions.has('swab')) bytes = swapped(bytes);
  if (conversions.has('ucase')) bytes = bytes.map((b) => (b >= 0x61 && b <= 0x7a ? b - 32 : b));
  if (conversions.has('lcase')) bytes = bytes.map((b) => (b >= 0x41 && b <= 0x5a ? b + 32 : b));
  return bytes;
}

/** Every pair of bytes exchanged; an odd last one stays. */
function swapped(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, i) => bytes[i ^ 1] ?? byte);
}
