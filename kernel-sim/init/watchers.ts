// SPDX-License-Identifier: GPL-2.0-or-later
/** Who looks after tasks that do not come on: hung ones, and circles of waiting ones. */
import { DeadlockNamer } from '../kernel/locking/deadlock.ts';
import { HungTasks, type HungTaskSettings } from '../kernel/watchdog/hung-task.ts';
import { LEVEL } from '../kernel/printk/printk.ts';
import { watchStalls } from '../kernel/rcu/stall.ts';
import { formatTaint } from '../kernel/taint.ts';
import type { Kernel } from './kernel.ts';
import { showActiveCpus, showAllLocks } from './show-state.ts';

export interface Watchers {
  readonly hungTasks: HungTasks;
  readonly deadlocks: DeadlockNamer;
}

export function startWatchers(kernel: Kernel, hungTasks: HungTasks): Watchers {
  if (kernel.options.detectors.rcuStall) watchReaders(kernel);
  return { hungTasks, deadlocks: nameDeadlocks(kernel) };
}

export function watchHungTasks(kernel: Kernel, settings: HungTaskSettings): HungTasks {
  const { sim, scheduler, tasks, kthreads: threads, printk, die, identity } = kernel;
  return new HungTasks(
    {
      sim,
      scheduler,
      tasks,
      threads,
      printk,
      kernelIdentity() {
        const [build] = identity.version.split(' ');
        return `${formatTaint(kernel.taint.mask)} ${identity.release} ${build}`;
      },
      showTask: (task) => die.showTask(task, LEVEL.INFO),
      showAllLocks: () => showAllLocks(kernel),
      showAllCpus: () => showActiveCpus(kernel),
      panic: (text) => kernel.panic(text),
    },
    settings,
  );
}

function watchReaders({ sim, scheduler, rcu, printk, die, options }: Kernel): void {
  watchStalls({
    sim,
    scheduler,
    rcu,
    timeoutSeconds: options.detectors.rcuStallSeconds,
    say: (text) => printk.err(text),
    showTask: (task) => die.showTask(task, LEVEL.INFO),
    showCpu: (cpu, task) => die.dumpStackOf(cpu.id, task, LEVEL.ERR),
  });
}

function nameDeadlocks(kernel: Kernel): DeadlockNamer {
  const { sim, sites, ram, printk, die, scheduler, options } = kernel;
  const namer = new DeadlockNamer({
    sim,
    sites,
    formatPointer: (pointer) => ram.formatPointer(pointer),
    say: (text) => printk.err(text),
    showTask: (task) => die.showTask(task, LEVEL.INFO),
  });
  if (options.detectors.deadlock) scheduler.blockers.onDeadlock = (links) => namer.name(links);
  return namer;
}
