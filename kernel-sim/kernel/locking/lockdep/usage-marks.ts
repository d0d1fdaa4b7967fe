// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Notes in which contexts a class is taken, and reports what cannot go together: one class that is
 * taken in an interrupt and with that interrupt on, and a path from the one to the other.
 *
 * Linux: mark_lock and mark_lock_irq of kernel/locking/lockdep.c.
 */
import type { Task } from '../../sched/task.ts';
import { type Direction, search } from './graph.ts';
import type { HeldLock } from './lock-class.ts';
import type { Reports } from './reports.ts';
import { DIRECTION_BIT, exclusiveBit, READ_BIT, USAGE, WRITES } from './usage.ts';

interface UsageMarksDependencies {
  readonly reports: Reports;
  readonly saveStack: () => number;
}

export class UsageMarks {
  readonly #deps: UsageMarksDependencies;

  constructor(deps: UsageMarksDependencies) {
    this.#deps = deps;
  }

  /** Marks a class with all of `bits`, each for the first time. False once that was reported. */
  mark(task: Task, held: HeldLock, bits: number): boolean {
    const { lockClass } = held;
    // Those that say something of interrupts come first, as reports want to know the first one.
    for (let bit = 0; bit <= USAGE.USED_READ; bit++) {
      if ((bits & ~lockClass.usageMask & (1 << bit)) === 0) continue;
      lockClass.usageMask |= 1 << bit;
      lockClass.usageStacks[bit] = this.#deps.saveStack();
      if (bit < USAGE.USED && !this.#isValid(task, held, bit)) return false;
    }
    return true;
  }

  #isValid(task: Task, held: HeldLock, bit: number): boolean {
    const excluded = exclusiveBit(bit);
    const isReader = (bit & READ_BIT) !== 0;
    const { usageMask } = held.lockClass;
    const isBad = (other: number): boolean => (usageMask & (1 << other)) !== 0;
    const found = isBad(excluded) ? excluded : excluded | READ_BIT;
    if (isBad(excluded) || (!isReader && isBad(excluded | READ_BIT))) {
      this.#deps.reports.inconsistentUse(task, held, found, bit);
      return false;
    }
    // What is taken with interrupts on must not be taken under what interrupts take.
    const isOn = (bit & DIRECTION_BIT) !== 0;
    return this.#isPathFine(task, held, excluded, isOn ? 'backward' : 'forward');
  }

  /** Linux: check_usage_forwards, check_usage_backwards. */
  #isPathFine(task: Task, held: HeldLock, bit: number, direction: Direction): boolean {
    const bits = (1 << bit) | (1 << (bit | READ_BIT));
    const onlyReaders = direction === 'forward' ? held.read === 2 : held.read !== 0;
    const found = search(held.lockClass, onlyReaders, direction, (step) => {
      const usage = step.onlyReaders ? step.lockClass.usageMask & WRITES : step.lockClass.usageMask;
      return (usage & bits) !== 0;
    });
    if (found === undefined) return true;
    const isWrite = (found.lockClass.usageMask & (1 << bit)) !== 0;
    this.#deps.reports.irqInversion(task, held, found, direction, isWrite ? bit : bit | READ_BIT);
    return false;
  }
}
