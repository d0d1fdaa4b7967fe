// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What is looked at when somebody asks for a lock: whether it may be waited for here, how its class
 * was used before, and whether this order of locks can be.
 *
 * Linux: the middle of __lock_acquire of kernel/locking/lockdep.c, and what it calls.
 */
import type { Scheduler } from '../../sched/scheduler.ts';
import type { Task } from '../../sched/task.ts';
import type { DebugLocks } from '../debug-locks.ts';
import type { ChainNode } from './chains.ts';
import type { Dependencies } from './dependencies.ts';
import { standsFor } from './held-locks.ts';
import { type HeldLock, READ, WAIT_TYPE } from './lock-class.ts';
import type { Reports } from './reports.ts';
import { READ_BIT, USAGE } from './usage.ts';
import type { UsageMarks } from './usage-marks.ts';

interface ChecksDependencies {
  readonly scheduler: Scheduler;
  readonly debugLocks: DebugLocks;
  readonly reports: Reports;
  readonly marks: UsageMarks;
  readonly graph: Dependencies;
  /** Nothing is held. */
  readonly noChain: ChainNode;
}

export class Checks {
  readonly #deps: ChecksDependencies;
  /** The handler that runs may run in a thread, where a spinlock may sleep. By CPU. */
  readonly #isThreaded: boolean[] = [];

  constructor(deps: ChecksDependencies) {
    this.#deps = deps;
  }

  /** A lock that the task asks for, before it is among those that it holds. */
  take(task: Task, next: HeldLock): void {
    const { heldLocks } = task;
    next.irqContext = this.#irqContext;
    if (this.#isWaitContextWrong(heldLocks, next)) {
      if (!this.#deps.debugLocks.turnOff()) return;
      this.#deps.reports.invalidWaitContext(task, next, this.#waitContext);
      return;
    }
    if (!this.#markUse(task, next)) return;
    const isFirst = this.#chain(heldLocks, next);
    const { nest } = next;
    if (nest !== undefined && !heldLocks.some((held) => standsFor(held, nest))) {
      if (this.#deps.debugLocks.turnOff()) this.#deps.reports.nestNotHeld(task, next, nest);
      return;
    }
    this.#order(task, next, isFirst);
  }

  /** A lock below others was given back: those above it are held under less. */
  takeAgain(task: Task, from: number): void {
    const { heldLocks } = task;
    const above = heldLocks.splice(from);
    for (const held of above) {
      if (this.#deps.debugLocks.isOn) this.#order(task, held, this.#chain(heldLocks, held));
      heldLocks.push(held);
    }
  }

  /** What the task holds is held with interrupts on. Linux: mark_held_locks. */
  markHeld(task: Task, base: number): void {
    for (const held of task.heldLocks) {
      const bit = 1 << (held.read === READ.NO ? base : base | READ_BIT);
      if ((held.lockClass.usageMask & bit) !== 0) continue;
      if (!this.#deps.marks.mark(task, held, bit)) return;
    }
  }

  setHardirqThreaded(isThreaded: boolean): void {
    this.#isThreaded[this.#deps.scheduler.cpu.id] = isThreaded;
  }

  /** Puts a lock on top of the others. True if none is below it in its context. */
  #chain(below: readonly HeldLock[], next: HeldLock): boolean {
    const last = below.at(-1);
    const isFirst = last === undefined || last.irqContext !== next.irqContext;
    const under = isFirst ? this.#deps.noChain : last.chain;
    next.chain = under.with(next.lockClass, next.read);
    return isFirst;
  }

  /** Looks at an order once. Linux: validate_chain. */
  #order(task: Task, next: HeldLock, isFirst: boolean): void {
    const { chain, irqContext } = next;
    if (next.isTry || chain.isChecked) return;
    chain.isChecked = true;
    chain.irqContext = irqContext;
    this.#deps.graph.check(task, next, isFirst);
  }

  /** Linux: check_wait_context. */
  #isWaitContextWrong(heldLocks: readonly HeldLock[], next: HeldLock): boolean {
    const { inner, outer } = next.lockClass.wait;
    if (inner === WAIT_TYPE.NONE || next.isTry) return false;
    let allowed = this.#waitContext;
    for (let at = heldLocks.length - 1; at >= 0; at--) {
      const held = heldLocks[at]!;
      if (held.irqContext !== next.irqContext) break;
      const { inner: heldInner } = held.lockClass.wait;
      if (heldInner !== WAIT_TYPE.NONE && heldInner < allowed) allowed = heldInner;
    }
    return (outer === WAIT_TYPE.NONE ? inner : outer) > allowed;
  }

  /** Linux: task_wait_context. */
  get #waitContext(): number {
    const { preempt, cpu } = this.#deps.scheduler;
    if (preempt.inHardirq) {
      return this.#isThreaded[cpu.id] === false ? WAIT_TYPE.RAW_SPINLOCK : WAIT_TYPE.SPINLOCK;
    }
    return preempt.inServingSoftirq ? WAIT_TYPE.SPINLOCK : WAIT_TYPE.MAX;
  }

  /** Linux: task_irq_context. */
  get #irqContext(): number {
    const { preempt } = this.#deps.scheduler;
    return 2 * Number(preempt.inHardirq) + Number(preempt.inServingSoftirq);
  }

  /** Marks the class as used in this context. False once that was reported. Linux: mark_usage. */
  #markUse(task: Task, next: HeldLock): boolean {
    const { preempt } = this.#deps.scheduler;
    const reads = next.read === READ.NO ? 0 : READ_BIT;
    let bits = 1 << (reads === 0 ? USAGE.USED : USAGE.USED_READ);
    if (!next.isTry) {
      if (preempt.inHardirq) bits |= 1 << (USAGE.IN_HARDIRQ + reads);
      if (preempt.inServingSoftirq) bits |= 1 << (USAGE.IN_SOFTIRQ + reads);
    }
    if (!preempt.irqsDisabled) {
      bits |= 1 << (USAGE.HARDIRQ_ON + reads);
      if (!preempt.inSoftirq) bits |= 1 << (USAGE.SOFTIRQ_ON + reads);
    }
    if ((next.lockClass.usageMask & bits) === bits) return true;
    return this.#deps.marks.mark(task, next, bits);
  }
}
