// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Interrupts and softirqs on top of the task of a CPU: how they begin, go on and end.
 *
 * Each level has a context of its own (context.ts). One that is not done at once, since it spins,
 * stays as the innermost and is resumed in place of the task; softirqs that wait are served when
 * the last interrupt ends.
 *
 * Linux: irq_enter, irq_exit and invoke_softirq of kernel/softirq.c.
 */
import type { Sim } from '../../sim/sim.ts';
import type { Switching } from '../../uapi/coroutine.ts';
import { COST } from '../../uapi/costs.ts';
import { assert } from '../../lib/assert.ts';
import type { HappensBefore } from '../kcsan/happens.ts';
import { Oops } from '../oops.ts';
import type { Cpu } from './cpu.ts';
import { HARDIRQ_OFFSET, INTERRUPT_MASK, type Preempt, SOFTIRQ_OFFSET } from './preempt.ts';

/** What of the scheduler an interrupt needs. */
export interface InterruptHost {
  readonly preempt: Preempt;
  readonly happens: HappensBefore;
  readonly softirqs: (cpu: Cpu) => Switching<void>;
}

/** Makes what a CPU is in the running context, and puts it away again. */
export interface ContextSwitch {
  enter(cpu: Cpu): void;
  leave(cpu: Cpu): void;
  setHorizon(cpu: Cpu): void;
}

export class InterruptLevels {
  readonly #sim: Sim;
  readonly #host: InterruptHost;
  readonly #switch: ContextSwitch;

  constructor(sim: Sim, host: InterruptHost, contexts: ContextSwitch) {
    this.#sim = sim;
    this.#host = host;
    this.#switch = contexts;
  }

  /**
   * Fires what is due at the time of `cpu`, as interrupts of it. One that is not done at once stays
   * as the innermost, to be resumed in place of the task.
   */
  take(cpu: Cpu): void {
    if (cpu.areSoftirqsDue) this.#beginSoftirqs(cpu);
    while (!cpu.context.irqsOff) {
      const event = this.#sim.events.takeDue(cpu.clockNs, cpu.id);
      if (event === undefined) return;
      this.#begin(cpu, HARDIRQ_OFFSET, false);
      this.#sim.clock.charge(COST.INTERRUPT);
      event.fire();
      const isDone = cpu.interrupt?.body === undefined;
      if (isDone) this.#host.happens.end('hardirq');
      this.#switch.leave(cpu);
      if (isDone) this.#end(cpu);
    }
  }

  /** Something would be taken now. */
  isDue(cpu: Cpu): boolean {
    return !cpu.context.irqsOff && this.#sim.events.nextOn(cpu.id) <= cpu.clockNs;
  }

  #begin(cpu: Cpu, offset: number, isSoftirq: boolean): void {
    const { preemptCount } = cpu.context;
    cpu.nest().begin(preemptCount + offset, isSoftirq, cpu.clockNs);
    this.#switch.enter(cpu);
    if (!isSoftirq) this.#host.preempt.watcher?.hardirqsOff();
    this.#host.happens.begin(isSoftirq ? 'softirq' : 'hardirq');
  }

  /** Softirqs run where nothing else does and bottom halves are on. Linux: invoke_softirq. */
  #beginSoftirqs(cpu: Cpu): void {
    cpu.areSoftirqsDue = false;
    const { preemptCount, irqsOff } = cpu.context;
    if (cpu.softirqPending === 0 || irqsOff || (preemptCount & INTERRUPT_MASK) !== 0) return;
    this.#begin(cpu, SOFTIRQ_OFFSET, true);
    cpu.interrupt!.body = this.#host.softirqs(cpu);
    this.#switch.leave(cpu);
  }

  /** The innermost interrupt goes on, up to its end or its next point. */
  resume(cpu: Cpu): void {
    const { interrupt } = cpu;
    assert(interrupt?.body !== undefined, 'an interrupt that goes on has something to do');
    const depth = cpu.irqDepth;
    this.#switch.enter(cpu);
    this.#switch.setHorizon(cpu);
    let isDone = true;
    try {
      isDone = interrupt.body.next().done === true;
    } catch (thrown) {
      // An oops in an interrupt has ended the machine.
      if (!(thrown instanceof Oops)) throw thrown;
      cpu.irqDepth = depth;
    }
    if (isDone) this.#host.happens.end(interrupt.isSoftirq ? 'softirq' : 'hardirq');
    this.#switch.leave(cpu);
    if (isDone) this.#end(cpu);
  }

  #end(cpu: Cpu): void {
    const isHardirq = cpu.interrupt?.isSoftirq === false;
    cpu.irqDepth--;
    if (isHardirq && !cpu.context.irqsOff) this.#host.preempt.watcher?.hardirqsOn();
    if (isHardirq) this.#beginSoftirqs(cpu);
  }
}
