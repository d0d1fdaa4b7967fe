// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The Internet checksum: RFC 1071.
 *
 * Sums are plain numbers that may grow: big-endian words added up, to be folded once at the end.
 * Linux: csum_partial, csum_fold.
 */

/** `initial` and the bytes from `at` on, as big-endian words of 16 bits. Not folded. */
export function sumBytes(view: DataView, at: number, length: number, initial = 0): number {
  let sum = initial;
  const wordsEnd = at + (length & ~3);
  let place = at;
  // Words of 32 bits fold to the same: 2^16 is 1 there.
  for (; place < wordsEnd; place += 4) sum += view.getUint32(place);
  if ((length & 2) !== 0) {
    sum += view.getUint16(place);
    place += 2;
  }
  return (length & 1) !== 0 ? sum + view.getUint8(place) * 256 : sum;
}

/** 16 bits of a sum, without the complement. Over what includes its checksum: 0xffff. */
export function foldSum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded % 0x1_0000) + Math.floor(folded / 0x1_0000);
  return folded;
}

/** What stands in a header. Linux: csum_fold. */
export function foldChecksum(sum: number): number {
  return ~foldSum(sum) & 0xffff;
}
