// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The IPv4 header, as it lies in a packet.
 *
 * Linux: include/uapi/linux/ip.h. RFC 791, section 3.1.
 */
import type { SkBuff } from '../core/sk-buff.ts';

/** Byte offsets. */
export const IPHDR = {
  VERSION_IHL: 0,
  TOS: 1,
  TOTAL_LENGTH: 2,
  ID: 4,
  FRAGMENT: 6,
  TTL: 8,
  PROTOCOL: 9,
  CHECKSUM: 10,
  SOURCE: 12,
  DESTINATION: 16,
  SIZE: 20,
  SIZE_MAX: 60,
} as const;

export const VERSION = 4;
/** Bits of the fragment field; the offset is in units of 8 bytes. */
export const IP_DF = 0x4000;
export const IP_MF = 0x2000;
export const IP_OFFSET = 0x1fff;
export const PACKET_BYTES_MAX = 0xffff;

/** Where the header is, counted from the packet's data: 0, or less in front of them. */
export function headerAt(skb: SkBuff): number {
  return skb.networkHeader - skb.data;
}

export function headerBytes(skb: SkBuff): number {
  return (skb.load8(headerAt(skb)) & 0xf) * 4;
}

export function sourceOf(skb: SkBuff): number {
  return skb.load32(headerAt(skb) + IPHDR.SOURCE) >>> 0;
}

export function destinationOf(skb: SkBuff): number {
  return skb.load32(headerAt(skb) + IPHDR.DESTINATION) >>> 0;
}

export function protocolOf(skb: SkBuff): number {
  return skb.load8(headerAt(skb) + IPHDR.PROTOCOL);
}

export function ttlOf(skb: SkBuff): number {
  return skb.load8(headerAt(skb) + IPHDR.TTL);
}

export function tosOf(skb: SkBuff): number {
  return skb.load8(headerAt(skb) + IPHDR.TOS);
}

/** Flags and offset. */
export function fragmentOf(skb: SkBuff): number {
  return skb.load16(headerAt(skb) + IPHDR.FRAGMENT);
}
