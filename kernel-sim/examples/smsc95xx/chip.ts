// SPDX-License-Identifier: GPL-2.0-or-later
/** The LAN9512 as its driver sees it: registers, the bus of its PHY, its EEPROM, resets, sleep. */
import { Errno, println, type Mut, type Ref } from "kernel";
import { Arc } from "kernel/alloc";
import type { MdioBus } from "kernel/net";
import { Mutex, Spinlock } from "kernel/sync";
import { msleep, usleep_range } from "kernel/time";
import type { UsbDevice, UsbNet } from "kernel/usb";
import * as reg from "./registers";

/** What comes in one transfer at most, in packets of the bus. */
const BURST = { high: { packets: 37, bytes: 512 }, full: { packets: 129, bytes: 64 } };
const BULK_IN_DELAY = 0x2000;

/** The chip's registers. Each access is a transfer, so it sleeps and may fail. */
export class Registers {
  constructor(readonly usb: UsbDevice) {}

  read(this: Ref<Registers>, index: number): number {
    const [a, b, c, d] = this.usb.read_cmd(reg.READ_REGISTER, 0, index, 4);
    return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
  }

  write(this: Ref<Registers>, index: number, value: number): void {
    this.usb.write_cmd(reg.WRITE_REGISTER, 0, index, bytes_of(value));
  }

  /** Where nothing may sleep. It arrives, in order, or is lost with the device. */
  write_async(this: Ref<Registers>, index: number, value: number): void {
    this.usb.try_write_cmd_async(reg.WRITE_REGISTER, 0, index, bytes_of(value));
  }

  /** Reads until none of the bits is set. A second at most. */
  wait_while(this: Ref<Registers>, index: number, bits: number): number {
    for (let attempt = 0; attempt < 1000; attempt++) {
      const value = this.read(index);
      if ((value & bits) === 0) return value;
      usleep_range(1000, 1200);
    }
    throw Errno.EIO;
  }
}

export function bytes_of(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
}

/** The bus on which the PHY is: two registers, and a bit that says when they are done. */
export class Mdio implements MdioBus {
  /** One access after the other. */
  constructor(readonly regs: Mutex<Arc<Registers>>) {}

  read(phy: number, register: number): number {
    using regs = this.regs.lock();
    const { value } = regs.value;
    value.wait_while(reg.MII_ADDR, reg.MII_BUSY);
    value.write(reg.MII_ADDR, (phy << 11) | (register << 6) | reg.MII_BUSY);
    value.wait_while(reg.MII_ADDR, reg.MII_BUSY);
    return value.read(reg.MII_DATA) & 0xffff;
  }

  write(phy: number, register: number, data: number): void {
    using regs = this.regs.lock();
    const { value } = regs.value;
    value.wait_while(reg.MII_ADDR, reg.MII_BUSY);
    value.write(reg.MII_DATA, data);
    value.write(reg.MII_ADDR, (phy << 11) | (register << 6) | reg.MII_WRITE | reg.MII_BUSY);
    value.wait_while(reg.MII_ADDR, reg.MII_BUSY);
  }
}

/** What the chip's MAC was told, so that it need not be read where nothing may sleep. */
export class MacControl {
  value = 0;

  set(this: Mut<MacControl>, on: number, off: number): number {
    this.value = ((this.value & ~off) | on) >>> 0;
    return this.value;
  }
}

/** The chip but for its PHY. */
export class Chip {
  constructor(
    readonly regs: Arc<Registers>,
    readonly mac: Spinlock<MacControl>,
  ) {}

  /** The board may know the address; else the EEPROM does; else it is a random one. */
  find_address(net: UsbNet): void {
    const address = net.platform_address ?? this.eeprom_address();
    if (address === null || !net.set_address(address)) net.set_random_address();
  }

  /** Null without an EEPROM. */
  eeprom_address(): Uint8Array | null {
    try {
      return this.read_eeprom(reg.EEPROM_MAC_OFFSET, 6);
    } catch (error) {
      if (error !== Errno.EIO) throw error;
      return null;
    }
  }

