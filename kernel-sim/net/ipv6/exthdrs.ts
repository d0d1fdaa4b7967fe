// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Extension headers of IPv6: walked through with suspicion.
 *
 * Linux: net/ipv6/exthdrs.c, exthdrs_core.c. RFC 8200, section 4; RFC 5095 does away with routing
 * headers that lead around.
 */
import { IPPROTO } from '../../uapi/in.ts';
import type { SkBuff } from '../core/sk-buff.ts';
import { IPV6HDR } from './ipv6-header.ts';

const PAD1 = 0;
/** Types of routing headers in which nothing is left to do are passed over. */
const ROUTING_SEGMENTS_LEFT = 3;
/** More headers than that are an attack. */
const HEADERS_MAX = 8;

export interface HeaderWalk {
  readonly protocol: number;
  /** Where its header begins, counted from the packet's data. */
  readonly at: number;
  /** Where the byte lies that named the protocol, counted from the IPv6 header. */
  readonly namedAt: number;
  /** Where a fragment header lies that was met, or -1: the walk ends there. */
  readonly fragmentAt: number;
  /** What is wrong: a code of ICMPV6_PARAMPROB and a place, or undefined. */
  readonly problem?: { readonly code: number; readonly at: number };
  /** To be dropped without a word. */
  readonly isDiscarded?: boolean;
}

/**
 * From the IPv6 header at `start` on to what it carries, or to a fragment header. Undefined when
 * the packet ends before. Linux: ipv6_skip_exthdr, ip6_protocol_deliver_rcu.
 */
export function walkHeaders(skb: SkBuff, start: number): HeaderWalk | undefined {
  let namedAt: number = IPV6HDR.NEXT_HEADER;
  let protocol = skb.load8(start + namedAt);
  let at = start + IPV6HDR.SIZE;
  for (let count = 0; count < HEADERS_MAX; count++) {
    const walk = { protocol, at, namedAt, fragmentAt: -1 };
    if (protocol === IPPROTO.FRAGMENT) {
      return skb.length < at + 8 ? undefined : { ...walk, fragmentAt: at };
    }
    if (!isExtension(protocol)) return walk;
    // Hop-by-hop options stand first or not at all.
    if (protocol === IPPROTO.HOPOPTS && count > 0) {
      return { ...walk, problem: { code: 1, at: namedAt } };
    }
    if (skb.length < at + 8) return undefined;
    const end = at + (skb.load8(at + 1) + 1) * 8;
    if (skb.length < end) return undefined;
    if (protocol === IPPROTO.ROUTING) {
      if (skb.load8(at + ROUTING_SEGMENTS_LEFT) !== 0) {
        return { ...walk, problem: { code: 0, at: at - start + 2 } };
      }
    } else {
      const wrong = readOptions(skb, start, at, end);
      if (wrong !== undefined) return { ...walk, ...wrong };
    }
    namedAt = at - start;
    protocol = skb.load8(at);
    at = end;
  }
  return undefined;
}

function isExtension(protocol: number): boolean {
  return (
    protocol === IPPROTO.HOPOPTS || protocol === IPPROTO.DSTOPTS || protocol === IPPROTO.ROUTING
  );
}

/** What the first two bits of an option's type say about those who do not know it. */
function readOptions(
  skb: SkBuff,
  start: number,
  header: number,
  end: number,
): Pick<HeaderWalk, 'problem' | 'isDiscarded'> | undefined {
  for (let at = header + 2; at < end;) {
    const type = skb.load8(at);
    if (type === PAD1) {
      at++;
      continue;
    }
    if (at + 2 > end) return { isDiscarded: true };
    const next = at + 2 + skb.load8(at + 1);
    if (next > end) return { isDiscarded: true };
    const action = type >>> 6;
    if (action === 1) return { isDiscarded: true };
    if (action !== 0) {
      const problem = { code: 2, at: at - start };
      return action === 2 ? { problem } : { problem, isDiscarded: isGroup(skb, start) };
    }
    at = next;
  }
  return undefined;
}

function isGroup(skb: SkBuff, start: number): boolean {
  return skb.load8(start + IPV6HDR.DESTINATION) === 0xff;
}
