// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a program gets for a bad load or store, and the line in the kernel log if it dies of it.
 *
 * Linux: arch/x86/mm/fault.c (force_sig_fault, show_signal_msg). Differs: there is no instruction
 * pointer here, so the line has none.
 */
import type { Printk } from '../kernel/printk/printk.ts';
import { signalBit, type Signals } from '../kernel/signal.ts';
import { FAULT_KIND, type FaultKind } from '../mm/fault.ts';
import { BUS, SEGV, SIGNAL } from '../uapi/signal.ts';
import type { Process } from './process.ts';

/** Bits of x86's error code: a page was there; from user mode. */
const ERROR_PROTECTION = 1;
const ERROR_USER = 4;

export function signalFault(
  parts: { readonly signals: Signals; readonly printk: Printk },
  { task }: Process,
  kind: FaultKind,
  address: number,
): void {
  const { signals, printk } = parts;
  if (kind === FAULT_KIND.OUT_OF_MEMORY) return signals.force(task, SIGNAL.KILL);
  if (kind === FAULT_KIND.BEYOND_END) {
    return signals.force(task, SIGNAL.BUS, { code: BUS.ADRERR, address });
  }
  if ((task.caught & ~task.blocked & signalBit(SIGNAL.SEGV)) === 0) {
    const error = ERROR_USER | (kind === FAULT_KIND.PROTECTED ? ERROR_PROTECTION : 0);
    printk.info(`${task.name}[${task.pid}]: segfault at ${hex(address)} error ${error}`);
  }
  const code = kind === FAULT_KIND.PROTECTED ? SEGV.ACCERR : SEGV.MAPERR;
  signals.force(task, SIGNAL.SEGV, { code, address });
}

function hex(address: number): string {
  return Number.isInteger(address) && address >= 0 ? address.toString(16) : '0';
}
