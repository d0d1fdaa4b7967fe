// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Ethernet's numbers.
 *
 * Linux: include/uapi/linux/if_ether.h, if_arp.h, if_packet.h.
 */
export const ETH_ALEN = 6;
/** Bytes of the header: destination, source, type. */
export const ETH_HLEN = 14;
/** The shortest frame, without the checksum at its end. */
export const ETH_ZLEN = 60;
/** The longest payload of an ordinary frame. */
export const ETH_DATA_LEN = 1500;
export const ETH_MIN_MTU = 68;
export const ETH_MAX_MTU = 65_535;
/** A type below this is a length: IEEE 802.3. */
export const ETH_P_802_3_MIN = 0x600;

// prettier-ignore
export const ETH_P = {
  LOOP: 0x60, IP: 0x800, ARP: 0x806, RARP: 0x8035, VLAN: 0x8100, IPV6: 0x86dd,
  /** Not on the wire: a frame of IEEE 802.3, and every frame. */
  P_802_3: 1, ALL: 3, P_802_2: 4,
} as const;

/** What kind of hardware an interface is. */
export const ARPHRD = { ETHER: 1, LOOPBACK: 772, NONE: 0xfffe } as const;

/** To whom a frame was sent. */
// prettier-ignore
export const PACKET = {
  HOST: 0, BROADCAST: 1, MULTICAST: 2, OTHERHOST: 3, OUTGOING: 4, LOOPBACK: 5,
} as const;
