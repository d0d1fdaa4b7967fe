// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What routes, addresses and neighbours are made of.
 *
 * Linux: include/uapi/linux/rtnetlink.h, if_addr.h, neighbour.h, route.h.
 */

/** What a route does with a packet. */
// prettier-ignore
export const RTN = {
  UNSPEC: 0, UNICAST: 1, LOCAL: 2, BROADCAST: 3, ANYCAST: 4, MULTICAST: 5, BLACKHOLE: 6,
  UNREACHABLE: 7, PROHIBIT: 8, THROW: 9,
} as const;

/** Who made a route. */
// prettier-ignore
export const RTPROT = {
  UNSPEC: 0, REDIRECT: 1, KERNEL: 2, BOOT: 3, STATIC: 4, RA: 9, DHCP: 16,
} as const;

/** How far away a destination is: the higher, the nearer. */
// prettier-ignore
export const RT_SCOPE = {
  UNIVERSE: 0, SITE: 200, LINK: 253, HOST: 254, NOWHERE: 255,
} as const;

export const RT_TABLE = { UNSPEC: 0, COMPAT: 252, DEFAULT: 253, MAIN: 254, LOCAL: 255 } as const;

/** Flags of a next hop. */
export const RTNH_F = { DEAD: 1, PERVASIVE: 2, ONLINK: 4, LINKDOWN: 16 } as const;

/** Flags of a route as /proc/net/route and SIOCADDRT have it. */
// prettier-ignore
export const RTF = {
  UP: 0x1, GATEWAY: 0x2, HOST: 0x4, REINSTATE: 0x8, DYNAMIC: 0x10, MODIFIED: 0x20, MTU: 0x40,
  WINDOW: 0x80, IRTT: 0x100, REJECT: 0x200,
} as const;

/** Flags of an address. */
// prettier-ignore
export const IFA_F = {
  SECONDARY: 0x01, TEMPORARY: 0x01, NODAD: 0x02, OPTIMISTIC: 0x04, DADFAILED: 0x08,
  DEPRECATED: 0x20, TENTATIVE: 0x40, PERMANENT: 0x80, MANAGETEMPADDR: 0x100,
  NOPREFIXROUTE: 0x200,
} as const;

/** States of a neighbour. */
// prettier-ignore
export const NUD = {
  NONE: 0x00, INCOMPLETE: 0x01, REACHABLE: 0x02, STALE: 0x04, DELAY: 0x08, PROBE: 0x10,
  FAILED: 0x20, NOARP: 0x40, PERMANENT: 0x80,
} as const;

/** Flags of a neighbour. */
export const NTF = { USE: 0x01, PROXY: 0x08, ROUTER: 0x80 } as const;
