// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Fragments of IPv4 that are put together again.
 *
 * Linux: net/ipv4/ip_fragment.c. RFC 791, section 3.2; RFC 1858.
 */
import { ICMP, ICMP_EXC } from '../../uapi/icmp.ts';
import { PACKET } from '../../uapi/if-ether.ts';
import { Fragments, joinFragments } from '../core/inet-fragment.ts';
import type { SkBuff } from '../core/sk-buff.ts';
import type { Ipv4Context } from './context.ts';
import { fragmentOf, headerBytes, IP_MF, IP_OFFSET, IPHDR, PACKET_BYTES_MAX } from './ip-header.ts';
import { setHeaderChecksum } from './ip-options.ts';

/** Room in front of what was put together. */
const HEADROOM = 32;

export class IpFragments {
  readonly #net: Ipv4Context;
  readonly #fragments: Fragments;

  constructor(net: Ipv4Context) {
    this.#net = net;
    this.#fragments = new Fragments({
      skbs: net.core.skbs,
      timers: net.timers,
      limitBytes: () => net.settings.ipfragHighThresh,
      timeoutNs: () => net.settings.ipfragTimeNs,
      expired: (first) => this.#expired(first),
    });
  }

  get count(): number {
    return this.#fragments.count;
  }

  get bytes(): number {
    return this.#fragments.bytes;
  }

  /**
   * Takes a fragment, whose data begin at its header. Answers the whole packet when this was what
   * was missing. Linux: ip_defrag.
   */
  add(skb: SkBuff): SkBuff | undefined {
    const { ip, ipExt } = this.#net.statistics;
    const { skbs } = this.#net.core;
    ip.ReasmReqds++;
    const field = fragmentOf(skb);
    const offset = (field & IP_OFFSET) * 8;
    const isLast = (field & IP_MF) === 0;
    const header = headerBytes(skb);
    const key = keyOf(skb);
    let length = skb.length - header;
    // All but the last are multiples of 8 bytes long.
    if (!isLast) length &= ~7;
    if (length === 0 || offset + length + header > PACKET_BYTES_MAX) {
      ip.ReasmFails++;
      skbs.free(skb);
      return undefined;
    }
    skb.pull(header);
    skb.trim(length);
    const answer = this.#fragments.add(key, { skb, offset, isLast });
    if (typeof answer !== 'string') return this.#join(answer);
    if (answer === 'overlap') ipExt.ReasmOverlaps++;
    if (answer !== 'waiting' && answer !== 'dropped') ip.ReasmFails++;
    return undefined;
  }

  /** With the header of the first of them. Linux: ip_frag_reasm. */
  #join(pieces: Parameters<typeof joinFragments>[1]): SkBuff | undefined {
    const { core, statistics } = this.#net;
    const first = pieces[0]!.skb;
    const header = headerBytes(first);
    const whole = joinFragments(core.skbs, pieces, HEADROOM + header);
    if (whole !== undefined) {
      whole.push(header);
      whole.networkHeader = whole.data;
      whole.copyIn(0, first.copyOut(-header, header));
    }
    for (const { skb } of pieces) core.skbs.consume(skb);
    if (whole === undefined || whole.length > PACKET_BYTES_MAX) {
      statistics.ip.ReasmFails++;
      if (whole !== undefined) core.skbs.free(whole);
      return undefined;
    }
    whole.store16(IPHDR.FRAGMENT, 0);
    whole.store16(IPHDR.TOTAL_LENGTH, whole.length);
    setHeaderChecksum(whole);
    statistics.ip.ReasmOKs++;
    return whole;
  }

  /** Its sender is told, if the first fragment is there to be quoted. Linux: ip_expire. */
  #expired(first: SkBuff | undefined): void {
    const { statistics, icmp } = this.#net;
    statistics.ip.ReasmTimeout++;
    statistics.ip.ReasmFails++;
    if (first === undefined || first.pktType !== PACKET.HOST) return;
    icmp.send(first, ICMP.TIME_EXCEEDED, ICMP_EXC.FRAGTIME, 0);
  }
}

/** Source, destination, protocol and number: whose fragments belong together. */
function keyOf(skb: SkBuff): string {
  const id = skb.load16(IPHDR.ID);
  const addresses = `${skb.load32(IPHDR.SOURCE)}:${skb.load32(IPHDR.DESTINATION)}`;
  return `${addresses}:${id}:${skb.load8(IPHDR.PROTOCOL)}`;
}
