// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest';

import { encodeUtf8 } from './utf8.ts';
import { hexDump } from './hex-dump.ts';

it('prints rows of sixteen bytes, the last one as wide as the others', () => {
  const bytes = new Uint8Array([...encodeUtf8('0123456789abcde~'), 0, 0x7f, 0x20]);
  expect(hexDump(bytes)).toEqual([
    '30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 7e  0123456789abcde~',
    '00 7f 20                                         .. ',
  ]);
  expect(hexDump(new Uint8Array(0))).toEqual([]);
});
