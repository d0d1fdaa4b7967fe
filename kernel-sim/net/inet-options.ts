// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Options of the levels IPPROTO_IP and IPPROTO_IPV6.
 *
 * Linux: net/ipv4/ip_sockglue.c, net/ipv6/ipv6_sockglue.c; ip(7), ipv6(7).
 */
import type { IpAddress } from '../lib/ip-address.ts';
import { ipv6FromBytes } from '../lib/ip-address.ts';
import { ERRNO } from '../uapi/errno.ts';
import { IP, IP_MREQN, IP_PMTUDISC, IPPROTO, IPV6, IPV6_MREQ } from '../uapi/in.ts';
import { AF } from '../uapi/socket.ts';
import type { InetSock } from './inet-sock.ts';
import { checkOptions } from './ipv4/ip-options.ts';

const INT_BYTES = 4;
const BYTE_MAX = 255;
const DEFAULT = -1;

/** Linux: struct inet_sock and struct ipv6_pinfo. */
export interface InetOptions {
  /** TTL or hop limit; -1: the system's. */
  ttl: number;
  tos: number;
  multicastTtl: number;
  isMulticastLoop: boolean;
  /** Index of the device that groups are sent through, and the address to come from. */
  multicastIf: number;
  multicastSource: IpAddress | undefined;
  /** IP_PMTUDISC. */
  pmtudisc: number;
  isRecverr: boolean;
  isRecvttl: boolean;
  isRecvtos: boolean;
  isPktinfo: boolean;
  isHeaderIncluded: boolean;
  isFreebind: boolean;
  isV6Only: boolean;
  /** Options of the IPv4 header, padded. */
  ipOptions: Uint8Array;
}

export function defaultInetOptions(): InetOptions {
  return {
    ttl: DEFAULT,
    tos: 0,
    multicastTtl: 1,
    isMulticastLoop: true,
    multicastIf: 0,
    multicastSource: undefined,
    pmtudisc: IP_PMTUDISC.WANT,
    isRecverr: false,
    isRecvttl: false,
    isRecvtos: false,
    isPktinfo: false,
    isHeaderIncluded: false,
    isFreebind: false,
    isV6Only: false,
    ipOptions: new Uint8Array(0),
  };
}

type Switch = {
  [K in keyof InetOptions]: InetOptions[K] extends boolean ? K : never;
}[keyof InetOptions];

/** Options that are on or off, of each level. */
const SWITCHES = {
  [IPPROTO.IP]: new Map<number, Switch>([
    [IP.RECVERR, 'isRecverr'],
    [IP.RECVTTL, 'isRecvttl'],
    [IP.RECVTOS, 'isRecvtos'],
    [IP.PKTINFO, 'isPktinfo'],
    [IP.HDRINCL, 'isHeaderIncluded'],
    [IP.FREEBIND, 'isFreebind'],
    [IP.MULTICAST_LOOP, 'isMulticastLoop'],
  ]),
  [IPPROTO.IPV6]: new Map<number, Switch>([
    [IPV6.RECVERR, 'isRecverr'],
    [IPV6.RECVHOPLIMIT, 'isRecvttl'],
    [IPV6.RECVTCLASS, 'isRecvtos'],
    [IPV6.RECVPKTINFO, 'isPktinfo'],
    [IPV6.V6ONLY, 'isV6Only'],
    [IPV6.MULTICAST_LOOP, 'isMulticastLoop'],
  ]),
};

type NumberOption = 'ttl' | 'tos' | 'multicastTtl' | 'pmtudisc' | 'multicastIf';

/** Options that are numbers: where they are kept and what they may be. */
type Numbers = ReadonlyMap<number, readonly [NumberOption, least: number, most: number]>;

const NUMBERS: Readonly<Record<number, Numbers>> = {
  [IPPROTO.IP]: new Map([
    [IP.TTL, ['ttl', 1, BYTE_MAX]],
    [IP.TOS, ['tos', 0, BYTE_MAX]],
    [IP.MULTICAST_TTL, ['multicastTtl', 0, BYTE_MAX]],
    [IP.MTU_DISCOVER, ['pmtudisc', IP_PMTUDISC.DONT, IP_PMTUDISC.OMIT]],
  ]),
  [IPPROTO.IPV6]: new Map([
    [IPV6.UNICAST_HOPS, ['ttl', 0, BYTE_MAX]],
    [IPV6.TCLASS, ['tos', 0, BYTE_MAX]],
    [IPV6.MULTICAST_HOPS, ['multicastTtl', 0, BYTE_MAX]],
    [IPV6.MTU_DISCOVER, ['pmtudisc', IP_PMTUDISC.DONT, IP_PMTUDISC.OMIT]],
    [IPV6.MULTICAST_IF, ['multicastIf', 0, 0x7fff_ffff]],
  ]),
};

