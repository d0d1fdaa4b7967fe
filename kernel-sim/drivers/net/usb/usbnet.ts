// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What all network adapters on USB have in common: packets to and from URBs, a queue of each, and
 * an interrupt endpoint that tells of events. What is special about one is its minidriver.
 *
 * As many URBs wait for packets as memory is set aside for, and only while there is a carrier. Each
 * is filled with what the device has by then, which may be several frames; taking them apart is the
 * minidriver's business, in the interface's poll.
 *
 * Linux: drivers/net/usb/usbnet.c. Differs: NAPI does what the tasklet does there.
 */
import type { Hcd } from '../../usb/hcd.ts';
import type { Messages } from '../../usb/messages.ts';
import type { UsbPower } from '../../usb/power.ts';
import type { Urb } from '../../usb/urb.ts';
import type { UsbEndpointInfo, UsbInterface } from '../../usb/usb-node.ts';
import { EventListener } from './event-listener.ts';
import { QUEUE_BYTES, SendQueue } from './send-queue.ts';
import type { UsbNetDriver, UsbNetEndpoints } from './usbnet-driver.ts';
import type { KernelThread, KernelThreads } from '../../../kernel/kthread/kthread.ts';
import type { Scheduler } from '../../../kernel/sched/scheduler.ts';
import type { Printk } from '../../../kernel/printk/printk.ts';
import type { SlabAllocator } from '../../../mm/kmalloc.ts';
import type { OwnedPointers } from '../../../mm/owned-pointers.ts';
import { ethTypeTrans } from '../../../net/core/ethernet.ts';
import type { Napi } from '../../../net/core/napi.ts';
import type { NetCore } from '../../../net/core/net-core.ts';
import { NETDEV_TX, type NetDevice } from '../../../net/core/net-device.ts';
import { NET_IP_ALIGN, NET_SKB_PAD, type SkBuff } from '../../../net/core/sk-buff.ts';
import { finished } from '../../../lib/coroutine.ts';
import { formatMac } from '../../../lib/mac-address.ts';
import type { Sim } from '../../../sim/sim.ts';
import type { MaySwitch, Sleeping, Switching } from '../../../uapi/coroutine.ts';
import { ERRNO } from '../../../uapi/errno.ts';
import { GFP } from '../../../uapi/gfp.ts';
import { ETH_DATA_LEN, ETH_HLEN } from '../../../uapi/if-ether.ts';
import { KERNEL_RELEASE } from '../../../uapi/module-abi.ts';
import { phyEthtool } from '../phy/phy-ethtool.ts';
import { PhySelfTest } from '../phy/selftest.ts';
import type { LinkState, PhyDevice } from '../phy/phy-device.ts';

/** After an error that may go on for as long as the device is being pulled out. */
const THROTTLE_NS = 5_000_000;

export interface UsbNetParts {
  readonly sim: Sim;
  readonly scheduler: Scheduler;
  readonly core: NetCore;
  readonly hcd: Hcd;
  readonly messages: Messages;
  readonly power: UsbPower;
  readonly slabs: SlabAllocator;
  readonly owned: OwnedPointers;
  readonly threads: KernelThreads;
  readonly printk: Printk;
}

/** An URB with the packet that lies in its buffer. */
interface Transfer {
  readonly urb: Urb;
  skb: SkBuff | undefined;
}

/** Drivers, probes and links. Linux: NETIF_MSG_DRV | NETIF_MSG_PROBE | NETIF_MSG_LINK. */
const MESSAGE_LEVEL = 7;

/** What is to be done where one may sleep. Linux: EVENT_* and kevent. */
type Deferred = 'tx-halt' | 'rx-halt' | 'link-change';

