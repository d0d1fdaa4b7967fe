// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Softirqs: what interrupts leave for later, done with interrupts on when the last one ends.
 *
 * Each CPU has a word of those that wait. They are served at the end of an interrupt, when bottom
 * halves are turned on, and by `ksoftirqd/N` when they come faster than they can be served, or when
 * a task raises them. The thread is made when it is first needed.
 *
 * Linux: kernel/softirq.c.
 */
import type { Sim } from '../../sim/sim.ts';
import { EVENT } from '../../sim/trace.ts';
import type { Sleeping, Switching } from '../../uapi/coroutine.ts';
import type { KernelThread, KernelThreads } from '../kthread/kthread.ts';
import { type EntryPath, innerPath } from '../module/sites.ts';
import type { Printk } from '../printk/printk.ts';
import type { Cpu } from '../sched/cpu.ts';
import type { Execution } from '../sched/execution.ts';
import { SOFTIRQ_OFFSET } from '../sched/preempt.ts';
import type { Scheduler } from '../sched/scheduler.ts';

/** Their numbers, in the order in which they are served. */
export const SOFTIRQ = {
  HI: 0,
  TIMER: 1,
  NET_TX: 2,
  NET_RX: 3,
  BLOCK: 4,
  IRQ_POLL: 5,
  TASKLET: 6,
  SCHED: 7,
  HRTIMER: 8,
  RCU: 9,
} as const;

export type SoftirqVector = (typeof SOFTIRQ)[keyof typeof SOFTIRQ];

const NAMES = Object.keys(SOFTIRQ) as readonly (keyof typeof SOFTIRQ)[];
/** What Linux calls their functions. */
const ACTION_NAMES = [
  'tasklet_hi_action',
  'run_timer_softirq',
  'net_tx_action',
  'net_rx_action',
  'blk_done_softirq',
  'irq_poll_softirq',
  'tasklet_action',
  'sched_balance_softirq',
  'hrtimer_run_softirq',
  'rcu_core_si',
] as const;
/** How long and how often they are served before the thread has to. */
const SERVED_NS_MAX = 2_000_000;
const ROUNDS_MAX = 10;

const EXIT_PATH = exitOf('common_interrupt');
const TIMER_EXIT_PATH = exitOf('sysvec_apic_timer_interrupt');
const THREAD_PATH = innerPath(
  'ret_from_fork_asm',
  'ret_from_fork',
  'kthread',
  'smpboot_thread_fn',
  'run_ksoftirqd',
  'handle_softirqs',
);

export interface SoftirqsParts {
  readonly sim: Sim;
  readonly scheduler: Scheduler;
  readonly execution: Execution;
  readonly threads: KernelThreads;
  readonly printk: Printk;
}

function exitOf(entry: 'common_interrupt' | 'sysvec_apic_timer_interrupt'): EntryPath {
  return innerPath(entry, 'irq_exit_rcu', '__irq_exit_rcu', 'handle_softirqs');
}

/** Does what waits. Context: softirq. */
export type SoftirqAction = () => Switching<void>;

export class Softirqs {
  readonly #parts: SoftirqsParts;
  readonly #actions: (SoftirqAction | undefined)[] = [];
  #onTimers: () => void = () => undefined;
  #bottomHalf: SoftirqAction | undefined;
  /** How often each was served, by CPU. */
  readonly #counts: readonly number[][];
  readonly #daemons: (KernelThread | undefined)[] = [];

  constructor(parts: SoftirqsParts) {
    this.#parts = parts;
    const { scheduler } = parts;
    this.#counts = scheduler.cpus.map(() => NAMES.map(() => 0));
    scheduler.softirqs = (cpu) => this.#serveAtExit(cpu);
  }

  /** Says what a softirq does. Linux: open_softirq. */
  open(vector: SoftirqVector, action: SoftirqAction): void {
    this.#actions[vector] = action;
  }

  /** Timers of the kernel's own code run beside those that lie in memory. Context: softirq. */
  onTimers(action: () => void): void {
    this.#onTimers = action;
  }

  /** What the kernel's own interrupts leave for later comes before tasklets. Context: softirq. */
  onBottomHalf(action: SoftirqAction): void {
    this.#bottomHalf = action;
  }

