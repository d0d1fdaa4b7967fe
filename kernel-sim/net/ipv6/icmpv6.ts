// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * ICMPv6: answers to echo requests, errors that this machine sends, and those that it hears of.
 *
 * Linux: net/ipv6/icmp.c. RFC 4443.
 */
import { ERRNO } from '../../uapi/errno.ts';
import { PACKET } from '../../uapi/if-ether.ts';
import { ICMPV6, ICMPV6_UNREACH } from '../../uapi/icmp.ts';
import { IPPROTO } from '../../uapi/in.ts';
import { foldChecksum } from '../core/checksum.ts';
import { RateLimits } from '../core/rate-limit.ts';
import { MAX_HEADER, type SkBuff } from '../core/sk-buff.ts';
import type { RouteHints, TransportError } from '../network-layer.ts';
import { isMulticast6, isUnicast6, needsLink } from './address.ts';
import type { Ipv6Context } from './context.ts';
import { walkHeaders } from './exthdrs.ts';
import { destinationOf6, headerAt6, IPV6_MIN_MTU, IPV6HDR, sourceOf6 } from './ipv6-header.ts';

/** Byte offsets of the header. */
export const ICMP6HDR = { TYPE: 0, CODE: 1, CHECKSUM: 2, INFO: 4, SIZE: 8 } as const;
/** Types from here on are no errors. */
const INFO_TYPE = 128;
const NDISC_HOP_LIMIT = 255;

/** Linux: tab_unreach of icmpv6_err_convert. */
// prettier-ignore
const UNREACHABLE: readonly (readonly [errno: number, isHard: boolean])[] = [
  [ERRNO.ENETUNREACH, false], [ERRNO.EACCES, true], [ERRNO.EHOSTUNREACH, false],
  [ERRNO.EHOSTUNREACH, false], [ERRNO.ECONNREFUSED, true], [ERRNO.EACCES, true],
  [ERRNO.EACCES, true],
];

export class Icmpv6 {
  /** Ping sockets: an echo reply, or an error about a request. The skb stays. */
  echoReply: (skb: SkBuff) => void = () => undefined;
  pingError: (skb: SkBuff, error: TransportError) => void = () => undefined;
  readonly #net: Ipv6Context;
  readonly #limits: RateLimits;

