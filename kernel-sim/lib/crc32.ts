// SPDX-License-Identifier: GPL-2.0-or-later
/** CRC-32 as genksyms, zip and Ethernet have it: polynomial 0x04c11db7, reflected. */

const TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1;
  return value >>> 0;
});

/** The checksum of `bytes`, from 0 to 2^32-1. */
export function crc32(bytes: Uint8Array): number {
  return ~crc32Le(0xffff_ffff, bytes) >>> 0;
}

/** The bare remainder, going on from `seed`. Linux: crc32_le. */
export function crc32Le(seed: number, bytes: Uint8Array): number {
  let crc = seed;
  for (const byte of bytes) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 255]!;
  return crc >>> 0;
}
