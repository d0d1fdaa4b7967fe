// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A driver for the LAN9512, a network adapter on USB. Linux: drivers/net/usb/smsc95xx.c.
 *
 * `usbnet` moves the packets; what is special about this chip is here: how it is reset, where its
 * address and its PHY are, which groups it hears, and what stands before each frame.
 */
import { Errno, module, println, type Mut, type Ref } from "kernel";
import { Arc } from "kernel/alloc";
import { Phy, type MdioBus, type PhyLink, type SkBuff } from "kernel/net";
import { Mutex, Spinlock } from "kernel/sync";
import { msleep, usleep_range } from "kernel/time";
import { usbnet, type UsbDevice, type UsbNet, type UsbNetDriver } from "kernel/usb";
import * as reg from "./registers";

const DESCRIPTION = "smsc95xx USB 2.0 Ethernet";
const IDS = [
  { vendor: 0x0424, product: 0xec00 }, // LAN9512, LAN9514
];

/** The chip's own PHY. */
const PHY_ADDRESS = 1;
/** A frame with its header. */
const FRAME_BYTES = 1514;
const HEADER_BYTES = 14;
/** Behind a frame that came: its FCS, and the sum that the chip has made of it. */
const FCS_BYTES = 4;
const SUM_BYTES = 2;
/** What comes in one transfer at most, in packets of the bus. */
const BURST = { high: { packets: 37, bytes: 512 }, full: { packets: 129, bytes: 64 } };
/** A frame to be summed up is longer than that. */
const SUMMED_BYTES_MIN = 45;
const BULK_IN_DELAY = 0x2000;

/** The chip's registers. Each access is a transfer, so it sleeps and may fail. */
class Registers {
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

function bytes_of(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
}

/** The bus on which the PHY is: two registers, and a bit that says when they are done. */
class Mdio implements MdioBus {
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
class MacControl {
  value = 0;

  set(this: Mut<MacControl>, on: number, off: number): number {
    this.value = ((this.value & ~off) | on) >>> 0;
    return this.value;
  }
}

class Smsc95xx implements UsbNetDriver {
  constructor(
    readonly phy: Phy,
    readonly chip: Chip,
  ) {}

  static bind(net: UsbNet): Smsc95xx {
    const regs = Arc.new(new Registers(net.device()));
    const chip = new Chip(regs.clone(), Spinlock.new(new MacControl()));
    chip.find_address(net);
    net.set_hard_mtu(FRAME_BYTES + reg.TX_CMD_BYTES + reg.TX_SUM_BYTES);
    net.set_tx_checksum(true);
    chip.reset(net);
    if ((chip.regs.value.read(reg.HW_CFG) & reg.HW_CFG_PSEL) !== 0) throw Errno.ENODEV;
    const phy = Phy.find(net, new Mdio(Mutex.new(regs)), PHY_ADDRESS);
    if (chip.regs.value.read(reg.ID_REV) >>> 16 !== 0xec00) throw Errno.ENODEV;
    phy.connect(true);
    chip.sum_up();
    return new Smsc95xx(phy, chip);
  }

  reset(net: UsbNet): void {
    this.chip.reset(net);
    this.phy.start();
  }

  stop(): void {
    this.phy.stop();
  }

  status(_net: UsbNet, bytes: Readonly<Uint8Array>): void {
    if (bytes.length !== 4) {
      println(`unexpected urb length ${bytes.length}`);
    } else if (((bytes[0] | (bytes[1] << 8)) & reg.INT_PHY) !== 0) {
      this.phy.interrupt();
    } else {
      println("unexpected interrupt");
    }
  }

  link_change(_net: UsbNet, link: PhyLink): void {
    this.chip.set_duplex(link.full_duplex);
  }

  set_rx_mode(net: UsbNet): void {
    this.chip.filter(net);
  }

  /** The interface is down, so nobody misses the link: the PHY sleeps as well. */
  suspend(net: UsbNet): void {
    // Who listens for a link would have to be woken by it, which this chip cannot do.
    this.phy.link_ok();
    println(`${net.name}: entering SUSPEND2 mode`);
    this.chip.sleep();
  }

  resume(): void {
    this.chip.wake();
    this.phy.init_hw();
  }

  reset_resume(net: UsbNet): void {
    this.chip.reset(net);
    this.resume();
  }

