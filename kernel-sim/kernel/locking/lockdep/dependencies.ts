// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Adds what a newly taken lock says of orders to the graph, unless it closes a circle or joins what
 * interrupts take to what is taken with interrupts on: that is reported.
 *
 * Linux: validate_chain, check_prevs_add and check_irq_usage of kernel/locking/lockdep.c.
 */
import type { Sim } from '../../../sim/sim.ts';
import { EVENT } from '../../../sim/trace.ts';
import type { Task } from '../../sched/task.ts';
import { backwardBits, forwardBits, type LockEdge, type PathStep, search } from './graph.ts';
import type { HeldLock } from './lock-class.ts';
import type { Reports } from './reports.ts';
import { ENABLED_IRQ, exclusiveMask, exclusivePair, USED_IN_IRQ, WRITES } from './usage.ts';

interface GraphDependencies {
  readonly sim: Sim;
  readonly reports: Reports;
  readonly saveStack: () => number;
}

export class Dependencies {
  readonly edges: LockEdge[] = [];
  /** Those that would have closed a circle, or joined what interrupts may not join. */
  readonly refused: LockEdge[] = [];
  readonly #deps: GraphDependencies;

  constructor(deps: GraphDependencies) {
    this.#deps = deps;
  }

  /**
   * Looks at an order of locks for the first time. `isFirst`: nothing is held in this context below
   * the lock. What is reported is not added.
   */
  check(task: Task, next: HeldLock, isFirst: boolean): void {
    const verdict = this.#recursion(task, next);
    if (verdict !== 'none' || isFirst) return;
    const { heldLocks } = task;
    let distance = 1;
    for (let at = heldLocks.length - 1; at >= 0; at--, distance++) {
      const prev = heldLocks[at]!;
      if (prev.irqContext !== next.irqContext) return;
      if (!this.#add(task, prev, next, distance)) return;
      // Those below a lock that was waited for have been joined to it before.
      if (!prev.isTry) return;
    }
  }

  /** Linux: check_deadlock. */
  #recursion(task: Task, next: HeldLock): 'none' | 'nested' | 'reported' {
    let isNested = false;
    for (const prev of task.heldLocks) {
      if (prev.map === next.nest) isNested = true;
      if (prev.lockClass !== next.lockClass) continue;
      if (next.read === 2 && prev.read !== 0) continue;
      if (isNested) return 'nested';
      this.#deps.reports.recursion(task, prev, next);
      return 'reported';
    }
    return 'none';
  }

  /** Linux: check_prev_add. */
  #add(task: Task, prev: HeldLock, next: HeldLock, distance: number): boolean {
    const circle = search(next.lockClass, next.read === 2, 'forward', (step) => {
      return step.lockClass === prev.lockClass && (prev.read === 0 || !step.onlyReaders);
    });
    if (circle !== undefined) {
      this.refused.push(this.#edgeOf(task, prev, next, distance));
      if (prev.lockClass === next.lockClass) this.#deps.reports.recursion(task, prev, next);
      else this.#deps.reports.circle(task, circle, prev, next);
      return false;
    }
    if (!this.#areIrqsFine(task, prev, next)) {
      this.refused.push(this.#edgeOf(task, prev, next, distance));
      return false;
    }
    const known = prev.lockClass.after.find(({ to }) => to === next.lockClass);
    if (known !== undefined) {
      known.forward |= forwardBits(prev, next);
      known.backward |= backwardBits(prev, next);
      if (distance === 1) known.distance = 1;
      return true;
    }
    const edge = this.#edgeOf(task, prev, next, distance);
    prev.lockClass.after.push(edge);
    next.lockClass.before.push(edge);
    this.edges.push(edge);
    const { trace } = this.#deps.sim;
    if (trace.on) {
      trace.emit(EVENT.LOCKDEP_EDGE, trace.intern(edge.from.name), trace.intern(edge.to.name));
    }
    return true;
  }

  #edgeOf(task: Task, prev: HeldLock, next: HeldLock, distance: number): LockEdge {
    return {
      from: prev.lockClass,
      to: next.lockClass,
      forward: forwardBits(prev, next),
      backward: backwardBits(prev, next),
      distance,
      fromSite: prev.site,
      toSite: next.site,
      stack: this.#deps.saveStack(),
      task: { name: task.name, pid: task.pid },
      timeNs: this.#deps.sim.now(),
    };
  }

  /** Linux: check_irq_usage. */
  #areIrqsFine(task: Task, prev: HeldLock, next: HeldLock): boolean {
    const above = prev.read !== 0;
    let usedIn = 0;
    search(prev.lockClass, above, 'backward', (step) => {
      usedIn |= usageOf(step);
      return false;
    });
    usedIn &= USED_IN_IRQ;
    if (usedIn === 0) return true;
    const excluded = exclusiveMask(usedIn);
    const unsafe = search(next.lockClass, next.read === 2, 'forward', (step) => {
      return (usageOf(step) & excluded) !== 0;
    });
    if (unsafe === undefined) return true;
    const wanted = exclusiveMask(unsafe.lockClass.usageMask & ENABLED_IRQ);
    const safe = search(prev.lockClass, above, 'backward', (step) => {
      return (usageOf(step) & wanted & USED_IN_IRQ) !== 0;
    });
    if (safe === undefined) return true;
    const pair = exclusivePair(safe.lockClass.usageMask, unsafe.lockClass.usageMask);
    if (pair === undefined) return true;
    this.#deps.reports.irqOrder(task, prev, next, { safe, unsafe, pair });
    return false;
  }
}

/** What a path reached by readers only says of readers counts for nothing. */
function usageOf({ lockClass, onlyReaders }: PathStep): number {
  return onlyReaders ? lockClass.usageMask & WRITES : lockClass.usageMask;
}
