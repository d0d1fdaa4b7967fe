// SPDX-License-Identifier: GPL-2.0-or-later
/** Memory as the kernel prints it: bytes, and the characters they are. Linux: lib/hexdump.c. */

const ROW_BYTES = 16;
/** Three columns a byte, and one more before the characters. */
const TEXT_COLUMN = 3 * ROW_BYTES + 1;

/** Rows of 16 bytes, without what stands before them: `6b 6b … a5  kk….`. */
export function hexDump(bytes: Uint8Array): string[] {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += ROW_BYTES) {
    rows.push(hexRow(bytes.subarray(at, at + ROW_BYTES)));
  }
  return rows;
}

function hexRow(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const text = Array.from(bytes, (byte) => {
    return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
  });
  return hex.padEnd(TEXT_COLUMN) + text.join('');
}
