// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { crc32, crc32Le } from './crc32.ts';

/** As the polynomial says: a bit at a time. */
function byBits(seed: number, bytes: Uint8Array): number {
  let crc = seed;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
  }
  return crc >>> 0;
}

const BYTES = Uint8Array.from({ length: 67 }, (_, at) => (at * 197 + 31) & 255);

describe('crc32', () => {
  it('is the check value of the catalogues', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf4_3926);
    expect(crc32(new Uint8Array(0))).toBe(0);
  });

  it('is what the polynomial says, whatever the length and where the bytes begin', () => {
    for (let from = 0; from < 5; from++) {
      for (let to = from; to <= BYTES.length; to++) {
        const part = BYTES.subarray(from, to);
        expect(crc32Le(0xffff_ffff, part)).toBe(byBits(0xffff_ffff, part));
      }
    }
  });

  it('goes on where it has stopped', () => {
    const whole = crc32Le(0x8000_0001, BYTES);
    expect(crc32Le(crc32Le(0x8000_0001, BYTES.subarray(0, 13)), BYTES.subarray(13))).toBe(whole);
  });
});
