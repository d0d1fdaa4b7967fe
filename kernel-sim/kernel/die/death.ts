// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The end of a task that oopsed: its report, what it leaves behind, and whether the machine goes
 * on.
 *
 * Linux: oops_begin, __die and oops_end of arch/x86/kernel/dumpstack.c, make_task_dead of
 * kernel/exit.c.
 */
import type { Sim } from '../../sim/sim.ts';
import { EVENT } from '../../sim/trace.ts';
import { formatFrame, type Frame } from '../module/sites.ts';
import { Oops } from '../oops.ts';
import type { Policy } from '../policy.ts';
import { LEVEL, type LogSource } from '../printk/printk.ts';
import { HARDIRQ_MASK, NMI_MASK, SOFTIRQ_OFFSET } from '../sched/preempt.ts';
import type { Lockup } from '../watchdog/lockup.ts';
import type { Task } from '../sched/task.ts';
import {
  driverFrame,
  END_TRACE,
  type Reporter,
  type ReporterDependencies,
  sourceOf,
  topFrame,
} from './reporter.ts';

export interface DeathReport {
  /** Lines above the title. */
  readonly before?: readonly string[];
  /** The first line; undefined where the cause is the first. */
  readonly title: string | undefined;
  readonly details?: readonly string[];
  /** What stands before `[#1]`. */
  readonly cause: string;
  readonly after?: readonly string[];
  readonly frames: readonly Frame[];
  readonly signal: number;
  /** The address that faulted, which the report says again at its end. */
  readonly cr2?: string;
  /** Where the processor was, if not in a function. */
  readonly rip?: string;
  readonly lockup?: Lockup;
}

/** An oops that a view may want to tell of. */
export interface OopsNotice {
  readonly title: string;
  readonly source: LogSource | undefined;
}

export interface DeathDependencies extends ReporterDependencies {
  readonly sim: Sim;
  readonly policy: Policy;
  readonly addTaint: (letter: 'D') => void;
  /** Ends the machine. */
  readonly panic: (text: string) => void;
}

const INTERRUPT_MASK = HARDIRQ_MASK | NMI_MASK | SOFTIRQ_OFFSET;

export class Deaths {
  readonly #deps: DeathDependencies;
  readonly #reporter: Reporter;
  #count = 0;
  onOops: (notice: OopsNotice) => void = () => undefined;

  constructor(deps: DeathDependencies, reporter: Reporter) {
    this.#deps = deps;
    this.#reporter = reporter;
  }

  /** Reports, marks the running task as dying, and answers what to throw. */
  die(report: DeathReport): Oops {
    const { sim, scheduler, execution, header, modules, addTaint } = this.#deps;
    const task = scheduler.current;
    const isInterrupt = (execution.preemptCount & INTERRUPT_MASK) !== 0;
    this.#count++;
    const cause = `${report.cause} [#${this.#count}] SMP${header.features}`;
    const title = report.title ?? cause;
    this.#print(report, cause);
    addTaint('D');
    execution.dying = true;
    // Those that the kernel called, and those whose functions they called.
    const dead = new Set(report.frames.map(({ module }) => module));
    for (const module of modules()) {
      if (task.modules.includes(module) || dead.has(module.name)) {
        module.hasOopsed = true;
      }
    }
    scheduler.context.dying = true;
    if (!isInterrupt) this.#leaveAtomic(task);
    if (sim.trace.on) sim.trace.emit(EVENT.OOPS, sim.trace.intern(title));
    this.onOops({ title, source: sourceOf(driverFrame(report.frames)) });
    this.#panicIfDue(report, isInterrupt);
    return new Oops(title, report.signal);
  }

  #panicIfDue(report: DeathReport, isInterrupt: boolean): void {
    const { policy, panic } = this.#deps;
    if (report.lockup === 'soft' && policy.softlockupPanic() !== 0) panic('softlockup: hung tasks');
    else if (report.lockup === 'hard' && policy.hardlockupPanic() !== 0) panic('Hard LOCKUP');
    else if (isInterrupt) panic('Fatal exception in interrupt');
    else if (policy.panicOnOops() !== 0) panic('Fatal exception');
  }

  #print(report: DeathReport, cause: string): void {
    const { before = [], title, details = [], after = [], frames, cr2 } = report;
    const top = topFrame(frames);
    const say = this.#reporter.at(LEVEL.ALERT);
    const lines = [...(title === undefined ? [] : [title]), ...details, cause, ...after];
    for (const line of before) say(line);
    for (const [index, line] of lines.entries()) say(line, index === 0 ? top : undefined);
    if (report.lockup !== undefined) say(this.#reporter.linkedModules());
    this.#reporter.who(say);
    const rip = report.rip ?? (top === undefined ? undefined : formatFrame(top));
    if (rip !== undefined) say(`RIP: 0010:${rip}`, top);
    this.#reporter.trace(say, frames);
    if (report.lockup === undefined) say(this.#reporter.linkedModules());
    if (cr2 !== undefined) say(`CR2: ${cr2}`);
    say(END_TRACE);
  }

  /** What the task held stays held, but the task itself must be able to end. */
  #leaveAtomic(task: Task): void {
    const { execution, printk } = this.#deps;
    const note = `note: ${task.name}[${task.pid}] exited with`;
    if (execution.irqsOff) printk.info(`${note} irqs disabled`);
    if (execution.preemptCount !== 0) {
      printk.info(`${note} preempt_count ${execution.preemptCount}`);
    }
    execution.irqsOff = false;
    execution.preemptCount = 0;
  }
}
