// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The middle of the network: which interfaces there are, and how packets come in and go out.
 *
 * All of the stack is plain code, which runs to its end inside a system call, a timer or the
 * NET_RX softirq, and therefore needs no locks. Only what a driver does may switch. So whoever has
 * run the stack in a task ends with `yield* flush()` when `hasWork` says so; softirqs do it by
 * themselves.
 *
 * Linux: net/core/dev.c.
 */
import type { Softirqs } from '../../kernel/irq/softirq.ts';
import { SOFTIRQ } from '../../kernel/irq/softirq.ts';
import type { Printk } from '../../kernel/printk/printk.ts';
import type { Execution } from '../../kernel/sched/execution.ts';
import type { Scheduler } from '../../kernel/sched/scheduler.ts';
import type { SlabAllocator } from '../../mm/kmalloc.ts';
import { FrameLog } from '../../sim/frame-log.ts';
import type { Sim } from '../../sim/sim.ts';
import type { Switching } from '../../uapi/coroutine.ts';
import { Napi, type NapiPoll } from './napi.ts';
import type { NetDevice } from './net-device.ts';
import { NetDevices } from './net-devices.ts';
import { PacketTypes } from './packet-types.ts';
import { Receiver } from './receive.ts';
import { type SkBuff, SkBuffs } from './sk-buff.ts';
import { Transmitter } from './transmit.ts';
import { Watchdog } from './watchdog.ts';

export interface NetCoreParts {
  readonly sim: Sim;
  readonly scheduler: Scheduler;
  readonly execution: Execution;
  readonly softirqs: Softirqs;
  readonly slabs: SlabAllocator;
  readonly printk: Printk;
}

export class NetCore extends NetDevices {
  readonly skbs: SkBuffs;
  readonly frames: FrameLog;
  readonly types = new PacketTypes();
  readonly receiver: Receiver;
  readonly watchdog: Watchdog;
  /** When the machine was booted, by the clock on the wall. */
  bootNs = 0;
  readonly #parts: NetCoreParts;
  readonly #transmitter: Transmitter;

  constructor(parts: NetCoreParts) {
    const { sim, scheduler, execution, softirqs, printk } = parts;
    super({ scheduler, printk, now: () => sim.now() });
    this.#parts = parts;
    this.skbs = new SkBuffs(parts.slabs);
    this.frames = new FrameLog(parts.sim);
    const { skbs, frames, types } = this;
    const shared = { sim, scheduler, execution, softirqs, printk, skbs, types };
    this.receiver = new Receiver({ ...shared, frames });
    this.watchdog = new Watchdog({ sim, execution, softirqs });
    this.#transmitter = new Transmitter({ ...shared, watchdog: this.watchdog });
    softirqs.open(SOFTIRQ.NET_RX, () => this.#serve());
    softirqs.open(SOFTIRQ.NET_TX, () => this.#serve());
  }

  // ---- Packets ---------------------------------------------------------------------------------

  /**
   * Sends a packet that begins with its link-layer header by `skb.dev`; takes it in any case. 0, or
   * a negative errno. Context: any but hardirq. Linux: dev_queue_xmit.
   */
  xmit(skb: SkBuff): number {
    return this.#transmitter.xmit(skb);
  }

  /** Something was queued that nobody runs yet: a task's code calls `flush`. */
  get hasWork(): boolean {
    return this.#transmitter.hasWork || this.receiver.hasWork || this.hasNewRxModes;
  }

  /** An instant of a packet as the clock on the wall has it. Linux: ktime_mono_to_real. */
  wallNs(instantNs: number): number {
    return this.bootNs + instantNs;
  }

  /**
   * Sends and delivers what the running task's calls have queued. Context: process. Linux: what
   * local_bh_enable does.
   */
  *flush(): Switching<void> {
    if (this.hasNewRxModes) yield* this.setRxModes();
    yield* this.withoutSoftirqs(this.#flush());
  }

  *#flush(): Switching<void> {
    yield* this.#transmitter.run(false);
    if (this.receiver.hasWork) this.receiver.raise();
  }

  /** NET_RX and NET_TX alike: what comes in makes answers, and what goes out by lo comes in. */
  *#serve(): Switching<void> {
    yield* this.watchdog.run();
    yield* this.#transmitter.run(true);
    yield* this.receiver.run();
    yield* this.#transmitter.run(true);
    if (this.hasNewRxModes) yield* this.setRxModes();
  }

  /** Delivers a packet soon, without NAPI: 0, or 1 when it was thrown away. Linux: netif_rx. */
  netifRx(skb: SkBuff): number {
    return this.receiver.enqueue(skb);
  }

  /** Delivers a packet now. Context: a NAPI poll. Linux: netif_receive_skb. */
  receive(skb: SkBuff): void {
    this.receiver.receive(skb);
  }

  napiAdd(dev: NetDevice, poll: NapiPoll): Napi {
    const { scheduler } = this.#parts;
    return new Napi(dev, poll, { scheduler, enlist: (napi) => this.receiver.enlist(napi) });
  }

  // ---- What a driver says of its interface -----------------------------------------------------

  /** Context: any. Linux: netif_stop_queue. */
  stopQueue(dev: NetDevice): void {
    this.#transmitter.stop(dev);
  }

  /** Context: any. Linux: netif_wake_queue. */
  wakeQueue(dev: NetDevice): void {
    this.#transmitter.wake(dev);
  }

  /** The cable is in. Context: any. Linux: netif_carrier_on. */
  carrierOn(dev: NetDevice): void {
    this.#setCarrier(dev, true);
  }

  /** Context: any. Linux: netif_carrier_off. */
  carrierOff(dev: NetDevice): void {
    this.#setCarrier(dev, false);
  }

  #setCarrier(dev: NetDevice, hasCarrier: boolean): void {
    if (dev.hasCarrier === hasCarrier) return;
    dev.hasCarrier = hasCarrier;
    dev.carrierChanges++;
    dev.lastTransmitNs = this.#parts.sim.now();
    if (!hasCarrier) this.#transmitter.purge(dev);
    if (dev.isUp) this.tell('change', dev);
  }

  protected override purge(dev: NetDevice): void {
    this.#transmitter.purge(dev);
    this.receiver.purge(dev);
  }
}
