// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The registers of the LAN9512's Ethernet function, as its data sheet has them: one table, from
 * which the model takes what it does, README.md what it says, and a view of registers its words.
 *
 * A driver reads and writes them over endpoint 0 (`VENDOR_REQUEST`), 32 bits at a time.
 *
 * Linux: drivers/net/usb/smsc95xx.h.
 */

/**
 * `rw`; `ro`: a write is ignored; `w1c`: a write clears the bits that are ones in it; `sc`: a one
 * starts something and reads as one until that is done; `wo`: reads as 0.
 */
export type Access = 'rw' | 'ro' | 'w1c' | 'sc' | 'wo';

/** Some bits of a register that belong together. */
export interface BitField {
  /** The lowest one. */
  readonly at: number;
  readonly width: number;
  readonly access: Access;
  readonly meaning: string;
}

export interface RegisterSpec {
  /** What `wIndex` asks for. */
  readonly offset: number;
  /** Its value after a reset. */
  readonly reset: number;
  readonly meaning: string;
  readonly fields: Readonly<Record<string, BitField>>;
}

const bits =
  (access: Access) =>
  (high: number, low: number, meaning: string): BitField => ({
    at: low,
    width: high - low + 1,
    access,
    meaning,
  });
const [rw, ro, w1c, sc, wo] = [bits('rw'), bits('ro'), bits('w1c'), bits('sc'), bits('wo')];

function register<const F extends Readonly<Record<string, BitField>>>(
  offset: number,
  reset: number,
  meaning: string,
  fields: F,
): { offset: number; reset: number; meaning: string; fields: F } {
  return { offset, reset, meaning, fields };
}

