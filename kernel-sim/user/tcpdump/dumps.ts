// SPDX-License-Identifier: GPL-2.0-or-later
/** A packet's bytes below its line. Linux: tcpdump's print-ascii.c. */

const ROW_BYTES = 16;
/** Eight words of four digits, and what is between them and the characters. */
const ASCII_COLUMN = 41;

/** Rows of 16 bytes in words of two, perhaps with the characters that they are. */
export function hexDump(bytes: Uint8Array, withAscii: boolean): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += ROW_BYTES) {
    const row = bytes.subarray(at, at + ROW_BYTES);
    const digits = Array.from(row, (byte) => byte.toString(16).padStart(2, '0')).join('');
    const words = (digits.match(/.{1,4}/g) ?? []).join(' ');
    const shown = withAscii ? `${words.padEnd(ASCII_COLUMN)}${charactersOf(row)}` : words;
    text += `\n\t0x${at.toString(16).padStart(4, '0')}:  ${shown}`;
  }
  return text;
}

function charactersOf(row: Uint8Array): string {
  return Array.from(row, (byte) => {
    return byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
  }).join('');
}

/** The characters alone, with the lines and tabs that are among them. */
export function asciiDump(bytes: Uint8Array): string {
  let text = '\n';
  for (const [n, byte] of bytes.entries()) {
    // Of a carriage return before a newline, the newline is enough.
    if (byte === 13 && bytes[n + 1] === 10) continue;
    const isShown = byte === 9 || byte === 10 || (byte >= 0x20 && byte < 0x7f);
    text += isShown ? String.fromCharCode(byte) : '.';
  }
  return text;
}