/** 0, -ENOPROTOOPT for an option that nobody knows, or another negative errno. */
export function setInetOption(
  sock: InetSock,
  level: number,
  name: number,
  value: Uint8Array,
): number {
  if (level !== IPPROTO.IP && level !== IPPROTO.IPV6) return -ERRNO.ENOPROTOOPT;
  if (level === IPPROTO.IPV6 && sock.family !== AF.INET6) return -ERRNO.ENOPROTOOPT;
  const groups = setGroups(sock, level, name, value);
  if (groups !== undefined) return groups;
  if (level === IPPROTO.IP && name === IP.OPTIONS) {
    const options = checkOptions(value, sock.isPrivileged);
    if (options === undefined) return -ERRNO.EINVAL;
    sock.inet.ipOptions = options;
    return 0;
  }
  const number = numberOf(value);
  if (number === undefined) return -ERRNO.EINVAL;
  const flag = SWITCHES[level].get(name);
  if (flag !== undefined) return setSwitch(sock, flag, number !== 0);
  const known = NUMBERS[level]?.get(name);
  if (known === undefined) return -ERRNO.ENOPROTOOPT;
  const [option, least, most] = known;
  const isDefault = number === DEFAULT && option !== 'pmtudisc' && option !== 'multicastIf';
  if (!isDefault && (number < least || number > most)) return -ERRNO.EINVAL;
  sock.inet[option] =
    isDefault && option === 'multicastTtl' ? 1 : isDefault ? usual(option) : number;
  return 0;
}

function usual(option: NumberOption): number {
  return option === 'ttl' ? DEFAULT : 0;
}

function setSwitch(sock: InetSock, flag: Switch, isOn: boolean): number {
  if (flag === 'isHeaderIncluded' && !sock.isRaw) return -ERRNO.ENOPROTOOPT;
  if (flag === 'isV6Only' && sock.localPort !== 0) return -ERRNO.EINVAL;
  sock.inet[flag] = isOn;
  if (flag === 'isRecverr' && !isOn) sock.errors.clear();
  return 0;
}

/** An int, or a single byte. */
function numberOf(value: Uint8Array): number | undefined {
  if (value.length >= INT_BYTES) {
    return new DataView(value.buffer, value.byteOffset).getInt32(0, true);
  }
  return value[0];
}

/** Groups, and what they are sent through; undefined: another option. */
function setGroups(
  sock: InetSock,
  level: number,
  name: number,
  value: Uint8Array,
): number | undefined {
  if (level === IPPROTO.IP) {
    const isJoin = name === IP.ADD_MEMBERSHIP;
    if (!isJoin && name !== IP.DROP_MEMBERSHIP && name !== IP.MULTICAST_IF) return undefined;
    return setGroup4(sock, name, value);
  }
  const isJoin = name === IPV6.JOIN_GROUP;
  if (!isJoin && name !== IPV6.LEAVE_GROUP) return undefined;
  if (value.length < IPV6_MREQ.SIZE) return -ERRNO.EINVAL;
  const group = ipv6FromBytes(value.subarray(0, 16));
  const ifindex = new DataView(value.buffer, value.byteOffset).getInt32(IPV6_MREQ.ifindex, true);
  return isJoin
    ? sock.stack.join(sock, group, ifindex, undefined)
    : sock.stack.leave(sock, group, ifindex, undefined);
}

/** A struct in_addr, ip_mreq or ip_mreqn. */
function setGroup4(sock: InetSock, name: number, value: Uint8Array): number {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const word = (at: number): number => (value.length >= at + 4 ? view.getUint32(at) : 0);
  const hasIndex = value.length >= IP_MREQN.SIZE;
  const ifindex = hasIndex ? view.getInt32(IP_MREQN.ifindex, true) : 0;
  const local = word(IP_MREQN.address) || undefined;
  if (name !== IP.MULTICAST_IF) {
    if (value.length < IP_MREQN.ifindex) return -ERRNO.EINVAL;
    const group = word(IP_MREQN.multiaddr);
    return name === IP.ADD_MEMBERSHIP
      ? sock.stack.join(sock, group, ifindex, local)
      : sock.stack.leave(sock, group, ifindex, local);
  }
  if (value.length < INT_BYTES) return -ERRNO.EINVAL;
  const source = value.length < IP_MREQN.ifindex ? word(0) || undefined : local;
  if (ifindex !== 0 && sock.stack.core.byIndex(ifindex) === undefined) return -ERRNO.EADDRNOTAVAIL;
  const device = source === undefined ? undefined : sock.stack.deviceOf(source);
  if (ifindex === 0 && source !== undefined && device === undefined) return -ERRNO.EADDRNOTAVAIL;
  sock.inet.multicastIf = ifindex || (device?.ifindex ?? 0);
  sock.inet.multicastSource = source;
  return 0;
}

export function getInetOption(
  sock: InetSock,
  level: number,
  name: number,
  length: number,
): Uint8Array | number {
  if (level !== IPPROTO.IP && level !== IPPROTO.IPV6) return -ERRNO.ENOPROTOOPT;
  if (level === IPPROTO.IPV6 && sock.family !== AF.INET6) return -ERRNO.ENOPROTOOPT;
  if (level === IPPROTO.IP && name === IP.OPTIONS) return sock.inet.ipOptions;
  const flag = SWITCHES[level].get(name);
  if (flag !== undefined) return int(Number(sock.inet[flag]), length);
  const isMtu = level === IPPROTO.IP ? name === IP.MTU : name === IPV6.MTU;
  if (isMtu) return sock.pathMtu < 0 ? sock.pathMtu : int(sock.pathMtu, length);
  const known = NUMBERS[level]?.get(name);
  if (known === undefined) return -ERRNO.ENOPROTOOPT;
  const value = sock.inet[known[0]];
  return int(value < 0 ? sock.stack.defaultTtl(sock.family) : value, length);
}

/** What fits into fewer bytes than an int is a byte. Linux: do_ip_getsockopt. */
function int(value: number, length: number): Uint8Array {
  if (length < INT_BYTES && value >= 0 && value <= BYTE_MAX) return Uint8Array.of(value);
  const bytes = new Uint8Array(INT_BYTES);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return bytes;
}
