// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * In which context code runs, and what may come in between: interrupts, softirqs, other tasks.
 *
 * @subpath kernel/raw
 */
import type { Switching } from '../uapi/coroutine.ts';
import type { ApiContext } from './context.ts';

/** What `local_irq_save` answers of a CPU that took interrupts: Linux's X86_EFLAGS_IF. */
const INTERRUPTS_ON = 0x200;

const RESTORED_ON = 'raw_local_irq_restore() called with IRQs enabled';

/** @exports */
export class RawIrqApi {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Turns interrupts of this CPU off. Answers what they were, for `local_irq_restore`.
   *
   * Context: any. Linux: local_irq_save.
   *
   * @symbol none
   * @raw
   */
  local_irq_save(): number {
    const flags = this.irqs_disabled() ? 0 : INTERRUPTS_ON;
    this.local_irq_disable();
    return flags;
  }

  /**
   * Makes interrupts what they were: what has become due meanwhile comes now.
   *
   * Context: any. Linux: local_irq_restore.
   *
   * @symbol none
   * @raw
   */
  *local_irq_restore(flags: number): Switching<void> {
    const { scheduler, raw } = this.#context.services;
    if (!scheduler.preempt.irqsDisabled) {
      raw.warner.warnOnce(RESTORED_ON, RESTORED_ON);
    }
    if ((flags & INTERRUPTS_ON) !== 0) yield* this.local_irq_enable();
  }

  /**
   * Turns interrupts of this CPU off. Does not nest.
   *
   * Context: any. Linux: local_irq_disable.
   *
   * @symbol none
   * @raw
   */
  local_irq_disable(): void {
    this.#context.services.scheduler.preempt.disableInterrupts();
  }

  /**
   * Turns interrupts of this CPU on, whoever turned them off.
   *
   * Context: any. Linux: local_irq_enable.
   *
   * @symbol none
   * @raw
   */
  *local_irq_enable(): Switching<void> {
    const { scheduler } = this.#context.services;
    scheduler.preempt.enableInterrupts();
    yield* scheduler.reschedule();
  }

  /**
   * True if this CPU takes no interrupts.
   *
   * Context: any. Linux: irqs_disabled.
   *
   * @symbol none
   * @raw
   */
  irqs_disabled(): boolean {
    return this.#context.services.scheduler.preempt.irqsDisabled;
  }

  /**
   * No softirq is served on this CPU until `local_bh_enable`. Nests.
   *
   * Context: process, softirq. Linux: local_bh_disable.
   *
   * @symbol none
   * @raw
   */
  local_bh_disable(): void {
    this.#context.services.scheduler.preempt.disableSoftirqs();
  }

  /**
   * Ends what `local_bh_disable` began: what waits is served before it returns.
   *
   * Context: process, softirq. Linux: local_bh_enable.
   *
   * @symbol __local_bh_enable_ip
   * @raw
   */
  *local_bh_enable(): Switching<void> {
    const { scheduler } = this.#context.services;
    if (scheduler.preempt.enableSoftirqs()) scheduler.serveSoftirqs();
    yield* scheduler.reschedule();
  }

  /**
   * The running task keeps its CPU until `preempt_enable`, and must not sleep. Nests.
   *
   * Context: any. Linux: preempt_disable.
   *
   * @symbol none
   * @raw
   */
  preempt_disable(): void {
    const { preempt, happens } = this.#context.services.scheduler;
    preempt.disable();
    happens.holdOff('preemption');
  }

  /**
   * Ends what `preempt_disable` began: a switch that is due happens now.
   *
   * Context: any. Linux: preempt_enable.
   *
   * @symbol none
   * @raw
   */
  *preempt_enable(): Switching<void> {
    const { scheduler } = this.#context.services;
    scheduler.happens.letOn('preemption');
    scheduler.preempt.enable();
    yield* scheduler.reschedule();
  }

  /**
   * The word that says in which context code runs: preempt offs in bits 0-7, softirqs in 8-15,
   * interrupts in 16-19.
   *
   * Context: any. Linux: preempt_count.
   *
   * @symbol none
   * @raw
   */
  preempt_count(): number {
    return this.#context.services.scheduler.preempt.count;
  }

  /**
   * True in an interrupt's handler.
   *
   * Context: any. Linux: in_hardirq.
   *
   * @symbol none
   * @raw
   */
  in_hardirq(): boolean {
    return this.#context.services.scheduler.preempt.inHardirq;
  }

  /**
   * True while a softirq is served, and with bottom halves off.
   *
   * Context: any. Linux: in_softirq.
   *
   * @symbol none
   * @raw
   */
  in_softirq(): boolean {
    return this.#context.services.scheduler.preempt.inSoftirq;
  }

  /**
   * True while a softirq is served.
   *
   * Context: any. Linux: in_serving_softirq.
   *
   * @symbol none
   * @raw
   */
  in_serving_softirq(): boolean {
    return this.#context.services.scheduler.preempt.inServingSoftirq;
  }

  /**
   * True in a handler, in a softirq, and with bottom halves off.
   *
   * Context: any. Linux: in_interrupt.
   *
   * @symbol none
   * @raw
   */
  in_interrupt(): boolean {
    return this.#context.services.scheduler.preempt.inInterrupt;
  }

  /**
   * True in a task's own code: neither in a handler nor in a softirq.
   *
   * Context: any. Linux: in_task.
   *
   * @symbol none
   * @raw
   */
  in_task(): boolean {
    return this.#context.services.scheduler.preempt.inTask;
  }

  /**
   * True where the preempt count says that nothing may sleep.
   *
   * Context: any. Linux: in_atomic.
   *
   * @symbol none
   * @raw
   */
  in_atomic(): boolean {
    return this.#context.services.scheduler.preempt.inAtomic;
  }

  /**
   * How many CPUs the machine has.
   *
   * Context: any. Linux: num_online_cpus.
   *
   * @symbol none
   * @raw
   */
  num_online_cpus(): number {
    return this.#context.services.scheduler.cpus.length;
  }

  /**
   * Says that what follows may sleep, whether it will or not: where it must not, that is reported.
   *
   * Context: process. Linux: might_sleep.
   *
   * @symbol __might_sleep
   * @raw
   */
  might_sleep(): void {
    this.#context.services.scheduler.mightSleep();
  }

  /**
   * Said in each turn of a loop that waits for another CPU: the others go on meanwhile.
   *
   * Context: any. Linux: cpu_relax.
   *
   * @symbol none
   * @raw
   */
  *cpu_relax(): Switching<void> {
    yield* this.#context.services.scheduler.relax();
  }
}
