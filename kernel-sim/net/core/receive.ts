// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The way in: from drivers to protocols, in the NET_RX softirq.
 *
 * Linux: net_rx_action, process_backlog, __netif_receive_skb_core (net/core/dev.c).
 */
import type { Softirqs } from '../../kernel/irq/softirq.ts';
import { SOFTIRQ } from '../../kernel/irq/softirq.ts';
import { innerPath } from '../../kernel/module/sites.ts';
import type { Printk } from '../../kernel/printk/printk.ts';
import type { Execution } from '../../kernel/sched/execution.ts';
import type { Scheduler } from '../../kernel/sched/scheduler.ts';
import { finished } from '../../lib/coroutine.ts';
import type { FrameLog } from '../../sim/frame-log.ts';
import type { Sim } from '../../sim/sim.ts';
import type { Switching } from '../../uapi/coroutine.ts';
import { COST } from '../../uapi/costs.ts';
import type { NetDevice } from './net-device.ts';
import { type Napi, NAPI_WEIGHT } from './napi.ts';
import { PacketQueue } from './packet-queue.ts';
import type { PacketTypes } from './packet-types.ts';
import type { SkBuff, SkBuffs } from './sk-buff.ts';

/** How much one softirq brings in before others have their turn. Linux: netdev_budget(_usecs). */
const BUDGET = 300;
const BUDGET_NS = 8_000_000;

const POLL_PATH = innerPath('net_rx_action', '__napi_poll');
const BACKLOG_PATH = innerPath('net_rx_action', '__napi_poll', 'process_backlog');
const RECEIVE_PATH = innerPath('__netif_receive_skb_core');

export interface ReceiverParts {
  readonly sim: Sim;
  readonly scheduler: Scheduler;
  readonly execution: Execution;
  readonly softirqs: Softirqs;
  readonly printk: Printk;
  readonly skbs: SkBuffs;
  readonly frames: FrameLog;
  readonly types: PacketTypes;
}

/** Counters of /proc/net/softnet_stat, for all CPUs together. */
export interface SoftnetStatistics {
  processed: number;
  dropped: number;
  timeSqueezed: number;
}

export class Receiver {
  /** net.core.netdev_max_backlog. */
  backlogMax = 1000;
  readonly statistics: SoftnetStatistics[];
  readonly #parts: ReceiverParts;
  readonly #backlog = new PacketQueue();
  #polls: Napi[] = [];
  /** Some driver has been told that it brings in too much. */
  #hasExceeded = false;

  constructor(parts: ReceiverParts) {
    this.#parts = parts;
    const { scheduler } = parts;
    this.statistics = scheduler.cpus.map(() => ({ processed: 0, dropped: 0, timeSqueezed: 0 }));
  }

  /** Something waits that nobody has been told of yet. */
  get hasWork(): boolean {
    return this.#backlog.length > 0 || this.#polls.length > 0;
  }

  get backlogLength(): number {
    return this.#backlog.length;
  }

  /**
   * A packet that came without NAPI, from `lo` or an old driver: delivered soon. 0, or 1 when it
   * was thrown away. Context: any. Linux: netif_rx.
   */
  enqueue(skb: SkBuff): number {
    if (this.#backlog.length >= this.backlogMax) {
      this.#own.dropped++;
      this.#parts.skbs.free(skb, 'CPU_BACKLOG');
      return 1;
    }
    this.#backlog.push(skb);
    this.raise();
    return 0;
  }

  /** What came from an interface that is gone, or down, is thrown away. Linux: flush_backlog. */
  purge(dev: NetDevice): void {
    for (let left = this.#backlog.length; left > 0; left--) {
      const skb = this.#backlog.shift()!;
      if (skb.dev === dev) this.#parts.skbs.free(skb, 'DEV_READY');
      else this.#backlog.push(skb);
    }
  }

  enlist(napi: Napi): void {
    this.#polls.push(napi);
    this.raise();
  }

