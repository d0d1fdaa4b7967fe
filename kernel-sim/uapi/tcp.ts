// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * TCP as it is on the wire, and its socket options: tcp(7), RFC 9293.
 *
 * States are numbered in sock-diag.ts. Linux: include/uapi/linux/tcp.h, include/net/tcp.h.
 */

/** Byte offsets of struct tcphdr. Words are in network order. */
// prettier-ignore
export const TCPHDR = {
  source: 0, dest: 2, seq: 4, ackSeq: 8, doff: 12, flags: 13, window: 14, check: 16, urgPtr: 18,
  SIZE: 20, MAX_SIZE: 60,
} as const;

/** Bits of the byte at TCPHDR.flags. */
// prettier-ignore
export const TCP_FLAG = {
  FIN: 0x01, SYN: 0x02, RST: 0x04, PSH: 0x08, ACK: 0x10, URG: 0x20, ECE: 0x40, CWR: 0x80,
} as const;

/** Kinds of options in the header. Linux: TCPOPT_*. */
export const TCPOPT = {
  EOL: 0,
  NOP: 1,
  MSS: 2,
  WINDOW: 3,
  SACK_PERM: 4,
  SACK: 5,
  TIMESTAMP: 8,
} as const;

/** Options of a socket at level IPPROTO_TCP (SOL_TCP). */
// prettier-ignore
export const TCP = {
  NODELAY: 1, MAXSEG: 2, CORK: 3, KEEPIDLE: 4, KEEPINTVL: 5, KEEPCNT: 6, SYNCNT: 7, LINGER2: 8,
  WINDOW_CLAMP: 10, INFO: 11, QUICKACK: 12, CONGESTION: 13, USER_TIMEOUT: 18, NOTSENT_LOWAT: 25,
} as const;

/** tcpi_options. */
export const TCPI_OPT = { TIMESTAMPS: 1, SACK: 2, WSCALE: 4 } as const;

/** States of recovery: tcpi_ca_state. Linux: enum tcp_ca_state. */
export const TCP_CA = { OPEN: 0, DISORDER: 1, CWR: 2, RECOVERY: 3, LOSS: 4 } as const;

/** Byte offsets of struct tcp_info; times are in microseconds, those since something in ms. */
// prettier-ignore
export const TCP_INFO = {
  state: 0, caState: 1, retransmits: 2, probes: 3, backoff: 4, options: 5, wscale: 6, rto: 8,
  ato: 12, sndMss: 16, rcvMss: 20, unacked: 24, sacked: 28, lost: 32, retrans: 36, fackets: 40,
  lastDataSent: 44, lastAckSent: 48, lastDataRecv: 52, lastAckRecv: 56, pmtu: 60,
  rcvSsthresh: 64, rtt: 68, rttvar: 72, sndSsthresh: 76, sndCwnd: 80, advmss: 84, reordering: 88,
  rcvRtt: 92, rcvSpace: 96, totalRetrans: 100, pacingRate: 104, maxPacingRate: 112,
  bytesAcked: 120, bytesReceived: 128, segsOut: 136, segsIn: 140, notsentBytes: 144, minRtt: 148,
  dataSegsIn: 152, dataSegsOut: 156, deliveryRate: 160, busyTime: 168, rwndLimited: 176,
  sndbufLimited: 184, delivered: 192, deliveredCe: 196, bytesSent: 200, bytesRetrans: 208,
  dsackDups: 216, reordSeen: 220, rcvOoopack: 224, sndWnd: 228, rcvWnd: 232, rehash: 236,
  SIZE: 240,
} as const;
