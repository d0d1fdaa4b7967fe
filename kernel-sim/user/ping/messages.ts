// SPDX-License-Identifier: GPL-2.0-or-later
/** Messages of ICMP and ICMPv6 as ping sends, reads and names them. */
import { formatIpv4 } from '../../lib/ip-address.ts';
import { ICMP, ICMPV6 } from '../../uapi/icmp.ts';

export const ICMP_HEADER_BYTES = 8;
/** The time of sending in a request's data: struct timeval. */
export const TIMESTAMP_BYTES = 16;
const IPV4_HEADER_MIN = 20;

/** RFC 1071, over a whole message. */
export function internetChecksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

export interface EchoRequest {
  readonly isIpv6: boolean;
  readonly identifier: number;
  readonly sequence: number;
  readonly dataBytes: number;
  /** Microseconds since 1970. */
  readonly sentUs: number;
  /** What fills the data; undefined for bytes that count up. */
  readonly pattern: readonly number[] | undefined;
}

/** A request with its checksum (which, over IPv6, the kernel makes anew). */
export function echoRequest(request: EchoRequest): Uint8Array {
  const { isIpv6, dataBytes, sentUs, pattern } = request;
  const bytes = new Uint8Array(ICMP_HEADER_BYTES + dataBytes);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, isIpv6 ? ICMPV6.ECHO_REQUEST : ICMP.ECHO);
  view.setUint16(4, request.identifier);
  view.setUint16(6, request.sequence & 0xffff);
  for (let at = 0; at < dataBytes; at++) {
    bytes[ICMP_HEADER_BYTES + at] =
      pattern === undefined ? at : (pattern[at % pattern.length] ?? 0);
  }
  if (dataBytes >= TIMESTAMP_BYTES) {
    const seconds = Math.floor(sentUs / 1e6);
    view.setUint32(ICMP_HEADER_BYTES, seconds, true);
    view.setUint32(ICMP_HEADER_BYTES + 4, 0, true);
    view.setUint32(ICMP_HEADER_BYTES + 8, sentUs - seconds * 1e6, true);
    view.setUint32(ICMP_HEADER_BYTES + 12, 0, true);
  }
  view.setUint16(2, internetChecksum(bytes));
  return bytes;
}

/** When the request that this answers was sent, in microseconds; undefined without room for it. */
export function sentTime(message: Uint8Array): number | undefined {
  if (message.length < ICMP_HEADER_BYTES + TIMESTAMP_BYTES) return undefined;
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  return (
    view.getUint32(ICMP_HEADER_BYTES, true) * 1e6 + view.getUint32(ICMP_HEADER_BYTES + 8, true)
  );
}

/** A message without its IP header, which raw sockets of IPv4 deliver, and that header's TTL. */
export function withoutIpHeader(
  packet: Uint8Array,
): { message: Uint8Array; ttl: number } | undefined {
  const headerBytes = ((packet[0] ?? 0) & 0xf) * 4;
  if (headerBytes < IPV4_HEADER_MIN || packet.length < headerBytes + ICMP_HEADER_BYTES) {
    return undefined;
  }
  return { message: packet.subarray(headerBytes), ttl: packet[8] ?? 0 };
}

/** The request that an error of IPv4 speaks of, which lies behind the error's header. */
export function quotedRequest(error: Uint8Array): Uint8Array | undefined {
  return withoutIpHeader(error.subarray(ICMP_HEADER_BYTES))?.message;
}

const UNREACHABLE: Readonly<Record<number, string>> = {
  0: 'Destination Net Unreachable',
  1: 'Destination Host Unreachable',
  2: 'Destination Protocol Unreachable',
  3: 'Destination Port Unreachable',
  5: 'Source Route Failed',
  6: 'Destination Net Unknown',
  7: 'Destination Host Unknown',
  8: 'Source Host Isolated',
  9: 'Destination Net Prohibited',
  10: 'Destination Host Prohibited',
  11: 'Destination Net Unreachable for Type of Service',
  12: 'Destination Host Unreachable for Type of Service',
  13: 'Packet filtered',
  14: 'Precedence Violation',
  15: 'Precedence Cutoff',
};
const UNREACHABLE_V6: Readonly<Record<number, string>> = {
  0: 'No route',
  1: 'Administratively prohibited',
  2: 'Beyond scope of source address',
  3: 'Address unreachable',
  4: 'Port unreachable',
};
const PROBLEMS_V6: Readonly<Record<number, string>> = {
  0: 'Wrong header field ',
  1: 'Unknown header ',
  2: 'Unknown option ',
};
const FRAG_NEEDED = 4;

/** An error in words. `info` is what stands behind code and checksum: an MTU, a gateway. */
export function describeIcmp(type: number, code: number, info: number): string {
  switch (type) {
    case ICMP.DEST_UNREACH:
      if (code === FRAG_NEEDED) return `Frag needed and DF set (mtu = ${info & 0xffff})`;
      return UNREACHABLE[code] ?? `Dest Unreachable, Bad Code: ${code}`;
    case ICMP.SOURCE_QUENCH:
      return 'Source Quench';
    case ICMP.REDIRECT:
      return `Redirect ${code === 0 ? 'Network' : 'Host'}(New nexthop: ${formatIpv4(info)})`;
    case ICMP.TIME_EXCEEDED:
      if (code === 0) return 'Time to live exceeded';
      return code === 1 ? 'Frag reassembly time exceeded' : `Time exceeded, Bad Code: ${code}`;
    case ICMP.PARAMETERPROB:
      return `Parameter problem: pointer = ${info >>> 24}`;
    default:
      return `Bad ICMP type: ${type}`;
  }
}

export function describeIcmpv6(type: number, code: number, info: number): string {
  switch (type) {
    case ICMPV6.DEST_UNREACH:
      return `Destination unreachable: ${UNREACHABLE_V6[code] ?? `Unknown code ${code}`}`;
    case ICMPV6.PKT_TOOBIG:
      return `Packet too big: mtu=${info}${code === 0 ? '' : `, code=${code}`}`;
    case ICMPV6.TIME_EXCEED:
      return `Time exceeded: ${code === 0 ? 'Hop limit' : 'Defragmentation failure'}`;
    case ICMPV6.PARAMPROB:
      return `Parameter problem: ${PROBLEMS_V6[code] ?? ''}at ${info}`;
    default:
      return `unknown icmp type: ${type}`;
  }
}
