// SPDX-License-Identifier: GPL-2.0-or-later
/** Interrupts of one machine, joined to its devices, its reports and its drivers. */
import type { ProcFs } from '../fs/procfs/procfs.ts';
import { Interrupts } from '../kernel/irq/interrupts.ts';
import { Softirqs } from '../kernel/irq/softirq.ts';
import type { Kernel } from './kernel.ts';

export function makeSoftirqs(kernel: Kernel): Softirqs {
  const { sim, scheduler, runtime: execution, kthreads: threads, printk } = kernel;
  return new Softirqs({ sim, scheduler, execution, threads, printk });
}

/** Called before there is a `die`: only what goes wrong later asks for it. */
export function makeInterrupts(kernel: Kernel): Interrupts {
  const { sim, scheduler, runtime: execution, printk } = kernel;
  return new Interrupts({
    sim,
    scheduler,
    execution,
    printk,
    warn: (text) => kernel.die.warn(text),
    warnOnce: (text) => kernel.die.warnOnce(text, text),
    dumpStack: () => kernel.die.dumpStack(),
    functions: () => kernel.functionCalls,
  });
}

export function registerInterruptFiles(procfs: ProcFs, kernel: Kernel): void {
  procfs.register('interrupts', () => kernel.interrupts.listing);
  procfs.register('softirqs', () => kernel.softirqs.listing);
}
