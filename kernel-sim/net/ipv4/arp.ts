// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * ARP: who has an IPv4 address on the link.
 *
 * Linux: net/ipv4/arp.c. RFC 826; RFC 5227 for announcements.
 */
import { ARPHRD, ETH_ALEN, ETH_P, PACKET } from '../../uapi/if-ether.ts';
import { IFF } from '../../uapi/if.ts';
import { NUD, RT_SCOPE, RTN } from '../../uapi/rtnetlink.ts';
import { ethHeader } from '../core/ethernet.ts';
import type { NetDevice } from '../core/net-device.ts';
import type { Neighbour, NeighbourOps } from '../core/neighbour.ts';
import type { SkBuff } from '../core/sk-buff.ts';
import { isLoopback, isMulticast } from './address.ts';
import type { Ipv4Context } from './context.ts';
import { sourceOf } from './ip-header.ts';
import { ICMP, ICMP_UNREACH } from '../../uapi/icmp.ts';

const ARPOP = { REQUEST: 1, REPLY: 2 } as const;
/** Byte offsets for Ethernet and IPv4. */
const ARPHDR = {
  HARDWARE: 0,
  PROTOCOL: 2,
  LENGTHS: 4,
  OPERATION: 6,
  SENDER_MAC: 8,
  SENDER: 14,
  TARGET_MAC: 18,
  TARGET: 24,
  SIZE: 28,
} as const;
/** Lengths of the two kinds of addresses. */
const LENGTHS = 0x0604;
/** Room in front for the link layer. */
const HEADROOM = 32;
/** An entry that was confirmed so recently is not changed by another's answer. Linux: locktime. */
const LOCK_NS = 1_000_000_000;
/** Where groups of IPv4 go on Ethernet: RFC 1112. */
const MULTICAST_PREFIX = [0x01, 0x00, 0x5e];

export class Arp implements NeighbourOps {
  readonly #net: Ipv4Context;

  constructor(net: Ipv4Context) {
    this.#net = net;
  }

  // ---- What the neighbour table wants ------------------------------------------------------

  /** Linux: arp_constructor. */
  known(address: number, device: NetDevice): Uint8Array | undefined {
    if ((device.flags & (IFF.NOARP | IFF.LOOPBACK)) !== 0) return device.address;
    if (isMulticast(address)) return multicastMac(address);
    const isBroadcast = this.#net.routes.typeOf(address) === RTN.BROADCAST;
    if (isBroadcast || (device.flags & IFF.POINTOPOINT) !== 0) return device.broadcast;
    return undefined;
  }

  /** Linux: arp_solicit. */
  solicit(neighbour: Neighbour, skb: SkBuff | undefined): void {
    const { device, state, hardwareAddress } = neighbour;
    const target = neighbour.address as number;
    const source = this.#sourceFor(device, target, skb);
    // One that was there is asked itself; only when it does not answer is everybody.
    const to = state === NUD.PROBE ? hardwareAddress : device.broadcast;
    this.#send(device, ARPOP.REQUEST, { to, target, source });
  }

  /** The sender of what waited hears of it. Linux: arp_error_report. */
  unreachable(skb: SkBuff): void {
    const { icmp, core } = this.#net;
    icmp.send(skb, ICMP.DEST_UNREACH, ICMP_UNREACH.HOST, 0);
    core.skbs.free(skb, 'NEIGH_FAILED');
  }

