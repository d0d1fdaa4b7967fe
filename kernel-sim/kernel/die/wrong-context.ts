// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Reports of what may sleep, or does, where nothing may.
 *
 * Linux: __might_resched and __schedule_bug of kernel/sched/core.c.
 */
import type { Clock } from '../../sim/clock.ts';
import { irqHistory } from '../locking/lockdep/irq-trace.ts';
import type { SiteRegistry } from '../module/sites.ts';
import { LEVEL } from '../printk/printk.ts';
import type { Execution } from '../sched/execution.ts';
import type { Task } from '../sched/task.ts';
import { driverFrame, placeOf, type Reporter } from './reporter.ts';

const NS_PER_S = 1_000_000_000;

export interface WrongContextDependencies {
  readonly clock: Pick<Clock, 'now'>;
  readonly execution: Execution;
  readonly sites: SiteRegistry;
  /** Taints, and panics where a warning does. */
  readonly warned: () => void;
}

export class WrongContext {
  /** Which locks a task holds, as lines of a report. */
  heldLocks: (task: Task) => readonly string[] = () => [];
  readonly #deps: WrongContextDependencies;
  readonly #reporter: Reporter;
  #nextReportNs = 0;

  constructor(deps: WrongContextDependencies, reporter: Reporter) {
    this.#deps = deps;
    this.#reporter = reporter;
  }

  /** A task gave its CPU away with preemption off. */
  scheduling(task: Task, count: number): void {
    const word = count.toString(16).padStart(8, '0');
    const title = `BUG: scheduling while atomic: ${task.name}/${task.pid}/0x${word}`;
    this.#report(title, [
      ...this.heldLocks(task),
      this.#reporter.linkedModules(),
      ...this.#irqHistory(task),
      ...this.#preemptionOff(),
    ]);
  }

  /** Something that may sleep was called where nothing may. At most one report a second. */
  sleeping(task: Task, count: number, areIrqsOff: boolean): void {
    const { clock } = this.#deps;
    const nowNs = clock.now();
    if (nowNs < this.#nextReportNs) return;
    this.#nextReportNs = nowNs + NS_PER_S;
    const where = placeOf(this.#reporter.frames());
    const flags = `in_atomic(): ${Number(count !== 0)}, irqs_disabled(): ${Number(areIrqsOff)}`;
    this.#report(`BUG: sleeping function called from invalid context at ${where}`, [
      `${flags}, non_block: 0, pid: ${task.pid}, name: ${task.name}`,
      `preempt_count: ${count.toString(16)}, expected: 0`,
      `RCU nest depth: ${task.rcuDepth}, expected: 0`,
      ...this.heldLocks(task),
      ...this.#irqHistory(task),
      ...(count === 0 ? [] : this.#preemptionOff()),
    ]);
  }

  /** Who turned interrupts off, where they are. */
  #irqHistory({ irqTrace }: Task): string[] {
    const { execution, sites } = this.#deps;
    return execution.irqsOff ? irqHistory(irqTrace, sites) : [];
  }

  /** Linux: print_preempt_disable_ip. */
  #preemptionOff(): string[] {
    const { execution, sites } = this.#deps;
    const { preemptSite } = execution;
    if (preemptSite === 0) return [];
    return ['Preemption disabled at:', sites.formatPlace(preemptSite)];
  }

  #report(title: string, lines: readonly string[]): void {
    const frames = this.#reporter.frames();
    const say = this.#reporter.at(LEVEL.ERR);
    say(title, driverFrame(frames));
    for (const line of lines) say(line);
    this.#reporter.who(say);
    this.#reporter.trace(say, frames);
    this.#deps.warned();
  }
}
