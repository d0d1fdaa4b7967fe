// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * IPv4, going out: the header, fragments, and on to the neighbour.
 *
 * Linux: net/ipv4/ip_output.c.
 */
import { ERRNO } from '../../uapi/errno.ts';
import { ETH_P } from '../../uapi/if-ether.ts';
import { IFF } from '../../uapi/if.ts';
import { ICMP, ICMP_UNREACH } from '../../uapi/icmp.ts';
import { PACKET } from '../../uapi/if-ether.ts';
import type { NetDevice } from '../core/net-device.ts';
import type { SkBuff } from '../core/sk-buff.ts';
import type { OutputOptions } from '../network-layer.ts';
import type { Ipv4Context } from './context.ts';
import {
  fragmentOf,
  headerAt,
  headerBytes,
  IP_DF,
  IP_MF,
  IP_OFFSET,
  IPHDR,
  PACKET_BYTES_MAX,
  tosOf,
  VERSION,
} from './ip-header.ts';
import { fragmentOptions, NO_OPTIONS, setHeaderChecksum } from './ip-options.ts';
import type { Ipv4Route } from './route.ts';

/** Room in front of an IP header for what devices put there. Linux: LL_MAX_HEADER. */
const LINK_HEADROOM = 64;

export class IpOutput {
  readonly #net: Ipv4Context;
  /** Drawn when the first packet leaves. */
  #nextId: number | undefined;

  constructor(net: Ipv4Context) {
    this.#net = net;
  }

  /** A number that tells the fragments of one packet from another's. */
  takeId(): number {
    this.#nextId = ((this.#nextId ?? this.#net.random()) + 1) & 0xffff;
    return this.#nextId;
  }

  /** Puts a header in front and sends. Takes the skb. Linux: ip_queue_xmit, ip_make_skb. */
  send(skb: SkBuff, route: Ipv4Route, how: OutputOptions): number {
    const options = how.options ?? NO_OPTIONS;
    const length = skb.length + IPHDR.SIZE + options.length;
    if (length > PACKET_BYTES_MAX) {
      this.#net.core.skbs.free(skb);
      return -ERRNO.EMSGSIZE;
    }
    skb.push(IPHDR.SIZE + options.length);
    skb.networkHeader = skb.data;
    const isWhole = how.dontFragment === true && length <= this.#net.routes.mtu(route);
    const usualTtl = route.isMulticast ? 1 : this.#net.settings.defaultTtl;
    skb.store16(0, (((VERSION << 4) | ((IPHDR.SIZE + options.length) >> 2)) << 8) | (how.tos ?? 0));
    skb.store16(IPHDR.TOTAL_LENGTH, length);
    skb.store16(IPHDR.ID, isWhole ? 0 : this.takeId());
    skb.store16(IPHDR.FRAGMENT, how.dontFragment === true ? IP_DF : 0);
    skb.store16(IPHDR.TTL, ((how.ttl ?? usualTtl) << 8) | how.protocol);
    skb.store32(IPHDR.SOURCE, how.source as number);
    skb.store32(IPHDR.DESTINATION, how.destination as number);
    if (options.length > 0) skb.copyIn(IPHDR.SIZE, options);
    setHeaderChecksum(skb);
    return this.sendReady(skb, route, how);
  }

  /** The header is there. Takes the skb. Linux: ip_local_out, ip_output, ip_mc_output. */
  sendReady(skb: SkBuff, route: Ipv4Route, how: Pick<OutputOptions, 'isLoop'> = {}): number {
    const { ip, ipExt } = this.#net.statistics;
    skb.protocol = ETH_P.IP;
    skb.dev = route.device;
    ip.OutRequests++;
    if (route.isMulticast) {
      ipExt.OutMcastPkts++;
      ipExt.OutMcastOctets += skb.length;
      if (how.isLoop !== false) this.#loopBack(skb, route.device);
      if (skb.load8(IPHDR.TTL) === 0) {
        this.#net.core.skbs.consume(skb);
        return 0;
      }
    } else if (route.isBroadcast) {
      ipExt.OutBcastPkts++;
      ipExt.OutBcastOctets += skb.length;
      this.#loopBack(skb, route.device);
    }
    return this.finish(skb, route);
  }

  /** In pieces where it must, to the neighbour. Takes the skb. Linux: ip_finish_output. */
  finish(skb: SkBuff, route: Ipv4Route): number {
    const mtu = this.#net.routes.mtu(route);
    if (skb.length > mtu) return this.#fragment(skb, route, mtu);
    return this.#toNeighbour(skb, route);
  }

