// SPDX-License-Identifier: GPL-2.0-or-later
/** The head of an HTTP/1 message: RFC 9112. What does not begin one is data in the middle. */
import type { Decoder } from './dissection.ts';
import { decodeUnknown } from './transport.ts';

const START = /^(?:HTTP\/1\.[01] \d{3}|(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH) \S)/;
const START_BYTES = 16;
const HEAD_BYTES_MAX = 8192;
const NEWLINE = 10;
const RETURN = 13;

export const decodeHttp: Decoder = (context, start, end) => {
  const beginning = latin1(context.bytes, start, Math.min(end, start + START_BYTES));
  if (!START.test(beginning)) {
    decodeUnknown(context, start, end);
    return;
  }
  context.layer('HTTP', start, end, (writer) => {
    const limit = Math.min(writer.end, start + HEAD_BYTES_MAX);
    for (let isFirst = true; writer.at < limit; isFirst = false) {
      const at = context.bytes.indexOf(NEWLINE, writer.at);
      const next = at < 0 || at >= limit ? limit : at + 1;
      const text = latin1(context.bytes, writer.at, next).replace(/\r?\n$/, '');
      if (isFirst) context.tell('HTTP', text);
      if (text === '') {
        writer.skip(next - writer.at);
        break;
      }
      const [name = '', ...rest] = text.split(': ');
      const value = rest.join(': ');
      if (isFirst) writer.data('start', 'Start line', next - writer.at, text);
      else writer.data('header', value === '' ? 'Header' : name, next - writer.at, value || text);
    }
    return { decode: decodeUnknown, start: writer.at, end };
  });
};

/** Bytes as characters; what is no printable ASCII becomes a dot, so that no text can pretend. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (const byte of bytes.subarray(start, end)) {
    const isKept = (byte >= 0x20 && byte < 0x7f) || byte === NEWLINE || byte === RETURN;
    text += isKept ? String.fromCharCode(byte) : '.';
  }
  return text;
}
