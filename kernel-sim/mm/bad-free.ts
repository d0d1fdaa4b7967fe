// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Memory given back wrongly. The allocators notice and leave the memory as it was; who listens
 * makes the report, and may let the caller go on, as KASAN does.
 *
 * Linux: kasan_report_invalid_free (mm/kasan/report.c), bad_page (mm/page_alloc.c).
 */
import { Oops } from '../kernel/oops.ts';

export interface BadFree {
  /**
   * `double-free`: it is free already; `invalid-free`: nothing was handed out that begins here;
   * `wrong-order`: these pages were handed out as a block of another size.
   */
  readonly kind: 'double-free' | 'invalid-free' | 'wrong-order';
  readonly pointer: number;
}

export type BadFreeReporter = (bad: BadFree) => void;

/** What an allocator does until somebody listens. */
export function oopsOnBadFree(bad: BadFree): void {
  throw new Oops(bad.kind);
}
