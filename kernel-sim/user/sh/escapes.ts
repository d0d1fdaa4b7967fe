// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Backslash escapes, and the bytes that they name.
 *
 * The shell's texts are characters; a byte that an escape names and that is no ASCII travels as a
 * lone surrogate until `bytesOf` writes it.
 */
import { decodeUtf8, encodeUtf8 } from '../../lib/utf8.ts';

/** Where the lone surrogates for bytes begin. */
const BYTE_BASE = 0xdc00;

/** `text` as it is written out, bytes that escapes named as themselves. */
export function bytesOf(text: string): Uint8Array | string {
  if (!/[\udc80-\udcff]/u.test(text)) return text;
  const bytes: number[] = [];
  for (const [index, piece] of text.split(/([\udc80-\udcff])/u).entries()) {
    if (index % 2 === 1) bytes.push(piece.charCodeAt(0) - BYTE_BASE);
    else for (const byte of encodeUtf8(piece)) bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

/** `text` as characters again: bytes that make up some become those. */
export function settle(text: string): string {
  const bytes = bytesOf(text);
  return typeof bytes === 'string' ? text : decodeUtf8(bytes);
}

const SIMPLE: ReadonlyMap<string, string> = new Map([
  ['a', '\u0007'],
  ['b', '\b'],
  ['e', '\u001b'],
  ['E', '\u001b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
]);

function byteText(byte: number): string {
  return String.fromCharCode(byte < 0x80 ? byte : BYTE_BASE + byte);
}

/** `echo -e` and `%b`, a format of printf, or `$'…'`. */
export type EscapeDialect = 'echo' | 'format' | 'quote';

/** Backslash escapes. In echo and `%b` an octal number begins with 0, and `\c` cuts the rest. */
export function unescape(text: string, dialect: EscapeDialect): { output: string; isCut: boolean } {
  let output = '';
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at++);
    if (char !== '\\' || at >= text.length) {
      output += char;
      continue;
    }
    const letter = text.charAt(at);
    const simple = SIMPLE.get(letter);
    if (simple !== undefined) {
      output += simple;
      at++;
    } else if (letter === 'c' && dialect === 'echo') return { output, isCut: true };
    else {
      const octal = dialect === 'echo' ? /^0[0-7]{0,3}/ : /^[0-7]{1,3}/;
      const rest = text.slice(at, at + 10);
      const number =
        octal.exec(rest) ?? /^x[\dA-Fa-f]{1,2}|^u[\dA-Fa-f]{1,4}|^U[\dA-Fa-f]{1,8}/.exec(rest);
      if (number === null) output += dialect !== 'echo' && /["'?]/.test(letter) ? '' : '\\';
      else {
        const digits = number[0].replace(/^[xuU]/, '');
        const code = Number.parseInt(digits, /^[xuU]/.test(number[0]) ? 16 : 8);
        const isByte = !/^[uU]/.test(number[0]);
        output += isByte ? byteText(code & 0xff) : String.fromCodePoint(Math.min(code, 0x10ffff));
        at += number[0].length;
      }
    }
  }
  return { output, isCut: false };
}