  constructor(net: Ipv6Context) {
    this.#net = net;
    this.#limits = new RateLimits(() => net.timers.now(), {
      perSecond: () => 1000,
      burst: () => 50,
      intervalMs: () => 1000,
    });
  }

  // ---- Sending -------------------------------------------------------------------------------

  /** Tells the sender of a packet what became of it; it stays its caller's. Linux: icmp6_send. */
  send(about: SkBuff, type: number, code: number, info: number): void {
    const { statistics } = this.#net;
    const start = headerAt6(about);
    const source = sourceOf6(about);
    const destination = destinationOf6(about);
    const mayBeGroup = type === ICMPV6.PKT_TOOBIG || (type === ICMPV6.PARAMPROB && code === 2);
    const isForMany = isMulticast6(destination) || about.pktType !== PACKET.HOST;
    if ((isForMany && !mayBeGroup) || !isUnicast6(source) || this.#isError(about)) return;
    const device = about.dev;
    const isHere = this.#net.addrconf.find(destination) !== undefined;
    const hints: RouteHints = {
      ...(isHere && { source: destination }),
      ...(device !== undefined && needsLink(source) && { device }),
    };
    const route = this.#net.route(source, hints);
    if (typeof route === 'number') return;
    if (!route.isLocal && !(this.#limits.takeGlobal() && this.#limits.takeFor(source))) return;
    const room = IPV6_MIN_MTU - IPV6HDR.SIZE - ICMP6HDR.SIZE;
    const quoted = about.copyOut(start, Math.min(about.length - start, room));
    const skb = this.make(type, code, info, quoted, route.source, source);
    if (skb === undefined) return;
    statistics.icmp6.OutMsgs++;
    const how = { protocol: IPPROTO.ICMPV6, source: route.source, destination: source };
    this.#net.output(skb, route, how);
  }

  /** Errors are not sent about errors. */
  #isError(about: SkBuff): boolean {
    const at = headerAt6(about);
    const walk = walkHeaders(about, at);
    if (walk === undefined || walk.protocol !== IPPROTO.ICMPV6) return walk === undefined;
    return about.length <= walk.at || about.load8(walk.at) < INFO_TYPE;
  }

  /** A message with its sum. */
  make(
    type: number,
    code: number,
    info: number,
    data: Uint8Array,
    source: string,
    destination: string,
  ): SkBuff | undefined {
    const bytes = ICMP6HDR.SIZE + data.length;
    const skb = this.#net.core.skbs.alloc(MAX_HEADER + bytes);
    if (skb === undefined) return undefined;
    skb.reserve(MAX_HEADER);
    skb.put(bytes);
    skb.transportHeader = skb.data;
    skb.store16(ICMP6HDR.TYPE, (type << 8) | code);
    skb.store16(ICMP6HDR.CHECKSUM, 0);
    skb.store32(ICMP6HDR.INFO, info);
    skb.copyIn(ICMP6HDR.SIZE, data);
    this.seal(skb, source, destination);
    return skb;
  }

  /** Puts the sum in. */
  seal(skb: SkBuff, source: string, destination: string): void {
    skb.store16(ICMP6HDR.CHECKSUM, 0);
    const pseudo = this.#net.pseudoHeaderSum(source, destination, IPPROTO.ICMPV6, skb.length);
    skb.store16(ICMP6HDR.CHECKSUM, foldChecksum(skb.checksum(0, skb.length, pseudo)));
  }

  // ---- Receiving -----------------------------------------------------------------------------

  /** Takes a message for this machine. Linux: icmpv6_rcv. */
  receive(skb: SkBuff): void {
    const { core, statistics, ndisc } = this.#net;
    const { icmp6 } = statistics;
    icmp6.InMsgs++;
    const [source, destination] = [sourceOf6(skb), destinationOf6(skb)];
    const pseudo = this.#net.pseudoHeaderSum(source, destination, IPPROTO.ICMPV6, skb.length);
    if (skb.length < ICMP6HDR.SIZE || foldChecksum(skb.checksum(0, skb.length, pseudo)) !== 0) {
      if (skb.length >= ICMP6HDR.SIZE) icmp6.InCsumErrors++;
      icmp6.InErrors++;
      core.skbs.free(skb, 'ICMP_CSUM');
      return;
    }
    const type = skb.load8(ICMP6HDR.TYPE);
    if (type < INFO_TYPE) this.#error(skb, type);
    else if (type === ICMPV6.ECHO_REQUEST) this.#echo(skb, source, destination);
    else if (type === ICMPV6.ECHO_REPLY) this.echoReply(skb);
    else if (type >= ICMPV6.ROUTER_SOLICIT && type <= ICMPV6.NEIGHBOUR_ADVERT) {
      const hops = skb.load8(headerAt6(skb) + IPV6HDR.HOP_LIMIT);
      // Only who is on the link can have sent it.
      if (hops === NDISC_HOP_LIMIT && skb.load8(ICMP6HDR.CODE) === 0) ndisc.receive(skb, type);
    }
    core.skbs.consume(skb);
  }

  #echo(skb: SkBuff, source: string, destination: string): void {
    const device = skb.dev;
    if (!isUnicast6(source)) return;
    const hints: RouteHints = {
      ...(!isMulticast6(destination) && { source: destination }),
      ...(device !== undefined && needsLink(source) && { device }),
    };
    const route = this.#net.route(source, hints);
    if (typeof route === 'number') return;
    const data = skb.copyOut(ICMP6HDR.SIZE, skb.length - ICMP6HDR.SIZE);
    const info = skb.load32(ICMP6HDR.INFO);
    const reply = this.make(ICMPV6.ECHO_REPLY, 0, info, data, route.source, source);
    if (reply === undefined) return;
    this.#net.statistics.icmp6.OutMsgs++;
    const how = { protocol: IPPROTO.ICMPV6, source: route.source, destination: source };
    this.#net.output(reply, route, how);
  }

  /** Linux: icmpv6_notify. */
  #error(skb: SkBuff, type: number): void {
    const error = this.#errorOf(skb, type);
    const from = sourceOf6(skb);
    const outerAt = skb.networkHeader;
    skb.pull(ICMP6HDR.SIZE);
    const walk = skb.length < IPV6HDR.SIZE ? undefined : walkHeaders(skb, 0);
    if (error === undefined || walk === undefined || skb.length < walk.at + 8) {
      this.#net.statistics.icmp6.InErrors++;
      return;
    }
    skb.networkHeader = skb.data;
    skb.pull(walk.at);
    skb.transportHeader = skb.data;
    const isOurs = this.#net.addrconf.find(sourceOf6(skb)) !== undefined;
    if (!isOurs) return;
    if (type === ICMPV6.PKT_TOOBIG) this.#net.updateMtu(destinationOf6(skb), error.mtu);
    const whole: TransportError = { ...error, from, outerAt };
    this.#net.raw.error(skb, whole, walk.protocol);
    if (walk.protocol === IPPROTO.ICMPV6) this.pingError(skb, whole);
    else this.#net.protocols.get(walk.protocol)?.error?.(skb, whole);
  }

  #errorOf(skb: SkBuff, type: number): Omit<TransportError, 'from' | 'outerAt'> | undefined {
    const code = skb.load8(ICMP6HDR.CODE);
    switch (type) {
      case ICMPV6.DEST_UNREACH: {
        const known = UNREACHABLE[code] ?? UNREACHABLE[ICMPV6_UNREACH.ADDR_UNREACH];
        if (known === undefined) return undefined;
        return { type, code, errno: known[0], isHard: known[1], mtu: 0 };
      }
      case ICMPV6.PKT_TOOBIG: {
        const mtu = skb.load32(ICMP6HDR.INFO);
        return { type, code, errno: ERRNO.EMSGSIZE, isHard: false, mtu };
      }
      case ICMPV6.TIME_EXCEED:
        return { type, code, errno: ERRNO.EHOSTUNREACH, isHard: false, mtu: 0 };
      case ICMPV6.PARAMPROB:
        return { type, code, errno: ERRNO.EPROTO, isHard: true, mtu: 0 };
      default:
        return undefined;
    }
  }
}
