// SPDX-License-Identifier: GPL-2.0-or-later
/** Names for numbers, as iproute2 and its /etc/iproute2/rt_* have them. */
import { IFA_F, NUD, RT_SCOPE, RT_TABLE, RTN, RTPROT } from '../../uapi/rtnetlink.ts';
import { AF } from '../../uapi/socket.ts';

type Names = Readonly<Record<string, number>>;

export const SCOPES: Names = {
  global: RT_SCOPE.UNIVERSE,
  site: RT_SCOPE.SITE,
  link: RT_SCOPE.LINK,
  host: RT_SCOPE.HOST,
  nowhere: RT_SCOPE.NOWHERE,
};
export const TABLES: Names = {
  unspec: RT_TABLE.UNSPEC,
  default: RT_TABLE.DEFAULT,
  main: RT_TABLE.MAIN,
  local: RT_TABLE.LOCAL,
};
export const PROTOCOLS: Names = {
  unspec: RTPROT.UNSPEC,
  redirect: RTPROT.REDIRECT,
  kernel: RTPROT.KERNEL,
  boot: RTPROT.BOOT,
  static: RTPROT.STATIC,
  ra: RTPROT.RA,
  dhcp: RTPROT.DHCP,
};
export const ROUTE_TYPES: Names = {
  none: RTN.UNSPEC,
  unicast: RTN.UNICAST,
  local: RTN.LOCAL,
  broadcast: RTN.BROADCAST,
  anycast: RTN.ANYCAST,
  multicast: RTN.MULTICAST,
  blackhole: RTN.BLACKHOLE,
  unreachable: RTN.UNREACHABLE,
  prohibit: RTN.PROHIBIT,
  throw: RTN.THROW,
};
export const NEIGHBOUR_STATES: Names = {
  none: NUD.NONE,
  incomplete: NUD.INCOMPLETE,
  reachable: NUD.REACHABLE,
  stale: NUD.STALE,
  delay: NUD.DELAY,
  probe: NUD.PROBE,
  failed: NUD.FAILED,
  noarp: NUD.NOARP,
  permanent: NUD.PERMANENT,
};

/** The name, or the number where it has none. */
export function nameOf(names: Names, value: number): string {
  return Object.keys(names).find((name) => names[name] === value) ?? String(value);
}

/** The number of a name, or of a text that is a number up to 255. */
export function numberOf(names: Names, text: string): number | undefined {
  const known = names[text];
  if (known !== undefined) return known;
  const value = parseUnsigned(text);
  return value === undefined || value > 255 ? undefined : value;
}

/** A number as C's strtoul reads it with base 0. */
export function parseUnsigned(text: string): number | undefined {
  if (!/^(?:0[xX][\da-fA-F]+|\d+)$/.test(text)) return undefined;
  const isOctal = /^0\d/.test(text);
  const value = isOctal ? Number.parseInt(text, 8) : Number(text);
  return Number.isNaN(value) || value > 0xffff_ffff ? undefined : value;
}

/** Bits of IFF, in the order in which ip names them. RUNNING is told in another way. */
export const LINK_FLAGS: readonly (readonly [bit: number, name: string])[] = [
  [0x8, 'LOOPBACK'],
  [0x2, 'BROADCAST'],
  [0x10, 'POINTOPOINT'],
  [0x1000, 'MULTICAST'],
  [0x80, 'NOARP'],
  [0x200, 'ALLMULTI'],
  [0x100, 'PROMISC'],
  [0x400, 'MASTER'],
  [0x800, 'SLAVE'],
  [0x4, 'DEBUG'],
  [0x8000, 'DYNAMIC'],
  [0x4000, 'AUTOMEDIA'],
  [0x2000, 'PORTSEL'],
  [0x20, 'NOTRAILERS'],
  [0x1, 'UP'],
  [0x1_0000, 'LOWER_UP'],
  [0x2_0000, 'DORMANT'],
  [0x4_0000, 'ECHO'],
];
export const IFF_UP = 0x1;
export const IFF_RUNNING = 0x40;
export const IFF_POINTOPOINT = 0x10;
export const IFF_NOARP = 0x80;
export const IFF_PROMISC = 0x100;
export const IFF_ALLMULTI = 0x200;
export const IFF_MULTICAST = 0x1000;

/** Bits of IFA_F; PERMANENT is told by its absence. */
export const ADDRESS_FLAGS: readonly (readonly [bit: number, name: string])[] = [
  [IFA_F.SECONDARY, 'secondary'],
  [IFA_F.NODAD, 'nodad'],
  [IFA_F.OPTIMISTIC, 'optimistic'],
  [IFA_F.DADFAILED, 'dadfailed'],
  [IFA_F.DEPRECATED, 'deprecated'],
  [IFA_F.TENTATIVE, 'tentative'],
  [IFA_F.PERMANENT, 'permanent'],
  [IFA_F.MANAGETEMPADDR, 'mngtmpaddr'],
  [IFA_F.NOPREFIXROUTE, 'noprefixroute'],
];

const LINK_TYPES: Readonly<Record<number, string>> = {
  1: 'ether',
  772: 'loopback',
  512: 'ppp',
  768: 'ipip',
  65534: 'none',
};

/** The name of an ARPHRD. */
export function linkTypeName(type: number): string {
  return LINK_TYPES[type] ?? `[${type}]`;
}

export function familyName(family: number): string {
  if (family === AF.INET) return 'inet';
  return family === AF.INET6 ? 'inet6' : `family ${family}`;
}