export class UsbNet {
  readonly parts: UsbNetParts;
  readonly driver: UsbNetDriver;
  readonly usbInterface: UsbInterface;
  readonly dev: NetDevice;
  /** The longest frame, with what the minidriver puts in front. */
  hardMtu = ETH_HLEN + ETH_DATA_LEN;
  /** Room for what comes in one transfer. */
  rxUrbBytes = ETH_HLEN + ETH_DATA_LEN;
  /** Set by who drives it. */
  phy: PhyDevice | undefined = undefined;
  /** What the PHY has said last. */
  link: LinkState = { isUp: false, speedMbps: 10, isFullDuplex: false };
  readonly #in: UsbEndpointInfo;
  readonly #events: EventListener | undefined;
  readonly #napi: Napi;
  /** URBs that wait for packets, or hold some that nobody has looked at. */
  readonly #receiving = new Set<Transfer>();
  readonly #received: Transfer[] = [];
  readonly #sending: SendQueue;
  #isUp = false;
  /** A halted endpoint is silent until somebody has cleared it. */
  #isRxHalted = false;
  #throttledUntilNs = 0;
  readonly #deferred = new Set<Deferred>();
  #thread: KernelThread | undefined;

  /** Endpoints by what they are for: throws none of its own when they are not there. */
  constructor(
    parts: UsbNetParts,
    driver: UsbNetDriver,
    usbInterface: UsbInterface,
    endpoints: UsbNetEndpoints,
  ) {
    this.parts = parts;
    this.driver = driver;
    this.usbInterface = usbInterface;
    this.#in = endpoints.in;
    if (endpoints.events !== undefined) {
      const tell = (bytes: Uint8Array): MaySwitch<void> => driver.status(this, bytes);
      this.#events = new EventListener(parts, usbInterface.device, endpoints.events, tell);
    }
    this.dev = parts.core.allocDevice('eth%d', {
      open: () => this.#open(),
      stop: () => this.#stop(),
      startXmit: (skb) => this.#xmit(skb),
      setRxMode: () => driver.setRxMode(this),
      txTimeout: () => this.#sending.unlink(),
      ethtool: {
        driverInfo: () => ({
          driver: driver.name,
          version: KERNEL_RELEASE,
          firmware: driver.description,
          bus: this.busInfo,
        }),
        linkSettings: () => this.link,
        messageLevel: () => MESSAGE_LEVEL,
        ...phyEthtool(() => this.phy),
        selfTest: new PhySelfTest({ ...parts, phy: () => this.phy }),
        ...driver.ethtool(this),
      },
    });
    this.dev.parentName = usbInterface.name;
    this.dev.driverName = driver.name;
    this.dev.hasCarrier = false;
    this.#sending = new SendQueue(parts, this, endpoints.out, {
      halted: () => this.#defer('tx-halt'),
      hasRoom: () => {
        if (this.#isUp && this.dev.isQueueStopped) parts.core.wakeQueue(this.dev);
      },
    });
    this.#napi = parts.core.napiAdd(this.dev, (budget) => this.#poll(budget));
  }

  /** Linux: usb_make_path. */
  get busInfo(): string {
    const { hcd } = this.parts;
    return `usb-${hcd.dmaDevice.name}-${this.usbInterface.device.path}`;
  }

  /** How messages of the interface begin. Linux: netdev_printk. */
  get logName(): string {
    const name = this.dev.isRegistered ? this.dev.name : '(unnamed net_device) (uninitialized)';
    return `${this.driver.name} ${this.usbInterface.name} ${name}`;
  }

  // ---- Coming and going -------------------------------------------------------------------------

  /** Linux: usbnet_probe. */
  *probe(): Sleeping<number> {
    const { core, printk } = this.parts;
    const { driver, dev } = this;
    const problem = yield* finished(driver.bind(this));
    if (problem < 0) return problem;
    const errno = core.register(dev);
    if (errno < 0) {
      yield* finished(driver.unbind(this));
      return errno;
    }
    printk.info(
      `${this.logName}: register '${driver.name}' at ${this.busInfo}, ${driver.description}, ` +
        formatMac(dev.address),
    );
    return 0;
  }

  /** Linux: usbnet_disconnect. */
  *disconnect(): Sleeping<void> {
    const { core, printk } = this.parts;
    const { driver, busInfo } = this;
    const said = `unregister '${driver.name}' ${busInfo}, ${driver.description}`;
    printk.info(`${this.logName}: ${said}`);
    yield* core.unregister(this.dev);
    yield* finished(driver.unbind(this));
    const thread = this.#thread;
    this.#thread = undefined;
    if (thread !== undefined) yield* thread.stop();
  }

  /** While it is up it stays awake, since it could not say that something came. */
  *#open(): Sleeping<number> {
    const { power } = this.parts;
    const { device } = this.usbInterface;
    let errno = yield* power.get(device);
    if (errno < 0) return errno;
    errno = yield* finished(this.driver.reset(this));
    if (errno >= 0) errno = this.#events?.start() ?? 0;
    if (errno < 0) {
      power.put(device);
      return errno;
    }
    this.#isUp = true;
    this.#isRxHalted = false;
    this.#throttledUntilNs = 0;
    this.dev.isQueueStopped = false;
    this.#napi.enable();
    this.#napi.schedule();
    return 0;
  }

  /** Linux: usbnet_stop. */
  *#stop(): Sleeping<number> {
    const { hcd } = this.parts;
    this.#isUp = false;
    yield* finished(this.driver.stop(this));
    for (const { urb } of this.#receiving) yield* hcd.kill(urb);
    yield* this.#sending.stop();
    if (this.#events !== undefined) yield* this.#events.stop();
    yield* this.#napi.disable();
    for (const transfer of this.#received.splice(0)) this.#drop(transfer);
    this.#deferred.clear();
    this.parts.power.put(this.usbInterface.device);
    return 0;
  }

  // ---- Packets that come ------------------------------------------------------------------------

  /** How many URBs wait at once. */
  get #depth(): number {
    return Math.max(1, Math.floor(QUEUE_BYTES / Math.max(1, this.rxUrbBytes)));
  }

  /** Linux: usbnet_bh. */
  *#poll(budget: number): Switching<number> {
    let done = 0;
    while (done < budget) {
      const transfer = this.#received.shift();
      if (transfer === undefined) break;
      const { skb } = transfer;
      transfer.skb = undefined;
      this.#drop(transfer);
      if (skb !== undefined) yield* finished(this.driver.rxFixup(this, skb));
      done++;
    }
    this.#refill();
    if (done < budget) this.#napi.complete();
    return done;
  }

  /** Hands a frame to the stack. Context: `rxFixup`. Linux: usbnet_skb_return. */
  receive(skb: SkBuff): void {
    this.dev.stats.rxPackets++;
    this.dev.stats.rxBytes += skb.length;
    ethTypeTrans(skb, this.dev);
    this.parts.core.receive(skb);
  }

  #refill(): void {
    const { sim } = this.parts;
    if (!this.#isUp || !this.dev.hasCarrier || this.#isRxHalted) return;
    if (sim.now() < this.#throttledUntilNs) return;
    while (this.#receiving.size < this.#depth) if (!this.#ask()) return;
  }

  /** False when there is no memory for it now, or nobody to be asked. Linux: rx_submit. */
  #ask(): boolean {
    const { core, hcd } = this.parts;
    const skb = core.skbs.alloc(NET_SKB_PAD + NET_IP_ALIGN + this.rxUrbBytes, GFP.GFP_ATOMIC);
    if (skb === undefined) return this.#later();
    skb.reserve(NET_SKB_PAD + NET_IP_ALIGN);
    skb.dev = this.dev;
    const urb = hcd.alloc(GFP.GFP_ATOMIC);
    if (urb === undefined) {
      core.skbs.free(skb);
      return this.#later();
    }
    const transfer: Transfer = { urb, skb };
    urb.device = this.usbInterface.device;
    urb.endpoint = this.#in.address;
    urb.buffer = skb.data;
    urb.bufferBytes = this.rxUrbBytes;
    urb.complete = () => this.#arrived(transfer);
    this.#receiving.add(transfer);
    const errno = hcd.submit(urb);
    if (errno === 0) return true;
    this.#drop(transfer);
    if (errno === -ERRNO.EPIPE) this.#defer('rx-halt');
    else if (errno !== -ERRNO.ENODEV && errno !== -ERRNO.ENOENT) this.#later();
    return false;
  }

  /** Memory may be there soon. */
  #later(): boolean {
    this.#throttle();
    return false;
  }

  #throttle(): void {
    const { sim } = this.parts;
    const untilNs = sim.now() + THROTTLE_NS;
    if (this.#throttledUntilNs > sim.now()) return;
    this.#throttledUntilNs = untilNs;
    sim.events.schedule(untilNs, () => this.#napi.schedule(), 0);
  }

  /** Linux: rx_complete. Context: softirq. */
  #arrived(transfer: Transfer): void {
    const { urb, skb } = transfer;
    const { stats } = this.dev;
    switch (urb.status) {
      case 0:
        skb!.put(urb.actualBytes);
        this.#received.push(transfer);
        this.#napi.schedule();
        return;
      case -ERRNO.EPIPE:
        stats.rxErrors++;
        this.#defer('rx-halt');
        break;
      case -ERRNO.ECONNRESET:
      case -ERRNO.ENOENT:
      case -ERRNO.ESHUTDOWN:
        break;
      case -ERRNO.EPROTO:
        stats.rxErrors++;
        this.#throttle();
        break;
      case -ERRNO.EOVERFLOW:
        stats.rxOverErrors++;
        stats.rxErrors++;
        this.#napi.schedule();
        break;
      default:
        stats.rxErrors++;
        this.#napi.schedule();
    }
    this.#drop(transfer);
  }

  #drop(transfer: Transfer): void {
    const { core, hcd } = this.parts;
    this.#receiving.delete(transfer);
    if (transfer.skb !== undefined) core.skbs.free(transfer.skb);
    transfer.skb = undefined;
    hcd.free(transfer.urb);
  }

  // ---- Packets that go -------------------------------------------------------------------------

  /** Linux: usbnet_start_xmit. */
  *#xmit(packet: SkBuff): Switching<number> {
    const payloadBytes = packet.length;
    const skb = yield* finished(this.driver.txFixup(this, packet));
    if (skb === undefined) this.dev.stats.txDropped++;
    else this.#sending.send(skb, payloadBytes);
    if (this.#sending.isFull) this.parts.core.stopQueue(this.dev);
    return NETDEV_TX.OK;
  }

  // ---- The link ---------------------------------------------------------------------------------

  /** The PHY says that it came or went. Context: process. Linux: usbnet_link_change. */
  *linkChanged(link: LinkState): Sleeping<void> {
    const { core } = this.parts;
    this.link = link;
    if (link.isUp) core.carrierOn(this.dev);
    else core.carrierOff(this.dev);
    this.#printLink();
    yield* finished(this.driver.linkChanged(this));
    this.#defer('link-change');
  }

  /** Linux: phy_print_status. */
  #printLink(): void {
    const { isUp, speedMbps, isFullDuplex } = this.link;
    const duplex = isFullDuplex ? 'Full' : 'Half';
    const how = isUp ? `Up - ${speedMbps}Mbps/${duplex} - flow control off` : 'Down';
    this.parts.printk.info(`${this.logName}: Link is ${how}`);
  }

  /** Linux: usbnet_defer_kevent. Context: any. */
  #defer(what: Deferred): void {
    if (what === 'rx-halt') this.#isRxHalted = true;
    this.#deferred.add(what);
    this.#thread ??= this.parts.threads.run('usbnet', (self) => this.#serve(self));
    this.#thread.wake();
  }

  *#serve(self: KernelThread): Sleeping<void> {
    while (!self.shouldStop) {
      const [what] = this.#deferred;
      if (what === undefined) {
        yield* self.queue.sleepInterruptible();
        continue;
      }
      this.#deferred.delete(what);
      yield* this.#doDeferred(what);
    }
  }

  /** Linux: usbnet_deferred_kevent. */
  *#doDeferred(what: Deferred): Sleeping<void> {
    const { messages, hcd, core } = this.parts;
    const { device } = this.usbInterface;
    if (what === 'link-change') {
      if (this.dev.hasCarrier) this.#napi.schedule();
      else for (const { urb } of this.#receiving) hcd.unlink(urb);
      return;
    }
    const isTx = what === 'tx-halt';
    if (isTx) this.#sending.unlink();
    else for (const { urb } of this.#receiving) hcd.unlink(urb);
    yield* messages.clearHalt(device, isTx ? this.#sending.endpoint : this.#in.address);
    this.#isRxHalted = isTx && this.#isRxHalted;
    if (!isTx) this.#napi.schedule();
    else if (this.#isUp) core.wakeQueue(this.dev);
  }
}
