// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Protocols, addresses and socket options of IPv4 and IPv6.
 *
 * Linux: include/uapi/linux/in.h, include/uapi/linux/in6.h.
 */

/** What the protocol byte of an IP header says. */
// prettier-ignore
export const IPPROTO = {
  IP: 0, HOPOPTS: 0, ICMP: 1, IGMP: 2, TCP: 6, UDP: 17, IPV6: 41, ROUTING: 43, FRAGMENT: 44,
  ESP: 50, AH: 51, ICMPV6: 58, NONE: 59, DSTOPTS: 60, RAW: 255,
} as const;

/** In host order. */
export const INADDR_ANY = 0;
export const INADDR_LOOPBACK = 0x7f00_0001;
export const INADDR_BROADCAST = 0xffff_ffff;
export const INADDR_ALLHOSTS_GROUP = 0xe000_0001;
export const IN6ADDR_ANY = '0'.repeat(32);
export const IN6ADDR_LOOPBACK = '1'.padStart(32, '0');

/** Options at level IPPROTO_IP (SOL_IP). */
// prettier-ignore
export const IP = {
  TOS: 1, TTL: 2, HDRINCL: 3, OPTIONS: 4, RECVOPTS: 6, RETOPTS: 7, PKTINFO: 8, PKTOPTIONS: 9,
  MTU_DISCOVER: 10, RECVERR: 11, RECVTTL: 12, RECVTOS: 13, MTU: 14, FREEBIND: 15,
  TRANSPARENT: 19, BIND_ADDRESS_NO_PORT: 24, MULTICAST_IF: 32, MULTICAST_TTL: 33,
  MULTICAST_LOOP: 34, ADD_MEMBERSHIP: 35, DROP_MEMBERSHIP: 36, MULTICAST_ALL: 49,
} as const;

/** Values of IP_MTU_DISCOVER. */
export const IP_PMTUDISC = { DONT: 0, WANT: 1, DO: 2, PROBE: 3, INTERFACE: 4, OMIT: 5 } as const;

/** Options at level IPPROTO_IPV6 (SOL_IPV6). */
// prettier-ignore
export const IPV6 = {
  UNICAST_HOPS: 16, MULTICAST_IF: 17, MULTICAST_HOPS: 18, MULTICAST_LOOP: 19, JOIN_GROUP: 20,
  LEAVE_GROUP: 21, MTU_DISCOVER: 23, MTU: 24, RECVERR: 25, V6ONLY: 26, HDRINCL: 36,
  RECVPKTINFO: 49, PKTINFO: 50, RECVHOPLIMIT: 51, HOPLIMIT: 52, RECVTCLASS: 66, TCLASS: 67,
  CHECKSUM: 7,
} as const;

/** At level SOL_RAW: which types of ICMP a raw socket does not want to see. */
export const SOL_RAW = 255;
export const ICMP_FILTER = 1;
/** At level SOL_ICMPV6. */
export const SOL_ICMPV6 = 58;
export const ICMPV6_FILTER = 1;

/** Byte offsets of struct in_pktinfo: what IP_PKTINFO brings. */
export const IN_PKTINFO = { ifindex: 0, specDst: 4, addr: 8, SIZE: 12 } as const;
/** Byte offsets of struct in6_pktinfo. */
export const IN6_PKTINFO = { addr: 0, ifindex: 16, SIZE: 20 } as const;

/** Byte offsets of struct ip_mreqn; a struct ip_mreq ends before `ifindex`. */
export const IP_MREQN = { multiaddr: 0, address: 4, ifindex: 8, SIZE: 12 } as const;
/** Byte offsets of struct ipv6_mreq. */
export const IPV6_MREQ = { multiaddr: 0, ifindex: 16, SIZE: 20 } as const;

/**
 * Byte offsets of struct sock_extended_err: what MSG_ERRQUEUE brings, before the address of who
 * sent the error. Linux: include/uapi/linux/errqueue.h.
 */
// prettier-ignore
export const SOCK_EXTENDED_ERR = {
  errno: 0, origin: 4, type: 5, code: 6, pad: 7, info: 8, data: 12, SIZE: 16,
} as const;
export const SO_EE_ORIGIN = { NONE: 0, LOCAL: 1, ICMP: 2, ICMP6: 3 } as const;
