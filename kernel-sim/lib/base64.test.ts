// SPDX-License-Identifier: GPL-2.0-or-later
/** Base64 against Node's. */
import { describe, expect, it } from 'vitest';

import { decodeBase64, encodeBase64 } from './base64.ts';

const samples = [0, 1, 2, 3, 4, 5, 6, 255, 4096, 100_003].map((length) =>
  Uint8Array.from({ length }, (_, index) => (index * 167 + length) & 255),
);

describe('base64', () => {
  it('is what Node makes of it, both ways', () => {
    for (const bytes of samples) {
      const encoded = encodeBase64(bytes);
      expect(encoded).toBe(Buffer.from(bytes).toString('base64'));
      expect(decodeBase64(encoded)).toEqual(bytes);
    }
  });

  it.each(['A', 'AA', 'AAA', 'A===', '====', 'AA=A', 'AAA*', 'AA\nA', 'AAAé', 'AB==', 'AAB='])(
    'refuses %j',
    (text) => {
      expect(decodeBase64(text)).toBeNull();
    },
  );
});
