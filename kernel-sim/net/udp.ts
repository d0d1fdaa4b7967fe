// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * UDP, over either family: datagrams to and from ports.
 *
 * Linux: net/ipv4/udp.c, net/ipv6/udp.c. RFC 768.
 */
import type { IpAddress } from '../lib/ip-address.ts';
import { unmapIpv4 } from '../lib/ip-address.ts';
import { WOULD_BLOCK } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { IN6ADDR_ANY, INADDR_ANY, IP_PMTUDISC, IPPROTO } from '../uapi/in.ts';
import { RTN } from '../uapi/rtnetlink.ts';
import { MSG, SOCK } from '../uapi/socket.ts';
import { foldChecksum } from './core/checksum.ts';
import { CHECKSUM, type SkBuff } from './core/sk-buff.ts';
import { DatagramSock, type Received } from './datagram-sock.ts';
import type { InetSock } from './inet-sock.ts';
import type { InetStack } from './inet-stack.ts';
import type { Message } from './message.ts';
import type { NetworkLayer, TransportError } from './network-layer.ts';
import { Ports } from './ports.ts';
import type { NetStatistics } from './snmp.ts';
import { SHUTDOWN } from './socket.ts';

const UDPHDR = { SOURCE: 0, DESTINATION: 2, LENGTH: 4, CHECKSUM: 6, SIZE: 8 } as const;
/** The longest datagram, as sendto(2) checks it before anything else. */
const LENGTH_MAX = 0xffff;

export class Udp {
  readonly stack: InetStack;
  readonly ports: Ports<InetSock>;
  readonly socks = new Set<UdpSock>();

  constructor(stack: InetStack) {
    this.stack = stack;
    const { ipv4 } = stack;
    this.ports = new Ports({
      isStream: false,
      range: () => ipv4.settings.localPortRange,
      random: ipv4.random,
    });
    for (const layer of [ipv4, stack.ipv6]) this.#attach(layer);
  }

