// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Timers of the network stack: plain functions that are called once, in the TIMER softirq.
 *
 * Linux: struct timer_list as net/ uses it. Differs: they are due at their instant, not at a tick;
 * and pushing one further away costs nothing: it looks again when it would have been due.
 */
import { SOFTIRQ, type Softirqs } from '../../kernel/irq/softirq.ts';
import type { Scheduler } from '../../kernel/sched/scheduler.ts';
import type { TimedEvent } from '../../sim/event-queue.ts';
import type { Sim } from '../../sim/sim.ts';

export interface NetTimersParts {
  readonly sim: Sim;
  readonly scheduler: Pick<Scheduler, 'cpu' | 'cpus'>;
  readonly softirqs: Pick<Softirqs, 'raise' | 'onTimers'>;
}

export class NetTimers {
  readonly #parts: NetTimersParts;
  /** Those whose instant has come, by CPU. */
  readonly #due: NetTimer[][];

  constructor(parts: NetTimersParts) {
    this.#parts = parts;
    this.#due = parts.scheduler.cpus.map(() => []);
    parts.softirqs.onTimers(() => this.#run());
  }

  now(): number {
    return this.#parts.sim.now();
  }

  /** A timer that is not armed. */
  make(run: () => void): NetTimer {
    return new NetTimer(this, run);
  }

  /** Only for NetTimer. */
  schedule(timer: NetTimer, atNs: number): TimedEvent {
    const { sim, scheduler, softirqs } = this.#parts;
    return sim.events.schedule(atNs, () => {
      if (!timer.isDue(sim.now())) return;
      scheduler.cpu.timerInterrupts++;
      this.#due[scheduler.cpu.id]!.push(timer);
      softirqs.raise(SOFTIRQ.TIMER);
    });
  }

  /** Only for NetTimer. */
  cancel(event: TimedEvent): void {
    this.#parts.sim.events.cancel(event);
  }

  #run(): void {
    const due = this.#due[this.#parts.scheduler.cpu.id]!;
    for (const timer of due.splice(0)) timer.expire();
  }
}

export class NetTimer {
  readonly #timers: NetTimers;
  readonly #run: () => void;
  #event: TimedEvent | undefined;
  /** When it is due; Infinity while it is not armed. */
  #dueNs = Infinity;

  constructor(timers: NetTimers, run: () => void) {
    this.#timers = timers;
    this.#run = run;
  }

  get isPending(): boolean {
    return this.#dueNs !== Infinity;
  }

  /** The instant at which it is due; Infinity while it is not armed. */
  get dueNs(): number {
    return this.#dueNs;
  }

  /** Arms it, or moves it. Context: any. Linux: mod_timer. */
  set(atNs: number): void {
    this.#dueNs = Math.max(atNs, this.#timers.now());
    const event = this.#event;
    if (event !== undefined && event.atNs <= this.#dueNs) return;
    if (event !== undefined) this.#timers.cancel(event);
    this.#event = this.#timers.schedule(this, this.#dueNs);
  }

  /** From now. */
  start(delayNs: number): void {
    this.set(this.#timers.now() + delayNs);
  }

  /** Context: any. Linux: timer_delete. */
  cancel(): void {
    this.#dueNs = Infinity;
    if (this.#event !== undefined) this.#timers.cancel(this.#event);
    this.#event = undefined;
  }

  /** Only for NetTimers: its event has fired. False when it was moved further away meanwhile. */
  isDue(nowNs: number): boolean {
    this.#event = undefined;
    if (this.#dueNs <= nowNs) return true;
    if (this.isPending) this.#event = this.#timers.schedule(this, this.#dueNs);
    return false;
  }

  /** Only for NetTimers. Unless it was cancelled or moved between its interrupt and the softirq. */
  expire(): void {
    if (this.#dueNs > this.#timers.now()) return;
    this.#dueNs = Infinity;
    this.#run();
  }
}
