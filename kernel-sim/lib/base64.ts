// SPDX-License-Identifier: GPL-2.0-or-later
/** Base64 with padding (RFC 4648, section 4), which ECMAScript does not have. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const CODES = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));
const VALUES = new Int8Array(128).fill(-1);
for (let value = 0; value < CODES.length; value++) VALUES[CODES[value] ?? 0] = value;

const PADDING = '='.charCodeAt(0);

/** How many units become a string at once: engines bound argument lists. */
const CHUNK = 4096;

export function encodeBase64(bytes: Uint8Array): string {
  const units = new Uint8Array(Math.ceil(bytes.length / 3) * 4).fill(PADDING);
  let out = 0;
  for (let at = 0; at < bytes.length; at += 3) {
    const present = Math.min(3, bytes.length - at);
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    for (let digit = 0; digit <= present; digit++) {
      units[out + digit] = CODES[(group >> (18 - 6 * digit)) & 63] ?? 0;
    }
    out += 4;
  }
  let text = '';
  for (let at = 0; at < units.length; at += CHUNK) {
    text += String.fromCharCode(...units.subarray(at, at + CHUNK));
  }
  return text;
}

/** The bytes, or null when `text` is not what an encoder makes. */
export function decodeBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0) return null;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  const digits = text.length - padding;
  let group = 0;
  let out = 0;
  for (let at = 0; at < digits; at++) {
    const value = VALUES[text.charCodeAt(at)] ?? -1;
    if (value < 0) return null;
    group = (group << 6) | value;
    if (at % 4 > 0) {
      const bits = 6 - 2 * (at % 4);
      bytes[out++] = group >> bits;
      group &= (1 << bits) - 1;
    }
  }
  return group === 0 ? bytes : null;
}
