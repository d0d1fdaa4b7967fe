// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The way out: from protocols through an interface's queue to its driver.
 *
 * A protocol's plain code only puts packets into queues. A driver may have to wait for a lock, so
 * queues are run by coroutines: at the end of the system call that filled them, or in a softirq.
 *
 * Linux: __dev_queue_xmit, dev_hard_start_xmit (net/core/dev.c), net/sched/sch_generic.c.
 */
import { SOFTIRQ, type Softirqs } from '../../kernel/irq/softirq.ts';
import { innerPath } from '../../kernel/module/sites.ts';
import type { Printk } from '../../kernel/printk/printk.ts';
import type { Execution } from '../../kernel/sched/execution.ts';
import type { Scheduler } from '../../kernel/sched/scheduler.ts';
import { finished, isCoroutine } from '../../lib/coroutine.ts';
import type { Sim } from '../../sim/sim.ts';
import type { MaySwitch, Switching } from '../../uapi/coroutine.ts';
import { COST } from '../../uapi/costs.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { PACKET } from '../../uapi/if-ether.ts';
import { NETDEV_TX, type NetDevice } from './net-device.ts';
import type { PacketTypes } from './packet-types.ts';
import type { SkBuff, SkBuffs } from './sk-buff.ts';
import type { Watchdog } from './watchdog.ts';

/** How many packets leave in one go before others have their turn. Linux: dev_tx_weight. */
const WEIGHT = 64;

/** Linux: NET_XMIT_MASK. */
const NET_XMIT_MASK = 0xf;

const XMIT_PATH = innerPath('__dev_queue_xmit', 'sch_direct_xmit', 'dev_hard_start_xmit');
const SOFTIRQ_PATH = innerPath(
  'net_tx_action',
  '__qdisc_run',
  'sch_direct_xmit',
  'dev_hard_start_xmit',
);

export interface TransmitterParts {
  readonly sim: Sim;
  readonly scheduler: Scheduler;
  readonly execution: Execution;
  readonly softirqs: Softirqs;
  readonly skbs: SkBuffs;
  readonly types: PacketTypes;
  readonly printk: Printk;
  readonly watchdog: Watchdog;
}

export class Transmitter {
  readonly #parts: TransmitterParts;
  /** Interfaces whose queues are to be run. */
  readonly #pending = new Set<NetDevice>();

  constructor(parts: TransmitterParts) {
    this.#parts = parts;
  }

  get hasWork(): boolean {
    return this.#pending.size > 0;
  }

  /**
   * A packet with its link-layer header leaves by `skb.dev`, or is thrown away: 0, or a negative
   * errno. Takes the packet in any case. Context: any but hardirq. Linux: dev_queue_xmit.
   */
  xmit(skb: SkBuff): number {
    const { skbs } = this.#parts;
    const { dev } = skb;
    if (dev === undefined || !dev.isUp) {
      skbs.free(skb, 'DEV_READY');
      return -ERRNO.ENETDOWN;
    }
    if (dev.hasNoQueue) return this.#xmitNow(skb, dev);
    // Nothing gets better by waiting. Linux: noop_qdisc, after dev_deactivate.
    if (!dev.hasCarrier) {
      dev.stats.txDropped++;
      skbs.free(skb, 'QDISC_DROP');
      return 0;
    }
    if (!dev.queue.push(skb, dev.txQueueLength)) {
      skbs.free(skb, 'QDISC_DROP');
      return -ERRNO.ENOBUFS;
    }
    this.#schedule(dev);
    return 0;
  }

