// SPDX-License-Identifier: GPL-2.0-or-later
/** Addresses and prefixes as words of ip. Linux: iproute2's lib/utils.c, get_prefix and kin. */
import { ipv6ToBytes, parseIpv6 } from '../../lib/ip-address.ts';
import { AF } from '../../uapi/socket.ts';

export interface Prefix {
  /** Of `default`, the family that was asked for. */
  readonly family: number;
  /** Empty for `default`. */
  readonly bytes: Uint8Array;
  readonly length: number;
  /** A length was written. */
  readonly hasLength: boolean;
}

const IPV4_BITS = 32;

/** Four bytes; missing ones at the end are 0, as iproute2 has it. */
function parseIpv4Bytes(text: string): Uint8Array | undefined {
  if (!/^\d{1,3}(?:\.\d{1,3}){0,3}$/.test(text)) return undefined;
  const parts = text.split('.').map(Number);
  if (parts.some((part) => part > 255)) return undefined;
  return Uint8Array.from({ length: 4 }, (_, at) => parts[at] ?? 0);
}

/** The bytes of an address of a family, UNSPEC being either. */
export function parseAddressBytes(text: string, family: number): Uint8Array | undefined {
  if (text.includes(':')) {
    if (family === AF.INET) return undefined;
    const digits = parseIpv6(text);
    return digits === undefined ? undefined : ipv6ToBytes(digits);
  }
  return family === AF.INET6 ? undefined : parseIpv4Bytes(text);
}

function familyOf(bytes: Uint8Array): number {
  return bytes.length === 4 ? AF.INET : AF.INET6;
}

/** How many bits a mask such as 255.255.0.0 has; undefined for one with holes. */
function bitsOfMask(text: string): number | undefined {
  const bytes = parseIpv4Bytes(text);
  if (bytes === undefined || text.split('.').length !== 4) return undefined;
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  return /^1*0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : undefined;
}

/** `10.0.2.0/24`, `10.0.2.15`, `default`, `fe80::/64`. */
export function parsePrefix(text: string, family: number): Prefix | undefined {
  if (text === 'default' || text === 'any' || text === 'all') {
    return { family, bytes: new Uint8Array(0), length: 0, hasLength: false };
  }
  const slash = text.indexOf('/');
  const bytes = parseAddressBytes(slash < 0 ? text : text.slice(0, slash), family);
  if (bytes === undefined) return undefined;
  const most = bytes.length * 8;
  if (slash < 0) return { family: familyOf(bytes), bytes, length: most, hasLength: false };
  const lengthText = text.slice(slash + 1);
  const length = /^\d{1,3}$/.test(lengthText)
    ? Number(lengthText)
    : most === IPV4_BITS
      ? bitsOfMask(lengthText)
      : undefined;
  if (length === undefined || length > most) return undefined;
  return { family: familyOf(bytes), bytes, length, hasLength: true };
}

/** Whether the first `bits` bits are the same. */
export function startsAlike(a: Uint8Array, b: Uint8Array, bits: number): boolean {
  if (a.length !== b.length) return false;
  for (let bit = 0; bit < bits; bit++) {
    const mask = 0x80 >> (bit & 7);
    if (((a[bit >> 3] ?? 0) & mask) !== ((b[bit >> 3] ?? 0) & mask)) return false;
  }
  return true;
}

/** All bits behind the prefix set, as a broadcast address has them, or none. */
export function withHostBits(bytes: Uint8Array, length: number, isSet: boolean): Uint8Array {
  return bytes.map((byte, at) => {
    const kept = Math.min(8, Math.max(0, length - at * 8));
    const host = 0xff >> kept;
    return isSet ? byte | host : byte & ~host;
  });
}