  /** Has it served on this CPU. Context: any. Linux: raise_softirq. */
  raise(vector: SoftirqVector): void {
    const { scheduler } = this.#parts;
    scheduler.cpu.softirqPending |= 1 << vector;
    // Whoever is in an interrupt, or holds softirqs off, serves them at its end.
    if (!scheduler.preempt.inInterrupt) this.#wakeDaemon(scheduler.cpu);
  }

  /** /proc/softirqs. */
  get listing(): string {
    const cpus = this.#counts.map((_, cpu) => `CPU${cpu}`.padStart(10).padEnd(11)).join('');
    const rows = NAMES.map((name, vector) => {
      const counts = this.#counts.map((of) => ` ${String(of[vector]).padStart(10)}`).join('');
      return `${name.padStart(12)}:${counts}\n`;
    });
    return `                    ${cpus.trimStart()}\n${rows.join('')}`;
  }

  *#serveAtExit(cpu: Cpu): Switching<void> {
    const { execution } = this.#parts;
    // What the CPU's timer leaves for later waits for no other interrupt.
    const isTimers = (cpu.softirqPending & ((1 << SOFTIRQ.TIMER) | (1 << SOFTIRQ.HRTIMER))) !== 0;
    const frame = execution.push(isTimers ? TIMER_EXIT_PATH : EXIT_PATH);
    yield* this.#serve(cpu);
    execution.sp = frame;
    if (cpu.softirqPending !== 0) this.#wakeDaemon(cpu);
  }

  *#serve(cpu: Cpu): Switching<void> {
    const { sim } = this.#parts;
    const endNs = sim.now() + SERVED_NS_MAX;
    for (let round = 0; round < ROUNDS_MAX && cpu.softirqPending !== 0; round++) {
      const pending = cpu.softirqPending;
      cpu.softirqPending = 0;
      for (let vector = 0; vector < NAMES.length; vector++) {
        if ((pending & (1 << vector)) !== 0) yield* this.#run(cpu, vector);
      }
      if (sim.now() >= endNs) return;
    }
  }

  *#run(cpu: Cpu, vector: number): Switching<void> {
    const { sim, execution, printk } = this.#parts;
    const before = execution.preemptCount;
    this.#counts[cpu.id]![vector]!++;
    if (sim.trace.on) sim.trace.emit(EVENT.SOFTIRQ_ENTER, vector);
    if (vector === SOFTIRQ.HI && this.#bottomHalf !== undefined) yield* this.#bottomHalf();
    const action = this.#actions[vector];
    if (action !== undefined) yield* action();
    if (vector === SOFTIRQ.TIMER) this.#onTimers();
    if (sim.trace.on) sim.trace.emit(EVENT.SOFTIRQ_EXIT, vector);
    const after = execution.preemptCount;
    if (after === before) return;
    const [entered, exited] = [before, after].map((n) => n.toString(16).padStart(8, '0'));
    printk.err(
      `softirq: huh, entered softirq ${vector} ${NAMES[vector]!} ${ACTION_NAMES[vector]!} with ` +
        `preempt_count ${entered!}, exited with ${exited!}?`,
    );
    execution.preemptCount = before;
  }

  #wakeDaemon(cpu: Cpu): void {
    const name = `ksoftirqd/${cpu.id}`;
    this.#daemons[cpu.id] ??= this.#parts.threads.run(name, (self) => this.#daemon(cpu, self));
    this.#daemons[cpu.id]!.wake();
  }

  *#daemon(cpu: Cpu, self: KernelThread): Sleeping<void> {
    const { scheduler, execution } = this.#parts;
    const { preempt, happens } = scheduler;
    scheduler.setAffinity(scheduler.current, 1 << cpu.id);
    yield* scheduler.yieldCpu();
    execution.push(THREAD_PATH);
    for (;;) {
      if (cpu.softirqPending === 0) {
        yield* self.queue.sleepInterruptible();
        continue;
      }
      preempt.add(SOFTIRQ_OFFSET);
      happens.begin('softirq');
      yield* this.#serve(cpu);
      happens.end('softirq');
      preempt.subtract(SOFTIRQ_OFFSET);
      yield* scheduler.reschedule();
    }
  }
}
