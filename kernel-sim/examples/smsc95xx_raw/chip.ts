// SPDX-License-Identifier: GPL-2.0-or-later
/** What all drivers of this folder have in common: the chip's registers, its PHY, its reset. */
import { Errno, type Ref } from "kernel";
import { Arc } from "kernel/alloc";
import type { MdioBus } from "kernel/net";
import { Mutex } from "kernel/sync";
import { msleep } from "kernel/time";
import type { UsbDevice, UsbNet } from "kernel/usb";
import { le32, struct, u32 } from "uapi";

const WRITE_REGISTER = 0xa0;
const READ_REGISTER = 0xa1;
const INT_STS = 0x08;
const TX_CFG = 0x10;
const HW_CFG = 0x14;
const BURST_CAP = 0x38;
const INT_EP_CTL = 0x68;
const BULK_IN_DLY = 0x6c;
const MAC_CR = 0x100;
const ADDRH = 0x104;
const ADDRL = 0x108;
const MII_ADDR = 0x114;
const MII_DATA = 0x118;

const HW_CFG_RESET = 1 << 3;
/** Many frames in a transfer, no more of them than BURST_CAP says, nothing when there is none. */
const HW_CFG_BURSTS = (1 << 12) | (1 << 5) | (1 << 1);
const HW_CFG_OFFSET_SHIFT = 9;
const MAC_CR_FULL_DUPLEX = 1 << 20;
/** All multicast frames, and both directions. */
const MAC_CR_ON = (1 << 19) | (1 << 3) | (1 << 2);
const INT_PHY = 1 << 15;
const TX_CFG_ON = 1 << 2;
const MII_BUSY = 1 << 0;
const MII_WRITE = 1 << 1;
/** About half a millisecond. */
const BULK_IN_DELAY = 0x8000;

export const PHY_ADDRESS = 1;
export const FRAME_BYTES = 1514;
export const HEADER_BYTES = 14;
export const FCS_BYTES = 4;
/** What comes in one transfer: eight packets of 512 bytes. */
export const TRANSFER_BYTES = 4096;
const PACKET_BYTES = { high: 512, full: 64 };

/** Before a frame that came. */
export class RxHeader extends struct({ status: le32 }) {}
export const RX_ERROR = 1 << 15;
export const RX_LENGTH_SHIFT = 16;
export const RX_LENGTH = 0x3fff;

/** Before a frame that goes: how long it is as the first and last segment, and as a whole. */
export class TxHeader extends struct({ command_a: le32, command_b: le32 }) {}
export const TX_FIRST_AND_LAST = (1 << 13) | (1 << 12);

/** What a driver keeps of an adapter. */
export class State extends struct({ frames: u32, errors: u32 }) {}

export class Registers {
  constructor(readonly usb: UsbDevice) {}

  read(this: Ref<Registers>, index: number): number {
    const [a, b, c, d] = this.usb.read_cmd(READ_REGISTER, 0, index, 4);
    return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
  }

  write(this: Ref<Registers>, index: number, value: number): void {
    const bytes = Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
    this.usb.write_cmd(WRITE_REGISTER, 0, index, bytes);
  }

  wait_while(this: Ref<Registers>, index: number, bits: number): void {
    for (let attempt = 0; attempt < 100; attempt++) {
      if ((this.read(index) & bits) === 0) return;
      msleep(1);
    }
    throw Errno.EIO;
  }
}

export class Mdio implements MdioBus {
  constructor(readonly regs: Mutex<Arc<Registers>>) {}

  read(phy: number, register: number): number {
    using regs = this.regs.lock();
    const { value } = regs.value;
    value.write(MII_ADDR, (phy << 11) | (register << 6) | MII_BUSY);
    value.wait_while(MII_ADDR, MII_BUSY);
    return value.read(MII_DATA) & 0xffff;
  }

  write(phy: number, register: number, data: number): void {
    using regs = this.regs.lock();
    const { value } = regs.value;
    value.write(MII_DATA, data);
    value.write(MII_ADDR, (phy << 11) | (register << 6) | MII_WRITE | MII_BUSY);
    value.wait_while(MII_ADDR, MII_BUSY);
  }
}

/** The board's, or what the chip has read from its EEPROM, or a random one. */
export function find_address(net: Ref<UsbNet>, regs: Ref<Registers>): void {
  const low = regs.read(ADDRL);
  const high = regs.read(ADDRH);
  const own = Uint8Array.of(low, low >>> 8, low >>> 16, low >>> 24, high, high >>> 8);
  if (!net.set_address(net.platform_address ?? own)) net.set_random_address();
}

export function reset(net: Ref<UsbNet>, regs: Ref<Registers>): void {
  regs.write(HW_CFG, HW_CFG_RESET);
  regs.wait_while(HW_CFG, HW_CFG_RESET);
  const [a, b, c, d, e, f] = net.address;
  regs.write(ADDRL, (a | (b << 8) | (c << 16) | (d << 24)) >>> 0);
  regs.write(ADDRH, e | (f << 8));
  using device = net.device();
  const packet = device.high_speed ? PACKET_BYTES.high : PACKET_BYTES.full;
  regs.write(BURST_CAP, TRANSFER_BYTES / packet);
  regs.write(BULK_IN_DLY, BULK_IN_DELAY);
  regs.write(HW_CFG, HW_CFG_BURSTS | (net.ip_align << HW_CFG_OFFSET_SHIFT));
  regs.write(INT_STS, 0xffffffff);
  regs.write(INT_EP_CTL, INT_PHY);
  regs.write(MAC_CR, MAC_CR_ON);
  regs.write(TX_CFG, TX_CFG_ON);
}

export function set_duplex(regs: Ref<Registers>, full: boolean): void {
  regs.write(MAC_CR, full ? MAC_CR_ON | MAC_CR_FULL_DUPLEX : MAC_CR_ON);
}

/** The PHY says over the interrupt endpoint that it wants something. */
export function is_of_phy(bytes: Readonly<Uint8Array>): boolean {
  return bytes.length === 4 && ((bytes[0] | (bytes[1] << 8)) & INT_PHY) !== 0;
}
