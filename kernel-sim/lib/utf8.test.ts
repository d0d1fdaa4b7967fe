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

test('decodes as the host does, wherever in plain text the other bytes stand', () => {
  const host = new TextDecoder('utf-8', { ignoreBOM: true });
  for (const piece of ['ü', '😀', '\0']) {
    for (let at = 0; at <= 20; at++) {
      const bytes = encodeUtf8(`${'x'.repeat(at)}${piece}${'y'.repeat(20 - at)}`);
      for (let end = 0; end <= bytes.length; end++) {
        const start = Math.min(3, end);
        expect(decodeUtf8(bytes, start, end)).toBe(host.decode(bytes.subarray(start, end)));
      }
    }
  }
});
