// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * SYN cookies: when too many connections are being made at once, what has to be known of one is
 * kept in the sequence number that its peer sends back, and nothing here.
 *
 *     31      24 23                            0
 *      | minute | keyed hash + index of the MSS |  + the peer's sequence number + another hash
 *
 * The other options travel in the lowest bits of the timestamp, where the peer has timestamps.
 *
 * Linux: net/ipv4/syncookies.c; Bernstein and Schenk; RFC 4987, section 3.6.
 */
import type { FourTuple, TcpContext } from './context.ts';
import { plus } from './seq.ts';
import { NS_PER_MS, NS_PER_S } from './settings.ts';

/** The nearest one that is not greater stands for the peer's. */
const MSS_TABLE = [536, 1300, 1440, 1460] as const;
const MINUTE_NS = 60 * NS_PER_S;
const COUNT_SHIFT = 24;
const HASH_MASK = 0xff_ffff;
/** Minutes for which a cookie is good. */
const MINUTES_MAX = 2;
/** What the timestamp's low bits say. */
const TS_BITS = 6;
const TS_WSCALE_MASK = 0xf;
const TS_SACK = 0x10;

export interface CookieOptions {
  readonly mss: number;
  /** -1: none. */
  readonly wscale: number;
  readonly hasSack: boolean;
}

function minuteOf(tcp: TcpContext): number {
  return Math.floor(tcp.now() / MINUTE_NS);
}

/** The sequence number of a SYN-ACK. */
export function makeCookie(tcp: TcpContext, ends: FourTuple, seq: number, mss: number): number {
  const { secrets } = tcp;
  let index = MSS_TABLE.length - 1;
  while (index > 0 && MSS_TABLE[index]! > mss) index--;
  const minute = minuteOf(tcp);
  const data = (secrets.cookie(ends, 1, minute) + index) & HASH_MASK;
  return plus(plus(secrets.cookie(ends, 0, 0), seq), ((minute << COUNT_SHIFT) | data) >>> 0);
}

/** The MSS that a cookie stands for, 0 when it is none of ours, or too old. */
export function checkCookie(tcp: TcpContext, ends: FourTuple, seq: number, cookie: number): number {
  const { secrets } = tcp;
  const bare = (cookie - secrets.cookie(ends, 0, 0) - seq) >>> 0;
  const minute = minuteOf(tcp);
  const age = (minute - (bare >>> COUNT_SHIFT)) & 0xff;
  if (age >= MINUTES_MAX) return 0;
  const index = (bare - secrets.cookie(ends, 1, minute - age)) & HASH_MASK;
  return MSS_TABLE[index] ?? 0;
}

/** A timestamp, at most 64 ms old, whose low bits are the options. Without the offset. */
export function cookieTimestamp(tcp: TcpContext, { wscale, hasSack }: CookieOptions): number {
  const now = Math.floor(tcp.now() / NS_PER_MS);
  const bits = (wscale < 0 ? TS_WSCALE_MASK : wscale) | (hasSack ? TS_SACK : 0);
  const high = now - (now % 2 ** TS_BITS);
  const stamp = high + bits;
  return (stamp > now ? stamp - 2 ** TS_BITS : stamp) >>> 0;
}

/** What came back of it; without a timestamp there were no options. */
export function optionsOfTimestamp(tsecr: number): { wscale: number; hasSack: boolean } {
  const wscale = tsecr & TS_WSCALE_MASK;
  return {
    wscale: wscale === TS_WSCALE_MASK ? -1 : wscale,
    hasSack: (tsecr & TS_SACK) !== 0,
  };
}
