// SPDX-License-Identifier: GPL-2.0-or-later
/** UTF-8 against the host's own encoder and decoder. */
import { expect, test } from 'vitest';

import { decodeUtf8, encodeUtf8, utf8Length } from './utf8.ts';

test('encodes as the host does, lone surrogates included', () => {
  for (const text of ['', 'plain', 'grüße', '日本語', '😀 ok', 'a\ud800b', '\udc00', '\ud83d']) {
    expect(encodeUtf8(text)).toEqual(new Uint8Array(new TextEncoder().encode(text)));
    expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
  }
});

test('decodes as the host does, any two leading bytes and cut sequences included', () => {
  const host = new TextDecoder('utf-8', { ignoreBOM: true });
  for (let first = 0x7f; first < 0x100; first++) {
    for (let second = 0x7f; second < 0x100; second++) {
      const bytes = Uint8Array.from([first, second, 0x80, 0xbf, 0x41, first]);
      expect(decodeUtf8(bytes)).toBe(host.decode(bytes));
    }
  }
});

test('round-trips a long text in time that grows with its length', () => {
  const text = 'wörld😀'.repeat(50_000);
  expect(decodeUtf8(encodeUtf8(text))).toBe(text);
});