  /** What is for everybody is for this machine, too. Linux: ip_mc_loopback. */
  #loopBack(skb: SkBuff, device: NetDevice): void {
    if ((device.flags & IFF.LOOPBACK) !== 0) return;
    const { core } = this.#net;
    const copy = core.skbs.copy(skb);
    if (copy === undefined) return;
    copy.dev = device;
    copy.protocol = ETH_P.IP;
    copy.pktType = PACKET.LOOPBACK;
    copy.ifIndexIn = device.ifindex;
    copy.networkHeader = copy.data;
    core.netifRx(copy);
  }

  /** Linux: ip_finish_output2. */
  #toNeighbour(skb: SkBuff, route: Ipv4Route): number {
    const { statistics, neighbours, core } = this.#net;
    statistics.ip.OutTransmits++;
    statistics.ipExt.OutOctets += skb.length;
    let { neighbour } = route;
    if (neighbour === undefined || neighbour.isDead) {
      // Where there is only one other end it needs no name.
      const isPlain = (route.device.flags & (IFF.LOOPBACK | IFF.POINTOPOINT)) === 0;
      neighbour = neighbours.findOrMake(isPlain ? route.nextHop : 0, route.device);
      route.neighbour = neighbour;
    }
    if (neighbour !== undefined) return neighbours.output(neighbour, skb);
    core.skbs.free(skb);
    return -ERRNO.ENOBUFS;
  }

  /** Linux: ip_fragment, ip_do_fragment. */
  #fragment(skb: SkBuff, route: Ipv4Route, mtu: number): number {
    skb.finishChecksum();
    const { statistics, icmp, core } = this.#net;
    if ((fragmentOf(skb) & IP_DF) !== 0) {
      statistics.ip.FragFails++;
      icmp.send(skb, ICMP.DEST_UNREACH, ICMP_UNREACH.FRAG_NEEDED, mtu);
      core.skbs.free(skb);
      return -ERRNO.EMSGSIZE;
    }
    const header = headerBytes(skb);
    const room = (mtu - header) & ~7;
    const pieces: SkBuff[] = [];
    let answer = room < 8 ? -ERRNO.EMSGSIZE : 0;
    for (let at = header; answer === 0 && at < skb.length; at += room) {
      const piece = this.#piece(skb, header, at, Math.min(room, skb.length - at));
      if (piece === undefined) answer = -ERRNO.ENOMEM;
      else pieces.push(piece);
    }
    if (answer === 0) core.skbs.consume(skb);
    else core.skbs.free(skb);
    for (const piece of pieces) {
      if (answer < 0) {
        core.skbs.free(piece);
        continue;
      }
      statistics.ip.FragCreates++;
      answer = Math.min(0, this.#toNeighbour(piece, route));
    }
    statistics.ip[answer === 0 ? 'FragOKs' : 'FragFails']++;
    return answer;
  }

  /** `length` bytes at `at` of a packet, with a header of their own. */
  #piece(skb: SkBuff, header: number, at: number, length: number): SkBuff | undefined {
    const piece = this.#net.core.skbs.alloc(LINK_HEADROOM + header + length);
    if (piece === undefined) return undefined;
    piece.reserve(LINK_HEADROOM);
    piece.put(header + length);
    piece.networkHeader = piece.data;
    piece.copyIn(0, skb.copyOut(0, header));
    if (at > header && header > IPHDR.SIZE) {
      const options = skb.copyOut(IPHDR.SIZE, header - IPHDR.SIZE);
      piece.copyIn(IPHDR.SIZE, fragmentOptions(options));
    }
    piece.copyIn(header, skb.copyOut(at, length));
    const whole = fragmentOf(skb);
    const isLast = at + length === skb.length && (whole & IP_MF) === 0;
    const offset = (whole & IP_OFFSET) + (at - header) / 8;
    piece.store16(IPHDR.FRAGMENT, offset | (isLast ? 0 : IP_MF));
    piece.store16(IPHDR.TOTAL_LENGTH, header + length);
    setHeaderChecksum(piece);
    piece.protocol = ETH_P.IP;
    piece.dev = skb.dev;
    piece.priority = skb.priority;
    piece.mark = skb.mark;
    return piece;
  }

  /**
   * Linux: ip_forward, behind its checks. `skb` is ours alone. Takes it.
   */
  forward(skb: SkBuff, route: Ipv4Route): void {
    const { ip } = this.#net.statistics;
    const at = headerAt(skb);
    ip.ForwDatagrams++;
    skb.store8(at + IPHDR.TTL, skb.load8(at + IPHDR.TTL) - 1);
    setHeaderChecksum(skb);
    skb.dev = route.device;
    // What is low in delay goes first. Linux: rt_tos2priority.
    skb.priority = (tosOf(skb) & 0x10) === 0 ? 0 : 6;
    this.finish(skb, route);
  }
}
