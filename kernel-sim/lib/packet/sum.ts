// SPDX-License-Identifier: GPL-2.0-or-later
/** The Internet checksum of bytes in a frame: RFC 1071. */

/** One's complement sum of 16-bit words, folded; an odd byte at the end is a high one. */
export function wordSum(bytes: Uint8Array, start: number, end: number, initial = 0): number {
  let sum = initial;
  for (let at = start; at < end; at += 2) {
    sum += ((bytes[at] ?? 0) << 8) | (at + 1 < end ? (bytes[at + 1] ?? 0) : 0);
  }
  return fold(sum);
}

/** A sum as it stands in a header. */
export function complement(sum: number): number {
  return fold(sum) ^ 0xffff;
}

/** Bytes with a right checksum among them add up to this. */
export const SUM_OF_GOOD = 0xffff;

function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded % 0x10000) + Math.floor(folded / 0x10000);
  return folded;
}