  /** The address that the packet comes from, if it is one of this link's. */
  #sourceFor(device: NetDevice, target: number, skb: SkBuff | undefined): number {
    const { routes, devinet } = this.#net;
    if (skb !== undefined && skb.networkHeader !== 0) {
      const source = sourceOf(skb);
      if (routes.typeOf(source) === RTN.LOCAL) return source;
    }
    return devinet.selectSource(device, target, RT_SCOPE.LINK);
  }

  // ---- Messages ----------------------------------------------------------------------------

  /** Tells the link which address this machine has. Linux: arp_send, NETDEV_NOTIFY_PEERS. */
  announce(device: NetDevice, address: number): void {
    const to = device.broadcast;
    this.#send(device, ARPOP.REQUEST, { to, target: address, source: address });
  }

  #send(
    device: NetDevice,
    operation: number,
    what: { to: Uint8Array; target: number; source: number; targetMac?: Uint8Array },
  ): void {
    if ((device.flags & IFF.NOARP) !== 0) return;
    const { skbs } = this.#net.core;
    const skb = skbs.alloc(HEADROOM + ARPHDR.SIZE);
    if (skb === undefined) return;
    skb.reserve(HEADROOM);
    skb.put(ARPHDR.SIZE);
    skb.networkHeader = skb.data;
    skb.dev = device;
    skb.protocol = ETH_P.ARP;
    skb.store16(ARPHDR.HARDWARE, ARPHRD.ETHER);
    skb.store16(ARPHDR.PROTOCOL, ETH_P.IP);
    skb.store16(ARPHDR.LENGTHS, LENGTHS);
    skb.store16(ARPHDR.OPERATION, operation);
    skb.copyIn(ARPHDR.SENDER_MAC, device.address);
    skb.store32(ARPHDR.SENDER, what.source);
    skb.copyIn(ARPHDR.TARGET_MAC, what.targetMac ?? new Uint8Array(ETH_ALEN));
    skb.store32(ARPHDR.TARGET, what.target);
    ethHeader(skb, device, ETH_P.ARP, what.to);
    this.#net.core.xmit(skb);
  }

  /** Takes a message that came. Linux: arp_rcv, arp_process. */
  receive(skb: SkBuff, device: NetDevice): void {
    const isOurs = skb.pktType !== PACKET.OTHERHOST && skb.pktType !== PACKET.LOOPBACK;
    if (isOurs && (device.flags & IFF.NOARP) === 0 && this.#isSound(skb)) {
      this.#process(skb, device);
    }
    this.#net.core.skbs.consume(skb);
  }

  #isSound(skb: SkBuff): boolean {
    return (
      skb.length >= ARPHDR.SIZE &&
      skb.load16(ARPHDR.HARDWARE) === ARPHRD.ETHER &&
      skb.load16(ARPHDR.PROTOCOL) === ETH_P.IP &&
      skb.load16(ARPHDR.LENGTHS) === LENGTHS
    );
  }

  #process(skb: SkBuff, device: NetDevice): void {
    const { routes, neighbours, devinet } = this.#net;
    const operation = skb.load16(ARPHDR.OPERATION);
    if (operation !== ARPOP.REQUEST && operation !== ARPOP.REPLY) return;
    const sender = skb.load32(ARPHDR.SENDER) >>> 0;
    const target = skb.load32(ARPHDR.TARGET) >>> 0;
    const mac = skb.copyOut(ARPHDR.SENDER_MAC, ETH_ALEN);
    if (isMulticast(target) || isLoopback(target)) return;
    if (isMulticast(sender)) return;
    const isForUs = routes.typeOf(target) === RTN.LOCAL && this.#mayAnswer(device, target);
    // Somebody asks whether an address is taken (RFC 5227, section 2.1.1).
    if (sender === 0) {
      if (operation === ARPOP.REQUEST && isForUs) this.#reply(device, mac, target, sender);
      return;
    }
    if (operation === ARPOP.REQUEST && isForUs) {
      const neighbour = neighbours.findOrMake(sender, device);
      if (neighbour === undefined) return;
      neighbours.update(neighbour, mac, NUD.STALE, { isOverride: true });
      this.#reply(device, mac, target, sender);
      return;
    }
    const accepts = devinet.conf(device).arpAccept !== 0 || devinet.confAll.arpAccept !== 0;
    const isGratuitous = sender === target;
    const isLearnt = accepts && isGratuitous && routes.typeOf(sender) === RTN.UNICAST;
    const neighbour = isLearnt
      ? neighbours.findOrMake(sender, device)
      : neighbours.find(sender, device);
    if (neighbour === undefined) return;
    this.#learn(neighbour, skb, operation, mac, isGratuitous);
  }

  /** What is heard of a neighbour that is known. Answers from two: the first counts. */
  #learn(
    neighbour: Neighbour,
    skb: SkBuff,
    operation: number,
    mac: Uint8Array,
    isGratuitous: boolean,
  ): void {
    const { sim, neighbours } = this.#net;
    const isAnswer = operation === ARPOP.REPLY && skb.pktType === PACKET.HOST;
    const isLocked = sim.now() <= neighbour.updatedNs + LOCK_NS;
    const state = isAnswer ? NUD.REACHABLE : NUD.STALE;
    neighbours.update(neighbour, mac, state, { isOverride: !isLocked || isGratuitous });
  }

  /** net.ipv4.conf.*.arp_ignore. Linux: arp_ignore. */
  #mayAnswer(device: NetDevice, target: number): boolean {
    const { devinet } = this.#net;
    const level = Math.max(devinet.conf(device).arpIgnore, devinet.confAll.arpIgnore);
    if (level === 0) return true;
    if (level >= 8) return false;
    return devinet.of(device).some(({ local }) => local === target);
  }

  #reply(device: NetDevice, mac: Uint8Array, source: number, target: number): void {
    this.#send(device, ARPOP.REPLY, { to: mac, target, source, targetMac: mac });
  }
}

/** Linux: ip_eth_mc_map. */
export function multicastMac(group: number): Uint8Array {
  return Uint8Array.from([
    ...MULTICAST_PREFIX,
    (group >>> 16) & 0x7f,
    (group >>> 8) & 0xff,
    group & 0xff,
  ]);
}
