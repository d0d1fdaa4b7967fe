// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Types and codes of ICMP and ICMPv6.
 *
 * Linux: include/uapi/linux/icmp.h, include/uapi/linux/icmpv6.h. RFC 792, RFC 1122, RFC 4443.
 */

// prettier-ignore
export const ICMP = {
  ECHOREPLY: 0, DEST_UNREACH: 3, SOURCE_QUENCH: 4, REDIRECT: 5, ECHO: 8, TIME_EXCEEDED: 11,
  PARAMETERPROB: 12, TIMESTAMP: 13, TIMESTAMPREPLY: 14, INFO_REQUEST: 15, INFO_REPLY: 16,
  ADDRESS: 17, ADDRESSREPLY: 18,
} as const;
/** The highest type that has a row of its own in /proc/net/snmp. */
export const NR_ICMP_TYPES = 18;

/** Codes of ICMP_DEST_UNREACH. */
// prettier-ignore
export const ICMP_UNREACH = {
  NET: 0, HOST: 1, PROT: 2, PORT: 3, FRAG_NEEDED: 4, SR_FAILED: 5, NET_UNKNOWN: 6,
  HOST_UNKNOWN: 7, HOST_ISOLATED: 8, NET_ANO: 9, HOST_ANO: 10, NET_UNR_TOS: 11,
  HOST_UNR_TOS: 12, PKT_FILTERED: 13, PREC_VIOLATION: 14, PREC_CUTOFF: 15,
} as const;

/** Codes of ICMP_TIME_EXCEEDED. */
export const ICMP_EXC = { TTL: 0, FRAGTIME: 1 } as const;

// prettier-ignore
export const ICMPV6 = {
  DEST_UNREACH: 1, PKT_TOOBIG: 2, TIME_EXCEED: 3, PARAMPROB: 4, ECHO_REQUEST: 128,
  ECHO_REPLY: 129, MGM_QUERY: 130, MGM_REPORT: 131, MGM_REDUCTION: 132, ROUTER_SOLICIT: 133,
  ROUTER_ADVERT: 134, NEIGHBOUR_SOLICIT: 135, NEIGHBOUR_ADVERT: 136, REDIRECT: 137,
  MLD2_REPORT: 143,
} as const;

/** Codes of ICMPV6_DEST_UNREACH. */
// prettier-ignore
export const ICMPV6_UNREACH = {
  NOROUTE: 0, ADM_PROHIBITED: 1, NOT_NEIGHBOUR: 2, ADDR_UNREACH: 3, PORT_UNREACH: 4,
  POLICY_FAIL: 5, REJECT_ROUTE: 6,
} as const;

/** Codes of ICMPV6_PARAMPROB. */
export const ICMPV6_PARAMPROB = { HDR_FIELD: 0, UNK_NEXTHDR: 1, UNK_OPTION: 2 } as const;