// prettier-ignore
export const REGISTERS = {
  ID_REV: register(0x000, 0xec00_0002, 'device and revision', {
    CHIP_ID: ro(31, 16, 'ec00: LAN9512 or LAN9514'),
    CHIP_REV: ro(15, 0, 'revision'),
  }),
  INT_STS: register(0x008, 0, 'interrupt status', {
    MAC_RTO: w1c(18, 18, 'the MAC did not come out of a reset'),
    TX_STOP: w1c(17, 17, 'the transmitter was stopped'),
    RX_STOP: w1c(16, 16, 'the receiver was stopped'),
    PHY_INT: ro(15, 15, 'the PHY interrupts: a level, taken away at the PHY'),
    TXE: w1c(14, 14, 'what was to be sent made no sense'),
    TDFU: w1c(13, 13, 'the TX FIFO ran empty in the middle of a frame'),
    TDFO: w1c(12, 12, 'the TX FIFO ran over'),
    RXDF: w1c(11, 11, 'a frame was dropped: the RX FIFO was full'),
    GPIOS: w1c(10, 0, 'GPIO pins'),
  }),
  RX_CFG: register(0x00c, 0, 'receive configuration', {
    FIFO_FLUSH: sc(0, 0, 'empties the RX FIFO'),
  }),
  TX_CFG: register(0x010, 0, 'transmit configuration', {
    ON: rw(2, 2, 'frames leave the TX FIFO'),
    STOP: sc(1, 1, 'stops after the frame that is being sent'),
    FIFO_FLUSH: sc(0, 0, 'empties the TX FIFO'),
  }),
  HW_CFG: register(0x014, 0, 'hardware configuration', {
    BIR: rw(12, 12, 'bulk IN with nothing there: 0 a packet of no bytes, 1 NAK'),
    LEDB: rw(11, 11, 'the activity LED shows the wire itself, not stretched to 80 ms'),
    RXDOFF: rw(10, 9, 'bytes between status word and frame'),
    SBP: rw(8, 8, 'nonsense over bulk OUT does not halt the endpoint'),
    IME: rw(7, 7, 'the internal MII shows on the pins'),
    DRP: rw(6, 6, 'received frames with errors are discarded'),
    MEF: rw(5, 5, 'several frames in a transfer'),
    ETC: rw(4, 4, 'EEPROM time-out for tests'),
    LRST: sc(3, 3, 'lite reset: all but the USB side and the PHY'),
    PSEL: ro(2, 2, 'an external PHY is used'),
    BCE: rw(1, 1, 'BURST_CAP holds'),
    SRST: sc(0, 0, 'reset'),
  }),
  RX_FIFO_INF: register(0x018, 0, 'RX FIFO', { USED: ro(15, 0, 'bytes used') }),
  TX_FIFO_INF: register(0x01c, 0x2000, 'TX FIFO', { FREE: ro(15, 0, 'bytes free') }),
  PM_CTRL: register(0x020, 0xc0, 'power management', {
    RES_CLR_WKP_STS: rw(9, 9, 'a resume clears WUPS'),
    RES_CLR_WKP_EN: rw(8, 8, 'a resume clears WOL_EN and ED_EN'),
    DEV_RDY: ro(7, 7, 'ready'),
    SUS_MODE: rw(6, 5, 'what stays awake in suspend: SUSPEND0 to SUSPEND3'),
    PHY_RST: sc(4, 4, 'resets the PHY'),
    WOL_EN: rw(3, 3, 'a wake-up frame wakes the host'),
    ED_EN: rw(2, 2, 'an interrupt of the PHY wakes the host'),
    WUPS: w1c(1, 0, 'what woke it: [1] a frame, [0] the PHY'),
  }),
  LED_GPIO_CFG: register(0x024, 0, 'LEDs and GPIO 8 to 10', {
    SPD_LED: rw(24, 24, 'GPIO 10 is the speed LED: 100 Mbit/s'),
    LNK_LED: rw(20, 20, 'GPIO 9 is the link and activity LED'),
    FDX_LED: rw(16, 16, 'GPIO 8 is the full-duplex LED'),
    GPBUF: rw(10, 8, 'push-pull instead of open drain'),
    GPDIR: rw(6, 4, 'output'),
    GPDATA: rw(2, 0, 'level'),
  }),
  GPIO_CFG: register(0x028, 0, 'GPIO 0 to 7', {
    GPEN: rw(31, 24, 'the pin is not used as GPIO'),
    GPBUF: rw(23, 16, 'push-pull instead of open drain'),
    GPDIR: rw(15, 8, 'output'),
    GPDATA: rw(7, 0, 'level'),
  }),
  AFC_CFG: register(0x02c, 0, 'automatic flow control', {
    HI: rw(23, 16, 'RX FIFO level that starts it, in 64 bytes'),
    LO: rw(15, 8, 'RX FIFO level that ends it, in 64 bytes'),
    BACK_DUR: rw(7, 4, 'how long back pressure lasts'),
    FC_MULT: rw(3, 3, 'at frames for groups'),
    FC_BRD: rw(2, 2, 'at frames for everybody'),
    FC_ADD: rw(1, 1, 'at frames for its address'),
    FC_ANY: rw(0, 0, 'at any frame'),
  }),
  E2P_CMD: register(0x030, 0, 'EEPROM command', {
    BUSY: sc(31, 31, 'starts the command'),
    COMMAND: rw(30, 28, 'READ EWDS EWEN WRITE WRAL ERASE ERAL RELOAD'),
    TIMEOUT: w1c(10, 10, 'no answer within 30 ms'),
    LOADED: ro(9, 9, 'the address of the MAC came from the EEPROM'),
    ADDR: rw(8, 0, 'byte'),
  }),
  E2P_DATA: register(0x034, 0, 'EEPROM data', { DATA: rw(7, 0, 'the byte') }),
  BURST_CAP: register(0x038, 0, 'burst cap', {
    CAP: rw(7, 0, 'packets of a bulk IN transfer: of 512 bytes, at full speed 64'),
  }),
  STRAP_STATUS: register(0x03c, 0x32, 'configuration straps', {
    PWR_SEL: ro(5, 5, 'self-powered'),
    AMDIX_EN: ro(4, 4, 'the PHY finds out which pair is which'),
    PORT_SWAP: ro(3, 3, 'D+ and D- are swapped'),
    EEP_SIZE: ro(2, 2, 'EEPROM of more than 128 bytes'),
    RMT_WKP: ro(1, 1, 'remote wake-up is supported'),
    EEP_DISABLE: ro(0, 0, 'the EEPROM is not used'),
  }),
  DP_SEL: register(0x040, 0x8000_0000, 'data port select', {
    DPRDY: ro(31, 31, 'ready'),
    RSEL: rw(3, 0, 'memory'),
  }),
  DP_CMD: register(0x044, 0, 'data port command', { WRITE: rw(0, 0, '1 write, 0 read') }),
  DP_ADDR: register(0x048, 0, 'data port address', { ADDR: rw(13, 0, 'word') }),
  DP_DATA0: register(0x04c, 0, 'data port data, low', { DATA: rw(31, 0, 'bits [31:0]') }),
  DP_DATA1: register(0x050, 0, 'data port data, high', { DATA: rw(31, 0, 'bits [63:32]') }),
  GPIO_WAKE: register(0x064, 0, 'GPIO wake-up', {
    GPIOPOL: rw(26, 16, 'the level that wakes'),
    GPIOWK: rw(10, 0, 'pins that wake'),
  }),
  INT_EP_CTL: register(0x068, 0, 'interrupt endpoint', {
    INTEP_ON: rw(31, 31, 'a packet at each poll, also with no cause'),
    MAC_RTO: rw(19, 19, 'tells INT_STS.MAC_RTO'),
    RX_FIFO: rw(18, 18, 'tells that the RX FIFO has a frame'),
    TX_STOP: rw(17, 17, 'tells INT_STS.TX_STOP'),
    RX_STOP: rw(16, 16, 'tells INT_STS.RX_STOP'),
    PHY_INT: rw(15, 15, 'tells INT_STS.PHY_INT'),
    TXE: rw(14, 14, 'tells INT_STS.TXE'),
    TDFU: rw(13, 13, 'tells INT_STS.TDFU'),
    TDFO: rw(12, 12, 'tells INT_STS.TDFO'),
    RXDF: rw(11, 11, 'tells INT_STS.RXDF'),
    GPIOS: rw(10, 0, 'tells INT_STS.GPIOS'),
  }),
  BULK_IN_DLY: register(0x06c, 0x800, 'bulk IN delay', {
    DELAY: rw(15, 0, 'wait before a short packet ends a transfer, in 1/60 microseconds'),
  }),
  MAC_CR: register(0x100, 0x0004_0000, 'MAC control', {
    RXALL: rw(31, 31, 'lets in all, and says which would not have passed'),
    RCVOWN: rw(23, 23, 'half duplex: does not receive what it sends'),
    LOOPBK: rw(21, 21, 'what it sends comes back inside the MAC'),
    FDPX: rw(20, 20, 'full duplex'),
    MCPAS: rw(19, 19, 'lets in all groups'),
    PRMS: rw(18, 18, 'lets in all'),
    INVFILT: rw(17, 17, 'lets in what is not for its address'),
    PASSBAD: rw(16, 16, 'lets in runts and other bad frames'),
    HFILT: rw(15, 15, 'its address, too, is looked up in the hash table'),
    HPFILT: rw(13, 13, 'groups are looked up in the hash table, its address is compared'),
    LCOLL: rw(12, 12, 'sends again after a late collision'),
    BCAST: rw(11, 11, 'does not let in frames for everybody'),
    DISRTY: rw(10, 10, 'does not send again after a collision'),
    PADSTR: rw(8, 8, 'strips padding of frames with a length field'),
    BOLMT: rw(7, 6, 'back-off limit'),
    DFCHK: rw(5, 5, 'gives up a frame that had to wait too long'),
    TXEN: rw(3, 3, 'the transmitter is on'),
    RXEN: rw(2, 2, 'the receiver is on'),
  }),
  ADDRH: register(0x104, 0xffff, 'MAC address, high', { ADDR: rw(15, 0, 'bytes 4 and 5') }),
  ADDRL: register(0x108, 0xffff_ffff, 'MAC address, low', {
    ADDR: rw(31, 0, 'bytes 0 to 3, byte 0 lowest'),
  }),
  HASHH: register(0x10c, 0, 'hash table, high', { HASH: rw(31, 0, 'hashes 32 to 63') }),
  HASHL: register(0x110, 0, 'hash table, low', { HASH: rw(31, 0, 'hashes 0 to 31') }),
  MII_ACC: register(0x114, 0, 'MII access', {
    PHY_ADDR: rw(15, 11, 'PHY; the internal one is 1'),
    REG: rw(10, 6, 'its register'),
    WRITE: rw(1, 1, '1 write, 0 read'),
    BUSY: sc(0, 0, 'starts it'),
  }),
  MII_DATA: register(0x118, 0, 'MII data', { DATA: rw(15, 0, 'to write, or what was read') }),
  FLOW: register(0x11c, 0, 'flow control', {
    FCPT: rw(31, 16, 'time that a pause frame asks for, in 512 bits'),
    FCPASS: rw(2, 2, 'pause frames are let in'),
    FCEN: rw(1, 1, 'pause frames are obeyed'),
    FCBSY: sc(0, 0, 'sends a pause frame'),
  }),
  VLAN1: register(0x120, 0xffff, 'VLAN1 tag', { TAG: rw(15, 0, 'type that allows 1522 bytes') }),
  VLAN2: register(0x124, 0xffff, 'VLAN2 tag', { TAG: rw(15, 0, 'type that allows 1538 bytes') }),
  WUFF: register(0x128, 0, 'wake-up frame filter', {
    WORD: wo(31, 0, 'the next of 40 words'),
  }),
  WUCSR: register(0x12c, 0, 'wake-up control and status', {
    WFF_PTR_RST: sc(31, 31, 'the next word of WUFF is the first one'),
    GUE: rw(9, 9, 'any frame for its address wakes'),
    WUFR: w1c(6, 6, 'a frame came that a filter knows'),
    MPR: w1c(5, 5, 'a magic packet came'),
    WAKE_EN: rw(2, 2, 'looks for frames that filters know, and receives no others'),
    MPEN: rw(1, 1, 'looks for magic packets, and receives nothing else'),
  }),
  COE_CR: register(0x130, 0, 'checksum offload', {
    TX_COE_EN: rw(16, 16, 'checksums are put into frames that ask for it'),
    RX_COE_MODE: rw(1, 1, '1: the sum begins behind VLAN tags and SNAP'),
    RX_COE_EN: rw(0, 0, 'a sum follows each received frame'),
  }),
} as const satisfies Readonly<Record<string, RegisterSpec>>;

