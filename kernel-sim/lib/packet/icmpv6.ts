// SPDX-License-Identifier: GPL-2.0-or-later
/** ICMPv6, neighbour discovery: RFC 4443, 4861. Linux: include/uapi/linux/icmpv6.h. */
import { IPPROTO } from '../../uapi/in.ts';
import type { Above, Decoder, DissectContext } from './dissection.ts';
import { hexOf, macOf, type LayerWriter } from './layer.ts';
import { checkTransport, decodeUnknown } from './transport.ts';

const TYPE = {
  UNREACHABLE: 1,
  PACKET_TOO_BIG: 2,
  TIME_EXCEEDED: 3,
  PARAMETER_PROBLEM: 4,
  ECHO: 128,
  ECHO_REPLY: 129,
  ROUTER_SOLICITATION: 133,
  ROUTER_ADVERTISEMENT: 134,
  NEIGHBOUR_SOLICITATION: 135,
  NEIGHBOUR_ADVERTISEMENT: 136,
} as const;

const TYPE_NAMES: Readonly<Record<number, string>> = {
  [TYPE.UNREACHABLE]: 'Destination unreachable',
  [TYPE.PACKET_TOO_BIG]: 'Packet too big',
  [TYPE.TIME_EXCEEDED]: 'Time exceeded',
  [TYPE.PARAMETER_PROBLEM]: 'Parameter problem',
  [TYPE.ECHO]: 'Echo request',
  [TYPE.ECHO_REPLY]: 'Echo reply',
  130: 'Multicast listener query',
  131: 'Multicast listener report',
  132: 'Multicast listener done',
  [TYPE.ROUTER_SOLICITATION]: 'Router solicitation',
  [TYPE.ROUTER_ADVERTISEMENT]: 'Router advertisement',
  [TYPE.NEIGHBOUR_SOLICITATION]: 'Neighbor solicitation',
  [TYPE.NEIGHBOUR_ADVERTISEMENT]: 'Neighbor advertisement',
  137: 'Redirect',
  143: 'Multicast listener report v2',
};

export const decodeIcmpv6: Decoder = (context, start, end) => {
  context.layer('ICMPv6', start, end, (writer) => readIcmpv6(context, writer, end));
};

function readIcmpv6(context: DissectContext, writer: LayerWriter, end: number): Above | undefined {
  writer.checksum = checkTransport(context, IPPROTO.ICMPV6, writer.start, end);
  const type = writer.number('icmp6_type', 'Type', 1, (value) => {
    return `${TYPE_NAMES[value] ?? 'unknown'} (${value})`;
  });
  writer.number('icmp6_code', 'Code', 1);
  writer.hex('icmp6_cksum', 'Checksum', 2);
  const name = TYPE_NAMES[type] ?? `ICMPv6 type ${type}`;
  context.tell('ICMPv6', name);
  switch (type) {
    case TYPE.ECHO:
    case TYPE.ECHO_REPLY: {
      const id = writer.hex('icmp6_identifier', 'Identifier', 2);
      const sequence = writer.number('icmp6_sequence', 'Sequence number', 2);
      context.tell('ICMPv6', `${name} id=${hexOf(id, 4)} seq=${sequence}`);
      return { decode: decodeUnknown, start: writer.at, end };
    }
    case TYPE.NEIGHBOUR_SOLICITATION:
    case TYPE.NEIGHBOUR_ADVERTISEMENT:
      readNeighbour(context, writer, type);
      return undefined;
    case TYPE.ROUTER_SOLICITATION:
      writer.hex('reserved', 'Reserved', 4);
      readOptions(writer);
      return undefined;
    case TYPE.ROUTER_ADVERTISEMENT:
      readRouter(writer);
      return undefined;
    case TYPE.PACKET_TOO_BIG: {
      const mtu = writer.number('icmp6_mtu', 'MTU of the next hop', 4);
      context.tell('ICMPv6', `${name}, MTU ${mtu}`);
      return { decode: decodeQuoted, start: writer.at, end };
    }
    case TYPE.UNREACHABLE:
    case TYPE.TIME_EXCEEDED:
    case TYPE.PARAMETER_PROBLEM:
      writer.hex('rest', 'Rest of the header', 4);
      return { decode: decodeQuoted, start: writer.at, end };
    default:
      return { decode: decodeUnknown, start: writer.at, end };
  }
}

function readNeighbour(context: DissectContext, writer: LayerWriter, type: number): void {
  if (type === TYPE.NEIGHBOUR_ADVERTISEMENT) {
    writer.bits('router', 'Router', 4, { first: 0, count: 1 });
    writer.bits('solicited', 'Solicited', 4, { first: 1, count: 1 });
    writer.bits('override', 'Override', 4, { first: 2, count: 1 });
    writer.skip(4);
  } else writer.hex('reserved', 'Reserved', 4);
  const target = writer.ipv6('target', 'Target');
  const said =
    type === TYPE.NEIGHBOUR_ADVERTISEMENT
      ? `${target} is here`
      : `Who has ${target}? Tell ${context.source}`;
  context.tell('ICMPv6', said);
  const mac = readOptions(writer);
  if (type === TYPE.NEIGHBOUR_ADVERTISEMENT && mac !== undefined) {
    context.tell('ICMPv6', `${target} is at ${mac}`);
  }
}

function readRouter(writer: LayerWriter): void {
  writer.number('cur_hop_limit', 'Hop limit', 1);
  writer.bits('managed', 'Managed addresses', 1, { first: 0, count: 1 });
  writer.bits('other', 'Other configuration', 1, { first: 1, count: 1 });
  writer.skip(1);
  writer.number('lifetime', 'Lifetime', 2, (value) => `${value} s`);
  writer.number('reachable', 'Reachable time', 4, (value) => `${value} ms`);
  writer.number('retrans', 'Retransmission time', 4, (value) => `${value} ms`);
  readOptions(writer);
}

const OPTION_NAMES: Readonly<Record<number, string>> = {
  1: 'Source link-layer address',
  2: 'Target link-layer address',
  3: 'Prefix',
  4: 'Redirected header',
  5: 'MTU',
  25: 'Recursive DNS server',
};

/** The link-layer address, if one is told. */
function readOptions(writer: LayerWriter): string | undefined {
  let mac: string | undefined;
  while (writer.left > 0) {
    const kind = writer.peek(0, 1);
    const lengthBytes = 8 * writer.peek(1, 1);
    if (lengthBytes === 0) {
      writer.problem = `option ${kind} says that it is 0 bytes long`;
      break;
    }
    const isMac = (kind === 1 || kind === 2) && lengthBytes === 8 && writer.left >= 8;
    const text = isMac ? macOf(writer.bytes.subarray(writer.at + 2, writer.at + 8)) : undefined;
    mac ??= text;
    writer.data('option', OPTION_NAMES[kind] ?? `Option ${kind}`, lengthBytes, text);
  }
  return mac;
}

const decodeQuoted: Decoder = (context, start, end) => {
  if (context.isQuoted) decodeUnknown(context, start, end);
  else {
    context.isQuoted = true;
    context.network.ipv6(context, start, end);
  }
};
