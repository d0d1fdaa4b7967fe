// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * IPv4, coming in: checks, where it goes, and up to the protocol that it is for.
 *
 * Nothing in a packet is believed before it was looked at; what is dropped is counted where Linux
 * counts it.
 *
 * Linux: net/ipv4/ip_input.c, ip_forward.c.
 */
import { ERRNO } from '../../uapi/errno.ts';
import { ICMP, ICMP_EXC, ICMP_UNREACH } from '../../uapi/icmp.ts';
import { PACKET } from '../../uapi/if-ether.ts';
import { RT_SCOPE, RTN } from '../../uapi/rtnetlink.ts';
import { foldChecksum } from '../core/checksum.ts';
import type { NetDevice } from '../core/net-device.ts';
import type { SkBuff } from '../core/sk-buff.ts';
import type { TransportProtocol } from '../network-layer.ts';
import type { Ipv4Context } from './context.ts';
import type { IpFragments } from './ip-fragment.ts';
import {
  destinationOf,
  fragmentOf,
  headerAt,
  headerBytes,
  IP_DF,
  IP_MF,
  IP_OFFSET,
  IPHDR,
  protocolOf,
  sourceOf,
  ttlOf,
  VERSION,
} from './ip-header.ts';
import { receiveOptions } from './ip-options.ts';
import type { FibRoute } from './fib.ts';

/** Who takes packets of which protocol. */
export interface Protocols {
  readonly byNumber: Map<number, TransportProtocol>;
  /** Raw sockets get a copy of each packet; answers whether one did. Linux: raw_local_deliver. */
  raw: (skb: SkBuff) => boolean;
}

export class IpInput {
  readonly #net: Ipv4Context;
  readonly #fragments: IpFragments;

  constructor(net: Ipv4Context, fragments: IpFragments) {
    this.#net = net;
    this.#fragments = fragments;
  }

  /** Takes what a device received; its data begin at the header. Linux: ip_rcv. */
  receive(skb: SkBuff, device: NetDevice): void {
    const { statistics, core } = this.#net;
    if (skb.pktType === PACKET.OTHERHOST) {
      core.skbs.consume(skb);
      return;
    }
    statistics.ip.InReceives++;
    statistics.ipExt.InOctets += skb.length;
    const own = this.#own(skb);
    if (own === undefined) {
      statistics.ip.InDiscards++;
      return;
    }
    own.networkHeader = own.data;
    if (this.#isSound(own)) this.#route(own, device);
    else core.skbs.free(own);
  }

  /** A packet that nobody else looks at: it will be changed. Linux: skb_share_check. */
  #own(skb: SkBuff): SkBuff | undefined {
    if (!skb.isCloned) return skb;
    const { skbs } = this.#net.core;
    const copy = skbs.copy(skb);
    if (copy === undefined) skbs.free(skb);
    else skbs.consume(skb);
    return copy;
  }

