// SPDX-License-Identifier: GPL-2.0-or-later
/** IPv6 and its extension headers: RFC 8200. Linux: include/uapi/linux/ipv6.h. */
import { IPPROTO } from '../../uapi/in.ts';
import type { Above, Decoder, DissectContext } from './dissection.ts';
import { decodeIcmpv6 } from './icmpv6.ts';
import { hexOf, named } from './layer.ts';
import { wordSum } from './sum.ts';
import { decodeTcp } from './tcp.ts';
import { decodeUnknown, PROTOCOL_NAMES } from './transport.ts';
import { decodeUdp } from './udp.ts';

const HEADER_BYTES = 40;
/** IPv4 inside another datagram. */
const IPIP = 4;
const EXTENSION_NAMES: Readonly<Record<number, string>> = {
  [IPPROTO.HOPOPTS]: 'Hop-by-hop options',
  [IPPROTO.ROUTING]: 'Routing header',
  [IPPROTO.DSTOPTS]: 'Destination options',
};
const NEXT_NAMES: Readonly<Record<number, string>> = {
  ...PROTOCOL_NAMES,
  [IPPROTO.HOPOPTS]: 'Hop-by-hop options',
};

export const decodeIpv6: Decoder = (context, start, end) => {
  context.layer('IPv6', start, end, (writer) => {
    const version = writer.bits('version', 'Version', 4, { first: 0, count: 4 });
    writer.bits('priority', 'Traffic class', 4, { first: 4, count: 8 });
    writer.bits('flow_lbl', 'Flow label', 4, { first: 12, count: 20 }, (n) => hexOf(n, 5));
    writer.skip(4);
    const payloadBytes = writer.number('payload_len', 'Payload length', 2);
    const next = writer.number('nexthdr', 'Next header', 1, named(NEXT_NAMES));
    writer.number('hop_limit', 'Hop limit', 1);
    const source = writer.ipv6('saddr', 'Source');
    const destination = writer.ipv6('daddr', 'Destination');
    context.addresses(source, destination);
    context.tell('IPv6', `${named(NEXT_NAMES)(next)}, ${payloadBytes} bytes`);
    if (version !== 6) {
      writer.problem = `version ${version}`;
      return undefined;
    }
    const missing = start + HEADER_BYTES + payloadBytes - end;
    if (missing > 0 && !context.isQuoted) {
      writer.problem = `${missing} of ${payloadBytes} bytes are missing`;
    }
    const addressSum = wordSum(context.bytes, start + 8, start + HEADER_BYTES);
    context.pseudo = { source, destination, addressSum };
    return above(next, writer.at, Math.min(end, writer.at + payloadBytes));
  });
};

function above(next: number, start: number, end: number): Above | undefined {
  if (next === IPPROTO.NONE) return undefined;
  return { decode: decoderOf(next), start, end };
}

function decoderOf(next: number): Decoder {
  switch (next) {
    case IPPROTO.TCP:
      return decodeTcp;
    case IPPROTO.UDP:
      return decodeUdp;
    case IPPROTO.ICMPV6:
      return decodeIcmpv6;
    case IPIP:
      return (context, start, end) => context.network.ipv4(context, start, end);
    case IPPROTO.IPV6:
      return decodeIpv6;
    case IPPROTO.FRAGMENT:
      return decodeFragmentHeader;
    case IPPROTO.HOPOPTS:
    case IPPROTO.ROUTING:
    case IPPROTO.DSTOPTS:
      return (context, start, end) => decodeExtension(context, start, end, next);
    default:
      return decodeUnknown;
  }
}

/** Each is at least eight bytes long, so that a chain of them ends with the frame. */
function decodeExtension(context: DissectContext, start: number, end: number, kind: number): void {
  context.layer(EXTENSION_NAMES[kind] ?? 'Extension', start, end, (writer) => {
    const next = writer.number('nexthdr', 'Next header', 1, named(NEXT_NAMES));
    const lengthBytes = 8 + 8 * writer.number('hdrlen', 'Length', 1, (n) => `${8 + 8 * n} bytes`);
    writer.data('options', 'Options', lengthBytes - 2);
    return above(next, writer.at, end);
  });
}

const decodeFragmentHeader: Decoder = (context, start, end) => {
  context.layer('Fragment header', start, end, (writer) => {
    const next = writer.number('nexthdr', 'Next header', 1, named(NEXT_NAMES));
    writer.skip(1);
    const offset =
      8 * writer.bits('frag_off', 'Fragment offset', 2, { first: 0, count: 13 }, eights);
    const hasMore = writer.bits('more', 'More fragments', 2, { first: 15, count: 1 }) === 1;
    writer.skip(2);
    const id = writer.hex('identification', 'Identification', 4);
    if (offset === 0 && !hasMore) return above(next, writer.at, end);
    const last = offset + end - writer.at - 1;
    const of = NEXT_NAMES[next] ?? `protocol ${next}`;
    context.tell('IPv6', `Fragment ${hexOf(id, 8)}, bytes ${offset} to ${last} of ${of}`);
    return { decode: decodeUnknown, start: writer.at, end };
  });
};

const eights = (value: number): string => `${8 * value} bytes`;
