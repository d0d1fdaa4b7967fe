// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * ICMP: answers to echo requests, errors that this machine sends, and those that it hears of.
 *
 * Errors are never sent about errors, fragments other than the first, or what was meant for many
 * (RFC 1122, section 3.2.2), and not faster than their receivers can stand.
 *
 * Linux: net/ipv4/icmp.c. RFC 792, RFC 1191, RFC 1812.
 */
import { ERRNO } from '../../uapi/errno.ts';
import { PACKET } from '../../uapi/if-ether.ts';
import { ICMP, ICMP_UNREACH, NR_ICMP_TYPES } from '../../uapi/icmp.ts';
import { IPPROTO } from '../../uapi/in.ts';
import { RTN } from '../../uapi/rtnetlink.ts';
import { foldChecksum } from '../core/checksum.ts';
import { MAX_HEADER, type SkBuff } from '../core/sk-buff.ts';
import { RateLimits } from '../core/rate-limit.ts';
import type { TransportError } from '../network-layer.ts';
import type { ICMP_MIB } from '../snmp-names.ts';
import type { Ipv4Context } from './context.ts';
import {
  destinationOf,
  fragmentOf,
  headerAt,
  headerBytes,
  IP_OFFSET,
  IPHDR,
  protocolOf,
  sourceOf,
  tosOf,
} from './ip-header.ts';
import { echoOptions, NO_OPTIONS } from './ip-options.ts';

/** Byte offsets of the header. */
export const ICMPHDR = { TYPE: 0, CODE: 1, CHECKSUM: 2, INFO: 4, SIZE: 8 } as const;
/** How long an error may be, all in all. RFC 1812, section 4.3.2.3. */
const ERROR_BYTES_MAX = 576;
/** What an error quotes at least behind the IP header. */
const QUOTE_BYTES = 8;
/** How errors are marked: Internetwork Control. */
const PRECEDENCE_CONTROL = 0xc0;
const TOS_MASK = 0x1e;

/** What the codes of unreachable destinations stand for. Linux: icmp_err_convert. */
// prettier-ignore
const UNREACHABLE: readonly (readonly [errno: number, isHard: boolean])[] = [
  [ERRNO.ENETUNREACH, false], [ERRNO.EHOSTUNREACH, false], [ERRNO.ENOPROTOOPT, true],
  [ERRNO.ECONNREFUSED, true], [ERRNO.EMSGSIZE, false],     [ERRNO.EOPNOTSUPP, false],
  [ERRNO.ENETUNREACH, true],  [ERRNO.EHOSTDOWN, true],     [ERRNO.ENONET, true],
  [ERRNO.ENETUNREACH, true],  [ERRNO.EHOSTUNREACH, true],  [ERRNO.ENETUNREACH, false],
  [ERRNO.EHOSTUNREACH, false], [ERRNO.EHOSTUNREACH, true], [ERRNO.EHOSTUNREACH, true],
  [ERRNO.EHOSTUNREACH, true],
];

/** Which counters of /proc/net/snmp a type has beside its own. */
// prettier-ignore
const NAMES = new Map<number, string>([
  [ICMP.ECHOREPLY, 'EchoReps'], [ICMP.DEST_UNREACH, 'DestUnreachs'],
  [ICMP.SOURCE_QUENCH, 'SrcQuenchs'], [ICMP.REDIRECT, 'Redirects'], [ICMP.ECHO, 'Echos'],
  [ICMP.TIME_EXCEEDED, 'TimeExcds'], [ICMP.PARAMETERPROB, 'ParmProbs'],
  [ICMP.TIMESTAMP, 'Timestamps'], [ICMP.TIMESTAMPREPLY, 'TimestampReps'],
  [ICMP.ADDRESS, 'AddrMasks'], [ICMP.ADDRESSREPLY, 'AddrMaskReps'],
]);

/** Who hears of messages beside the kernel. */
export interface IcmpListeners {
  /** Ping sockets: an echo reply. Does not take the skb. */
  echoReply: (skb: SkBuff) => boolean;
  /** Ping and raw sockets: an error about what they sent. Does not take the skb. */
  pingError: (skb: SkBuff, error: TransportError) => void;
  rawError: (skb: SkBuff, error: TransportError) => void;
}

export class Icmp {
  readonly listeners: IcmpListeners = {
    echoReply: () => false,
    pingError: () => undefined,
    rawError: () => undefined,
  };
  readonly #net: Ipv4Context;
  readonly #limits: RateLimits;

