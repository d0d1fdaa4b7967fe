// SPDX-License-Identifier: GPL-2.0-or-later
/** A driver for ringnic: two rings of descriptors, one interrupt, NAPI. */
import { Errno, module, println, type Mut, type Ref } from "kernel";
import { Arc } from "kernel/alloc";
import { DmaSkbs, DmaVec } from "kernel/dma";
import { platform, type IoMem, type PlatformDevice } from "kernel/io";
import { irq, IRQ_HANDLED, IRQ_NONE, type IrqHandler } from "kernel/irq";
import {
  Napi,
  netdev,
  SkBuff,
  type DriverInfo,
  type LinkSettings,
  type NetDevice,
  type NetDriver,
  type Statistic,
} from "kernel/net";
import { Spinlock } from "kernel/sync";
import * as reg from "./registers";
import { Descriptor } from "./registers";

const RING_LENGTH = 64;
/** A frame with its header, and a VLAN tag. */
const FRAME_BYTES = 1518;

/** Descriptors and their packets. Those from `first` to before `next` are the card's. */
class Ring {
  first = 0;
  next = 0;

  constructor(
    readonly descriptors: DmaVec<Descriptor>,
    readonly packets: DmaSkbs,
  ) {}

  static new(device: PlatformDevice, direction: "to_device" | "from_device"): Ring {
    const descriptors = DmaVec.new(device, Descriptor, RING_LENGTH);
    return new Ring(descriptors, DmaSkbs.new(device, RING_LENGTH, direction));
  }

  /** One place stays empty: else a full ring would look like an empty one. */
  full(this: Ref<Ring>): boolean {
    return (this.next + 1) % RING_LENGTH === this.first;
  }

  /** Gives the card a packet. False when no bus address was left for it. */
  post(this: Mut<Ring>, skb: SkBuff, length: number): boolean {
    const address = this.packets.post(this.next, skb);
    if (address === null) return false;
    const descriptor = this.descriptors.at(this.next);
    descriptor.address = address;
    descriptor.control.length = length;
    descriptor.status.done = false;
    descriptor.control.own = true;
    this.next = (this.next + 1) % RING_LENGTH;
    return true;
  }

  /** Takes back the oldest packet that the card is done with; null when there is none. */
  take(this: Mut<Ring>): SkBuff | null {
    if (this.first === this.next || !this.descriptors.at(this.first).status.done) return null;
    const skb = this.packets.take(this.first);
    this.first = (this.first + 1) % RING_LENGTH;
    return skb;
  }

  /** Takes back all of them, now that the card has stopped. */
  clear(this: Mut<Ring>): void {
    for (let at = 0; at < RING_LENGTH; at++) this.packets.take(at);
    this.first = 0;
    this.next = 0;
  }
}

/** What the interface and the interrupt handler share. */
class Card {
  constructor(
    readonly regs: IoMem,
    readonly napi: Napi,
    readonly tx: Spinlock<Ring>,
    readonly rx: Spinlock<Ring>,
    readonly bus_info: string,
  ) {}
}

/** The card wants something: it is silenced until `poll` has looked. */
class Handler implements IrqHandler {
  constructor(readonly card: Arc<Card>) {}

  handle(): number {
    const { regs, napi } = this.card.value;
    if ((regs.readl(reg.CAUSE) & regs.readl(reg.MASK)) === 0) return IRQ_NONE;
    regs.writel(0, reg.MASK);
    napi.schedule();
    return IRQ_HANDLED;
  }
}

/** The interface. The kernel owns it from `netdev.register` on. */
class Interface implements NetDriver {
  constructor(readonly card: Arc<Card>) {}

  open(dev: NetDevice): void {
    const { regs, napi } = this.card.value;
    const [a, b, c, d, e, f] = dev.address;
    regs.writel(a | (b << 8) | (c << 16) | (d << 24), reg.MAC_LOW);
    regs.writel(e | (f << 8), reg.MAC_HIGH);
    this.start_rings();
    this.set_rx_mode(dev);
    napi.enable(dev);
    this.check_link(dev);
    regs.writel(reg.CAUSE_ALL, reg.MASK);
  }

  start_rings(): void {
    const { regs } = this.card.value;
    using tx = this.card.value.tx.lock_bh();
    regs.writel(tx.value.descriptors.address, reg.TX_BASE);
    regs.writel(RING_LENGTH, reg.TX_LENGTH);
    using rx = this.card.value.rx.lock_bh();
    regs.writel(rx.value.descriptors.address, reg.RX_BASE);
    regs.writel(RING_LENGTH, reg.RX_LENGTH);
    if (!this.refill(rx.value)) throw Errno.ENOMEM;
  }

  stop(dev: NetDevice): void {
    const { regs, napi } = this.card.value;
    regs.writel(reg.CTRL_RESET, reg.CTRL); // it touches no memory any more
    napi.disable();
    dev.carrier_off();
    using tx = this.card.value.tx.lock_bh();
    tx.value.clear();
    using rx = this.card.value.rx.lock_bh();
    rx.value.clear();
  }

  start_xmit(dev: NetDevice, skb: SkBuff): void {
    using tx = this.card.value.tx.lock();
    const length = skb.length;
    if (length > FRAME_BYTES || tx.value.full() || !tx.value.post(skb, length)) {
      dev.stats.tx_dropped.add(1);
      return; // ours, and handed to nobody: freed here
    }
    this.card.value.regs.writel(tx.value.next, reg.TX_TAIL);
    if (tx.value.full()) dev.stop_queue();
  }

