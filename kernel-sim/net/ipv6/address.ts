// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Kinds of IPv6 addresses, and what follows from one. Addresses are 32 hex digits.
 *
 * Linux: include/net/ipv6.h, include/net/addrconf.h. RFC 4291.
 */
import { IN6ADDR_ANY, IN6ADDR_LOOPBACK } from '../../uapi/in.ts';
import { RT_SCOPE } from '../../uapi/rtnetlink.ts';

const DIGITS = 32;
const LINK_LOCAL = 'fe80';
/** ff02::1 and ff02::2: all nodes and all routers of the link. */
export const ALL_NODES = `ff02${'1'.padStart(28, '0')}`;
export const ALL_ROUTERS = `ff02${'2'.padStart(28, '0')}`;
const SOLICITED_NODE = `ff02${'1ff'.padStart(22, '0')}`;
/** Scopes of groups, in their fourth digit. */
const GROUP_SCOPE = { INTERFACE: '1', LINK: '2' } as const;

/** ff00::/8. */
export function isMulticast6(address: string): boolean {
  return address.startsWith('ff');
}

/** fe80::/10. */
export function isLinkLocal(address: string): boolean {
  return isInPrefix(address, LINK_LOCAL.padEnd(DIGITS, '0'), 10);
}

/** It means something on its link only. */
export function needsLink(address: string): boolean {
  if (!isMulticast6(address)) return isLinkLocal(address);
  return address[3] === GROUP_SCOPE.LINK || address[3] === GROUP_SCOPE.INTERFACE;
}

/** RT_SCOPE. */
export function scopeOf6(address: string): number {
  if (address === IN6ADDR_LOOPBACK) return RT_SCOPE.HOST;
  return needsLink(address) ? RT_SCOPE.LINK : RT_SCOPE.UNIVERSE;
}

/** Bits that two addresses have in common from the front on. */
export function commonBits(one: string, other: string): number {
  for (let digit = 0; digit < DIGITS; digit++) {
    if (one[digit] === other[digit]) continue;
    const differs =
      Number.parseInt(one[digit] ?? '0', 16) ^ Number.parseInt(other[digit] ?? '0', 16);
    return digit * 4 + Math.clz32(differs) - 28;
  }
  return DIGITS * 4;
}

export function isInPrefix(address: string, network: string, prefixLength: number): boolean {
  return commonBits(address, network) >= prefixLength;
}

/** The address with all bits behind the prefix 0. */
export function networkOf(address: string, prefixLength: number): string {
  const whole = prefixLength >> 2;
  const rest = prefixLength & 3;
  const digit = Number.parseInt(address[whole] ?? '0', 16) & (0xf << (4 - rest)) & 0xf;
  const middle = rest === 0 ? '' : digit.toString(16);
  return (address.slice(0, whole) + middle).padEnd(DIGITS, '0');
}

/** The group in which an address's owner is asked for. RFC 4291, section 2.7.1. */
export function solicitedNode(address: string): string {
  return SOLICITED_NODE + address.slice(DIGITS - 6);
}

/** Where groups of IPv6 go on Ethernet. RFC 2464. */
export function multicastMac6(group: string): Uint8Array {
  const low = [24, 26, 28, 30].map((at) => Number.parseInt(group.slice(at, at + 2), 16));
  return Uint8Array.of(0x33, 0x33, ...low);
}

/** The last 64 bits of an address that a card's own address makes. RFC 4291, appendix A. */
export function interfaceIdOf(mac: Uint8Array): string {
  const [first = 0, ...rest] = mac;
  const bytes = [first ^ 2, ...rest.slice(0, 2), 0xff, 0xfe, ...rest.slice(2)];
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function linkLocalOf(mac: Uint8Array): string {
  return LINK_LOCAL.padEnd(16, '0') + interfaceIdOf(mac);
}

/** What is never a source that somebody could be answered at. */
export function isUnicast6(address: string): boolean {
  return address !== IN6ADDR_ANY && !isMulticast6(address);
}