  /** Interfaces without a queue are the kernel's own, and never wait. */
  #xmitNow(skb: SkBuff, dev: NetDevice): number {
    const answer = this.#hand(skb, dev);
    return isCoroutine(answer) || !isTaken(answer) ? -ERRNO.ENOBUFS : 0;
  }

  #schedule(dev: NetDevice): void {
    const { scheduler, softirqs } = this.#parts;
    this.#pending.add(dev);
    const { inInterrupt } = scheduler.preempt;
    if (inInterrupt || scheduler.current.isKernelThread) softirqs.raise(SOFTIRQ.NET_TX);
  }

  /** The driver has no more room. Context: any. Linux: netif_stop_queue. */
  stop(dev: NetDevice): void {
    dev.isQueueStopped = true;
    this.#parts.watchdog.stopped(dev);
  }

  /** It has room again. Context: any. Linux: netif_wake_queue. */
  wake(dev: NetDevice): void {
    dev.isQueueStopped = false;
    if (dev.queue.length > 0) this.#again(dev);
  }

  /** Throws away what waits. */
  purge(dev: NetDevice): void {
    this.#pending.delete(dev);
    for (let skb = dev.queue.shift(); skb !== undefined; skb = dev.queue.shift()) {
      this.#parts.skbs.free(skb, 'QDISC_DROP');
    }
  }

  /** Runs queues. Context: softirqs off. */
  *run(isSoftirq: boolean): Switching<void> {
    for (const dev of this.#pending) {
      this.#pending.delete(dev);
      yield* this.#runQueue(dev, isSoftirq);
    }
  }

  /** Linux: __qdisc_run. */
  *#runQueue(dev: NetDevice, isSoftirq: boolean): Switching<void> {
    const { execution, skbs } = this.#parts;
    // Who is at it takes what has been added, too.
    if (dev.isTransmitting) return;
    dev.isTransmitting = true;
    for (let quota = WEIGHT; !dev.isQueueStopped && dev.hasCarrier; quota--) {
      if (quota === 0) {
        this.#again(dev);
        break;
      }
      const skb = dev.queue.shift();
      if (skb === undefined) break;
      if (!dev.isUp) {
        skbs.free(skb, 'DEV_READY');
        continue;
      }
      const frame = execution.push(isSoftirq ? SOFTIRQ_PATH : XMIT_PATH);
      const code = yield* finished(this.#hand(skb, dev));
      execution.sp = frame;
      if (!isTaken(code) && !this.#requeue(skb, dev, code)) break;
    }
    dev.isTransmitting = false;
  }

  /** The driver has not taken it: false when it is of no use to go on. Linux: dev_requeue_skb. */
  #requeue(skb: SkBuff, dev: NetDevice, code: number): boolean {
    const { skbs, printk } = this.#parts;
    if (code !== NETDEV_TX.BUSY) {
      printk.warn(`BUG ${dev.name} code ${code} qlen ${dev.queue.length}`);
    }
    // It went down, or lost its carrier, meanwhile: nobody would come for it.
    if (!dev.isUp || !dev.hasCarrier) {
      skbs.free(skb, 'DEV_READY');
      return true;
    }
    dev.queue.unshift(skb);
    dev.requeues++;
    if (!dev.isQueueStopped) this.#again(dev);
    return false;
  }

  #again(dev: NetDevice): void {
    this.#pending.add(dev);
    this.#parts.softirqs.raise(SOFTIRQ.NET_TX);
  }

  /** Linux: dev_hard_start_xmit. */
  #hand(skb: SkBuff, dev: NetDevice): MaySwitch<number> {
    const { sim, types } = this.#parts;
    sim.clock.charge(COST.PACKET);
    if (types.hasTaps) this.#tap(skb, dev);
    dev.lastTransmitNs = sim.now();
    return dev.ops.startXmit(skb, dev);
  }

  /** Linux: dev_queue_xmit_nit. */
  #tap(skb: SkBuff, dev: NetDevice): void {
    const { types, skbs, sim } = this.#parts;
    const clone = skbs.clone(skb);
    if (clone === undefined) return;
    clone.timestampNs = sim.now();
    clone.macHeader = clone.data;
    clone.pktType = PACKET.OUTGOING;
    clone.pull(Math.min(dev.hardHeaderBytes, clone.length));
    clone.networkHeader = clone.data;
    types.tapAll(clone, dev, skb.sock);
    skbs.consume(clone);
  }
}

/** An errno or a NET_XMIT also says that the packet is gone. Linux: dev_xmit_complete. */
function isTaken(code: number): boolean {
  return code < NET_XMIT_MASK;
}
