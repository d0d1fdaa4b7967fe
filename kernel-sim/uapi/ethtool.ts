// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What ethtool(8) asks drivers, and the structures that it does so with.
 *
 * Linux: include/uapi/linux/ethtool.h.
 */

/** The first word of each structure. */
// prettier-ignore
export const ETHTOOL = {
  GSET: 0x1, GDRVINFO: 0x3, GREGS: 0x4, GMSGLVL: 0x7, NWAY_RST: 0x9, GLINK: 0xa, GEEPROM: 0xb,
  SEEPROM: 0xc, GRINGPARAM: 0x10, TEST: 0x1a, GSTRINGS: 0x1b, GSTATS: 0x1d, GPERMADDR: 0x20,
  GSSET_INFO: 0x37, GLINKSETTINGS: 0x4c, SLINKSETTINGS: 0x4d,
} as const;

/** Sets of names. */
export const ETH_SS = { TEST: 0, STATS: 1 } as const;
/** Bytes of a name, with its NUL. */
export const ETH_GSTRING_LEN = 32;

export const DUPLEX = { HALF: 0, FULL: 1, UNKNOWN: 0xff } as const;
export const PORT = { TP: 0, OTHER: 0xff } as const;
export const SPEED_UNKNOWN = 0xffff_ffff;
/** Linux: AUTONEG_DISABLE, AUTONEG_ENABLE. */
export const AUTONEG_DISABLE = 0;
export const AUTONEG_ENABLE = 1;

/** Bits of link modes. Linux: enum ethtool_link_mode_bit_indices. */
// prettier-ignore
export const LINK_MODE = {
  BASE10_HALF: 0, BASE10_FULL: 1, BASE100_HALF: 2, BASE100_FULL: 3, BASE1000_FULL: 5, AUTONEG: 6,
  TP: 7, MII: 9, PAUSE: 13, ASYM_PAUSE: 14,
} as const;
/** Words of a mask of link modes. */
export const LINK_MODE_WORDS = 4;

/** struct ethtool_value. */
export const ETHTOOL_VALUE = { cmd: 0, data: 4, SIZE: 8 } as const;

/** struct ethtool_cmd. */
// prettier-ignore
export const ETHTOOL_CMD = {
  cmd: 0, supported: 4, advertising: 8, speed: 12, duplex: 14, port: 15, phyAddress: 16,
  transceiver: 17, autoneg: 18, speedHigh: 28, SIZE: 44,
} as const;

/** struct ethtool_drvinfo; its texts have 32 bytes each. */
// prettier-ignore
export const ETHTOOL_DRVINFO = {
  cmd: 0, driver: 4, version: 36, fwVersion: 68, busInfo: 100, eromVersion: 132, TEXT_SIZE: 32,
  nPrivFlags: 176, nStats: 180, testinfoLen: 184, eedumpLen: 188, regdumpLen: 192, SIZE: 196,
} as const;

/** struct ethtool_regs: `len` bytes follow. */
export const ETHTOOL_REGS = { cmd: 0, version: 4, len: 8, data: 12 } as const;

/** struct ethtool_eeprom: `len` bytes follow. */
export const ETHTOOL_EEPROM = { cmd: 0, magic: 4, offset: 8, len: 12, data: 16 } as const;

/** struct ethtool_test: as many 64-bit results follow. */
export const ETHTOOL_TEST = { cmd: 0, flags: 4, len: 12, data: 16 } as const;
export const ETH_TEST_FL = { OFFLINE: 1, FAILED: 2 } as const;

/** struct ethtool_ringparam. */
// prettier-ignore
export const ETHTOOL_RINGPARAM = {
  cmd: 0, rxMax: 4, txMax: 16, rx: 20, tx: 32, SIZE: 36,
} as const;

/** struct ethtool_gstrings: `len` names follow. */
export const ETHTOOL_GSTRINGS = { cmd: 0, stringSet: 4, len: 8, data: 12 } as const;

/** struct ethtool_sset_info: as many words follow as bits were asked for and answered. */
export const ETHTOOL_SSET_INFO = { cmd: 0, mask: 8, data: 16 } as const;

/** struct ethtool_stats: as many 64-bit counters follow. */
export const ETHTOOL_STATS = { cmd: 0, nStats: 4, data: 8 } as const;

/** struct ethtool_perm_addr: the address follows. */
export const ETHTOOL_PERM_ADDR = { cmd: 0, size: 4, data: 8 } as const;

/** struct ethtool_link_settings: three masks follow, of so many words each. */
// prettier-ignore
export const ETHTOOL_LINK_SETTINGS = {
  cmd: 0, speed: 4, duplex: 8, port: 9, phyAddress: 10, autoneg: 11, words: 15, transceiver: 16,
  masks: 48,
} as const;
