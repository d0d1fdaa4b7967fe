// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * IPv6, coming in: checks, extension headers, fragments, and up to the protocol that it is for.
 *
 * Linux: net/ipv6/ip6_input.c, reassembly.c. RFC 8200. Differs: nothing is passed on to others.
 */
import { PACKET } from '../../uapi/if-ether.ts';
import { ICMPV6 } from '../../uapi/icmp.ts';
import { IN6ADDR_LOOPBACK, IPPROTO } from '../../uapi/in.ts';
import { type Fragment, Fragments, joinFragments } from '../core/inet-fragment.ts';
import type { NetDevice } from '../core/net-device.ts';
import type { SkBuff } from '../core/sk-buff.ts';
import { isMulticast6, needsLink } from './address.ts';
import type { Ipv6Context } from './context.ts';
import { type HeaderWalk, walkHeaders } from './exthdrs.ts';
import { destinationOf6, IPV6HDR, sourceOf6 } from './ipv6-header.ts';

const FRAGMENT_BYTES = 8;
const PAYLOAD_MAX = 0xffff;
const HEADROOM = 32;
/** Linux: IPV6_FRAG_TIMEOUT, IPV6_FRAG_HIGH_THRESH. */
const FRAG_TIME_NS = 60_000_000_000;
const FRAG_BYTES_MAX = 4 * 1024 * 1024;

export class Ip6Input {
  readonly #net: Ipv6Context;
  readonly fragments: Fragments;

  constructor(net: Ipv6Context) {
    this.#net = net;
    this.fragments = new Fragments({
      skbs: net.core.skbs,
      timers: net.timers,
      limitBytes: () => FRAG_BYTES_MAX,
      timeoutNs: () => FRAG_TIME_NS,
      expired: (first) => this.#expired(first),
    });
  }

  /** Takes what a device received; its data begin at the header. Linux: ipv6_rcv. */
  receive(skb: SkBuff, device: NetDevice): void {
    const { statistics, core } = this.#net;
    const { ip6 } = statistics;
    if (skb.pktType === PACKET.OTHERHOST) {
      core.skbs.consume(skb);
      return;
    }
    ip6.InReceives++;
    ip6.InOctets += skb.length;
    skb.networkHeader = skb.data;
    if (device.isLoopback && skb.length >= IPV6HDR.SIZE) this.#setLink(skb);
    if (this.#isSound(skb, device) && this.#isForUs(skb, device)) this.#deliver(skb);
    else core.skbs.free(skb, 'IP_INHDR');
  }

  /** What this machine says to itself on a link comes from that link. Linux: rt6i_idev. */
  #setLink(skb: SkBuff): void {
    const destination = destinationOf6(skb);
    const own = needsLink(destination) ? this.#net.addrconf.find(destination) : undefined;
    if (own !== undefined) skb.ifIndexIn = own.device.ifindex;
  }

