// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * IP addresses: how they are kept, read from text and written as text.
 *
 * An IPv4 address is an unsigned 32-bit number whose highest byte is the first of the dotted quad;
 * an IPv6 address is 32 lower-case hex digits, so that two are equal when `===` says so. Text goes
 * by inet_pton(3) and inet_ntop(3): no shortened quads, no leading zeros, RFC 5952.
 */
export type Ipv4Address = number;
export type Ipv6Address = string;
export type IpAddress = Ipv4Address | Ipv6Address;

const QUAD = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;
const GROUPS = 8;
const GROUP_DIGITS = 4;
const ADDRESS_DIGITS = GROUPS * GROUP_DIGITS;
const BYTE_MAX = 255;
/** The first 96 bits of an IPv4 address in IPv6's clothes: ::ffff:a.b.c.d. */
const MAPPED_PREFIX = '00000000000000000000ffff';

/** Undefined when the text is no dotted quad. */
export function parseIpv4(text: string): Ipv4Address | undefined {
  const match = QUAD.exec(text);
  if (match === null) return undefined;
  let address = 0;
  for (let part = 1; part <= 4; part++) {
    const byte = Number(match[part]);
    if (byte > BYTE_MAX) return undefined;
    address = address * 256 + byte;
  }
  return address;
}

export function formatIpv4(address: Ipv4Address): string {
  const byte = (shift: number): number => (address >>> shift) & BYTE_MAX;
  return `${byte(24)}.${byte(16)}.${byte(8)}.${byte(0)}`;
}

/** Undefined when the text is no address; a zone (`%eth0`) is none of its business. */
export function parseIpv6(text: string): Ipv6Address | undefined {
  const withoutQuad = replaceQuad(text);
  if (withoutQuad === undefined) return undefined;
  const halves = withoutQuad.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  if (head === undefined) return undefined;
  const missing = GROUPS - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const zeros = tail === undefined ? [] : Array.from({ length: missing }, () => '0');
  const groups = [...head, ...zeros, ...(tail ?? [])];
  if (!groups.every((group) => /^[\da-fA-F]{1,4}$/.test(group))) return undefined;
  return groups.map((group) => group.toLowerCase().padStart(GROUP_DIGITS, '0')).join('');
}

/** A quad at the end becomes two groups. */
function replaceQuad(text: string): string | undefined {
  const colon = text.lastIndexOf(':');
  if (!text.includes('.')) return text;
  const address = parseIpv4(text.slice(colon + 1));
  if (address === undefined || colon < 0) return undefined;
  const high = (address >>> 16).toString(16);
  return `${text.slice(0, colon + 1)}${high}:${(address & 0xffff).toString(16)}`;
}

export function formatIpv6(address: Ipv6Address): string {
  const groups = Array.from({ length: GROUPS }, (_, group) =>
    Number.parseInt(address.slice(group * GROUP_DIGITS, (group + 1) * GROUP_DIGITS), 16),
  );
  const [start, length] = longestZeros(groups);
  const quad = formatIpv4(Number.parseInt(address.slice(ADDRESS_DIGITS - 8), 16));
  if (start === 0 && length === 6) return `::${quad}`;
  if (address.startsWith(MAPPED_PREFIX)) return `::ffff:${quad}`;
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

/** The first of the longest runs. */
function longestZeros(groups: readonly number[]): [start: number, length: number] {
  let best: [number, number] = [0, 0];
  for (let start = 0; start < GROUPS; start++) {
    let end = start;
    while (end < GROUPS && groups[end] === 0) end++;
    if (end - start > best[1]) best = [start, end - start];
  }
  return best;
}

/** An IPv4 address as AF_INET6 sockets see it. */
export function mapIpv4(address: Ipv4Address): Ipv6Address {
  return MAPPED_PREFIX + address.toString(16).padStart(8, '0');
}

/** The IPv4 address in a mapped one; undefined when it is no such. */
export function unmapIpv4(address: Ipv6Address): Ipv4Address | undefined {
  if (!address.startsWith(MAPPED_PREFIX)) return undefined;
  return Number.parseInt(address.slice(MAPPED_PREFIX.length), 16);
}

/** The 16 bytes of an IPv6 address, in the order of the wire. */
export function ipv6ToBytes(address: Ipv6Address): Uint8Array {
  return Uint8Array.from({ length: ADDRESS_DIGITS / 2 }, (_, at) =>
    Number.parseInt(address.slice(at * 2, at * 2 + 2), 16),
  );
}

export function ipv6FromBytes(bytes: Uint8Array): Ipv6Address {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
