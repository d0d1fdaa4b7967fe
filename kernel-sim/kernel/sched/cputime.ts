// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Times of whole processes: of all threads together, and of children that were waited for.
 *
 * Linux: kernel/sched/cputime.c (thread_group_cputime), and wait_task_zombie of kernel/exit.c.
 */
import type { Scheduler } from './scheduler.ts';
import type { Task } from './task.ts';
import type { ThreadGroup } from './thread-group.ts';

/** What getrusage(2) sums up. */
export interface CpuUsage {
  userNs: number;
  systemNs: number;
  voluntarySwitches: number;
  involuntarySwitches: number;
}

export function noUsage(): CpuUsage {
  return { userNs: 0, systemNs: 0, voluntarySwitches: 0, involuntarySwitches: 0 };
}

export function addUsage(to: CpuUsage, from: CpuUsage): void {
  to.userNs += from.userNs;
  to.systemNs += from.systemNs;
  to.voluntarySwitches += from.voluntarySwitches;
  to.involuntarySwitches += from.involuntarySwitches;
}

/** Of one thread, up to now. */
export function taskUsage(scheduler: Scheduler, task: Task): CpuUsage {
  const { userNs, voluntarySwitches, involuntarySwitches } = task.sched;
  const systemNs = Math.max(0, scheduler.runtimeNs(task) - userNs);
  return { userNs, systemNs, voluntarySwitches, involuntarySwitches };
}

/** Of all threads of a process, those that have ended among them. */
export function groupUsage(scheduler: Scheduler, group: ThreadGroup): CpuUsage {
  const sum = { ...group.endedUsage };
  addUsage(sum, taskUsage(scheduler, group.leader));
  for (const thread of group.threads) {
    if (thread !== group.leader) addUsage(sum, taskUsage(scheduler, thread));
  }
  return sum;
}

/** The parent has waited for a process: what that and its children used is its children's. */
export function accountChild(scheduler: Scheduler, parent: ThreadGroup, child: ThreadGroup): void {
  addUsage(parent.childUsage, groupUsage(scheduler, child));
  addUsage(parent.childUsage, child.childUsage);
}
