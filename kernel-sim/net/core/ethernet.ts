// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Ethernet's header: put in front of packets that leave, read from those that come.
 *
 * Linux: net/ethernet/eth.c.
 */
import { ETH_ALEN, ETH_HLEN, ETH_P, ETH_P_802_3_MIN, PACKET } from '../../uapi/if-ether.ts';
import type { NetDevice } from './net-device.ts';
import type { SkBuff } from './sk-buff.ts';

/** The protocol that frames of a length in place of a type carry. */
const RAW_802_3 = 0xffff;

/**
 * Takes the header from a frame that has just come, says to whom it was sent, and answers its
 * protocol. A frame shorter than its header is nobody's. Linux: eth_type_trans.
 */
export function ethTypeTrans(skb: SkBuff, dev: NetDevice): number {
  skb.dev = dev;
  skb.ifIndexIn = dev.ifindex;
  if (skb.length < ETH_HLEN) {
    skb.macHeader = 0;
    skb.pktType = PACKET.OTHERHOST;
    skb.protocol = 0;
    return 0;
  }
  skb.macHeader = skb.data;
  skb.pktType = destinationKind(skb, dev);
  const type = skb.load16(2 * ETH_ALEN);
  skb.pull(ETH_HLEN);
  skb.protocol = type >= ETH_P_802_3_MIN ? type : ieee802Protocol(skb);
  return skb.protocol;
}

function ieee802Protocol(skb: SkBuff): number {
  const isRaw = skb.length >= 2 && skb.load16(0) === RAW_802_3;
  return isRaw ? ETH_P.P_802_3 : ETH_P.P_802_2;
}

function destinationKind(skb: SkBuff, dev: NetDevice): number {
  let isOurs = true;
  let isBroadcast = true;
  for (let at = 0; at < ETH_ALEN; at++) {
    const byte = skb.load8(at);
    isOurs &&= byte === dev.address[at];
    isBroadcast &&= byte === dev.broadcast[at];
  }
  if (isOurs) return PACKET.HOST;
  if ((skb.load8(0) & 1) === 0) return PACKET.OTHERHOST;
  return isBroadcast ? PACKET.BROADCAST : PACKET.MULTICAST;
}

/** Puts a header in front; from the device's own address unless told. Linux: eth_header. */
export function ethHeader(
  skb: SkBuff,
  dev: NetDevice,
  type: number,
  destination: Uint8Array,
  source: Uint8Array = dev.address,
): void {
  skb.push(ETH_HLEN);
  skb.macHeader = skb.data;
  skb.copyIn(0, destination);
  skb.copyIn(ETH_ALEN, source);
  skb.store16(2 * ETH_ALEN, type);
}

/** What a frame with its header says that it carries. Linux: eth_header_parse_protocol. */
export function ethType(skb: SkBuff): number {
  return skb.length < ETH_HLEN ? 0 : skb.load16(2 * ETH_ALEN);
}

/** Who sent a frame, from its header; undefined where it has none. */
export function ethSource(skb: SkBuff): Uint8Array | undefined {
  if (skb.macHeader === 0) return undefined;
  return skb.copyOut(skb.macHeader - skb.data + ETH_ALEN, ETH_ALEN);
}