  poll(dev: NetDevice, budget: number): number {
    const { regs, napi } = this.card.value;
    const cause = regs.readl(reg.CAUSE);
    regs.writel(cause, reg.CAUSE); // what comes from here on is a cause again
    if ((cause & reg.CAUSE_LINK) !== 0) this.check_link(dev);
    this.reap(dev);
    const done = this.receive(dev, budget);
    if (done < budget) {
      napi.complete();
      regs.writel(reg.CAUSE_ALL, reg.MASK);
    }
    return done;
  }

  /** Frees what has been sent. */
  reap(dev: NetDevice): void {
    using tx = this.card.value.tx.lock();
    for (;;) {
      const error = tx.value.descriptors.at(tx.value.first).status.error;
      const skb = tx.value.take();
      if (skb === null) break;
      if (error) dev.stats.tx_errors.add(1);
      else {
        dev.stats.tx_packets.add(1);
        dev.stats.tx_bytes.add(skb.length);
      }
    }
    if (dev.queue_stopped && !tx.value.full()) dev.wake_queue();
  }

  /** Hands what has come to the stack, and gives the card new buffers. */
  receive(dev: NetDevice, budget: number): number {
    using rx = this.card.value.rx.lock();
    let done = 0;
    while (done < budget) {
      const { error, length } = rx.value.descriptors.at(rx.value.first).status;
      const skb = rx.value.take();
      if (skb === null) break;
      done += 1;
      if (error || length > skb.tailroom) {
        dev.stats.rx_errors.add(1);
        continue;
      }
      skb.put(length);
      dev.stats.rx_packets.add(1);
      dev.stats.rx_bytes.add(length);
      dev.receive(skb);
    }
    if (!this.refill(rx.value)) dev.stats.rx_dropped.add(1);
    return done;
  }

  /** False when there was no memory for all of them. */
  refill(rx: Mut<Ring>): boolean {
    while (!rx.full()) {
      const skb = SkBuff.try_alloc(FRAME_BYTES);
      if (skb === null || !rx.post(skb, FRAME_BYTES)) return false;
    }
    this.card.value.regs.writel(rx.next, reg.RX_TAIL);
    return true;
  }

  check_link(dev: NetDevice): void {
    const up = (this.card.value.regs.readl(reg.STATUS) & reg.STATUS_LINK) !== 0;
    if (up === dev.carrier) return;
    println(`${dev.name}: link ${up ? "up" : "down"}`);
    if (up) dev.carrier_on();
    else dev.carrier_off();
  }

  set_rx_mode(dev: NetDevice): void {
    const promiscuous = dev.promiscuous ? reg.CTRL_PROMISC : 0;
    const multicast = dev.all_multicast ? reg.CTRL_ALLMULTI : 0;
    const enable = reg.CTRL_TX_ENABLE | reg.CTRL_RX_ENABLE;
    this.card.value.regs.writel(enable | promiscuous | multicast, reg.CTRL);
  }

  driver_info(): DriverInfo {
    return { driver: "ringnic", version: "1.0", bus_info: this.card.value.bus_info };
  }

  statistics(): readonly Statistic[] {
    const { regs } = this.card.value;
    return [
      ["tx_errors", regs.readl(reg.TX_ERRORS)],
      ["rx_errors", regs.readl(reg.RX_ERRORS)],
      ["rx_missed", regs.readl(reg.RX_MISSED)],
    ];
  }

  link_settings(): LinkSettings {
    const status = this.card.value.regs.readl(reg.STATUS);
    const full_duplex = (status & reg.STATUS_FULL_DUPLEX) !== 0;
    return { speed: status >>> reg.STATUS_SPEED_SHIFT, full_duplex };
  }
}

/** One card. Dropped in this order: first nobody can send, then nothing interrupts. */
class RingNic {
  constructor(
    readonly netdev: netdev.Registration,
    readonly irq: irq.Registration,
  ) {}

  static probe(device: PlatformDevice): RingNic {
    const regs = device.ioremap();
    if (regs.readl(reg.ID) !== reg.RINGNIC_ID) throw Errno.ENODEV;
    regs.writel(reg.CTRL_RESET, reg.CTRL);
    const low = regs.readl(reg.MAC_LOW);
    const high = regs.readl(reg.MAC_HIGH);
    const mac = Uint8Array.of(low, low >>> 8, low >>> 16, low >>> 24, high, high >>> 8);

    const tx = Spinlock.new(Ring.new(device, "to_device"));
    const rx = Spinlock.new(Ring.new(device, "from_device"));
    const card = Arc.new(new Card(regs, Napi.new(), tx, rx, device.name));
    const line = irq.register(device.irq, "ringnic", new Handler(card.clone()));
    return new RingNic(netdev.register(device, "eth%d", mac, new Interface(card)), line);
  }
}

class RingNicModule {
  constructor(readonly driver: platform.Registration) {}

  static init(): RingNicModule {
    return new RingNicModule(platform.register("ringnic", RingNic));
  }
}

export default module(RingNicModule, {
  name: "ringnic",
  license: "GPL",
  description: "A driver for ringnic",
});
