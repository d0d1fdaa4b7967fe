// SPDX-License-Identifier: GPL-2.0-or-later
/** Interrupts of one machine, joined to its devices, its reports and its drivers. */
import type { ProcFs } from '../fs/procfs/procfs.ts';
import type { PseudoFile } from '../fs/pseudo-fs.ts';
import { Interrupts } from '../kernel/irq/interrupts.ts';
import { Softirqs } from '../kernel/irq/softirq.ts';
import { formatCpuList, parseCpuList } from '../lib/cpu-list.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { Kernel } from './kernel.ts';

export function makeSoftirqs(kernel: Kernel): Softirqs {
  const { sim, scheduler, runtime: execution, kthreads: threads, printk } = kernel;
  return new Softirqs({ sim, scheduler, execution, threads, printk });
}

/** Called before there is a `die`: only what goes wrong later asks for it. */
export function makeInterrupts(kernel: Kernel): Interrupts {
  const { sim, scheduler, runtime: execution, printk, kthreads: threads } = kernel;
  return new Interrupts({
    sim,
    scheduler,
    execution,
    threads,
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
  for (const irq of kernel.interrupts.numbers) {
    procfs.registerLazily(`irq/${irq}`, affinityFiles(kernel.interrupts, irq));
  }
}

/** Linux: kernel/irq/proc.c. */
function affinityFiles(interrupts: Interrupts, irq: number): Record<string, () => PseudoFile> {
  const mask = (): number => interrupts.affinityOf(irq);
  const target = (): number => 1 << interrupts.targetOf(irq);
  const set = (bytes: Uint8Array, bits: number | undefined): number =>
    bits !== undefined && interrupts.setAffinity(irq, bits) ? bytes.length : -ERRNO.EINVAL;
  const hex = (bits: number): string => `${bits.toString(16)}\n`;
  const list = (bits: number): string => `${formatCpuList(bits)}\n`;
  return {
    smp_affinity: () => ({
      mode: 0o644,
      show: () => hex(mask()),
      store: (bytes) => set(bytes, parseMask(decodeUtf8(bytes).trim())),
    }),
    smp_affinity_list: () => ({
      mode: 0o644,
      show: () => list(mask()),
      store: (bytes) => set(bytes, parseCpuList(decodeUtf8(bytes).trim())),
    }),
    effective_affinity: () => ({ show: () => hex(target()) }),
    effective_affinity_list: () => ({ show: () => list(target()) }),
  };
}

/** Hexadecimal, with commas between words, as /proc has sets of CPUs. */
function parseMask(text: string): number | undefined {
  const digits = text.replaceAll(',', '');
  return /^[0-9a-f]{1,8}$/iu.test(digits) ? Number.parseInt(digits, 16) : undefined;
}
