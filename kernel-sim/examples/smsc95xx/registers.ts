// SPDX-License-Identifier: GPL-2.0-or-later
/** The LAN9512's requests and registers, from its data sheet. Linux: drivers/net/usb/smsc95xx.h. */

/** Vendor requests: `wIndex` is the register, the data are its four bytes. */
export const WRITE_REGISTER = 0xa0;
export const READ_REGISTER = 0xa1;

export const ID_REV = 0x00;
export const INT_STS = 0x08;
export const TX_CFG = 0x10;
export const HW_CFG = 0x14;
export const PM_CTRL = 0x20;
export const LED_GPIO_CFG = 0x24;
export const AFC_CFG = 0x2c;
export const E2P_CMD = 0x30;
export const E2P_DATA = 0x34;
export const BURST_CAP = 0x38;
export const INT_EP_CTL = 0x68;
export const BULK_IN_DLY = 0x6c;
export const MAC_CR = 0x100;
export const ADDRH = 0x104;
export const ADDRL = 0x108;
export const HASHH = 0x10c;
export const HASHL = 0x110;
export const MII_ADDR = 0x114;
export const MII_DATA = 0x118;
export const FLOW = 0x11c;
export const VLAN1 = 0x120;
export const WUCSR = 0x12c;
export const COE_CR = 0x130;

export const INT_STS_ALL = 0xffffffff;
/** In INT_EP_CTL and in what the interrupt endpoint says: the PHY wants something. */
export const INT_PHY = 1 << 15;

export const TX_CFG_ON = 1 << 2;

/** The lite reset: all but the PHY. It clears itself. */
export const HW_CFG_LRST = 1 << 3;
/** An empty FIFO answers with nothing (NAK), not with a transfer of no bytes. */
export const HW_CFG_BIR = 1 << 12;
/** Many frames in one transfer. */
export const HW_CFG_MEF = 1 << 5;
/** BURST_CAP counts. */
export const HW_CFG_BCE = 1 << 1;
/** Bytes between a status word and its frame. */
export const HW_CFG_RXDOFF_SHIFT = 9;
export const HW_CFG_RXDOFF = 3 << HW_CFG_RXDOFF_SHIFT;
/** The PHY is another one than the chip's own. */
export const HW_CFG_PSEL = 1 << 2;

/** How deeply it sleeps: SUSPEND2 is the deepest, in which the PHY has no power either. */
export const PM_CTRL_MODE = 3 << 5;
export const PM_CTRL_SUSPEND2 = 2 << 5;
/** It may wake its host by a frame; by its PHY. */
export const PM_CTRL_WOL_EN = 1 << 3;
export const PM_CTRL_ED_EN = 1 << 2;
/** What has woken it; a one clears it. */
export const PM_CTRL_WUPS = 3;

/** Frames of a filter, or magic packets, wake it. */
export const WUCSR_WAKE_EN = 1 << 2;
export const WUCSR_MPEN = 1 << 1;

/** All three LEDs are LEDs. */
export const LED_GPIO_CFG_LEDS = (1 << 24) | (1 << 20) | (1 << 16);

/** When the chip asks its partner to pause, from the data sheet. */
export const AFC_CFG_DEFAULT = 0x00f830a1;
/** Flow control by back pressure, of whatever frame it is. */
export const AFC_CFG_BACK_PRESSURE = 0xf;

export const E2P_CMD_BUSY = 1 << 31;
export const E2P_CMD_WRITE = 3 << 28;
/** What has been written is kept from then on. */
export const E2P_CMD_EWEN = 2 << 28;
export const E2P_CMD_TIMEOUT = 1 << 10;
export const E2P_CMD_ADDR = 0x1ff;
/** What the chip can address of an EEPROM; a smaller one begins again. */
export const EEPROM_BYTES = 512;
/** Who writes into the EEPROM says so. */
export const EEPROM_MAGIC = 0x9500;
/** Where the address begins in the EEPROM. */
export const EEPROM_MAC_OFFSET = 1;

export const MAC_CR_RCVOWN = 1 << 23;
export const MAC_CR_FDPX = 1 << 20;
export const MAC_CR_MCPAS = 1 << 19;
export const MAC_CR_PRMS = 1 << 18;
export const MAC_CR_HPFILT = 1 << 13;
export const MAC_CR_TXEN = 1 << 3;
export const MAC_CR_RXEN = 1 << 2;

export const MII_WRITE = 1 << 1;
export const MII_BUSY = 1 << 0;

export const ETH_P_8021Q = 0x8100;

/** It sums up what comes, and what goes if its command says so. */
export const COE_CR_RX = 1 << 0;
export const COE_CR_TX = 1 << 16;

/** What stands before a frame to be sent: two words. */
export const TX_CMD_BYTES = 8;
export const TX_CMD_A_FIRST = 1 << 13;
export const TX_CMD_A_LAST = 1 << 12;
/** A third word stands before the frame: where its checksum is to be made. */
export const TX_CMD_B_SUM = 1 << 14;
export const TX_SUM_BYTES = 4;

/** The word before a frame that came. */
export const RX_STS_LENGTH_SHIFT = 16;
export const RX_STS_LENGTH = 0x3fff;
export const RX_STS_ERROR = 1 << 15;
export const RX_STS_RUNT = 1 << 11;
export const RX_STS_TOO_LONG = 1 << 7;
export const RX_STS_LENGTH_ERROR = 1 << 12;
export const RX_STS_TYPE = 1 << 5;
export const RX_STS_CRC = 1 << 1;
