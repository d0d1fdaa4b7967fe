// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Control messages of datagrams: what came with a packet, and what one is to be sent with.
 *
 * Linux: ip_cmsg_recv_offset and ip_cmsg_send of net/ipv4/ip_sockglue.c, net/ipv6/datagram.c.
 */
import { type IpAddress, ipv6FromBytes, ipv6ToBytes } from '../lib/ip-address.ts';
import { ERRNO } from '../uapi/errno.ts';
import { IN6_PKTINFO, IN6ADDR_ANY, IN_PKTINFO, IP, IPPROTO, IPV6 } from '../uapi/in.ts';
import { SOL } from '../uapi/socket.ts';
import type { SkBuff } from './core/sk-buff.ts';
import type { InetOptions } from './inet-options.ts';
import type { Received } from './datagram-sock.ts';
import type { ControlMessage } from './message.ts';

const INT_BYTES = 4;

/** What the program wants to know of a packet. */
export function receivedControl(
  inet: InetOptions,
  skb: SkBuff,
  { destination }: Received,
): ControlMessage[] {
  const messages: ControlMessage[] = [];
  const isV4 = typeof destination === 'number';
  const level = isV4 ? IPPROTO.IP : IPPROTO.IPV6;
  const header = skb.networkHeader - skb.data;
  if (inet.isPktinfo) {
    const data = isV4 ? pktinfo4(destination, skb.ifIndexIn) : pktinfo6(destination, skb.ifIndexIn);
    messages.push({ level, type: isV4 ? IP.PKTINFO : IPV6.PKTINFO, data });
  }
  if (inet.isRecvttl) {
    const data = int(skb.load8(header + (isV4 ? 8 : 7)));
    messages.push({ level, type: isV4 ? IP.TTL : IPV6.HOPLIMIT, data });
  }
  if (inet.isRecvtos) {
    if (isV4) messages.push({ level, type: IP.TOS, data: Uint8Array.of(skb.load8(header + 1)) });
    else {
      const tclass = (skb.load16(header) >>> 4) & 0xff;
      messages.push({ level, type: IPV6.TCLASS, data: int(tclass) });
    }
  }
  return messages;
}

function pktinfo4(destination: number, ifindex: number): Uint8Array {
  const bytes = new Uint8Array(IN_PKTINFO.SIZE);
  const view = new DataView(bytes.buffer);
  view.setInt32(IN_PKTINFO.ifindex, ifindex, true);
  view.setUint32(IN_PKTINFO.specDst, destination);
  view.setUint32(IN_PKTINFO.addr, destination);
  return bytes;
}

function pktinfo6(destination: string, ifindex: number): Uint8Array {
  const bytes = new Uint8Array(IN6_PKTINFO.SIZE);
  bytes.set(ipv6ToBytes(destination), IN6_PKTINFO.addr);
  new DataView(bytes.buffer).setInt32(IN6_PKTINFO.ifindex, ifindex, true);
  return bytes;
}

/** What one message wants otherwise than its socket. */
export interface SendControl {
  readonly ttl?: number;
  readonly tos?: number;
  /** Index of the device that it leaves by; 0: as the route has it. */
  readonly ifindex: number;
  readonly source?: IpAddress;
}

/** -EINVAL for what is malformed or unknown. */
export function readSendControl(messages: readonly ControlMessage[]): SendControl | number {
  let result: SendControl = { ifindex: 0 };
  for (const message of messages) {
    if (message.level === SOL.SOCKET) continue;
    const read = readOne(message);
    if (read === undefined) return -ERRNO.EINVAL;
    result = Object.assign(result, read);
  }
  return result;
}

function readOne({ level, type, data }: ControlMessage): Partial<SendControl> | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const isV4 = level === IPPROTO.IP;
  if (!isV4 && level !== IPPROTO.IPV6) return undefined;
  const isInfo = type === (isV4 ? IP.PKTINFO : IPV6.PKTINFO);
  if (isInfo && isV4) {
    if (data.length < IN_PKTINFO.SIZE) return undefined;
    const source = view.getUint32(IN_PKTINFO.specDst);
    const ifindex = view.getInt32(IN_PKTINFO.ifindex, true);
    return { ifindex, ...(source !== 0 && { source }) };
  }
  if (isInfo) {
    if (data.length < IN6_PKTINFO.SIZE) return undefined;
    const source = ipv6FromBytes(data.subarray(0, 16));
    const ifindex = view.getInt32(IN6_PKTINFO.ifindex, true);
    return { ifindex, ...(source !== IN6ADDR_ANY && { source }) };
  }
  const number = data.length >= INT_BYTES ? view.getInt32(0, true) : data[0];
  if (number === undefined || number > 255) return undefined;
  if (type === (isV4 ? IP.TTL : IPV6.HOPLIMIT)) {
    return number >= (isV4 ? 1 : -1) ? { ...(number >= 0 && { ttl: number }) } : undefined;
  }
  if (type === (isV4 ? IP.TOS : IPV6.TCLASS)) return number >= 0 ? { tos: number } : undefined;
  return undefined;
}

function int(value: number): Uint8Array {
  const bytes = new Uint8Array(INT_BYTES);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return bytes;
}
