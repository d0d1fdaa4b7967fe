// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A driver for the LAN9512, a network adapter on USB. Linux: drivers/net/usb/smsc95xx.c.
 *
 * `usbnet` moves the packets; what is special about this chip is here: how it is reset, where its
 * address and its PHY are, which groups it hears, and what stands before each frame.
 */
import { Errno, module, println, type Mut, type Ref } from "kernel";
import { Arc } from "kernel/alloc";
import { Phy, type PhyLink, type SkBuff } from "kernel/net";
import { Mutex, Spinlock } from "kernel/sync";
import { usbnet, type UsbNet, type UsbNetDriver } from "kernel/usb";
import { bytes_of, Chip, MacControl, Mdio, Registers } from "./chip";
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
/** A frame to be summed up is longer than that. */
const SUMMED_BYTES_MIN = 45;

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

  register_dump_length(): number {
    return reg.COE_CR + 4;
  }

  register_dump(): Uint8Array {
    const dump = new Uint8Array(reg.COE_CR + 4);
    for (let at = reg.ID_REV; at <= reg.COE_CR; at += 4) {
      dump.set(bytes_of(this.chip.regs.value.read(at)), at);
    }
    return dump;
  }

  eeprom_length(): number {
    return reg.EEPROM_BYTES;
  }

  read_eeprom(_net: UsbNet, offset: number, length: number): Uint8Array {
    return this.chip.read_eeprom(offset, length);
  }

  write_eeprom(
    net: UsbNet,
    magic: number,
    offset: number,
    bytes: Readonly<Uint8Array>,
  ): void {
    if (magic !== reg.EEPROM_MAGIC) {
      println(`${net.name}: EEPROM: magic value mismatch, magic = 0x${magic.toString(16)}`);
      throw Errno.EINVAL;
    }
    this.chip.write_eeprom(offset, bytes);
  }

  /** The interface is down, so nobody misses the link: the PHY sleeps as well. */
  suspend(net: UsbNet): void {
    // As the C driver asks: chips that can be woken by their link go on from the answer.
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
  // Behind the FCS, the high byte first.
  const sum = (skb.load8(length + FCS_BYTES) << 8) | skb.load8(length + FCS_BYTES + 1);
  frame.set_checksum_complete(HEADER_BYTES, sum);
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
