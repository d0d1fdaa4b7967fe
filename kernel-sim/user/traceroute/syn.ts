// SPDX-License-Identifier: GPL-2.0-or-later
/** The TCP segment that asks for a connection, as traceroute -T makes it by hand: RFC 9293. */
import { ipv6ToBytes, parseIpv4, parseIpv6 } from '../../lib/ip-address.ts';
import { IPPROTO } from '../../uapi/in.ts';
import { internetChecksum } from '../ping/messages.ts';

export const TCP_FLAGS_AT = 13;
const FLAG_SYN = 2;
const CHECKSUM_AT = 16;
const HEADER_BYTES = 20;
const WINDOW = 5840;
/** MSS 1460, SACK permitted, timestamps, no-operation, window scale 2: as Linux begins. */
// prettier-ignore
const OPTIONS = [
  2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 2,
];
export const TCP_SYN_BYTES = HEADER_BYTES + OPTIONS.length;
/** Nobody answers twice: any sequence number will do. */
const SEQUENCE = 1;

/** A SYN with its checksum; the addresses are those that the IP header will have. */
export function synSegment(
  source: string,
  destination: string,
  ports: { readonly from: number; readonly to: number },
): Uint8Array {
  const bytes = new Uint8Array(TCP_SYN_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, ports.from);
  view.setUint16(2, ports.to);
  view.setUint32(4, SEQUENCE);
  view.setUint8(12, (TCP_SYN_BYTES / 4) << 4);
  view.setUint8(TCP_FLAGS_AT, FLAG_SYN);
  view.setUint16(14, WINDOW);
  bytes.set(OPTIONS, HEADER_BYTES);
  const pseudo = [...addressBytes(source), ...addressBytes(destination), 0, IPPROTO.TCP];
  const summed = Uint8Array.of(...pseudo, 0, TCP_SYN_BYTES, ...bytes);
  view.setUint16(CHECKSUM_AT, internetChecksum(summed));
  return bytes;
}

function addressBytes(text: string): Uint8Array {
  const digits = parseIpv6(text);
  if (digits !== undefined) return ipv6ToBytes(digits);
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, parseIpv4(text) ?? 0);
  return bytes;
}