  read_eeprom(offset: number, length: number): Uint8Array {
    const regs = this.regs.value;
    regs.wait_while(reg.E2P_CMD, reg.E2P_CMD_BUSY);
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at++) {
      this.command_eeprom((offset + at) & reg.E2P_CMD_ADDR);
      bytes[at] = regs.read(reg.E2P_DATA);
    }
    return bytes;
  }

  write_eeprom(offset: number, bytes: Readonly<Uint8Array>): void {
    const regs = this.regs.value;
    regs.wait_while(reg.E2P_CMD, reg.E2P_CMD_BUSY);
    this.command_eeprom(reg.E2P_CMD_EWEN);
    for (let at = 0; at < bytes.length; at++) {
      regs.write(reg.E2P_DATA, bytes[at]);
      this.command_eeprom(reg.E2P_CMD_WRITE | ((offset + at) & reg.E2P_CMD_ADDR));
    }
  }

  command_eeprom(command: number): void {
    const regs = this.regs.value;
    regs.write(reg.E2P_CMD, (reg.E2P_CMD_BUSY | command) >>> 0);
    if ((regs.wait_while(reg.E2P_CMD, reg.E2P_CMD_BUSY) & reg.E2P_CMD_TIMEOUT) !== 0) {
      println("EEPROM read operation timeout");
      throw Errno.EIO;
    }
  }

  reset(net: UsbNet): void {
    const regs = this.regs.value;
    this.lite_reset();
    this.set_address(net.address);
    this.prepare_bulk_in(net);

    regs.write(reg.INT_STS, reg.INT_STS_ALL);
    regs.read(reg.ID_REV);
    const leds = regs.read(reg.LED_GPIO_CFG);
    regs.write(reg.LED_GPIO_CFG, (leds | reg.LED_GPIO_CFG_LEDS) >>> 0);
    regs.write(reg.FLOW, 0);
    regs.write(reg.AFC_CFG, reg.AFC_CFG_DEFAULT);
    this.learn_mac_control();
    regs.write(reg.VLAN1, reg.ETH_P_8021Q);
    this.sum_up();
    this.filter(net);
    const interrupts = regs.read(reg.INT_EP_CTL);
    regs.write(reg.INT_EP_CTL, (interrupts | reg.INT_PHY) >>> 0);
    this.start();
  }

  /** Empties the FIFOs too, and leaves the PHY alone. */
  lite_reset(): void {
    const regs = this.regs.value;
    regs.write(reg.HW_CFG, reg.HW_CFG_LRST);
    for (let attempt = 0; attempt < 100; attempt++) {
      msleep(10);
      if ((regs.read(reg.HW_CFG) & reg.HW_CFG_LRST) === 0) return;
    }
    println("timeout waiting for completion of Lite Reset");
    throw Errno.ETIMEDOUT;
  }

  set_address([a, b, c, d, e, f]: Readonly<Uint8Array>): void {
    this.regs.value.write(reg.ADDRL, (a | (b << 8) | (c << 16) | (d << 24)) >>> 0);
    this.regs.value.write(reg.ADDRH, e | (f << 8));
  }

  /** Many frames in a transfer, each where its IP header is aligned; nothing when there is none. */
  prepare_bulk_in(net: UsbNet): void {
    const regs = this.regs.value;
    using device = net.device();
    const { packets, bytes } = device.high_speed ? BURST.high : BURST.full;
    net.set_rx_urb_size(packets * bytes);
    this.configure(reg.HW_CFG_BIR, 0);
    regs.write(reg.BURST_CAP, packets);
    regs.read(reg.BURST_CAP);
    regs.write(reg.BULK_IN_DLY, BULK_IN_DELAY);
    regs.read(reg.BULK_IN_DLY);
    const offset = net.ip_align << reg.HW_CFG_RXDOFF_SHIFT;
    this.configure(reg.HW_CFG_MEF | reg.HW_CFG_BCE | offset, reg.HW_CFG_RXDOFF);
  }

  /** Reads back what has become of it, as the chip wants it. */
  configure(on: number, off: number): void {
    const regs = this.regs.value;
    const before = regs.read(reg.HW_CFG);
    regs.write(reg.HW_CFG, ((before & ~off) | on) >>> 0);
    regs.read(reg.HW_CFG);
  }

  learn_mac_control(): void {
    const value = this.regs.value.read(reg.MAC_CR);
    using mac = this.mac.lock_bh();
    mac.value.value = value;
  }

  /** The chip sums up each frame that comes, behind its Ethernet header, and some that go. */
  sum_up(): void {
    const regs = this.regs.value;
    const before = regs.read(reg.COE_CR);
    regs.write(reg.COE_CR, (before | reg.COE_CR_TX | reg.COE_CR_RX) >>> 0);
  }

  start(): void {
    const regs = this.regs.value;
    regs.write(reg.MAC_CR, this.change_mac(reg.MAC_CR_TXEN, 0));
    regs.write(reg.TX_CFG, reg.TX_CFG_ON);
    regs.write(reg.MAC_CR, this.change_mac(reg.MAC_CR_RXEN, 0));
  }

  /** As deeply as it can. Nothing wakes it but its host. */
  sleep(): void {
    const regs = this.regs.value;
    this.change(reg.WUCSR, 0, reg.WUCSR_WAKE_EN | reg.WUCSR_MPEN);
    this.change(reg.PM_CTRL, 0, reg.PM_CTRL_WOL_EN | reg.PM_CTRL_ED_EN);
    const before = regs.read(reg.PM_CTRL) & ~reg.PM_CTRL_MODE;
    regs.write(reg.PM_CTRL, before | reg.PM_CTRL_SUSPEND2);
  }

  /** Forgets what could have woken it, and what has. */
  wake(): void {
    this.change(reg.WUCSR, 0, reg.WUCSR_WAKE_EN | reg.WUCSR_MPEN);
    this.change(reg.PM_CTRL, reg.PM_CTRL_WUPS, reg.PM_CTRL_WOL_EN);
  }

  change(register: number, on: number, off: number): void {
    const regs = this.regs.value;
    const before = regs.read(register);
    regs.write(register, ((before & ~off) | on) >>> 0);
  }

  change_mac(on: number, off: number): number {
    using mac = this.mac.lock_bh();
    return mac.value.set(on, off);
  }

  set_duplex(full: boolean): void {
    const regs = this.regs.value;
    const mac = full
      ? this.change_mac(reg.MAC_CR_FDPX, reg.MAC_CR_RCVOWN)
      : this.change_mac(reg.MAC_CR_RCVOWN, reg.MAC_CR_FDPX);
    regs.write(reg.MAC_CR, mac);
    const before = regs.read(reg.AFC_CFG);
    regs.write(reg.FLOW, 0);
    const pressure = full ? 0 : reg.AFC_CFG_BACK_PRESSURE;
    regs.write(reg.AFC_CFG, ((before & ~reg.AFC_CFG_BACK_PRESSURE) | pressure) >>> 0);
  }

  /** All frames, all of groups, those of some groups, or its own and broadcasts only. */
  filter(net: UsbNet): void {
    const all = reg.MAC_CR_PRMS | reg.MAC_CR_MCPAS | reg.MAC_CR_HPFILT;
    let mode = 0;
    let low = 0;
    let high = 0;
    const groups = net.multicast_groups();
    if (net.promiscuous) mode = reg.MAC_CR_PRMS;
    else if (net.all_multicast) mode = reg.MAC_CR_MCPAS;
    else if (groups.length > 0) {
      mode = reg.MAC_CR_HPFILT;
      for (const group of groups) {
        const hash = hash_of(group);
        if (hash < 32) low = (low | (1 << hash)) >>> 0;
        else high = (high | (1 << (hash - 32))) >>> 0;
      }
    }
    const value = this.change_mac(mode, all & ~mode);
    const regs = this.regs.value;
    regs.write_async(reg.HASHH, high);
    regs.write_async(reg.HASHL, low);
    regs.write_async(reg.MAC_CR, value);
  }
}

/** Which of 64 bits a group is: the topmost six of its CRC-32. Linux: ether_crc. */
function hash_of(group: Readonly<Uint8Array>): number {
  let crc = 0xffffffff;
  for (const byte of group) {
    for (let bit = 0; bit < 8; bit++) {
      const carry = (crc >>> 31) ^ ((byte >> bit) & 1);
      crc = (crc << 1) ^ (carry === 0 ? 0 : 0x04c11db7);
    }
  }
  return crc >>> 26;
}
