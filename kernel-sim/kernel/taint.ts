// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Why the kernel may no longer be trusted. Linux: kernel/panic.c,
 * Documentation/admin-guide/tainted-kernels.rst.
 */

/**
 * Bit, letter when set, name as newer kernels print it; letter when not set is a blank but for bit
 * 0.
 */
// prettier-ignore
const FLAGS = [
  ['P', 'PROPRIETARY_MODULE'], ['F', 'FORCED_MODULE'], ['S', 'CPU_OUT_OF_SPEC'],
  ['R', 'FORCED_RMMOD'], ['M', 'MACHINE_CHECK'], ['B', 'BAD_PAGE'], ['U', 'USER'], ['D', 'DIE'],
  ['A', 'OVERRIDDEN_ACPI_TABLE'], ['W', 'WARN'], ['C', 'CRAP'], ['I', 'FIRMWARE_WORKAROUND'],
  ['O', 'OOT_MODULE'], ['E', 'UNSIGNED_MODULE'], ['L', 'SOFTLOCKUP'],
  ['K', 'LIVEPATCH'], ['X', 'AUX'], ['T', 'RANDSTRUCT'], ['N', 'TEST'],
] as const;

export type TaintLetter = (typeof FLAGS)[number][0];

export function taintBit(letter: TaintLetter): number {
  return 1 << FLAGS.findIndex(([each]) => each === letter);
}

/** What ends trust in the state of locks. Linux: LOCKDEP_NOW_UNRELIABLE. */
export const LOCKDEP_UNRELIABLE = taintBit('P') | taintBit('R') | taintBit('B') | taintBit('D');

/** `O`, `PO`: the letters of set flags, as /proc/modules shows a module's. */
export function taintLetters(taint: number): string {
  return FLAGS.map(([letter], bit) => ((taint >> bit) & 1 ? letter : '')).join('');
}

/** `Not tainted`, or `Tainted: G      D    O     `: one column per flag. */
export function formatTaint(taint: number): string {
  if (taint === 0) return 'Not tainted';
  const columns = FLAGS.map(([letter], bit) =>
    (taint >> bit) & 1 ? letter : bit === 0 ? 'G' : ' ',
  );
  return `Tainted: ${columns.join('')}`;
}

/** `Tainted: [D]=DIE, [O]=OOT_MODULE`. */
export function formatTaintNames(taint: number): string {
  const names = FLAGS.flatMap(([letter, name], bit) =>
    (taint >> bit) & 1 ? [`[${letter}]=${name}`] : [],
  );
  return `Tainted: ${names.join(', ')}`;
}
