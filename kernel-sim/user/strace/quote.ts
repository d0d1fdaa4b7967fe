// SPDX-License-Identifier: GPL-2.0-or-later
/** Bytes as strace shows them: a C string, cut after so many bytes. */

const NAMED: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  34: '\\"',
  92: '\\\\',
};

/** `"text"`, with `...` behind it when there is more than `limit` bytes. */
export function quote(bytes: Uint8Array, limit: number, hasMore = false): string {
  const shown = bytes.subarray(0, limit);
  let text = '';
  for (const [index, byte] of shown.entries()) text += escape(byte, shown[index + 1]);
  return `"${text}"${hasMore || bytes.length > limit ? '...' : ''}`;
}

function escape(byte: number, next: number | undefined): string {
  const named = NAMED[byte];
  if (named !== undefined) return named;
  if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
  // Fewer than three digits where the next character cannot be taken for one.
  const isDigit = next !== undefined && next >= 0x30 && next <= 0x39;
  return `\\${byte.toString(8).padStart(isDigit ? 3 : 1, '0')}`;
}

/** Each byte as `\x69`: what random bytes are shown as. */
export function quoteHex(bytes: Uint8Array, limit: number): string {
  const digits = [...bytes.subarray(0, limit)].map(
    (byte) => `\\x${byte.toString(16).padStart(2, '0')}`,
  );
  return `"${digits.join('')}"${bytes.length > limit ? '...' : ''}`;
}