  /** Linux: ip_rcv_core. */
  #isSound(skb: SkBuff): boolean {
    const { ip, ipExt } = this.#net.statistics;
    const header = skb.length < IPHDR.SIZE ? 0 : (skb.load8(0) & 0xf) * 4;
    if (header < IPHDR.SIZE || skb.load8(0) >>> 4 !== VERSION || skb.length < header) {
      ip.InHdrErrors++;
      return false;
    }
    this.#countEcn(skb.load8(IPHDR.TOS) & 3);
    if (foldChecksum(skb.checksum(0, header)) !== 0) {
      ipExt.InCsumErrors++;
      ip.InHdrErrors++;
      return false;
    }
    const length = skb.load16(IPHDR.TOTAL_LENGTH);
    if (skb.length < length) {
      ipExt.InTruncatedPkts++;
      return false;
    }
    if (length < header) {
      ip.InHdrErrors++;
      return false;
    }
    // Short frames are padded.
    skb.trim(length);
    return true;
  }

  #countEcn(ecn: number): void {
    const { ipExt } = this.#net.statistics;
    if (ecn === 0) ipExt.InNoECTPkts++;
    else if (ecn === 1) ipExt.InECT1Pkts++;
    else if (ecn === 2) ipExt.InECT0Pkts++;
    else ipExt.InCEPkts++;
  }

  /** Linux: ip_rcv_finish. */
  #route(skb: SkBuff, device: NetDevice): void {
    const { routes, statistics, core } = this.#net;
    const { ipExt, tcpExt } = statistics;
    const destination = destinationOf(skb);
    const isOwn = skb.pktType === PACKET.LOOPBACK;
    const route = routes.input(destination, sourceOf(skb), device, isOwn);
    if (route.action === 'martian') {
      if (route.isReversePath) tcpExt.IPReversePathFilter++;
      this.#logMartian(skb, device);
      core.skbs.free(skb);
      return;
    }
    if (route.action === 'unreachable') {
      this.#unreachable(skb, route.errno);
      return;
    }
    const isForward = route.action === 'forward';
    const passed = isForward ? this.#sourceThrough(route.entry, destination) : destination;
    if (headerBytes(skb) > IPHDR.SIZE && !this.#passesOptions(skb, passed)) {
      core.skbs.free(skb);
      return;
    }
    if (isForward) {
      this.#forward(skb, device);
      return;
    }
    if (route.type === RTN.MULTICAST) {
      ipExt.InMcastPkts++;
      ipExt.InMcastOctets += skb.length;
    } else if (route.type === RTN.BROADCAST) {
      ipExt.InBcastPkts++;
      ipExt.InBcastOctets += skb.length;
    }
    this.#deliver(skb);
  }

  #sourceThrough(entry: FibRoute, destination: number): number {
    return this.#net.devinet.selectSource(entry.device, destination, RT_SCOPE.UNIVERSE);
  }

  /** Linux: ip_rcv_options. */
  #passesOptions(skb: SkBuff, address: number): boolean {
    const { routes, statistics, icmp, sim } = this.#net;
    const { errorAt, hasSourceRoute } = receiveOptions(skb, {
      address,
      nowNs: sim.now(),
      isLocal: (candidate) => routes.typeOf(candidate) === RTN.LOCAL,
    });
    if (errorAt === 0) return !hasSourceRoute;
    statistics.ip.InHdrErrors++;
    icmp.send(skb, ICMP.PARAMETERPROB, 0, errorAt * 0x100_0000);
    return false;
  }

  /** Linux: ip_handle_martian_source. */
  #logMartian(skb: SkBuff, device: NetDevice): void {
    const { devinet } = this.#net;
    const isLogged = devinet.conf(device).logMartians !== 0 || devinet.confAll.logMartians !== 0;
    if (isLogged) this.#net.onMartian(sourceOf(skb), destinationOf(skb), device);
  }

  /** No way leads there. Linux: ip_error. */
  #unreachable(skb: SkBuff, errno: number): void {
    const { statistics, icmp, core } = this.#net;
    const { ip, ipExt } = statistics;
    const isForwarding = skb.dev !== undefined && this.#net.devinet.conf(skb.dev).forwarding !== 0;
    if (errno === ERRNO.ENETUNREACH) ipExt.InNoRoutes++;
    if (!isForwarding && errno === ERRNO.EHOSTUNREACH) ip.InAddrErrors++;
    const code =
      errno === ERRNO.EHOSTUNREACH
        ? ICMP_UNREACH.HOST
        : errno === ERRNO.ENETUNREACH
          ? ICMP_UNREACH.NET
          : errno === ERRNO.EACCES
            ? ICMP_UNREACH.PKT_FILTERED
            : -1;
    if (isForwarding && code >= 0) icmp.send(skb, ICMP.DEST_UNREACH, code, 0);
    core.skbs.free(skb);
  }

  // ---- Up -----------------------------------------------------------------------------------

  /** For this machine. Takes the skb. Linux: ip_local_deliver. */
  #deliver(skb: SkBuff): void {
    if ((fragmentOf(skb) & (IP_MF | IP_OFFSET)) === 0) {
      this.#toProtocol(skb);
      return;
    }
    const whole = this.#fragments.add(skb);
    if (whole !== undefined) this.#toProtocol(whole);
  }

  /** Linux: ip_protocol_deliver_rcu. */
  #toProtocol(skb: SkBuff): void {
    const { statistics, protocols, icmp, core } = this.#net;
    const number = protocolOf(skb);
    skb.pull(headerBytes(skb));
    skb.transportHeader = skb.data;
    const isRaw = protocols.raw(skb);
    const protocol = protocols.byNumber.get(number);
    if (protocol !== undefined) {
      statistics.ip.InDelivers++;
      protocol.receive(skb);
      return;
    }
    if (isRaw) {
      statistics.ip.InDelivers++;
      core.skbs.consume(skb);
      return;
    }
    statistics.ip.InUnknownProtos++;
    icmp.send(skb, ICMP.DEST_UNREACH, ICMP_UNREACH.PROT, 0);
    core.skbs.free(skb);
  }

  // ---- On -----------------------------------------------------------------------------------

  /** Linux: ip_forward. */
  #forward(skb: SkBuff, device: NetDevice): void {
    const { core, icmp, statistics, routes, ipOutput, devinet } = this.#net;
    const { ip } = statistics;
    if (skb.pktType !== PACKET.HOST) {
      core.skbs.free(skb);
      return;
    }
    if (ttlOf(skb) <= 1) {
      ip.InHdrErrors++;
      icmp.send(skb, ICMP.TIME_EXCEEDED, ICMP_EXC.TTL, 0);
      core.skbs.free(skb);
      return;
    }
    const destination = destinationOf(skb);
    const route = routes.output(destination);
    if (typeof route === 'number') {
      ip.InAddrErrors++;
      core.skbs.free(skb);
      return;
    }
    const mtu = routes.mtu(route);
    if ((fragmentOf(skb) & IP_DF) !== 0 && skb.length > mtu) {
      ip.FragFails++;
      icmp.send(skb, ICMP.DEST_UNREACH, ICMP_UNREACH.FRAG_NEEDED, mtu);
      core.skbs.free(skb);
      return;
    }
    const isBack = route.device === device && headerAt(skb) === 0;
    const sends = devinet.conf(device).sendRedirects !== 0 || devinet.confAll.sendRedirects !== 0;
    if (isBack && sends && devinet.isOnLink(device, sourceOf(skb))) {
      icmp.sendRedirect(skb, route.nextHop);
    }
    ipOutput.forward(skb, route);
  }
}
