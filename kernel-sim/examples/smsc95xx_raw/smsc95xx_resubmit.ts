// SPDX-License-Identifier: GPL-2.0-or-later
/** The raw driver, whose thread goes on submitting its URB when the adapter has left. */
import { Errno, module } from "kernel";
import { Arc } from "kernel/alloc";
import { Phy, SkBuff, type PhyLink } from "kernel/net";
import { GFP_KERNEL, kfree, kzalloc, memcpy, type Ptr } from "kernel/raw";
import { Mutex } from "kernel/sync";
import { usbnet, type UsbNet, type UsbNetDriver } from "kernel/usb";
import * as chip from "./chip";
import { free_poller, start_polling, type Poller } from "./poller";

class Adapter implements UsbNetDriver {
  constructor(
    readonly phy: Phy,
    readonly regs: Arc<chip.Registers>,
    readonly state: Ptr<chip.State>,
    readonly poller: Ptr<Poller>,
  ) {}

  static bind(net: UsbNet): Adapter {
    const regs = Arc.new(new chip.Registers(net.device()));
    chip.find_address(net, regs.value);
    net.set_hard_mtu(chip.FRAME_BYTES + chip.TxHeader.size);
    net.set_rx_urb_size(chip.TRANSFER_BYTES);
    chip.reset(net, regs.value);
    const phy = Phy.find(net, new chip.Mdio(Mutex.new(regs.clone())), chip.PHY_ADDRESS);
    phy.connect(true);
    // SAFETY: the adapter frees it once, when nobody calls it any more.
    unsafe: {
      const state: Ptr<chip.State> = kzalloc(chip.State.size, GFP_KERNEL);
      if (!state) throw Errno.ENOMEM;
      return new Adapter(phy, regs, state, start_polling(regs.value.usb));
    }
  }

  reset(net: UsbNet): void {
    chip.reset(net, this.regs.value);
    this.phy.start();
  }

  stop(): void {
    this.phy.stop();
  }

  status(_net: UsbNet, bytes: Readonly<Uint8Array>): void {
    if (chip.is_of_phy(bytes)) this.phy.interrupt();
  }

  link_change(_net: UsbNet, link: PhyLink): void {
    chip.set_duplex(this.regs.value, link.full_duplex);
  }

  /** A status word, perhaps two bytes, a frame, its FCS; the next begins at a multiple of 4. */
  rx_fixup(net: UsbNet, skb: SkBuff): void {
    const before = chip.RxHeader.size + net.ip_align;
    while (skb.length >= before) {
      let size = 0;
      // SAFETY: the packet has at least a status word, and `size` bytes behind it once compared.
      unsafe: {
        const header: Ptr<chip.RxHeader> = skb.as_ptr();
        size = (header.$.status >>> chip.RX_LENGTH_SHIFT) & chip.RX_LENGTH;
        const is_bad = (header.$.status & chip.RX_ERROR) !== 0;
        skb.pull(before);
        if (is_bad || size > skb.length || size < chip.HEADER_BYTES + chip.FCS_BYTES) {
          this.state.$.errors += 1;
          net.stats.rx_errors.add(1);
          return;
        }
        const frame = SkBuff.try_alloc(size);
        if (frame === null) return;
        frame.put(size - chip.FCS_BYTES);
        memcpy(frame.as_ptr(), skb.as_ptr(), size - chip.FCS_BYTES);
        this.state.$.frames += 1;
        net.receive(frame);
      }
      skb.pull(size);
      skb.pull(Math.min(skb.length, -(size + net.ip_align) & 3));
    }
  }

  tx_fixup(_net: UsbNet, skb: SkBuff): SkBuff | null {
    if (!skb.try_cow_head(chip.TxHeader.size)) return null;
    const { length } = skb;
    skb.push(chip.TxHeader.size);
    // SAFETY: so many bytes were put in front.
    unsafe: {
      const header: Ptr<chip.TxHeader> = skb.as_ptr();
      header.$.command_a = chip.TX_FIRST_AND_LAST | length;
      header.$.command_b = length;
    }
    return skb;
  }

  [Symbol.dispose](): void {
    // SAFETY: the interface has gone.
    unsafe: {
      free_poller(this.poller);
      kfree(this.state);
    }
  }
}

class AdapterModule {
  constructor(readonly driver: usbnet.Registration) {}

  static init(): AdapterModule {
    const ids = [{ vendor: 0x0424, product: 0xec00 }];
    return new AdapterModule(usbnet.register("smsc95xx", "LAN9512, resubmit", ids, Adapter));
  }
}

export default module(AdapterModule, { license: "GPL", description: "LAN9512, resubmit" });