  /**
   * In a system call it is left to `NetCore.flush`, which comes at its end; a thread of the
   * kernel's makes none.
   */
  raise(): void {
    const { scheduler, softirqs } = this.#parts;
    const { inInterrupt } = scheduler.preempt;
    if (inInterrupt || scheduler.current.isKernelThread) softirqs.raise(SOFTIRQ.NET_RX);
  }

  get #own(): SoftnetStatistics {
    return this.statistics[this.#parts.scheduler.cpu.id]!;
  }

  /** What waits is brought in, within limits. Context: softirq. Linux: net_rx_action. */
  *run(): Switching<void> {
    const { sim, softirqs } = this.#parts;
    const endNs = sim.now() + BUDGET_NS;
    let budget = BUDGET;
    while (this.hasWork) {
      budget -= this.#processBacklog();
      budget -= yield* this.#pollAll();
      if (budget > 0 && sim.now() < endNs) continue;
      if (this.hasWork) {
        this.#own.timeSqueezed++;
        softirqs.raise(SOFTIRQ.NET_RX);
      }
      return;
    }
  }

  #processBacklog(): number {
    const { execution } = this.#parts;
    const frame = execution.push(BACKLOG_PATH);
    let done = 0;
    for (; done < NAPI_WEIGHT; done++) {
      const skb = this.#backlog.shift();
      if (skb === undefined) break;
      this.deliver(skb);
    }
    execution.sp = frame;
    return done;
  }

  *#pollAll(): Switching<number> {
    const polls = this.#polls;
    if (polls.length === 0) return 0;
    this.#polls = [];
    let done = 0;
    for (const napi of polls) done += yield* this.#poll(napi);
    return done;
  }

  /** Linux: __napi_poll. */
  *#poll(napi: Napi): Switching<number> {
    const { execution } = this.#parts;
    const frame = execution.push(POLL_PATH);
    const count = yield* finished(napi.poll(NAPI_WEIGHT));
    execution.sp = frame;
    if (count > NAPI_WEIGHT) this.#exceeded(napi, count);
    // Who has brought in as many as it may is asked again, unless somebody waits for its end.
    if (count >= NAPI_WEIGHT && napi.isScheduled) {
      if (napi.isDisabled) napi.complete();
      else this.#polls.push(napi);
    }
    return Math.max(1, count);
  }

  #exceeded({ dev }: Napi, count: number): void {
    if (this.#hasExceeded) return;
    this.#hasExceeded = true;
    this.#parts.printk.err(
      `${dev.name}: NAPI poll function returned ${count}, exceeding its budget of ${NAPI_WEIGHT}.`,
    );
  }

  /**
   * A packet that a driver has brought in, `ethTypeTrans` done: it goes to taps and its protocol.
   * Context: softirq. Linux: netif_receive_skb.
   */
  receive(skb: SkBuff): void {
    const { frames, sim } = this.#parts;
    if (frames.isOn || sim.trace.on) this.#log(skb);
    this.deliver(skb);
  }

  #log(skb: SkBuff): void {
    const { frames, sim } = this.#parts;
    const { dev } = skb;
    if (dev === undefined || dev.isLoopback) return;
    const header = skb.macHeader === 0 ? 0 : skb.data - skb.macHeader;
    const bytes = skb.copyOut(-header, header + skb.length);
    frames.add('rx', dev.name, bytes, sim.site());
  }

  /** Linux: __netif_receive_skb_core. */
  deliver(skb: SkBuff): void {
    const { sim, execution, skbs, types } = this.#parts;
    const { dev } = skb;
    sim.clock.charge(COST.PACKET);
    this.#own.processed++;
    if (dev === undefined || !dev.isUp) {
      skbs.free(skb, 'DEV_READY');
      return;
    }
    const frame = execution.push(RECEIVE_PATH);
    if (skb.timestampNs === 0) skb.timestampNs = sim.now();
    skb.networkHeader = skb.data;
    skb.transportHeader = 0;
    if (types.hasTaps) types.tapAll(skb, dev);
    if (!types.deliver(skb, dev)) {
      dev.stats.rxNohandler++;
      skbs.free(skb, 'UNHANDLED_PROTO');
    }
    execution.sp = frame;
  }
}
