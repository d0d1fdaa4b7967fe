// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Interfaces as programs see them.
 *
 * Linux: include/uapi/linux/if.h, netdevice(7).
 */
export const IFNAMSIZ = 16;

// prettier-ignore
export const IFF = {
  UP: 0x1, BROADCAST: 0x2, DEBUG: 0x4, LOOPBACK: 0x8, POINTOPOINT: 0x10, NOTRAILERS: 0x20,
  RUNNING: 0x40, NOARP: 0x80, PROMISC: 0x100, ALLMULTI: 0x200, MULTICAST: 0x1000,
  PORTSEL: 0x2000, AUTOMEDIA: 0x4000, DYNAMIC: 0x8000,
  LOWER_UP: 0x1_0000, DORMANT: 0x2_0000, ECHO: 0x4_0000,
} as const;

/** RFC 2863, as /sys/class/net/NAME/operstate has it. */
export const OPERSTATE = { UNKNOWN: 0, NOTPRESENT: 1, DOWN: 2, LOWERLAYERDOWN: 3, UP: 6 } as const;