  /** Linux: ip6_rcv_core. */
  #isSound(skb: SkBuff, device: NetDevice): boolean {
    const { ip6 } = this.#net.statistics;
    if (skb.length < IPV6HDR.SIZE || skb.load8(0) >>> 4 !== 6) {
      ip6.InHdrErrors++;
      return false;
    }
    const source = sourceOf6(skb);
    const destination = destinationOf6(skb);
    const isOutside = !device.isLoopback && skb.pktType !== PACKET.LOOPBACK;
    const isLoop = source === IN6ADDR_LOOPBACK || destination === IN6ADDR_LOOPBACK;
    // Groups of the interface alone never travel either.
    const isNoGroup =
      isMulticast6(destination) && (destination[3] === '0' || destination[3] === '1');
    if (isMulticast6(source) || (isOutside && (isLoop || isNoGroup))) {
      ip6.InHdrErrors++;
      return false;
    }
    const length = skb.load16(IPV6HDR.PAYLOAD_LENGTH) + IPV6HDR.SIZE;
    if (length > skb.length) {
      ip6.InTruncatedPkts++;
      return false;
    }
    skb.trim(length);
    return true;
  }

  #isForUs(skb: SkBuff, device: NetDevice): boolean {
    const { addrconf, statistics } = this.#net;
    const destination = destinationOf6(skb);
    if (isMulticast6(destination)) {
      if (!addrconf.isMember(destination, device)) return false;
      statistics.ip6.InMcastPkts++;
      statistics.ip6.InMcastOctets += skb.length;
      return true;
    }
    if (addrconf.find(destination) !== undefined) return true;
    statistics.ip6.InAddrErrors++;
    return false;
  }

  /** Takes the skb. Linux: ip6_protocol_deliver_rcu. */
  #deliver(skb: SkBuff): void {
    const { statistics, core, icmp, protocols } = this.#net;
    const { ip6 } = statistics;
    const walk = walkHeaders(skb, 0);
    if (walk === undefined || walk.isDiscarded === true || walk.problem !== undefined) {
      ip6.InHdrErrors++;
      const problem = walk?.isDiscarded === true ? undefined : walk?.problem;
      if (problem !== undefined) icmp.send(skb, ICMPV6.PARAMPROB, problem.code, problem.at);
      core.skbs.free(skb, 'IPV6_BAD_EXTHDR');
      return;
    }
    if (walk.fragmentAt >= 0) {
      const whole = this.#reassemble(skb, walk);
      if (whole !== undefined) this.#deliver(whole);
      return;
    }
    skb.pull(walk.at);
    skb.transportHeader = skb.data;
    const isTaken = this.#net.raw.receive(skb, walk.protocol);
    const protocol = protocols.get(walk.protocol);
    if (protocol !== undefined) {
      ip6.InDelivers++;
      protocol.receive(skb);
      return;
    }
    if (isTaken) {
      ip6.InDelivers++;
      core.skbs.consume(skb);
      return;
    }
    if (walk.protocol !== IPPROTO.NONE) {
      ip6.InUnknownProtos++;
      icmp.send(skb, ICMPV6.PARAMPROB, 1, walk.namedAt);
    }
    core.skbs.free(skb, 'IP_NOPROTO');
  }

  // ---- Fragments -----------------------------------------------------------------------------

  /** The whole packet when this was what was missing. Linux: ipv6_frag_rcv. */
  #reassemble(skb: SkBuff, { fragmentAt, namedAt }: HeaderWalk): SkBuff | undefined {
    const { statistics, core, icmp } = this.#net;
    const { ip6 } = statistics;
    ip6.ReasmReqds++;
    const field = skb.load16(fragmentAt + 2);
    const offset = field & 0xfff8;
    const isLast = (field & 1) === 0;
    const header = fragmentAt + FRAGMENT_BYTES;
    const length = skb.length - header;
    if (!isLast && (length & 7) !== 0) {
      ip6.ReasmFails++;
      icmp.send(skb, ICMPV6.PARAMPROB, 0, IPV6HDR.PAYLOAD_LENGTH);
      core.skbs.free(skb);
      return undefined;
    }
    if (length === 0 || offset + header - IPV6HDR.SIZE + length > PAYLOAD_MAX) {
      ip6.ReasmFails++;
      if (length > 0) icmp.send(skb, ICMPV6.PARAMPROB, 0, fragmentAt + 2);
      core.skbs.free(skb);
      return undefined;
    }
    const id = skb.load32(fragmentAt + 4);
    const key = `${sourceOf6(skb)}:${destinationOf6(skb)}:${id}`;
    const next = skb.load8(fragmentAt);
    skb.control = { namedAt, next, header: fragmentAt } satisfies FragmentNote;
    skb.pull(header);
    const answer = this.fragments.add(key, { skb, offset, isLast });
    if (typeof answer !== 'string') return this.#join(answer);
    if (answer !== 'waiting' && answer !== 'dropped') ip6.ReasmFails++;
    return undefined;
  }

  /** With the headers of the first, but for the fragment header. */
  #join(pieces: readonly Fragment[]): SkBuff | undefined {
    const { core, statistics } = this.#net;
    const first = pieces[0]!.skb;
    const note = first.control as FragmentNote;
    const whole = joinFragments(core.skbs, pieces, HEADROOM + note.header);
    if (whole !== undefined) {
      whole.push(note.header);
      whole.networkHeader = whole.data;
      whole.copyIn(0, first.copyOut(-(note.header + FRAGMENT_BYTES), note.header));
      whole.store8(note.namedAt, note.next);
      whole.store16(IPV6HDR.PAYLOAD_LENGTH, whole.length - IPV6HDR.SIZE);
    }
    for (const { skb } of pieces) core.skbs.consume(skb);
    statistics.ip6[whole === undefined ? 'ReasmFails' : 'ReasmOKs']++;
    return whole;
  }

  #expired(first: SkBuff | undefined): void {
    const { ip6 } = this.#net.statistics;
    ip6.ReasmTimeout++;
    ip6.ReasmFails++;
    if (first !== undefined) this.#net.icmp.send(first, ICMPV6.TIME_EXCEED, 1, 0);
  }
}

/** What is kept of a fragment beside its bytes. */
interface FragmentNote {
  /** Where the byte lies that named the fragment header, and what that named. */
  readonly namedAt: number;
  readonly next: number;
  /** Bytes in front of the fragment header. */
  readonly header: number;
}
