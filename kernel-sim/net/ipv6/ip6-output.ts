// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * IPv6, going out: the header, fragments where a packet does not fit, and on to the neighbour.
 *
 * Linux: net/ipv6/ip6_output.c.
 */
import { ipv6ToBytes } from '../../lib/ip-address.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { ETH_P, PACKET } from '../../uapi/if-ether.ts';
import { IPPROTO } from '../../uapi/in.ts';
import type { Neighbour } from '../core/neighbour.ts';
import type { SkBuff } from '../core/sk-buff.ts';
import type { OutputOptions } from '../network-layer.ts';
import type { Ipv6Context, Ipv6Route } from './context.ts';
import { IPV6HDR } from './ipv6-header.ts';

const PAYLOAD_MAX = 0xffff;
const VERSION = 6;
const FRAGMENT_BYTES = 8;
const LINK_HEADROOM = 64;

export class Ip6Output {
  readonly #net: Ipv6Context;
  readonly #random: () => number;
  readonly #mtu: (route: Ipv6Route) => number;
  readonly #neighbours = new WeakMap<Ipv6Route, Neighbour>();
  #nextId: number | undefined;

  constructor(net: Ipv6Context, random: () => number, mtu: (route: Ipv6Route) => number) {
    this.#net = net;
    this.#random = random;
    this.#mtu = mtu;
  }

  /** Puts a header in front and sends. Takes the skb. Linux: ip6_xmit. */
  send(skb: SkBuff, route: Ipv6Route, how: OutputOptions): number {
    const { statistics, core } = this.#net;
    const { ip6 } = statistics;
    const length = skb.length;
    if (length > PAYLOAD_MAX) {
      core.skbs.free(skb);
      return -ERRNO.EMSGSIZE;
    }
    skb.push(IPV6HDR.SIZE);
    skb.networkHeader = skb.data;
    const usual = route.isMulticast ? 1 : this.#net.conf(route.device).hopLimit;
    skb.store32(IPV6HDR.VERSION, ((VERSION << 28) | ((how.tos ?? 0) << 20)) >>> 0);
    skb.store16(IPV6HDR.PAYLOAD_LENGTH, length);
    skb.store16(IPV6HDR.NEXT_HEADER, (how.protocol << 8) | (how.ttl ?? usual));
    skb.copyIn(IPV6HDR.SOURCE, ipv6ToBytes(how.source as string));
    skb.copyIn(IPV6HDR.DESTINATION, ipv6ToBytes(how.destination as string));
    skb.protocol = ETH_P.IPV6;
    skb.dev = route.device;
    ip6.OutRequests++;
    ip6.OutOctets += skb.length;
    if (route.isMulticast) {
      ip6.OutMcastPkts++;
      ip6.OutMcastOctets += skb.length;
      if (how.isLoop !== false) this.#loopBack(skb, route);
    }
    const mtu = this.#mtu(route);
    return skb.length > mtu ? this.#fragment(skb, route, mtu) : this.#toNeighbour(skb, route);
  }

  /** A packet with its header, as a program has made it. Takes the skb. */
  sendReady(skb: SkBuff, route: Ipv6Route): number {
    const { ip6 } = this.#net.statistics;
    skb.networkHeader = skb.data;
    skb.protocol = ETH_P.IPV6;
    skb.dev = route.device;
    ip6.OutRequests++;
    ip6.OutOctets += skb.length;
    if (route.isMulticast) this.#loopBack(skb, route);
    return this.#toNeighbour(skb, route);
  }

  #loopBack(skb: SkBuff, { device, destination }: Ipv6Route): void {
    const { core, addrconf } = this.#net;
    if (device.isLoopback || !addrconf.isMember(destination, device)) return;
    const copy = core.skbs.copy(skb);
    if (copy === undefined) return;
    copy.pktType = PACKET.LOOPBACK;
    copy.ifIndexIn = device.ifindex;
    core.netifRx(copy);
  }

  #toNeighbour(skb: SkBuff, route: Ipv6Route): number {
    const { neighbours, core } = this.#net;
    let neighbour = this.#neighbours.get(route);
    if (neighbour === undefined || neighbour.isDead) {
      const key = route.device.isLoopback ? route.source : route.nextHop;
      neighbour = neighbours.findOrMake(key, route.device);
      if (neighbour === undefined) {
        core.skbs.free(skb);
        return -ERRNO.ENOBUFS;
      }
      this.#neighbours.set(route, neighbour);
    }
    return neighbours.output(neighbour, skb);
  }

  /** Only who sends cuts. Linux: ip6_fragment. */
  #fragment(skb: SkBuff, route: Ipv6Route, mtu: number): number {
    skb.finishChecksum();
    const { statistics, core } = this.#net;
    const { ip6 } = statistics;
    const room = (mtu - IPV6HDR.SIZE - FRAGMENT_BYTES) & ~7;
    this.#nextId = ((this.#nextId ?? this.#random()) + 1) >>> 0;
    let answer = 0;
    for (let at: number = IPV6HDR.SIZE; answer === 0 && at < skb.length; at += room) {
      const piece = this.#piece(skb, at, Math.min(room, skb.length - at));
      answer = piece === undefined ? -ERRNO.ENOMEM : this.#toNeighbour(piece, route);
      if (piece !== undefined) ip6.FragCreates++;
    }
    ip6[answer === 0 ? 'FragOKs' : 'FragFails']++;
    if (answer === 0) core.skbs.consume(skb);
    else core.skbs.free(skb);
    return answer;
  }

  #piece(skb: SkBuff, at: number, length: number): SkBuff | undefined {
    const headers = IPV6HDR.SIZE + FRAGMENT_BYTES;
    const piece = this.#net.core.skbs.alloc(LINK_HEADROOM + headers + length);
    if (piece === undefined) return undefined;
    piece.reserve(LINK_HEADROOM);
    piece.put(headers + length);
    piece.networkHeader = piece.data;
    piece.copyIn(0, skb.copyOut(0, IPV6HDR.SIZE));
    const isLast = at + length === skb.length;
    piece.store16(IPV6HDR.PAYLOAD_LENGTH, FRAGMENT_BYTES + length);
    piece.store8(IPV6HDR.NEXT_HEADER, IPPROTO.FRAGMENT);
    piece.store16(IPV6HDR.SIZE, skb.load8(IPV6HDR.NEXT_HEADER) << 8);
    piece.store16(IPV6HDR.SIZE + 2, (at - IPV6HDR.SIZE) | (isLast ? 0 : 1));
    piece.store32(IPV6HDR.SIZE + 4, this.#nextId ?? 0);
    piece.copyIn(headers, skb.copyOut(at, length));
    piece.protocol = ETH_P.IPV6;
    piece.dev = skb.dev;
    piece.priority = skb.priority;
    return piece;
  }
}