  #attach(layer: NetworkLayer): void {
    layer.addProtocol(IPPROTO.UDP, {
      receive: (skb) => this.#receive(skb, layer),
      error: (skb, error) => this.#error(skb, error, layer),
    });
  }

  create(family: number): UdpSock {
    const sock = new UdpSock(this, family);
    this.socks.add(sock);
    return sock;
  }

  // ---- Coming in -------------------------------------------------------------------------------

  /** Linux: __udp4_lib_rcv. */
  #receive(skb: SkBuff, layer: NetworkLayer): void {
    const udp = countersOf(this.stack, layer.anyAddress);
    const { skbs } = this.stack.core;
    const length = skb.length < UDPHDR.SIZE ? 0 : skb.load16(UDPHDR.LENGTH);
    if (length < UDPHDR.SIZE || length > skb.length) {
      udp.InErrors++;
      skbs.free(skb, 'PKT_TOO_SMALL');
      return;
    }
    skb.trim(length);
    if (!this.#isIntact(skb, layer)) {
      udp.InCsumErrors++;
      udp.InErrors++;
      skbs.free(skb, 'UDP_CSUM');
      return;
    }
    const source = layer.sourceOf(skb);
    const destination = layer.destinationOf(skb);
    const type = this.stack.typeOf(destination);
    if (type === RTN.BROADCAST || type === RTN.MULTICAST) {
      this.#toAll(skb, source, destination);
      return;
    }
    const sourcePort = skb.load16(UDPHDR.SOURCE);
    const port = skb.load16(UDPHDR.DESTINATION);
    const sock = this.#find({ source, sourcePort, destination, port, ifindex: skb.ifIndexIn });
    if (sock !== undefined) {
      sock.take(skb, source, destination);
      return;
    }
    udp.NoPorts++;
    layer.sendPortUnreachable(skb);
    skbs.free(skb, 'NO_SOCKET');
  }

  /** 0 in place of a sum: its sender did not care, which IPv6 does not allow. */
  #isIntact(skb: SkBuff, layer: NetworkLayer): boolean {
    if (skb.load16(UDPHDR.CHECKSUM) === 0) return typeof layer.anyAddress === 'number';
    if (skb.ipSummed === CHECKSUM.UNNECESSARY || skb.ipSummed === CHECKSUM.PARTIAL) return true;
    return skb.addsUp(pseudoSum(skb, layer, skb.length));
  }

  /** Every socket that would take it gets a copy. Linux: __udp4_lib_mcast_deliver. */
  #toAll(skb: SkBuff, source: IpAddress, destination: IpAddress): void {
    const { skbs } = this.stack.core;
    const sourcePort = skb.load16(UDPHDR.SOURCE);
    const port = skb.load16(UDPHDR.DESTINATION);
    const packet = { source, sourcePort, destination, port, ifindex: skb.ifIndexIn };
    const socks: UdpSock[] = [];
    for (const owner of this.ports.ownersOf(port) ?? []) {
      if (owner instanceof UdpSock && scoreOf(owner, packet) >= 0) socks.push(owner);
    }
    const last = socks.pop();
    if (last === undefined) {
      countersOf(this.stack, destination).IgnoredMulti++;
      skbs.consume(skb);
      return;
    }
    for (const sock of socks) {
      const clone = skbs.clone(skb);
      if (clone !== undefined) sock.take(clone, source, destination);
    }
    last.take(skb, source, destination);
  }

  /** The socket that fits best; of equal ones the latest. Linux: __udp4_lib_lookup. */
  #find(packet: Packet): UdpSock | undefined {
    let best: UdpSock | undefined;
    let bestScore = -1;
    for (const owner of this.ports.ownersOf(packet.port) ?? []) {
      const score = scoreOf(owner, packet);
      if (score < bestScore || score < 0 || !(owner instanceof UdpSock)) continue;
      best = owner;
      bestScore = score;
    }
    return best;
  }

  /** What was sent did not arrive. Linux: __udp4_lib_err. */
  #error(skb: SkBuff, error: TransportError, layer: NetworkLayer): void {
    const source = layer.destinationOf(skb);
    const destination = layer.sourceOf(skb);
    const sourcePort = skb.load16(UDPHDR.DESTINATION);
    const port = skb.load16(UDPHDR.SOURCE);
    const sock = this.#find({ source, sourcePort, destination, port, ifindex: 0 });
    if (sock === undefined) return;
    const isPathMtu = error.mtu !== 0 && sock.inet.pmtudisc !== IP_PMTUDISC.DONT;
    sock.failed(skb, error, isPathMtu || error.isHard);
  }
}

/** Of the family that an address is of. */
function countersOf({ statistics }: InetStack, address: IpAddress): NetStatistics['udp'] {
  return typeof address === 'number' ? statistics.udp : statistics.udp6;
}

interface Packet {
  readonly source: IpAddress;
  readonly sourcePort: number;
  readonly destination: IpAddress;
  readonly port: number;
  /** 0: any. */
  readonly ifindex: number;
}

/** How well a packet fits a socket; -1: not at all. Linux: compute_score. */
function scoreOf(sock: InetSock, packet: Packet): number {
  const { localAddress, peer, peerPort, boundDevice, isV6Only } = sock;
  let score = 0;
  if (typeof localAddress === 'number') {
    if (typeof packet.destination === 'string') return -1;
    score += 1;
  } else if (typeof packet.destination === 'number' && isV6Only) {
    return -1;
  }
  const local =
    typeof localAddress === 'string' ? (unmapIpv4(localAddress) ?? localAddress) : localAddress;
  if (local !== INADDR_ANY && local !== IN6ADDR_ANY) {
    if (local !== packet.destination) return -1;
    score += 4;
  }
  if (peer !== undefined) {
    if (peer !== packet.source) return -1;
    score += 4;
    if (peerPort !== 0 && peerPort !== packet.sourcePort) return -1;
    score += 4;
  }
  if (boundDevice !== 0) {
    if (packet.ifindex !== 0 && boundDevice !== packet.ifindex) return -1;
    score += 4;
  }
  return score;
}