  /** A status word, perhaps two bytes, the frame, its FCS and its sum; and so on. */
  rx_fixup(net: UsbNet, skb: SkBuff): void {
    const before = 4 + net.ip_align;
    if (skb.length < before + HEADER_BYTES) {
      net.stats.rx_errors.add(1);
      net.stats.rx_length_errors.add(1);
    }
    while (skb.length >= before) {
      const status = skb.load32_le(0);
      const size = (status >>> reg.RX_STS_LENGTH_SHIFT) & reg.RX_STS_LENGTH;
      skb.pull(before);
      // The device says how long a frame is: that may be wrong.
      if (size > skb.length) {
        net.stats.rx_errors.add(1);
        net.stats.rx_length_errors.add(1);
        return;
      }
      if ((status & reg.RX_STS_ERROR) !== 0) count_error(net, status);
      else take_frame(net, skb, size);
      skb.pull(size);
      // The next one begins at a multiple of four, but nothing fills up the last one.
      skb.pull(Math.min(skb.length, -(size + net.ip_align) & 3));
    }
  }

  /** Two words: how long this segment is, the first and the last one; how long the frame is. */
  tx_fixup(_net: UsbNet, skb: SkBuff): SkBuff | null {
    if (!skb.try_cow_head(reg.TX_CMD_BYTES + reg.TX_SUM_BYTES)) return null;
    const sum = put_sum_command(skb) ? reg.TX_CMD_B_SUM : 0;
    const { length } = skb;
    skb.push(reg.TX_CMD_BYTES);
    skb.store32_le(0, reg.TX_CMD_A_FIRST | reg.TX_CMD_A_LAST | length);
    skb.store32_le(4, sum | length);
    return skb;
  }
}

/** Says where the chip is to make a checksum. False when there is none left to be made. */
function put_sum_command(skb: Mut<SkBuff>): boolean {
  const sum = skb.partial_checksum;
  if (sum === null) return false;
  // The chip makes none in a short frame, and none that stands at its very end.
  if (skb.length <= SUMMED_BYTES_MIN || sum.offset >= skb.length - sum.start - 5) {
    skb.finish_checksum();
    return false;
  }
  skb.push(reg.TX_SUM_BYTES);
  skb.store32_le(0, ((sum.start + sum.offset) << 16) | sum.start);
  return true;
}

function take_frame(net: UsbNet, skb: Ref<SkBuff>, size: number): void {
  const length = size - FCS_BYTES - SUM_BYTES;
  if (length < HEADER_BYTES || length > FRAME_BYTES + 4) {
    net.stats.rx_errors.add(1);
    net.stats.rx_length_errors.add(1);
    return;
  }
  // Not a part of the transfer: the reader of one frame would keep all of them in memory.
  const frame = skb.try_copy(0, length);
  if (frame === null) {
    net.stats.rx_dropped.add(1);
    return;
  }
  net.receive(frame);
}

function count_error(net: UsbNet, status: number): void {
  net.stats.rx_errors.add(1);
  if ((status & reg.RX_STS_CRC) !== 0) net.stats.rx_crc_errors.add(1);
  else if ((status & (reg.RX_STS_TOO_LONG | reg.RX_STS_RUNT)) !== 0) {
    net.stats.rx_frame_errors.add(1);
  } else if ((status & reg.RX_STS_LENGTH_ERROR) !== 0 && (status & reg.RX_STS_TYPE) === 0) {
    net.stats.rx_length_errors.add(1);
  }
}

/** The chip but for its PHY. */
class Chip {
  constructor(
    readonly regs: Arc<Registers>,
    readonly mac: Spinlock<MacControl>,
  ) {}

  /** The board may know the address; else the EEPROM does; else it is a random one. */
  find_address(net: UsbNet): void {
    const address = net.platform_address ?? this.read_eeprom_address();
    if (address === null || !net.set_address(address)) net.set_random_address();
  }

  /** Null without an EEPROM. */
  read_eeprom_address(): Uint8Array | null {
    const regs = this.regs.value;
    regs.wait_while(reg.E2P_CMD, reg.E2P_CMD_BUSY);
    const address = new Uint8Array(6);
    for (let at = 0; at < 6; at++) {
      const offset = (reg.EEPROM_MAC_OFFSET + at) & reg.E2P_CMD_ADDR;
      regs.write(reg.E2P_CMD, (reg.E2P_CMD_BUSY | offset) >>> 0);
      const command = regs.wait_while(reg.E2P_CMD, reg.E2P_CMD_BUSY);
      if ((command & reg.E2P_CMD_TIMEOUT) !== 0) {
        println("EEPROM read operation timeout");
        return null;
      }
      address[at] = regs.read(reg.E2P_DATA);
    }
    return address;
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

class Smsc95xxModule {
  constructor(readonly driver: usbnet.Registration) {}

  static init(): Smsc95xxModule {
    return new Smsc95xxModule(usbnet.register("smsc95xx", DESCRIPTION, IDS, Smsc95xx));
  }
}

export default module(Smsc95xxModule, {
  name: "smsc95xx",
  license: "GPL",
  description: "SMSC95XX USB 2.0 Ethernet Devices",
  usb_ids: IDS,
});
