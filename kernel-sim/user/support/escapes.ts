// SPDX-License-Identifier: GPL-2.0-or-later
/** Backslash escapes of echo and printf. */
import { encodeUtf8 } from '../../lib/utf8.ts';

// prettier-ignore
const SIMPLE: ReadonlyMap<string, number> = new Map([
  ['a', 7], ['b', 8], ['e', 27], ['f', 12], ['n', 10], ['r', 13], ['t', 9], ['v', 11], ['\\', 92],
]);

export interface Unescaped {
  readonly bytes: Uint8Array;
  /** `\c` stops all output. */
  readonly stopped: boolean;
}

/** One escape: what it stands for, and the index after it. */
export interface Escape {
  readonly bytes: readonly number[];
  readonly end: number;
  readonly stops?: boolean;
}

/** Reads the escape whose backslash is at `at`; `octalZero` wants `\0nnn` for octal numbers. */
export function readEscape(text: string, at: number, octalZero: boolean): Escape {
  const letter = text[at + 1];
  if (letter === undefined) return { bytes: [92], end: at + 1 };
  if (letter === 'c') return { bytes: [], end: text.length, stops: true };
  const simple = SIMPLE.get(letter);
  if (simple !== undefined) return { bytes: [simple], end: at + 2 };
  const rest = text.slice(at + 1);
  const hex = /^x([0-9a-fA-F]{1,2})/.exec(rest);
  if (hex !== null) return numeric(hex[1] ?? '', 16, at + 1 + hex[0].length);
  const unicode = /^(?:u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8}))/.exec(rest);
  if (unicode !== null && !octalZero) {
    const point = Number.parseInt(unicode[1] ?? unicode[2] ?? '0', 16);
    const char = point <= 0x10ffff ? String.fromCodePoint(point) : '';
    return { bytes: [...encodeUtf8(char)], end: at + 1 + unicode[0].length };
  }
  // After \0 three more digits may follow, so that \0101 is one character.
  const octal = (octalZero && /^0([0-7]{1,3})/.exec(rest)) || /^([0-7]{1,3})/.exec(rest);
  if (octal !== null) return numeric(octal[1] || '0', 8, at + 1 + octal[0].length);
  return { bytes: [92, ...encodeUtf8(letter)], end: at + 1 + letter.length };
}

function numeric(digits: string, base: number, end: number): Escape {
  return { bytes: [Number.parseInt(digits, base) & 0xff], end };
}

/** `echo -e` and printf's `%b`: as in the format, but octal numbers may begin with `\0`. */
export function unescapeEcho(text: string): Unescaped {
  const bytes: number[] = [];
  let at = 0;
  while (at < text.length) {
    const backslash = text.indexOf('\\', at);
    const end = backslash < 0 ? text.length : backslash;
    for (const byte of encodeUtf8(text.slice(at, end))) bytes.push(byte);
    if (backslash < 0) break;
    const escape = readEscape(text, backslash, true);
    for (const byte of escape.bytes) bytes.push(byte);
    if (escape.stops === true) return { bytes: Uint8Array.from(bytes), stopped: true };
    at = escape.end;
  }
  return { bytes: Uint8Array.from(bytes), stopped: false };
}
