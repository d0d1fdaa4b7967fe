// SPDX-License-Identifier: GPL-2.0-or-later
/** Pages: the unit in which memory is handed out and mapped. The same on both boards. */
export const PAGE_SIZE = 4096;
export const PAGE_SHIFT = 12;

/** The largest block is 2^MAX_ORDER pages. Linux: MAX_PAGE_ORDER. */
export const MAX_ORDER = 10;

/** The smallest order whose block holds `sizeBytes`. Linux: get_order. */
export function orderFor(sizeBytes: number): number {
  let order = 0;
  while (PAGE_SIZE << order < sizeBytes) order++;
  return order;
}

/** `value` rounded up to a multiple of `step`. */
export function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
