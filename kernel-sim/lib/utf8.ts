// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Text to UTF-8 and back.
 *
 * TextEncoder is not ECMAScript, so kernel-sim does not have it. Invalid bytes become U+FFFD, one
 * for each maximal ill-formed piece, as the WHATWG decoder does it; lone surrogates too.
 */

const REPLACEMENT = 0xfffd;

/** How many bytes `text` takes in UTF-8. */
export function utf8Length(text: string): number {
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) length += 1;
    else if (unit < 0x800) length += 2;
    else if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text.charCodeAt(index + 1))) {
      length += 4;
      index++;
    } else length += 3;
  }
  return length;
}

/** The bytes of `text`. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8Length(text));
  let at = 0;
  for (let index = 0; index < text.length; index++) {
    let code = text.charCodeAt(index);
    if (code < 0x80) {
      bytes[at++] = code;
      continue;
    }
    if (code >= 0xd800 && code < 0xe000) {
      const low = text.charCodeAt(index + 1);
      if (code < 0xdc00 && isLowSurrogate(low)) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        index++;
      } else code = REPLACEMENT;
    }
    at = putCodePoint(bytes, at, code);
  }
  return bytes;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

/** Stores a code point of two to four bytes and returns the index after it. */
function putCodePoint(bytes: Uint8Array, start: number, code: number): number {
  let at = start;
  if (code < 0x800) bytes[at++] = 0xc0 | (code >> 6);
  else {
    if (code < 0x10000) bytes[at++] = 0xe0 | (code >> 12);
    else {
      bytes[at++] = 0xf0 | (code >> 18);
      bytes[at++] = 0x80 | ((code >> 12) & 0x3f);
    }
    bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
  }
  bytes[at++] = 0x80 | (code & 0x3f);
  return at;
}

/** How many units are gathered before they become a string: engines bound argument lists. */
const CHUNK = 4096;

/** The text of `bytes`, from `start` up to `end`. */
export function decodeUtf8(bytes: Uint8Array, start = 0, end = bytes.length): string {
  let text = '';
  let at = start;
  // Nearly all text is ASCII; eight at a time take half as long as one after the other.
  for (; at + 8 <= end; at += 8) {
    const a = bytes[at] ?? 0;
    const b = bytes[at + 1] ?? 0;
    const c = bytes[at + 2] ?? 0;
    const d = bytes[at + 3] ?? 0;
    const e = bytes[at + 4] ?? 0;
    const f = bytes[at + 5] ?? 0;
    const g = bytes[at + 6] ?? 0;
    const h = bytes[at + 7] ?? 0;
    if ((a | b | c | d | e | f | g | h) >= 0x80) break;
    text += String.fromCharCode(a, b, c, d, e, f, g, h);
  }
  return at < end ? text + decodeAny(bytes, at, end) : text;
}

function decodeAny(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  let units: number[] = [];
  let at = start;
  while (at < end) {
    const lead = bytes[at] ?? 0;
    if (lead < 0x80) {
      units.push(lead);
      at++;
    } else {
      const width = sequenceWidth(bytes, at, end);
      if (width > 0) {
        pushCodePoint(units, codePointAt(bytes, at, width));
        at += width;
      } else {
        units.push(REPLACEMENT);
        at -= width;
      }
    }
    if (units.length >= CHUNK) {
      text += String.fromCharCode(...units);
      units = [];
    }
  }
  return text + String.fromCharCode(...units);
}

/**
 * The width of the sequence at `at`; when it is ill-formed or cut off, minus the number of bytes
 * that one U+FFFD stands for.
 */
export function sequenceWidth(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  const width = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (width === 0) return -1;
  for (let index = 1; index < width; index++) {
    if (at + index >= end) return -index;
    const byte = bytes[at + index] ?? 0;
    // The second byte says whether the sequence is overlong, a surrogate or beyond U+10FFFF.
    const low = index > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const high = index > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (byte < low || byte > high) return -index;
  }
  return width;
}

function codePointAt(bytes: Uint8Array, at: number, width: number): number {
  let code = (bytes[at] ?? 0) & (0xff >> (width + 1));
  for (let index = 1; index < width; index++) {
    code = (code << 6) | ((bytes[at + index] ?? 0) & 0x3f);
  }
  return code;
}

function pushCodePoint(units: number[], code: number): void {
  if (code < 0x10000) units.push(code);
  else units.push(0xd800 + ((code - 0x10000) >> 10), 0xdc00 + (code & 0x3ff));
}
