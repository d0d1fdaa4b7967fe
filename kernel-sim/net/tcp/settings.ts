// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What net.ipv4.tcp_* lets be set, and the constants that nobody sets.
 *
 * Linux: struct netns_ipv4, include/net/tcp.h, Documentation/networking/ip-sysctl.rst.
 */
import type { CongestionControlName } from './congestion.ts';

export const NS_PER_MS = 1_000_000;
export const NS_PER_S = 1_000_000_000;

/** Bounds of the retransmission timeout, and what it is before anything was measured. */
export const RTO_MIN_US = 200_000;
export const RTO_MAX_US = 120_000_000;
export const RTO_INITIAL_US = 1_000_000;
/** What RTO_INITIAL_US becomes when the handshake took a retransmission. RFC 6298, 5.7. */
export const RTO_FALLBACK_US = 3_000_000;
/** An acknowledgment waits so long for company. Linux: TCP_DELACK_MIN and TCP_DELACK_MAX. */
export const DELACK_MIN_NS = 40 * NS_PER_MS;
export const DELACK_MAX_NS = 200 * NS_PER_MS;
/** Segments at a connection's start that are acknowledged at once. Linux: TCP_MAX_QUICKACKS. */
export const QUICKACKS_MAX = 16;
/** Segments that may be under way at first. RFC 6928. */
export const INITIAL_CWND = 10;
/** Linux: TCP_TIMEWAIT_LEN, and the longest wait for a FIN. */
export const TIMEWAIT_NS = 60 * NS_PER_S;
/** What a peer that says nothing about it takes. RFC 9293, 3.7.1. */
export const MSS_DEFAULT = 536;
/** Peers that claim less are not believed. Linux: TCP_MIN_SND_MSS. */
export const MSS_MIN = 48;
export const WSCALE_MAX = 14;
/** A timestamp of the peer's is forgotten after so long without news. RFC 7323, 5.5. */
export const PAWS_24DAYS_NS = 24 * 86_400 * NS_PER_S;
/** How long a timestamp may lie back in PAWS before it counts. Linux: TCP_PAWS_WINDOW. */
export const PAWS_WINDOW = 1;
/** Challenge ACKs for one connection. Linux: sysctl_tcp_invalid_ratelimit. */
export const INVALID_RATELIMIT_NS = 500 * NS_PER_MS;
/**
 * The most data in one packet: its buffer is in one piece, and larger pieces are hard to come by.
 * Only the loopback's MTU is larger than this. Linux: sk_buff data lie in several pages.
 */
export const SEGMENT_BYTES_MAX = 32_768 - 256;

/** In what net.ipv4.tcp_NAME has, seconds and counts. */
export interface TcpSettings {
  congestionControl: CongestionControlName;
  windowScaling: number;
  timestamps: number;
  sack: number;
  synRetries: number;
  synackRetries: number;
  retries1: number;
  retries2: number;
  orphanRetries: number;
  finTimeout: number;
  keepaliveTime: number;
  keepaliveIntvl: number;
  keepaliveProbes: number;
  maxSynBacklog: number;
  syncookies: number;
  abortOnOverflow: number;
  maxTwBuckets: number;
  maxOrphans: number;
  twReuse: number;
  reordering: number;
  slowStartAfterIdle: number;
  moderateRcvbuf: number;
  advWinScale: number;
  challengeAckLimit: number;
  rfc1337: number;
  stdurg: number;
  rmem: [min: number, initial: number, max: number];
  wmem: [min: number, initial: number, max: number];
}

export function defaultTcpSettings(): TcpSettings {
  return {
    congestionControl: 'cubic',
    windowScaling: 1,
    timestamps: 1,
    sack: 1,
    synRetries: 6,
    synackRetries: 5,
    retries1: 3,
    retries2: 15,
    orphanRetries: 0,
    finTimeout: 60,
    keepaliveTime: 7200,
    keepaliveIntvl: 75,
    keepaliveProbes: 9,
    maxSynBacklog: 128,
    syncookies: 1,
    abortOnOverflow: 0,
    maxTwBuckets: 4096,
    maxOrphans: 4096,
    twReuse: 2,
    reordering: 3,
    slowStartAfterIdle: 1,
    moderateRcvbuf: 1,
    advWinScale: 1,
    challengeAckLimit: 0x7fff_ffff,
    rfc1337: 0,
    stdurg: 0,
    rmem: [4096, 131_072, 6_291_456],
    wmem: [4096, 16_384, 4_194_304],
  };
}

/** How much of a buffer is data rather than what lies around it. Linux: tcp_win_from_space. */
export function windowFromSpace(settings: TcpSettings, space: number): number {
  const { advWinScale } = settings;
  if (advWinScale <= 0) return Math.floor(space / 2 ** -advWinScale);
  return space - Math.floor(space / 2 ** advWinScale);
}

/** The buffer that so much data need. Linux: tcp_space_from_win. */
export function spaceFromWindow(settings: TcpSettings, window: number): number {
  const { advWinScale } = settings;
  if (advWinScale <= 0) return window * 2 ** -advWinScale;
  return Math.floor((window * 2 ** advWinScale) / (2 ** advWinScale - 1));
}
