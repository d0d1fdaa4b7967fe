// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Registers that every Ethernet PHY has, and their bits: clause 22 of IEEE 802.3.
 *
 * Linux: include/uapi/linux/mii.h.
 */

export const MII = {
  BMCR: 0x00,
  BMSR: 0x01,
  PHYSID1: 0x02,
  PHYSID2: 0x03,
  ADVERTISE: 0x04,
  LPA: 0x05,
  EXPANSION: 0x06,
} as const;

/** How many registers, and how many PHYs on a bus. */
export const MII_REGISTERS = 32;
export const PHY_MAX_ADDR = 32;

export const BMCR = {
  SPEED1000: 0x0040,
  FULLDPLX: 0x0100,
  ANRESTART: 0x0200,
  ISOLATE: 0x0400,
  PDOWN: 0x0800,
  ANENABLE: 0x1000,
  SPEED100: 0x2000,
  LOOPBACK: 0x4000,
  RESET: 0x8000,
} as const;

export const BMSR = {
  ERCAP: 0x0001,
  LSTATUS: 0x0004,
  ANEGCAPABLE: 0x0008,
  ANEGCOMPLETE: 0x0020,
  ESTATEN: 0x0100,
} as const;

/** What a side can do: in ADVERTISE its own, in LPA the partner's. */
export const ADVERTISE = {
  CSMA: 0x0001,
  '10HALF': 0x0020,
  '10FULL': 0x0040,
  '100HALF': 0x0080,
  '100FULL': 0x0100,
  PAUSE_CAP: 0x0400,
  PAUSE_ASYM: 0x0800,
} as const;
/** 10 and 100 megabits, half and full. */
export const ADVERTISE_ALL = 0x01e0;
