// SPDX-License-Identifier: GPL-2.0-or-later
/** Base64 with padding (RFC 4648, section 4), which ECMAScript does not have. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Int8Array(128).fill(-1);
for (let value = 0; value < 64; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

/** Every two digits, so that three bytes are two look-ups. */
const PAIRS = Array.from(
  { length: 64 * 64 },
  (_, value) => ALPHABET.charAt(value >> 6) + ALPHABET.charAt(value & 63),
);

export function encodeBase64(bytes: Uint8Array): string {
  const whole = bytes.length - (bytes.length % 3);
  let text = '';
  for (let at = 0; at < whole; at += 3) text += encodeGroup(bytes, at);
  if (whole === bytes.length) return text;
  const last = encodeGroup(bytes, whole);
  return text + (bytes.length - whole === 1 ? `${last.slice(0, 2)}==` : `${last.slice(0, 3)}=`);
}

function encodeGroup(bytes: Uint8Array, at: number): string {
  const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
  return `${PAIRS[group >> 12] ?? ''}${PAIRS[group & 0xfff] ?? ''}`;
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
