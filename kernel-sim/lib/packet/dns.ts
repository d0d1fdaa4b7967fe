// SPDX-License-Identifier: GPL-2.0-or-later
/** DNS messages: RFC 1035 (and 3596 for addresses of IPv6). */
import { formatIpv4, formatIpv6, ipv6FromBytes } from '../ip-address.ts';
import type { Decoder } from './dissection.ts';
import { latin1 } from './http.ts';
import { CutShort, hexOf, type LayerWriter } from './layer.ts';

const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  OPT: 41,
} as const;
const TYPE_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(TYPE).map(([name, number]) => [number, name]),
);
const RCODES = [
  'No error',
  'Format error',
  'Server failure',
  'No such name',
  'Not implemented',
  'Refused',
];
const LABEL_POINTER = 0xc0;
/** A name has at most this many characters, however its pointers run. */
const NAME_CHARACTERS_MAX = 255;
const RECORDS_MAX = 200;

const SECTIONS = [
  ['answer', 'Answer'],
  ['authority', 'Authority'],
  ['additional', 'Additional'],
] as const;

export const decodeDns: Decoder = (context, start, end) => {
  context.layer('DNS', start, end, (writer) => {
    const id = writer.hex('id', 'Transaction', 2);
    const isResponse = writer.bits('qr', 'Response', 2, { first: 0, count: 1 }) === 1;
    const kind = `${isResponse ? 'Response' : 'Query'} ${hexOf(id, 4)}`;
    context.tell('DNS', kind);
    writer.bits('opcode', 'Operation', 2, { first: 1, count: 4 });
    writer.bits('aa', 'Authoritative', 2, { first: 5, count: 1 });
    writer.bits('tc', 'Truncated', 2, { first: 6, count: 1 });
    writer.bits('rd', 'Recursion desired', 2, { first: 7, count: 1 });
    writer.bits('ra', 'Recursion available', 2, { first: 8, count: 1 });
    const code = writer.bits('rcode', 'Answer code', 2, { first: 12, count: 4 }, rcodeName);
    writer.skip(2);
    const questions = writer.number('qdcount', 'Questions', 2);
    const counts = SECTIONS.map(([name, label]) => writer.number(name, `${label} records`, 2));
    const asked = readQuestions(writer, questions);
    const answers: string[] = [];
    for (const [index, [name, label]] of SECTIONS.entries()) {
      const count = Math.min(counts[index] ?? 0, RECORDS_MAX);
      for (let n = 0; n < count; n++) {
        const record = readRecord(writer, name, label);
        if (name === 'answer') answers.push(record);
      }
    }
    const failure = code === 0 ? '' : ` ${rcodeName(code)}`;
    context.tell('DNS', [kind + failure, ...asked, ...answers].join(', '));
    return undefined;
  });
};

function rcodeName(code: number): string {
  return RCODES[code] ?? `Code ${code}`;
}

function readQuestions(writer: LayerWriter, count: number): string[] {
  const asked: string[] = [];
  for (let n = 0; n < Math.min(count, RECORDS_MAX); n++) {
    const { text, lengthBytes } = nameAt(writer, writer.at);
    const from = lengthBytes;
    const type = typeName(writer.peek(from, 2));
    const question = `${type} ${text}`;
    writer.data('question', 'Question', lengthBytes + 4, question);
    asked.push(question);
  }
  return asked;
}

function readRecord(writer: LayerWriter, name: string, label: string): string {
  const { text, lengthBytes } = nameAt(writer, writer.at);
  const type = writer.peek(lengthBytes, 2);
  const seconds = writer.peek(lengthBytes + 4, 4);
  const dataBytes = writer.peek(lengthBytes + 8, 2);
  const dataOffset = lengthBytes + 10;
  const data = recordData(writer, type, dataOffset, dataBytes);
  const lasting = type === TYPE.OPT ? '' : `, for ${seconds} s`;
  const all = `${typeName(type)} ${text} ${data}`.trimEnd();
  writer.data(name, label, dataOffset + dataBytes, all + lasting);
  return `${typeName(type)} ${data}`;
}

function typeName(type: number): string {
  return TYPE_NAMES.get(type) ?? `type ${type}`;
}

function recordData(writer: LayerWriter, type: number, offset: number, length: number): string {
  const at = writer.at + offset;
  if (type === TYPE.A && length === 4) return formatIpv4(writer.peek(offset, 4));
  if (type === TYPE.AAAA && length === 16) {
    if (at + length > writer.end) throw new CutShort();
    return formatIpv6(ipv6FromBytes(writer.bytes.subarray(at, at + length)));
  }
  if (type === TYPE.CNAME || type === TYPE.NS || type === TYPE.PTR) return nameAt(writer, at).text;
  if (type === TYPE.MX && length > 2) {
    return `${writer.peek(offset, 2)} ${nameAt(writer, at + 2).text}`;
  }
  return `${length} bytes`;
}

/** The name that begins at `at`, and how many bytes it takes there. */
function nameAt(writer: LayerWriter, at: number): { text: string; lengthBytes: number } {
  let text = '';
  let cursor = at;
  let after = 0;
  while (text.length <= NAME_CHARACTERS_MAX) {
    const length = writer.peek(cursor - writer.at, 1);
    if (length === 0) {
      return { text: text || '.', lengthBytes: (after || cursor + 1) - at };
    }
    if (length >= LABEL_POINTER) {
      const target = writer.start + (writer.peek(cursor - writer.at, 2) & 0x3fff);
      after ||= cursor + 2;
      // Names point backwards only: whoever points elsewhere may mean a circle.
      if (target >= cursor) throw new CutShort();
      cursor = target;
      continue;
    }
    if (cursor + 1 + length > writer.end) throw new CutShort();
    const label = latin1(writer.bytes, cursor + 1, cursor + 1 + length);
    text = text === '' ? label : `${text}.${label}`;
    cursor += 1 + length;
  }
  throw new CutShort();
}
