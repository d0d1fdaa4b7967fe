// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Messages of NETLINK_ROUTE: links, addresses, routes, neighbours.
 *
 * Linux: include/uapi/linux/rtnetlink.h, if_link.h, if_addr.h, neighbour.h; rtnetlink(7).
 */

// prettier-ignore
export const RTM = {
  NEWLINK: 16, DELLINK: 17, GETLINK: 18, SETLINK: 19,
  NEWADDR: 20, DELADDR: 21, GETADDR: 22,
  NEWROUTE: 24, DELROUTE: 25, GETROUTE: 26,
  NEWNEIGH: 28, DELNEIGH: 29, GETNEIGH: 30,
  NEWRULE: 32, DELRULE: 33, GETRULE: 34,
} as const;

/** Groups that one subscribes to, as bits of sockaddr_nl.groups. */
// prettier-ignore
export const RTMGRP = {
  LINK: 1, NEIGH: 4, IPV4_IFADDR: 0x10, IPV4_ROUTE: 0x40, IPV6_IFADDR: 0x100, IPV6_ROUTE: 0x400,
} as const;

/** Byte offsets of struct ifinfomsg. */
export const IFINFOMSG = { family: 0, type: 2, index: 4, flags: 8, change: 12, SIZE: 16 } as const;
/** Byte offsets of struct ifaddrmsg. */
export const IFADDRMSG = {
  family: 0,
  prefixlen: 1,
  flags: 2,
  scope: 3,
  index: 4,
  SIZE: 8,
} as const;
/** Byte offsets of struct rtmsg. */
// prettier-ignore
export const RTMSG = {
  family: 0, dstLen: 1, srcLen: 2, tos: 3, table: 4, protocol: 5, scope: 6, type: 7, flags: 8,
  SIZE: 12,
} as const;
/** Byte offsets of struct ndmsg. */
export const NDMSG = { family: 0, ifindex: 4, state: 8, flags: 10, type: 11, SIZE: 12 } as const;

/** Attributes of links. */
// prettier-ignore
export const IFLA = {
  ADDRESS: 1, BROADCAST: 2, IFNAME: 3, MTU: 4, LINK: 5, QDISC: 6, STATS: 7, TXQLEN: 13,
  OPERSTATE: 16, LINKMODE: 17, LINKINFO: 18, IFALIAS: 20, STATS64: 23, AF_SPEC: 26, GROUP: 27,
  EXT_MASK: 29,
  PROMISCUITY: 30, NUM_TX_QUEUES: 31, NUM_RX_QUEUES: 32, CARRIER: 33, CARRIER_CHANGES: 35,
  GSO_MAX_SEGS: 40, GSO_MAX_SIZE: 41, MIN_MTU: 50, MAX_MTU: 51, PERM_ADDRESS: 54,
  PARENT_DEV_NAME: 56, PARENT_DEV_BUS_NAME: 57, GRO_MAX_SIZE: 58, TSO_MAX_SIZE: 59,
  TSO_MAX_SEGS: 60, ALLMULTI: 61,
} as const;
/** Attributes in IFLA.LINKINFO. */
export const IFLA_INFO = { KIND: 1, DATA: 2 } as const;
/** Attributes of AF_INET6 in IFLA.AF_SPEC. */
export const IFLA_INET6 = { ADDR_GEN_MODE: 8 } as const;
/** What IFLA.OPERSTATE says, by number. Linux: include/uapi/linux/if.h, IF_OPER_*. */
// prettier-ignore
export const OPERSTATES = [
  'UNKNOWN', 'NOTPRESENT', 'DOWN', 'LOWERLAYERDOWN', 'TESTING', 'DORMANT', 'UP',
] as const;

/** struct rtnl_link_stats64 (IFLA.STATS64): u64s in this order. */
// prettier-ignore
export const LINK_STATS64 = [
  'rxPackets', 'txPackets', 'rxBytes', 'txBytes', 'rxErrors', 'txErrors', 'rxDropped',
  'txDropped', 'multicast', 'collisions', 'rxLengthErrors', 'rxOverErrors', 'rxCrcErrors',
  'rxFrameErrors', 'rxFifoErrors', 'rxMissedErrors', 'txAbortedErrors', 'txCarrierErrors',
  'txFifoErrors', 'txHeartbeatErrors', 'txWindowErrors', 'rxCompressed', 'txCompressed',
  'rxNohandler',
] as const;

/** Attributes of addresses. */
// prettier-ignore
export const IFA = {
  ADDRESS: 1, LOCAL: 2, LABEL: 3, BROADCAST: 4, ANYCAST: 5, CACHEINFO: 6, FLAGS: 8,
  RT_PRIORITY: 9, PROTO: 11,
} as const;
/** Byte offsets of struct ifa_cacheinfo: seconds, INFINITY for ever. */
export const IFA_CACHEINFO = { preferred: 0, valid: 4, created: 8, updated: 12, SIZE: 16 } as const;
export const INFINITY_LIFE_TIME = 0xffff_ffff;

/** Attributes of routes. */
// prettier-ignore
export const RTA = {
  DST: 1, SRC: 2, IIF: 3, OIF: 4, GATEWAY: 5, PRIORITY: 6, PREFSRC: 7, METRICS: 8, CACHEINFO: 12,
  TABLE: 15, MARK: 16, VIA: 18, PREF: 20, EXPIRES: 23, UID: 25,
} as const;
/** Attributes in RTA.METRICS. */
export const RTAX = { MTU: 2, WINDOW: 3, RTT: 4, ADVMSS: 8, HOPLIMIT: 10, INITCWND: 11 } as const;
/** Byte offsets of struct rta_cacheinfo. */
// prettier-ignore
export const RTA_CACHEINFO = {
  clntref: 0, lastuse: 4, expires: 8, error: 12, used: 16, id: 20, ts: 24, tsage: 28, SIZE: 32,
} as const;
/** Flags of a route's message: it comes from a lookup; say the table that had it. */
export const RTM_F = { NOTIFY: 0x100, CLONED: 0x200, LOOKUP_TABLE: 0x1000 } as const;

/** Attributes of neighbours. */
export const NDA = { DST: 1, LLADDR: 2, CACHEINFO: 3, PROBES: 4 } as const;
/** Byte offsets of struct nda_cacheinfo: ages in clock ticks (hundredths of a second). */
export const NDA_CACHEINFO = { confirmed: 0, used: 4, updated: 8, refcnt: 12, SIZE: 16 } as const;