  constructor(net: Ipv4Context) {
    this.#net = net;
    this.#limits = new RateLimits(() => net.sim.now(), {
      perSecond: () => net.settings.icmpMsgsPerSec,
      burst: () => net.settings.icmpMsgsBurst,
      intervalMs: () => net.settings.icmpRatelimit,
    });
  }

  // ---- Errors that are sent ----------------------------------------------------------------

  /**
   * Tells the sender of a packet what became of it. Its header is at `networkHeader`; it stays its
   * caller's. Linux: icmp_send.
   */
  send(about: SkBuff, type: number, code: number, info: number): void {
    if (!this.#mayTell(about)) return;
    const { routes, statistics } = this.#net;
    const source = sourceOf(about);
    const received = destinationOf(about);
    const isOwn = routes.typeOf(received) === RTN.LOCAL;
    const route = routes.output(source, isOwn ? { source: received } : {});
    if (typeof route === 'number') {
      statistics.icmp.OutErrors++;
      return;
    }
    const isLimited = ((this.#net.settings.icmpRatemask >>> type) & 1) !== 0;
    const isPathMtu = type === ICMP.DEST_UNREACH && code === ICMP_UNREACH.FRAG_NEEDED;
    if (isLimited && !isPathMtu && !route.isLocal && !this.#passesLimit(source)) return;
    const start = headerAt(about);
    const length = about.length - start;
    const room = ERROR_BYTES_MAX - IPHDR.SIZE - ICMPHDR.SIZE;
    const quoted = about.copyOut(start, Math.min(length, room));
    const skb = this.#make(type, code, info, quoted);
    if (skb === undefined) return;
    const tos = (tosOf(about) & TOS_MASK) | PRECEDENCE_CONTROL;
    this.#countOut(type);
    const how = { protocol: IPPROTO.ICMP, source: route.source, destination: source, tos };
    this.#net.ipOutput.send(skb, route, how);
  }

  /** Linux: ip_rt_send_redirect. */
  sendRedirect(about: SkBuff, gateway: number): void {
    this.send(about, ICMP.REDIRECT, 1, gateway);
  }

  #mayTell(about: SkBuff): boolean {
    const { routes } = this.#net;
    if (about.pktType !== PACKET.HOST && about.pktType !== PACKET.OUTGOING) return false;
    if ((fragmentOf(about) & IP_OFFSET) !== 0) return false;
    const toType = routes.typeOf(destinationOf(about));
    if (toType === RTN.BROADCAST || toType === RTN.MULTICAST) return false;
    const fromType = routes.typeOf(sourceOf(about));
    if (fromType !== RTN.UNICAST && fromType !== RTN.LOCAL) return false;
    if (protocolOf(about) !== IPPROTO.ICMP) return true;
    const at = headerAt(about) + headerBytes(about);
    return about.length > at && !isError(about.load8(at));
  }

  #passesLimit(to: number): boolean {
    const { icmp } = this.#net.statistics;
    if (!this.#limits.takeGlobal()) {
      icmp.OutRateLimitGlobal++;
      return false;
    }
    if (this.#limits.takeFor(to)) return true;
    icmp.OutRateLimitHost++;
    return false;
  }

  #make(type: number, code: number, info: number, data: Uint8Array): SkBuff | undefined {
    const skb = this.#net.core.skbs.alloc(MAX_HEADER + ICMPHDR.SIZE + data.length);
    if (skb === undefined) {
      this.#net.statistics.icmp.OutErrors++;
      return undefined;
    }
    skb.reserve(MAX_HEADER);
    skb.put(ICMPHDR.SIZE + data.length);
    skb.transportHeader = skb.data;
    skb.store16(ICMPHDR.TYPE, (type << 8) | code);
    skb.store16(ICMPHDR.CHECKSUM, 0);
    skb.store32(ICMPHDR.INFO, info);
    skb.copyIn(ICMPHDR.SIZE, data);
    skb.store16(ICMPHDR.CHECKSUM, foldChecksum(skb.checksum(0, skb.length)));
    return skb;
  }

  /** Also for who makes messages of his own. Linux: icmp_out_count. */
  countOut(type: number): void {
    this.#countOut(type);
  }

  #countOut(type: number): void {
    const { icmp, icmpOut } = this.#net.statistics;
    icmp.OutMsgs++;
    icmpOut.set(type, (icmpOut.get(type) ?? 0) + 1);
    const name = NAMES.get(type);
    if (name !== undefined) icmp[`Out${name}` as (typeof ICMP_MIB)[number]]++;
  }

  // ---- What is heard -----------------------------------------------------------------------

  /** Takes a message for this machine. Linux: icmp_rcv. */
  receive(skb: SkBuff): void {
    const { statistics, core, settings, routes } = this.#net;
    const { icmp, icmpIn } = statistics;
    icmp.InMsgs++;
    if (skb.length < ICMPHDR.SIZE || foldChecksum(skb.checksum(0, skb.length)) !== 0) {
      if (skb.length >= ICMPHDR.SIZE) icmp.InCsumErrors++;
      icmp.InErrors++;
      core.skbs.free(skb);
      return;
    }
    const type = skb.load8(ICMPHDR.TYPE);
    icmpIn.set(type, (icmpIn.get(type) ?? 0) + 1);
    const name = NAMES.get(type);
    if (name !== undefined) icmp[`In${name}` as (typeof ICMP_MIB)[number]]++;
    if (type > NR_ICMP_TYPES) {
      icmp.InErrors++;
      core.skbs.free(skb);
      return;
    }
    const toType = routes.typeOf(destinationOf(skb));
    if (toType === RTN.BROADCAST || toType === RTN.MULTICAST) {
      const isQuestion = type === ICMP.ECHO || type === ICMP.TIMESTAMP;
      const isReply = type === ICMP.ADDRESS || type === ICMP.ADDRESSREPLY;
      if (!isReply && (!isQuestion || settings.icmpEchoIgnoreBroadcasts !== 0)) {
        core.skbs.free(skb);
        return;
      }
    }
    if (this.#handle(skb, type)) core.skbs.consume(skb);
    else core.skbs.free(skb);
  }

  /** Whether it was any good. */
  #handle(skb: SkBuff, type: number): boolean {
    switch (type) {
      case ICMP.ECHO:
        if (this.#net.settings.icmpEchoIgnoreAll === 0) this.#echo(skb);
        return true;
      case ICMP.ECHOREPLY:
        this.listeners.echoReply(skb);
        return true;
      case ICMP.TIMESTAMP:
        return this.#timestamp(skb);
      case ICMP.DEST_UNREACH:
      case ICMP.TIME_EXCEEDED:
      case ICMP.PARAMETERPROB:
      case ICMP.SOURCE_QUENCH:
        return this.#error(skb, type);
      case ICMP.REDIRECT:
        return this.#redirect(skb);
      default:
        return true;
    }
  }

  #echo(skb: SkBuff): void {
    const data = skb.copyOut(ICMPHDR.SIZE, skb.length - ICMPHDR.SIZE);
    this.#reply(skb, ICMP.ECHOREPLY, skb.load32(ICMPHDR.INFO), data);
  }

  /** Milliseconds since midnight, in both places. Linux: icmp_timestamp. */
  #timestamp(skb: SkBuff): boolean {
    if (skb.length < ICMPHDR.SIZE + 12) {
      this.#net.statistics.icmp.InErrors++;
      return false;
    }
    const data = skb.copyOut(ICMPHDR.SIZE, 12);
    const view = new DataView(data.buffer);
    const nowMs = Math.floor(this.#net.sim.now() / 1_000_000) % 86_400_000;
    view.setUint32(4, nowMs);
    view.setUint32(8, nowMs);
    this.#reply(skb, ICMP.TIMESTAMPREPLY, skb.load32(ICMPHDR.INFO), data);
    return true;
  }

  /** Linux: icmp_reply. */
  #reply(request: SkBuff, type: number, info: number, data: Uint8Array): void {
    const { routes, ipOutput } = this.#net;
    const destination = sourceOf(request);
    const received = destinationOf(request);
    const isOwn = routes.typeOf(received) === RTN.LOCAL;
    const device = request.dev;
    const hints = isOwn ? { source: received } : device === undefined ? {} : { device };
    const route = routes.output(destination, hints);
    if (typeof route === 'number') return;
    const isLimited = ((this.#net.settings.icmpRatemask >>> type) & 1) !== 0;
    if (isLimited && !this.#passesLimit(destination)) return;
    const skb = this.#make(type, 0, info, data);
    if (skb === undefined) return;
    this.#countOut(type);
    const options = headerBytes(request) > IPHDR.SIZE ? echoOptions(request) : NO_OPTIONS;
    const { source } = route;
    const how = { protocol: IPPROTO.ICMP, source, destination, tos: tosOf(request), options };
    ipOutput.send(skb, route, how);
  }

  /** Linux: icmp_unreach, icmp_socket_deliver. */
  #error(skb: SkBuff, type: number): boolean {
    const { statistics, settings, routes } = this.#net;
    const code = skb.load8(ICMPHDR.CODE);
    const error = this.#errorOf(skb, type, code);
    const from = sourceOf(skb);
    const outerAt = skb.networkHeader;
    if (!this.#openQuote(skb) || error === undefined) {
      statistics.icmp.InErrors++;
      return false;
    }
    const sentTo = destinationOf(skb);
    if (routes.typeOf(sentTo) === RTN.BROADCAST && settings.icmpIgnoreBogusErrorResponses === 0) {
      return false;
    }
    const isPathMtu = type === ICMP.DEST_UNREACH && code === ICMP_UNREACH.FRAG_NEEDED;
    const isOurs = routes.typeOf(sourceOf(skb)) === RTN.LOCAL;
    if (isPathMtu && isOurs && settings.noPmtuDisc === 0) routes.updateMtu(sentTo, error.mtu);
    this.#tell(skb, { ...error, from, outerAt });
    return true;
  }

  #errorOf(
    skb: SkBuff,
    type: number,
    code: number,
  ): Omit<TransportError, 'from' | 'outerAt'> | undefined {
    if (type === ICMP.DEST_UNREACH) {
      const known = UNREACHABLE[code];
      if (known === undefined) return undefined;
      const [errno, isHard] = known;
      const isPathMtu = code === ICMP_UNREACH.FRAG_NEEDED;
      const mtu = isPathMtu ? skb.load16(ICMPHDR.INFO + 2) : 0;
      return { type, code, errno, isHard, mtu };
    }
    if (type === ICMP.PARAMETERPROB) {
      return { type, code, errno: ERRNO.EPROTO, isHard: true, mtu: 0 };
    }
    return { type, code, errno: ERRNO.EHOSTUNREACH, isHard: false, mtu: 0 };
  }

  /** Data begin at the transport header that is quoted; false where too little is. */
  #openQuote(skb: SkBuff): boolean {
    if (skb.length < ICMPHDR.SIZE + IPHDR.SIZE) return false;
    skb.pull(ICMPHDR.SIZE);
    const header = (skb.load8(0) & 0xf) * 4;
    if (header < IPHDR.SIZE || skb.length < header + QUOTE_BYTES) return false;
    skb.networkHeader = skb.data;
    skb.pull(header);
    skb.transportHeader = skb.data;
    return true;
  }

  #tell(skb: SkBuff, error: TransportError): void {
    const protocol = protocolOf(skb);
    this.listeners.rawError(skb, error);
    if (protocol === IPPROTO.ICMP) this.listeners.pingError(skb, error);
    else this.#net.protocols.byNumber.get(protocol)?.error?.(skb, error);
  }

  /** From the router that is used now, for a host, to a neighbour. Linux: __ip_do_redirect. */
  #redirect(skb: SkBuff): boolean {
    const { statistics, devinet, routes, fib } = this.#net;
    const gateway = skb.load32(ICMPHDR.INFO) >>> 0;
    const code = skb.load8(ICMPHDR.CODE);
    const from = sourceOf(skb);
    const device = skb.dev;
    if (!this.#openQuote(skb) || code > 3) {
      statistics.icmp.InErrors++;
      return false;
    }
    if (device === undefined) return true;
    const conf = devinet.conf(device);
    // A router takes none unless all say so, a host if any does.
    const isAccepted =
      conf.forwarding !== 0
        ? conf.acceptRedirects !== 0 && devinet.confAll.acceptRedirects !== 0
        : conf.acceptRedirects !== 0 || devinet.confAll.acceptRedirects !== 0;
    const destination = destinationOf(skb);
    const entry = fib.lookup(destination);
    const isFromRouter = entry?.device === device && entry.gateway === from;
    const isNeighbour = devinet.isOnLink(device, gateway) && routes.typeOf(gateway) === RTN.UNICAST;
    if (isAccepted && isFromRouter && isNeighbour && gateway !== from) {
      routes.redirect(destination, gateway);
    }
    return true;
  }
}

/** Types about which no error is sent. */
function isError(type: number): boolean {
  return (
    type === ICMP.DEST_UNREACH ||
    type === ICMP.SOURCE_QUENCH ||
    type === ICMP.REDIRECT ||
    type === ICMP.TIME_EXCEEDED ||
    type === ICMP.PARAMETERPROB ||
    type > NR_ICMP_TYPES
  );
}
