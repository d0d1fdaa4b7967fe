// SPDX-License-Identifier: GPL-2.0-or-later
/** The registers of ringnic and its descriptors, from the data sheet. */
import { bits, le32, struct } from "uapi";

export const RINGNIC_ID = 0x474e4952;

export const ID = 0x00;
export const CTRL = 0x08;
export const STATUS = 0x0c;
export const MAC_LOW = 0x10;
export const MAC_HIGH = 0x14;
export const CAUSE = 0x18;
export const MASK = 0x1c;
export const TX_BASE = 0x20;
export const TX_LENGTH = 0x24;
export const TX_TAIL = 0x2c;
export const RX_BASE = 0x30;
export const RX_LENGTH = 0x34;
export const RX_TAIL = 0x3c;
export const ERROR = 0x48;
export const TX_ERRORS = 0x58;
export const RX_ERRORS = 0x64;
export const RX_MISSED = 0x68;

export const CTRL_RESET = 1 << 0;
export const CTRL_TX_ENABLE = 1 << 1;
export const CTRL_RX_ENABLE = 1 << 2;
export const CTRL_PROMISC = 1 << 3;
export const CTRL_ALLMULTI = 1 << 4;

export const STATUS_LINK = 1 << 0;
export const STATUS_FULL_DUPLEX = 1 << 1;
export const STATUS_SPEED_SHIFT = 16;

export const CAUSE_TX = 1 << 0;
export const CAUSE_RX = 1 << 1;
export const CAUSE_LINK = 1 << 2;
export const CAUSE_ERROR = 1 << 3;
export const CAUSE_ALL = CAUSE_TX | CAUSE_RX | CAUSE_LINK | CAUSE_ERROR;

export class Control extends bits(le32, { own: 31, length: [15, 0] }) {}
export class Status extends bits(le32, { done: 31, error: 30, length: [15, 0] }) {}
export class Descriptor extends struct({
  address: le32,
  address_high: le32,
  control: Control,
  status: Status,
}) {}
