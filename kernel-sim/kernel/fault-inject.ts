// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Deciding that something fails that would not have, so that somebody's error path runs.
 *
 * A capability (failslab, fail_page_alloc) is a `FaultAttr`, whose settings are files in debugfs.
 * Which of the calls fail is a question of chance, so the oracle is asked and a run repeats. Two
 * counters make chance unnecessary: /proc/PID/fail-nth lets the n-th call of a task fail, and
 * `fail_module_nth`, which Linux does not have, the n-th call that a module makes, whatever task
 * it runs in and whatever the capability leaves out.
 *
 * Linux: lib/fault-inject.c, Documentation/fault-injection/fault-injection.rst. Differs: no filter
 * by addresses on the stack.
 */
import type { Sim } from '../sim/sim.ts';
import type { FaultAttributes } from './detectors.ts';
import { MODULE_SITE_BASE } from './module/sites.ts';
import { LEVEL, type Printk } from './printk/printk.ts';
import type { Execution } from './sched/execution.ts';
import type { Scheduler } from './sched/scheduler.ts';
import { HARDIRQ_MASK, NMI_MASK, SOFTIRQ_OFFSET } from './sched/preempt.ts';

export interface FaultParts {
  readonly sim: Sim;
  readonly scheduler: Scheduler;
  readonly execution: Execution;
  readonly printk: Printk;
  /** Says who runs, and how they got here. */
  readonly dumpStack: () => void;
}

/** Percent. */
const CERTAIN = 100;
const UNLIMITED = -1;
const NOT_IN_TASK = HARDIRQ_MASK | NMI_MASK | SOFTIRQ_OFFSET;
const NS_PER_MS = 1_000_000;

/** One capability's settings. Linux: struct fault_attr, FAULT_ATTR_INITIALIZER. */
export class FaultAttr {
  /** As its directory is called. */
  readonly name: string;
  /** Percent of the calls that fail. */
  probability = 0;
  /** Only every n-th call may fail. */
  interval = 1;
  /** How many may fail; -1: any number. */
  times = 1;
  /** So many bytes (or pages) are handed out before any may fail. */
  space = 0;
  /** 0: says nothing; 1: says that it fails; 2: and from where. */
  verbose = 2;
  /** At most so many messages in so many milliseconds; 0 milliseconds: no limit. */
  readonly ratelimit = { intervalMs: 0, burst: 10, startNs: 0, printed: 0 };
  /** Only tasks with /proc/PID/make-it-fail. */
  taskFilter = false;
  calls = 0;

  constructor(name: string, setup: FaultAttributes | undefined) {
    this.name = name;
    if (setup !== undefined) Object.assign(this, setup);
  }
}

export class FaultInjection {
  /** False as long as nothing can fail: whoever asks looks here first. */
  isArmed = false;
  /** The n-th call from now that a module makes fails; 0: none does. */
  moduleNth = 0;
  readonly #parts: FaultParts;
  readonly #attrs: FaultAttr[] = [];

  constructor(parts: FaultParts) {
    this.#parts = parts;
  }

  add(attr: FaultAttr): void {
    this.#attrs.push(attr);
    this.update();
  }

  /** To be called when a setting has changed. */
  update(): void {
    this.isArmed ||= this.moduleNth > 0 || this.#attrs.some(({ probability }) => probability > 0);
  }

  /** /proc/PID/fail-nth was written. */
  arm(): void {
    this.isArmed = true;
  }

  /**
   * True if this is the call of a module that was asked to fail. Each call counts once, however
   * many capabilities look at it.
   */
  shouldFailModule(attr: FaultAttr): boolean {
    if (this.moduleNth === 0 || !this.#isModule()) return false;
    this.moduleNth--;
    if (this.moduleNth > 0) return false;
    this.#fail(attr, false);
    return true;
  }

  /** True if the call, of so many bytes (or pages), is to fail. Linux: should_fail_ex. */
  shouldFail(attr: FaultAttr, size: number, isQuiet: boolean): boolean {
    const { sim, scheduler, execution } = this.#parts;
    const isTask = (execution.preemptCount & NOT_IN_TASK) === 0;
    const task = isTask ? scheduler.current : undefined;
    if (task !== undefined && task.failNth > 0) {
      task.failNth--;
      if (task.failNth > 0) return false;
      this.#fail(attr, isQuiet);
      return true;
    }
    if (attr.probability === 0 || attr.times === 0) return false;
    if (attr.taskFilter && task?.makeItFail !== true) return false;
    if (attr.space > size) {
      attr.space -= size;
      return false;
    }
    if (attr.interval > 1) {
      attr.calls++;
      if (attr.calls % attr.interval !== 0) return false;
    }
    const isLucky =
      attr.probability < CERTAIN &&
      sim.oracle.choose('fault', CERTAIN) < CERTAIN - attr.probability;
    if (isLucky) return false;
    this.#fail(attr, isQuiet);
    return true;
  }

  #fail(attr: FaultAttr, isQuiet: boolean): void {
    if (!isQuiet) this.#report(attr);
    if (attr.times !== UNLIMITED && attr.times > 0) attr.times--;
  }

  /** Linux: fail_dump. */
  #report(attr: FaultAttr): void {
    const { printk, dumpStack } = this.#parts;
    if (attr.verbose === 0 || !this.#mayPrint(attr)) return;
    const { name, interval, probability, space, times } = attr;
    printk.print(LEVEL.NOTICE, 'FAULT_INJECTION: forcing a failure.');
    printk.print(
      LEVEL.NOTICE,
      `name ${name}, interval ${interval}, probability ${probability}, ` +
        `space ${space}, times ${times}`,
    );
    if (attr.verbose > 1) dumpStack();
  }

  /** Linux: __ratelimit. */
  #mayPrint({ ratelimit }: FaultAttr): boolean {
    if (ratelimit.intervalMs === 0) return true;
    const nowNs = this.#parts.sim.now();
    if (nowNs >= ratelimit.startNs + ratelimit.intervalMs * NS_PER_MS) {
      ratelimit.startNs = nowNs;
      ratelimit.printed = 0;
    }
    return ratelimit.printed++ < ratelimit.burst;
  }

  /** Whether a module's code is on the stack of who runs. */
  #isModule(): boolean {
    const { stack, sp } = this.#parts.execution;
    for (let at = sp - 2; at >= 0; at -= 2) if (stack[at]! >= MODULE_SITE_BASE) return true;
    return false;
  }
}
