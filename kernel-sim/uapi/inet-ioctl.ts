// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The structures of ioctls about routes and neighbours, on x86-64.
 *
 * Linux: include/uapi/linux/route.h, if_arp.h; arp(7).
 */

/** struct rtentry: addresses are struct sockaddr, `dev` points to a name. */
export const RTENTRY = {
  dst: 8,
  gateway: 24,
  genmask: 40,
  flags: 56,
  /** One more than the metric; 0: none was given. */
  metric: 80,
  dev: 88,
  mtu: 96,
  window: 104,
  SIZE: 120,
} as const;

/** struct arpreq: a protocol's address, a hardware address, and the interface's name. */
export const ARPREQ = { pa: 0, ha: 16, flags: 32, netmask: 36, dev: 52, SIZE: 68 } as const;

/** Flags of an arpreq. */
export const ATF = { COM: 0x02, PERM: 0x04, PUBL: 0x08, NETMASK: 0x20 } as const;
