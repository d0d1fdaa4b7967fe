// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The registers of the PHY inside, which an MII access reaches at address 1: those of IEEE 802.3
 * clause 22, and its maker's.
 *
 * Linux: include/uapi/linux/mii.h, include/linux/smscphy.h.
 */

export interface PhyRegisterSpec {
  readonly number: number;
  /** Bits that a write may change; others are the PHY's. */
  readonly mask: number;
  /** Its value after a reset. */
  readonly reset: number;
  readonly meaning: string;
}

const register = (
  number: number,
  mask: number,
  reset: number,
  meaning: string,
): PhyRegisterSpec => ({ number, mask, reset, meaning });

// prettier-ignore
export const PHY_REGISTERS = {
  BMCR:     register(0, 0x7d80, 0x3000, 'basic control'),
  BMSR:     register(1, 0, 0x7809, 'basic status; LINK stays 0 until it is read'),
  PHYID1:   register(2, 0, 0x0007, 'identifier, high'),
  PHYID2:   register(3, 0, 0xc0c3, 'identifier, low: LAN8700'),
  ANAR:     register(4, 0xadff, 0x01e1, 'what it offers in negotiation'),
  ANLPAR:   register(5, 0, 0, 'what the partner offered'),
  ANER:     register(6, 0, 0, 'about the last negotiation'),
  SILICON:  register(16, 0, 0x0040, 'silicon revision'),
  MODE_CTL: register(17, 0x2e4c, 0, 'mode control and status: EDPWRDOWN, ENERGYON'),
  SPECIAL:  register(18, 0x40ff, 0x00e1, 'special modes: MODE in [7:5], address in [4:0]'),
  SYM_ERR:  register(26, 0, 0, 'symbol errors'),
  CTRL_STS: register(27, 0xa800, 0, 'special control and status: AMDIX, XPOL'),
  INT_SRC:  register(29, 0, 0, 'why it interrupts; a read clears it'),
  INT_MASK: register(30, 0x00fe, 0, 'what may interrupt'),
  PHY_STS:  register(31, 0x0041, 0x0040, 'what was negotiated: AUTODONE, speed in [4:2]'),
} as const satisfies Readonly<Record<string, PhyRegisterSpec>>;

export type PhyRegisterName = keyof typeof PHY_REGISTERS;

export const PHY_ADDRESS = 1;

export const BMCR = {
  RESET: 1 << 15,
  LOOPBACK: 1 << 14,
  SPEED100: 1 << 13,
  ANENABLE: 1 << 12,
  PDOWN: 1 << 11,
  ISOLATE: 1 << 10,
  ANRESTART: 1 << 9,
  FULLDPLX: 1 << 8,
} as const;
export const BMSR = { ANEGCOMPLETE: 1 << 5, LSTATUS: 1 << 2 } as const;
/** Of ANAR and ANLPAR. */
export const ABILITY = {
  FULL100: 1 << 8,
  HALF100: 1 << 7,
  FULL10: 1 << 6,
  HALF10: 1 << 5,
} as const;
export const ANER = { PAGE_RX: 1 << 1, LP_AN_ABLE: 1 << 0 } as const;
export const MODE_CTL = { EDPWRDOWN: 1 << 13, ENERGYON: 1 << 1 } as const;
/** Of INT_SRC and INT_MASK. */
export const PHY_INT = { ENERGY_ON: 1 << 7, ANEG_COMPLETE: 1 << 6, LINK_DOWN: 1 << 4 } as const;
export const PHY_STS = { AUTODONE: 1 << 12, FULL: 1 << 4, IS_100: 1 << 3, IS_10: 1 << 2 } as const;

const MODE_SHIFT = 5;

/** BMCR after a reset, by MODE: speed, negotiation and duplex, or powered down. */
const BMCR_BY_MODE = [0x0000, 0x0100, 0x2000, 0x2100, 0x3000, 0x3000, 0x1800, 0x3000] as const;
/** ANAR after a reset, by MODE: only 100 half in the two of a repeater. */
const ANAR_BY_MODE = [0x0021, 0x0041, 0x0081, 0x0101, 0x0081, 0x0081, 0x01e1, 0x01e1] as const;

/** What BMCR and ANAR are after a reset, when SPECIAL is `special`. */
export function valuesOfMode(special: number): { bmcr: number; anar: number } {
  const mode = (special >>> MODE_SHIFT) & 7;
  return { bmcr: BMCR_BY_MODE[mode]!, anar: ANAR_BY_MODE[mode]! };
}
