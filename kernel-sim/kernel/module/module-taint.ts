// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a module does to the trust in the kernel by being loaded.
 *
 * Linux: module_augment_kernel_taints and module_license_taint_check of kernel/module/main.c.
 */
import { LEVEL, type Printk } from '../printk/printk.ts';
import { taintBit } from '../taint.ts';
import type { KoFile } from './ko-file.ts';
import { isFreeLicense } from './symbols.ts';

/** `off`: there are no signatures; `check`: taint; `enforce`: refuse. */
export type ModuleSignatures = 'off' | 'check' | 'enforce';

export interface TaintParts {
  readonly taint: { mask: number };
  readonly printk: Printk;
  readonly signatures: ModuleSignatures;
}

/**
 * Taints the kernel as the module does, and returns the module's own flags.
 *
 * @param isForced it would not be loaded, had nobody said that this does not matter
 */
export function taintKernel(parts: TaintParts, ko: KoFile, isForced: boolean): number {
  const { taint, printk } = parts;
  const { name, license } = ko.words;
  let own = taintBit('O');
  if (isForced) {
    const why = ko.hasForeignVermagic ? 'bad vermagic' : 'no symbol version';
    if ((taint.mask & taintBit('F')) === 0) printk.warn(`${name}: ${why}: kernel tainted.`);
    own |= taintBit('F');
  }
  if ((taint.mask & taintBit('O')) === 0) {
    printk.warn(`${name}: loading out-of-tree module taints kernel.`);
  }
  if (parts.signatures === 'check') {
    const what = 'signature and/or required key missing - tainting kernel';
    const isFirst = (taint.mask & taintBit('E')) === 0;
    if (isFirst) printk.print(LEVEL.NOTICE, `${name}: module verification failed: ${what}`);
    own |= taintBit('E');
  }
  if (!isFreeLicense(license)) {
    printk.warn(`${name}: module license '${license}' taints kernel.`);
    if ((taint.mask & taintBit('P')) === 0) {
      printk.warn('Disabling lock debugging due to kernel taint');
    }
    own |= taintBit('P');
  }
  taint.mask |= own;
  return own;
}
