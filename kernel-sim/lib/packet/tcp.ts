// SPDX-License-Identifier: GPL-2.0-or-later
/** TCP with its options: RFC 9293, 7323, 2018. Linux: include/uapi/linux/tcp.h. */
import { IPPROTO } from '../../uapi/in.ts';
import type { Above, Decoder, DissectContext } from './dissection.ts';
import { decodeHttp } from './http.ts';
import type { LayerWriter } from './layer.ts';
import { checkTransport, decodeUnknown } from './transport.ts';

const HEADER_BYTES_MIN = 20;
const HTTP_PORTS: ReadonlySet<number> = new Set([80, 8000, 8080]);

/** From the lowest bit up. */
// prettier-ignore
const FLAGS = [
  ['fin', 'FIN'], ['syn', 'SYN'], ['rst', 'RST'], ['psh', 'PSH'],
  ['ack', 'ACK'], ['urg', 'URG'], ['ece', 'ECE'], ['cwr', 'CWR'],
] as const;

export const decodeTcp: Decoder = (context, start, end) => {
  context.layer('TCP', start, end, (writer) => readHeader(context, writer, end));
};

function readHeader(context: DissectContext, writer: LayerWriter, end: number): Above | undefined {
  const { start } = writer;
  writer.checksum = checkTransport(context, IPPROTO.TCP, start, end);
  const sourcePort = writer.number('source', 'Source port', 2);
  const destinationPort = writer.number('dest', 'Destination port', 2);
  const ports = `${sourcePort} → ${destinationPort}`;
  context.tell('TCP', ports);
  const sequence = writer.number('seq', 'Sequence number', 4);
  const acknowledged = writer.number('ack_seq', 'Acknowledgment number', 4);
  const headerBytes =
    4 * writer.bits('doff', 'Header length', 2, { first: 0, count: 4 }, (n) => `${4 * n} bytes`);
  const flags = writer.peek(1, 1);
  for (const [bit, [name, label]] of FLAGS.entries()) {
    writer.bits(name, label, 2, { first: 15 - bit, count: 1 });
  }
  writer.skip(2);
  const window = writer.number('window', 'Window', 2);
  writer.hex('check', 'Checksum', 2);
  writer.number('urg_ptr', 'Urgent pointer', 2);
  if (headerBytes < HEADER_BYTES_MIN || start + headerBytes > end) {
    if (!context.isQuoted) writer.problem = `header of ${headerBytes} bytes`;
    return undefined;
  }
  readOptions(writer, start + headerBytes);
  const payloadBytes = end - writer.at;
  const names = FLAGS.filter((_, bit) => ((flags >> bit) & 1) === 1).map(([, label]) => label);
  const shownAck = (flags & 0x10) === 0 ? '' : ` Ack=${acknowledged}`;
  const numbers = `Seq=${sequence}${shownAck} Win=${window} Len=${payloadBytes}`;
  context.tell('TCP', `${ports} [${names.join(', ')}] ${numbers}`);
  if (!context.isQuoted) {
    const { source, destination } = context.pseudo ?? context;
    context.flow = {
      protocol: 'TCP',
      source,
      sourcePort,
      destination,
      destinationPort,
      payloadOffset: writer.at,
      payloadBytes,
      sequence,
      flags,
    };
  }
  const isHttp = HTTP_PORTS.has(sourcePort) || HTTP_PORTS.has(destinationPort);
  return { decode: isHttp ? decodeHttp : decodeUnknown, start: writer.at, end };
}

const OPTION_NAMES: Readonly<Record<number, string>> = {
  0: 'End of options',
  1: 'No operation',
  2: 'Maximum segment size',
  3: 'Window scale',
  4: 'Selective acknowledgments permitted',
  5: 'Selective acknowledgments',
  8: 'Timestamps',
};

function readOptions(writer: LayerWriter, end: number): void {
  while (writer.at < end) {
    const kind = writer.peek(0, 1);
    const name = OPTION_NAMES[kind] ?? `Option ${kind}`;
    if (kind <= 1) {
      writer.data('option', name, 1, '');
      if (kind === 0) break;
      continue;
    }
    const lengthBytes = writer.peek(1, 1);
    if (lengthBytes < 2 || writer.at + lengthBytes > end) {
      writer.problem = `option ${kind} says that it is ${lengthBytes} bytes long`;
      break;
    }
    writer.data('option', name, lengthBytes, optionText(writer, kind, lengthBytes));
  }
  if (writer.at < end) writer.data('padding', 'Padding', end - writer.at);
}

/** undefined: the bytes are shown. */
function optionText(writer: LayerWriter, kind: number, lengthBytes: number): string | undefined {
  if (kind === 2 && lengthBytes === 4) return `${writer.peek(2, 2)} bytes`;
  if (kind === 3 && lengthBytes === 3) return `times ${2 ** (writer.peek(2, 1) & 0xf)}`;
  if (kind === 4 && lengthBytes === 2) return '';
  if (kind === 8 && lengthBytes === 10) return `${writer.peek(2, 4)}, echo ${writer.peek(6, 4)}`;
  if (kind !== 5) return undefined;
  const blocks: string[] = [];
  for (let at = 2; at + 8 <= lengthBytes; at += 8) {
    blocks.push(`${writer.peek(at, 4)} to ${writer.peek(at + 4, 4)}`);
  }
  return blocks.join(', ');
}
