// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * In which context code runs, and whether it may be switched away from: the preempt count.
 *
 * One word says it all: how many times preemption was turned off, whether softirqs are served or
 * held off, how many hardware interrupts are nested, and NMIs. Any part but zero means that the
 * code must not sleep. The word of the running task lies in `Execution`, and the scheduler swaps it
 * with the task, so that reading it costs one load.
 *
 * How a lock uses it:
 *
 *     scheduler.preempt.disable();            // spin_lock: from here on the CPU is ours
 *     while (!lock.tryAcquire()) yield;       // others' CPUs go on, ours runs nobody else
 *     …
 *     scheduler.preempt.enable();             // a switch that was due happens at the next point
 *
 * and what may sleep says so first: `scheduler.mightSleep()`. What does sleep with a count that is
 * not zero is reported ("BUG: scheduling while atomic") and goes on, as on Linux.
 *
 * Linux: include/linux/preempt.h.
 */
import { type HappensBefore, UNORDERED } from '../kcsan/happens.ts';
import type { Execution } from './execution.ts';

/** One of each kind, as it is added to the word. */
export const PREEMPT_OFFSET = 1;
export const SOFTIRQ_OFFSET = 1 << 8;
/** Turning softirqs off counts twice, so that serving one can be told from holding it off. */
export const SOFTIRQ_DISABLE_OFFSET = 2 * SOFTIRQ_OFFSET;
export const HARDIRQ_OFFSET = 1 << 16;
export const NMI_OFFSET = 1 << 20;

export const SOFTIRQ_MASK = 0xff * SOFTIRQ_OFFSET;
export const HARDIRQ_MASK = 0xf * HARDIRQ_OFFSET;
export const NMI_MASK = 0xf * NMI_OFFSET;
/** Where no softirq may begin: Linux's in_interrupt(). */
export const INTERRUPT_MASK = HARDIRQ_MASK | NMI_MASK | SOFTIRQ_MASK;

/** Who wants to know when interrupts are turned on and off: lockdep. */
export interface IrqWatcher {
  /** Called just before they are on. */
  hardirqsOn(): void;
  softirqsOn(): void;
  /** Called just after they are off. */
  hardirqsOff(): void;
  softirqsOff(): void;
  /** A handler begins that could have been given a thread, or that could not. */
  setHardirqThreaded(isThreaded: boolean): void;
}

export class Preempt {
  watcher: IrqWatcher | undefined;
  /** What is done with interrupts held off, and what they do, is ordered. */
  happens: HappensBefore = UNORDERED;
  readonly #execution: Execution;
  readonly #onEnabled: () => void;

  /** `onEnabled` is told when preemption or interrupts are on again. */
  constructor(execution: Execution, onEnabled: () => void) {
    this.#execution = execution;
    this.#onEnabled = onEnabled;
  }

  /** Linux: preempt_count(). */
  get count(): number {
    return this.#execution.preemptCount;
  }

  /** preempt_disable: the running task keeps its CPU. Nests. Context: any. */
  disable(): void {
    this.add(PREEMPT_OFFSET);
  }

  /** preempt_enable: with the last one, a switch that is due happens at the next point. */
  enable(): void {
    this.subtract(PREEMPT_OFFSET);
  }

  /** For softirqs and interrupts: preempt_count_add with one of the offsets. */
  add(offset: number): void {
    const execution = this.#execution;
    const { preemptCount, stack, sp } = execution;
    if (preemptCount === 0) execution.preemptSite = sp < 2 ? 0 : stack[sp - 2]!;
    execution.preemptCount += offset;
  }

  /**
   * preempt_count_sub. More than there is leaves nothing, as when a report has reset the count
   * since.
   */
  subtract(offset: number): void {
    const left = this.#execution.preemptCount - offset;
    this.#execution.preemptCount = Math.max(0, left);
    if (left <= 0) this.#onEnabled();
  }

  /** local_bh_disable: no softirq is served on this CPU. Nests. Context: any. */
  disableSoftirqs(): void {
    const before = this.#execution.preemptCount;
    this.add(SOFTIRQ_DISABLE_OFFSET);
    if ((before & SOFTIRQ_MASK) !== 0) return;
    this.watcher?.softirqsOff();
    this.happens.holdOff('softirq');
  }

  /** The other half of it: true if this was the last, so that softirqs may be served. */
  enableSoftirqs(): boolean {
    const isLast = (this.#execution.preemptCount & SOFTIRQ_MASK) === SOFTIRQ_DISABLE_OFFSET;
    if (isLast) {
      this.watcher?.softirqsOn();
      this.happens.letOn('softirq');
    }
    this.subtract(SOFTIRQ_DISABLE_OFFSET);
    return (this.#execution.preemptCount & INTERRUPT_MASK) === 0;
  }

  /** local_irq_disable: the CPU takes no interrupt until they are on again. Does not nest. */
  disableInterrupts(): void {
    const execution = this.#execution;
    if (execution.irqsOff) return;
    execution.irqsOff = true;
    execution.irqsOffSinceNs = execution.now();
    this.watcher?.hardirqsOff();
    this.happens.holdOff('hardirq');
  }

  /** local_irq_enable: what has become due meanwhile is taken at the next point. */
  enableInterrupts(): void {
    if (!this.#execution.irqsOff) return;
    this.watcher?.hardirqsOn();
    this.happens.letOn('hardirq');
    this.#execution.irqsOff = false;
    this.#onEnabled();
  }

  /** irqs_disabled(): by local_irq_disable, or since an interrupt is being handled. */
  get irqsDisabled(): boolean {
    return this.#execution.irqsOff;
  }

  /** Handling a hardware interrupt. */
  get inHardirq(): boolean {
    return (this.#execution.preemptCount & HARDIRQ_MASK) !== 0;
  }

  /** Serving a softirq, or with softirqs held off. */
  get inSoftirq(): boolean {
    return (this.#execution.preemptCount & SOFTIRQ_MASK) !== 0;
  }

  /** Serving a softirq. */
  get inServingSoftirq(): boolean {
    return (this.#execution.preemptCount & SOFTIRQ_OFFSET) !== 0;
  }

  /** Handling an interrupt, serving a softirq, or with softirqs held off. */
  get inInterrupt(): boolean {
    return (this.#execution.preemptCount & INTERRUPT_MASK) !== 0;
  }

  /** Code of the running task itself: no interrupt, no softirq. */
  get inTask(): boolean {
    const { preemptCount } = this.#execution;
    return (preemptCount & (HARDIRQ_MASK | NMI_MASK | SOFTIRQ_OFFSET)) === 0;
  }

  /** Where nothing may sleep. */
  get inAtomic(): boolean {
    return this.#execution.preemptCount !== 0;
  }
}
