// SPDX-License-Identifier: GPL-2.0-or-later
/** What a module's init left behind when it returned. Linux: do_one_initcall. */
import type { Preempt } from '../sched/preempt.ts';

export interface ContextParts {
  readonly preempt: Preempt;
  /** Linux: WARN. */
  readonly warn: (text: string) => void;
}

/** Preemption and interrupts are as they were before, or are put right with a warning. */
export function checkContext({ preempt, warn }: ContextParts, name: string, count: number): void {
  let what = '';
  const added = preempt.count - count;
  if (added !== 0) {
    what += 'preemption imbalance ';
    if (added > 0) preempt.subtract(added);
    else preempt.add(-added);
  }
  if (preempt.irqsDisabled) {
    what += 'disabled interrupts ';
    preempt.enableInterrupts();
  }
  if (what !== '') warn(`initcall init_module [${name}] returned with ${what}`);
}
