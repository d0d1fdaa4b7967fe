// SPDX-License-Identifier: GPL-2.0-or-later
/** IPv4 with options and fragments: RFC 791. Linux: include/uapi/linux/ip.h. */
import { IPPROTO } from '../../uapi/in.ts';
import type { Above, Decoder, DissectContext } from './dissection.ts';
import { decodeIcmp } from './icmp.ts';
import { hexOf, named, type LayerWriter } from './layer.ts';
import { SUM_OF_GOOD, wordSum } from './sum.ts';
import { decodeTcp } from './tcp.ts';
import { decodeUnknown, PROTOCOL_NAMES } from './transport.ts';
import { decodeUdp } from './udp.ts';

const HEADER_BYTES_MIN = 20;
const OPTION_NAMES: Readonly<Record<number, string>> = {
  0: 'End of options',
  1: 'No operation',
  7: 'Record route',
  68: 'Timestamp',
  131: 'Loose source route',
  137: 'Strict source route',
  148: 'Router alert',
};

const DECODERS: Readonly<Record<number, Decoder>> = {
  [IPPROTO.ICMP]: decodeIcmp,
  [IPPROTO.TCP]: decodeTcp,
  [IPPROTO.UDP]: decodeUdp,
  [IPPROTO.IPV6]: (context, start, end) => context.network.ipv6(context, start, end),
};

export const decodeIpv4: Decoder = (context, start, end) => {
  context.layer('IPv4', start, end, (writer) => readHeader(context, writer, end));
};

function readHeader(context: DissectContext, writer: LayerWriter, end: number): Above | undefined {
  const { start } = writer;
  const version = writer.bits('version', 'Version', 1, { first: 0, count: 4 });
  const headerBytes = 4 * writer.bits('ihl', 'Header length', 1, { first: 4, count: 4 }, words);
  writer.skip(1);
  writer.bits('dscp', 'DSCP', 1, { first: 0, count: 6 });
  writer.bits('ecn', 'ECN', 1, { first: 6, count: 2 });
  writer.skip(1);
  const totalBytes = writer.number('tot_len', 'Total length', 2);
  const id = writer.hex('id', 'Identification', 2);
  writer.bits('df', "Don't fragment", 2, { first: 1, count: 1 });
  const hasMore = writer.bits('mf', 'More fragments', 2, { first: 2, count: 1 }) === 1;
  const fragment =
    8 * writer.bits('frag_off', 'Fragment offset', 2, { first: 3, count: 13 }, eights);
  writer.skip(2);
  writer.number('ttl', 'Time to live', 1);
  const protocol = writer.number('protocol', 'Protocol', 1, named(PROTOCOL_NAMES));
  writer.hex('check', 'Header checksum', 2);
  const source = writer.ipv4('saddr', 'Source');
  const destination = writer.ipv4('daddr', 'Destination');
  context.addresses(source, destination);
  context.tell('IPv4', `${named(PROTOCOL_NAMES)(protocol)}, ${totalBytes} bytes`);
  writer.problem = headerProblem(version, headerBytes, totalBytes, end - start, context.isQuoted);
  if (version !== 4 || headerBytes < HEADER_BYTES_MIN) return undefined;
  readOptions(writer, start + headerBytes);
  const isWhole = start + headerBytes <= writer.end;
  const sum = wordSum(context.bytes, start, start + headerBytes);
  if (isWhole) writer.checksum = sum === SUM_OF_GOOD ? 'good' : 'bad';
  context.pseudo = {
    source,
    destination,
    addressSum: wordSum(context.bytes, start + 12, start + 20),
  };
  const above = { start: writer.at, end: Math.max(writer.at, Math.min(end, start + totalBytes)) };
  if (fragment > 0 || hasMore) {
    const last = fragment + totalBytes - headerBytes - 1;
    const part = `Fragment ${hexOf(id, 4)}, bytes ${fragment} to ${last}`;
    context.tell('IPv4', `${part} of ${PROTOCOL_NAMES[protocol] ?? `protocol ${protocol}`}`);
    return { decode: decodeFragment, ...above };
  }
  return { decode: DECODERS[protocol] ?? decodeUnknown, ...above };
}

const words = (value: number): string => `${4 * value} bytes`;
const eights = (value: number): string => `${8 * value} bytes`;

function headerProblem(
  version: number,
  headerBytes: number,
  totalBytes: number,
  thereBytes: number,
  isQuoted: boolean,
): string | undefined {
  if (version !== 4) return `version ${version}`;
  if (headerBytes < HEADER_BYTES_MIN) return `header of ${headerBytes} bytes`;
  if (totalBytes < headerBytes) return `total length ${totalBytes} is less than the header's`;
  if (totalBytes > thereBytes && !isQuoted) {
    return `${totalBytes - thereBytes} of ${totalBytes} bytes are missing`;
  }
  return undefined;
}

/** A piece of a datagram: only the first has a header of the next layer. */
const decodeFragment: Decoder = (context, start, end) => {
  if (start >= end) return;
  context.layer('Fragment', start, end, (writer) => {
    writer.data('data', 'Part of a datagram', writer.left);
    return undefined;
  });
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
    writer.data('option', name, lengthBytes);
  }
  if (writer.at < end) writer.data('padding', 'Padding', end - writer.at);
}
