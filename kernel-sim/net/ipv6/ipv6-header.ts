// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The IPv6 header, as it lies in a packet.
 *
 * Linux: include/uapi/linux/ipv6.h. RFC 8200, section 3.
 */
import { ipv6FromBytes } from '../../lib/ip-address.ts';
import type { SkBuff } from '../core/sk-buff.ts';

/** Byte offsets. */
export const IPV6HDR = {
  VERSION: 0,
  PAYLOAD_LENGTH: 4,
  NEXT_HEADER: 6,
  HOP_LIMIT: 7,
  SOURCE: 8,
  DESTINATION: 24,
  SIZE: 40,
} as const;

/** The least that every link carries. */
export const IPV6_MIN_MTU = 1280;
const ADDRESS_BYTES = 16;

/** Where the header is, counted from the packet's data: 0, or less in front of them. */
export function headerAt6(skb: SkBuff): number {
  return skb.networkHeader - skb.data;
}

export function sourceOf6(skb: SkBuff): string {
  return addressAt(skb, headerAt6(skb) + IPV6HDR.SOURCE);
}

export function destinationOf6(skb: SkBuff): string {
  return addressAt(skb, headerAt6(skb) + IPV6HDR.DESTINATION);
}

export function addressAt(skb: SkBuff, at: number): string {
  return ipv6FromBytes(skb.copyOut(at, ADDRESS_BYTES));
}
