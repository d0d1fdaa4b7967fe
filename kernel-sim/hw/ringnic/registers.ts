// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The registers of ringnic, as its data sheet has them: one table, from which the model takes what
 * it does and README.md what it says.
 */

/** `rw`; `ro`: a store is ignored; `w1c`: a store clears the bits that are ones in it. */
export type Access = 'rw' | 'ro' | 'w1c';

export interface RegisterSpec {
  readonly offset: number;
  readonly access: Access;
  /** Bits that exist; others are 0. */
  readonly mask: number;
  readonly meaning: string;
}

const ALL = 0xffff_ffff;

const make =
  (access: Access) =>
  (offset: number, mask: number, meaning: string): RegisterSpec => ({
    offset,
    access,
    mask,
    meaning,
  });
const [ro, rw, w1c] = [make('ro'), make('rw'), make('w1c')];

// prettier-ignore
export const REGISTERS = {
  ID:        ro(0x00, ALL, 'the letters RING'),
  VERSION:   ro(0x04, ALL, 'major in [31:16], minor in [15:0]'),
  CTRL:      rw(0x08, 0x1f, 'what it does: CTRL'),
  STATUS:    ro(0x0c, ALL, 'LINK, FULL_DUPLEX, megabits per second in [31:16]'),
  MAC_LOW:   rw(0x10, ALL, 'its address: bytes 0 to 3, byte 0 in [7:0]'),
  MAC_HIGH:  rw(0x14, 0xffff, 'its address: bytes 4 and 5'),
  CAUSE:     w1c(0x18, 0xf, 'why it interrupts: CAUSE'),
  MASK:      rw(0x1c, 0xf, 'causes that raise the line'),
  TX_BASE:   rw(0x20, 0xffff_fff0, 'bus address of the first descriptor'),
  TX_LENGTH: rw(0x24, 0xffff, 'how many there are: 2 to 4096'),
  TX_HEAD:   ro(0x28, 0xffff, 'the next one that it takes'),
  TX_TAIL:   rw(0x2c, 0xffff, 'doorbell: the first one that is not its own'),
  RX_BASE:   rw(0x30, 0xffff_fff0, 'bus address of the first descriptor'),
  RX_LENGTH: rw(0x34, 0xffff, 'how many there are: 2 to 4096'),
  RX_HEAD:   ro(0x38, 0xffff, 'the next one that it fills'),
  RX_TAIL:   rw(0x3c, 0xffff, 'doorbell: the first one that is not its own'),
  HASH_LOW:  rw(0x40, ALL, 'groups that it lets in: hashes 0 to 31'),
  HASH_HIGH: rw(0x44, ALL, 'hashes 32 to 63'),
  ERROR:     w1c(0x48, 0xf, 'what went wrong: ERROR'),
  TX_FRAMES: ro(0x50, ALL, 'frames sent'),
  TX_BYTES:  ro(0x54, ALL, 'bytes sent'),
  TX_ERRORS: ro(0x58, ALL, 'descriptors that it could not send'),
  RX_FRAMES: ro(0x5c, ALL, 'frames handed over'),
  RX_BYTES:  ro(0x60, ALL, 'bytes handed over'),
  RX_ERRORS: ro(0x64, ALL, 'frames lost: no room, or out of reach'),
  RX_MISSED: ro(0x68, ALL, 'frames lost: no descriptor'),
} as const;

export type RegisterName = keyof typeof REGISTERS;

export const RINGNIC_ID = 0x474e_4952;
export const RINGNIC_VERSION = 0x0001_0000;
/** Bytes of its page. */
export const REGISTER_BYTES = 0x1000;

export const CTRL = {
  RESET: 1 << 0,
  TX_ENABLE: 1 << 1,
  RX_ENABLE: 1 << 2,
  PROMISC: 1 << 3,
  ALLMULTI: 1 << 4,
} as const;
export const STATUS = { LINK: 1 << 0, FULL_DUPLEX: 1 << 1, SPEED_SHIFT: 16 } as const;
export const CAUSE = { TX: 1 << 0, RX: 1 << 1, LINK: 1 << 2, ERROR: 1 << 3 } as const;
export const ERROR = {
  BAD_DESCRIPTOR: 1 << 0,
  DMA_FAULT: 1 << 1,
  RX_OVERRUN: 1 << 2,
  BAD_RING: 1 << 3,
} as const;

/** A descriptor: four words. */
export const DESCRIPTOR = {
  BYTES: 16,
  /** Words: bus address, its upper half (must be 0), control, status. */
  ADDRESS: 0,
  ADDRESS_HIGH: 4,
  CONTROL: 8,
  STATUS: 12,
} as const;

/** Bits of `control`; the length is in [15:0]. */
export const CONTROL_OWN = 0x8000_0000;
export const LENGTH_MASK = 0xffff;
/** Bits of `status`; the length of what came is in [15:0]. */
export const STATUS_DONE = 0x8000_0000;
export const STATUS_ERROR = 0x4000_0000;

export const RING_MIN = 2;
export const RING_MAX = 4096;
/** The shortest and longest frames that it sends and takes, without checksum. */
export const FRAME_MIN = 14;
export const FRAME_MAX = 1518;
