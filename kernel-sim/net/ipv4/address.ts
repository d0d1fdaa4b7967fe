// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Kinds of IPv4 addresses. Linux: include/linux/in.h, include/linux/inetdevice.h. RFC 6890.
 */
import { INADDR_BROADCAST } from '../../uapi/in.ts';

const BYTE = 0x100_0000;

/** 127.0.0.0/8. */
export function isLoopback(address: number): boolean {
  return Math.floor(address / BYTE) === 127;
}

/** 224.0.0.0/4. */
export function isMulticast(address: number): boolean {
  return address >>> 28 === 0xe;
}

/** 0.0.0.0/8: this network. */
export function isZeronet(address: number): boolean {
  return address < BYTE;
}

/** 255.255.255.255. */
export function isLimitedBroadcast(address: number): boolean {
  return address === INADDR_BROADCAST;
}

/** 224.0.0.0/24: never leaves the link. */
export function isLocalMulticast(address: number): boolean {
  return address >>> 8 === 0xe0_0000;
}

/** What is never a source. */
export function isBadSource(address: number): boolean {
  return isMulticast(address) || isLimitedBroadcast(address);
}

/** The prefix that an address had by its class, or -1. Linux: inet_abc_len. */
export function classPrefixLength(address: number): number {
  if (isZeronet(address) || isLimitedBroadcast(address)) return 0;
  if (address >>> 31 === 0) return 8;
  if (address >>> 30 === 2) return 16;
  return address >>> 29 === 6 ? 24 : address >>> 28 === 15 ? 32 : -1;
}
