// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * CRC-32 as genksyms, zip and Ethernet have it: polynomial 0x04c11db7, reflected.
 *
 * Four bytes at a time ("slicing by 4"), since every frame of the network passes through here.
 */

/** Row `k`, entry `b`: what byte `b` becomes when `k` zero bytes follow it. */
const TABLE = makeTable();

function makeTable(): Int32Array {
  const table = new Int32Array(4 * 256);
  for (let index = 0; index < 256; index++) {
    let value = index;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1;
    table[index] = value;
  }
  for (let index = 256; index < table.length; index++) {
    const before = table[index - 256]!;
    table[index] = (before >>> 8) ^ table[before & 255]!;
  }
  return table;
}

/** The checksum of `bytes`, from 0 to 2^32-1. */
export function crc32(bytes: Uint8Array): number {
  return ~crc32Le(0xffff_ffff, bytes) >>> 0;
}

/** The bare remainder, going on from `seed`. Linux: crc32_le. */
export function crc32Le(seed: number, bytes: Uint8Array): number {
  let crc = seed | 0;
  let at = 0;
  for (const end = bytes.length - 3; at < end; at += 4) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      TABLE[768 + (crc & 255)]! ^
      TABLE[512 + ((crc >>> 8) & 255)]! ^
      TABLE[256 + ((crc >>> 16) & 255)]! ^
      TABLE[crc >>> 24]!;
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[at]!) & 255]!;
  return crc >>> 0;
}