function pseudoSum(skb: SkBuff, layer: NetworkLayer, length: number): number {
  return layer.pseudoHeaderSum(layer.sourceOf(skb), layer.destinationOf(skb), IPPROTO.UDP, length);
}

export class UdpSock extends DatagramSock {
  readonly #udp: Udp;

  constructor(udp: Udp, family: number) {
    super(udp.stack, family, SOCK.DGRAM, IPPROTO.UDP);
    this.#udp = udp;
  }

  get ports(): Ports<InetSock> {
    return this.#udp.ports;
  }

  /** Linux: udp_sendmsg. */
  send(message: Message, flags: number): number {
    const length = message.remaining;
    if (length > LENGTH_MAX) return -ERRNO.EMSGSIZE;
    if ((flags & MSG.OOB) !== 0) return -ERRNO.EOPNOTSUPP;
    if (this.error !== 0) return this.takeError();
    if ((this.shutdownMask & SHUTDOWN.SEND) !== 0) return -ERRNO.EPIPE;
    const plan = this.plan(message);
    if (typeof plan === 'number') return plan;
    if (plan.port === 0) return -ERRNO.EINVAL;
    const bound = this.autobind();
    if (bound < 0) return bound;
    const layer = this.stack.layer(plan.destination);
    if (length + UDPHDR.SIZE + layer.headerBytes > LENGTH_MAX) return -ERRNO.EMSGSIZE;
    if (!this.hasRoom) return WOULD_BLOCK;
    const data = message.takeAll();
    if (data === undefined) return -ERRNO.EFAULT;
    const skb = this.allocate(UDPHDR.SIZE + length);
    if (skb === undefined) return -ERRNO.ENOBUFS;
    skb.store16(UDPHDR.SOURCE, this.localPort);
    skb.store16(UDPHDR.DESTINATION, plan.port);
    skb.store16(UDPHDR.LENGTH, skb.length);
    skb.store16(UDPHDR.CHECKSUM, 0);
    skb.copyIn(UDPHDR.SIZE, data);
    const { source, destination } = plan;
    const pseudo = layer.pseudoHeaderSum(source, destination, IPPROTO.UDP, skb.length);
    // 0 would say that there is none.
    const checksum = foldChecksum(skb.checksum(0, skb.length, pseudo)) || 0xffff;
    skb.store16(UDPHDR.CHECKSUM, checksum);
    const answer = this.transmit(skb, plan);
    const udp = countersOf(this.stack, destination);
    udp[answer === -ERRNO.ENOBUFS ? 'SndbufErrors' : 'OutDatagrams']++;
    return answer < 0 ? answer : length;
  }

  /** Takes a datagram. Linux: udp_queue_rcv_one_skb. */
  take(skb: SkBuff, source: IpAddress, destination: IpAddress): void {
    const udp = countersOf(this.stack, destination);
    const sourcePort = skb.load16(UDPHDR.SOURCE);
    if (this.enqueue(skb, { source, sourcePort, destination, skip: UDPHDR.SIZE })) return;
    udp.RcvbufErrors++;
    udp.InErrors++;
  }

  protected override consumed({ destination }: Received): void {
    countersOf(this.stack, destination).InDatagrams++;
  }

  /** What it sent did not arrive. */
  failed(skb: SkBuff, error: TransportError, isHard: boolean): void {
    const destination = this.stack.layer(error.from).destinationOf(skb);
    const port = skb.load16(UDPHDR.DESTINATION);
    this.reportTransportError(skb, error, { destination, port, skip: UDPHDR.SIZE }, isHard);
  }

  override release(): number {
    this.#udp.socks.delete(this);
    return super.release();
  }
}
