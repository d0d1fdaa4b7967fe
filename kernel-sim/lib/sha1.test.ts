// SPDX-License-Identifier: GPL-2.0-or-later
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { sha1 } from './sha1.ts';

describe('sha1', () => {
  it.each([0, 1, 55, 56, 63, 64, 65, 1000])('of %d bytes is what OpenSSL says', (length) => {
    const bytes = Uint8Array.from({ length }, (_, index) => index * 7);
    const wanted = createHash('sha1').update(bytes).digest('hex');
    expect(Buffer.from(sha1(bytes)).toString('hex')).toBe(wanted);
    const cut = length >> 1;
    expect(sha1(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual(sha1(bytes));
  });
});
