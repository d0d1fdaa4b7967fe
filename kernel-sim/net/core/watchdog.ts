// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Looks for interfaces whose driver has stopped its queue and sends nothing.
 *
 * Differs from Linux: nobody looks while the queue is not stopped, so that an idle machine stays
 * idle. What is found is the same.
 *
 * Linux: dev_watchdog (net/sched/sch_generic.c).
 */
import { SOFTIRQ, type Softirqs } from '../../kernel/irq/softirq.ts';
import { innerPath } from '../../kernel/module/sites.ts';
import type { Execution } from '../../kernel/sched/execution.ts';
import { finished } from '../../lib/coroutine.ts';
import type { Sim } from '../../sim/sim.ts';
import type { Switching } from '../../uapi/coroutine.ts';
import type { NetDevice } from './net-device.ts';

const PATH = innerPath('run_timer_softirq', '__run_timers', 'call_timer_fn', 'dev_watchdog');
const NS_PER_MS = 1_000_000;

export interface WatchdogParts {
  readonly sim: Sim;
  readonly execution: Execution;
  readonly softirqs: Softirqs;
}

export class Watchdog {
  /** Reports, once for each machine. Linux: WARN_ONCE. */
  warn: (text: string) => void = () => undefined;
  readonly #parts: WatchdogParts;
  readonly #watched = new Set<NetDevice>();
  readonly #late = new Set<NetDevice>();

  constructor(parts: WatchdogParts) {
    this.#parts = parts;
  }

  /** The driver has no more room. */
  stopped(dev: NetDevice): void {
    if (dev.ops.txTimeout === undefined || this.#watched.has(dev)) return;
    this.#watched.add(dev);
    this.#arm(dev);
  }

  #arm(dev: NetDevice): void {
    const { sim, softirqs } = this.#parts;
    const atNs = Math.max(dev.lastTransmitNs, sim.now()) + dev.watchdogNs;
    sim.events.schedule(atNs, () => {
      this.#watched.delete(dev);
      if (!dev.isUp || !dev.hasCarrier || !dev.isQueueStopped) return;
      this.#late.add(dev);
      softirqs.raise(SOFTIRQ.NET_TX);
    });
  }

  /** Reports what has come up. Context: softirq. */
  *run(): Switching<void> {
    if (this.#late.size === 0) return;
    for (const dev of this.#late) {
      this.#late.delete(dev);
      yield* this.#bite(dev);
    }
  }

  *#bite(dev: NetDevice): Switching<void> {
    const { sim, execution } = this.#parts;
    if (!dev.isUp || !dev.isQueueStopped) return;
    const waitedNs = sim.now() - dev.lastTransmitNs;
    if (waitedNs >= dev.watchdogNs) {
      const frame = execution.push(PATH);
      this.warn(
        `NETDEV WATCHDOG: ${dev.name} (${dev.driverName}): transmit queue 0 timed out ` +
          `${Math.floor(waitedNs / NS_PER_MS)} ms`,
      );
      if (dev.ops.txTimeout !== undefined) yield* finished(dev.ops.txTimeout(dev));
      execution.sp = frame;
      dev.txTimeouts++;
    }
    if (dev.isQueueStopped) this.stopped(dev);
  }
}
