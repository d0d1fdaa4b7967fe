// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What all tasks, CPUs and locks are doing at the moment, into the log.
 *
 * Linux: show_state_filter of kernel/sched/core.c, sysrq_showregs_othercpus of
 * drivers/tty/sysrq.c, debug_show_all_locks of kernel/locking/lockdep.c.
 */
import { LEVEL } from '../kernel/printk/printk.ts';
import type { Task } from '../kernel/sched/task.ts';
import type { Kernel } from './kernel.ts';

/** Prints tasks with their stacks. Linux: show_state_filter. */
export function showTasks({ tasks, die }: Kernel, isWanted: (task: Task) => boolean): void {
  for (const task of tasks.all()) if (isWanted(task)) die.showTask(task, LEVEL.INFO);
}

/** What each CPU that does something does; the one that asks is the first. */
export function showActiveCpus({ scheduler, die, printk }: Kernel): void {
  const self = scheduler.cpu;
  die.dumpStack(LEVEL.INFO);
  for (const cpu of scheduler.cpus) {
    if (cpu === self) continue;
    printk.info(`Sending NMI from CPU ${self.id} to CPUs ${cpu.id}:`);
    if (cpu.current === undefined) printk.info(`NMI backtrace for cpu ${cpu.id} skipped: idling`);
    else {
      printk.info(`NMI backtrace for cpu ${cpu.id}`);
      die.dumpStackOf(cpu.id, cpu.current, LEVEL.INFO);
    }
  }
}

const RULE = '='.repeat(45);

/** Linux: debug_show_all_locks. */
export function showAllLocks({ tasks, die, printk }: Kernel): void {
  printk.info('');
  printk.info('Showing all locks held in the system:');
  for (const task of tasks.all()) {
    if (task.heldLocks.length > 0) for (const line of die.heldLocks(task)) printk.info(line);
  }
  printk.info('');
  printk.info(RULE);
  printk.info('');
}