export type RegisterName = keyof typeof REGISTERS;

/** Bytes from the first register to behind the last. */
export const REGISTER_BYTES = 0x134;

type Masks<F> = { readonly [Name in keyof F]: number };

/** The fields of a register as masks. */
export function masksOf<N extends RegisterName>(name: N): Masks<(typeof REGISTERS)[N]['fields']> {
  const fields: Readonly<Record<string, BitField>> = REGISTERS[name].fields;
  const entries = Object.entries(fields).map(([field, where]) => [field, maskOf(where)]);
  return Object.fromEntries(entries) as Masks<(typeof REGISTERS)[N]['fields']>;
}

/** The bits of a field. */
export function maskOf({ at, width }: BitField): number {
  return ((2 ** width - 1) << at) >>> 0;
}

export const INT_STS = masksOf('INT_STS');
export const RX_CFG = masksOf('RX_CFG');
export const TX_CFG = masksOf('TX_CFG');
export const HW_CFG = masksOf('HW_CFG');
export const PM_CTRL = masksOf('PM_CTRL');
export const LED_GPIO_CFG = masksOf('LED_GPIO_CFG');
export const GPIO_CFG = masksOf('GPIO_CFG');
export const GPIO_WAKE = masksOf('GPIO_WAKE');
export const AFC_CFG = masksOf('AFC_CFG');
export const E2P_CMD = masksOf('E2P_CMD');
export const INT_EP_CTL = masksOf('INT_EP_CTL');
export const MAC_CR = masksOf('MAC_CR');
export const MII_ACC = masksOf('MII_ACC');
export const FLOW = masksOf('FLOW');
export const WUCSR = masksOf('WUCSR');
export const COE_CR = masksOf('COE_CR');

/** `bRequest` of what a driver asks over endpoint 0. */
export const VENDOR_REQUEST = {
  WRITE_REGISTER: 0xa0,
  READ_REGISTER: 0xa1,
  GET_STATISTICS: 0xa2,
} as const;
