// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Allocations that fail on purpose: failslab for slab objects, fail_page_alloc for pages.
 *
 * Both leave alone who may wait for memory until `ignore-gfp-wait` is N: code that may wait hardly
 * ever sees a failure. A call of a module that was asked for by number (kernel/fault-inject.ts)
 * fails all the same.
 *
 * Linux: mm/failslab.c, mm/fail_page_alloc.c.
 */
import type { FaultAttributes } from '../kernel/detectors.ts';
import { FaultAttr, type FaultInjection } from '../kernel/fault-inject.ts';
import { GFP_HIGHUSER_MOVABLE, GFP_MODIFIERS, mayBlock } from '../uapi/gfp.ts';

const { __GFP_NOFAIL, __GFP_NORETRY, __GFP_NOWARN } = GFP_MODIFIERS;
const HIGHMEM = GFP_HIGHUSER_MOVABLE & 0x2;

/** What failslab asks of a cache. */
export interface FailableCache {
  readonly objectBytes: number;
  /** SLAB_FAILSLAB: with `cache-filter`, only such caches fail. */
  readonly isFailslab: boolean;
}

/** What the allocators ask. */
export interface AllocationFaults {
  /** Nothing fails while this is false: looked at before anything is asked. */
  readonly isArmed: boolean;
  /** Linux: should_failslab. */
  shouldFailSlab(cache: FailableCache, gfp: number): boolean;
  /** Linux: should_fail_alloc_page. */
  shouldFailPages(order: number, gfp: number): boolean;
}

/** For allocators that nobody has given any. */
export const NO_FAULTS: AllocationFaults = Object.freeze({
  isArmed: false,
  shouldFailSlab: () => false,
  shouldFailPages: () => false,
});

/** What the command line says of both. */
interface BootSettings {
  readonly failslab: FaultAttributes | undefined;
  readonly failPageAlloc: FaultAttributes | undefined;
}

export class InjectedFaults implements AllocationFaults {
  readonly injection: FaultInjection;
  readonly slab: { readonly attr: FaultAttr; ignoresWaiting: boolean; cacheFilter: boolean };
  readonly page: {
    readonly attr: FaultAttr;
    ignoresWaiting: boolean;
    ignoresHighmem: boolean;
    minOrder: number;
  };

  constructor(injection: FaultInjection, { failslab, failPageAlloc }: BootSettings) {
    this.injection = injection;
    this.slab = {
      attr: new FaultAttr('failslab', failslab),
      ignoresWaiting: true,
      cacheFilter: false,
    };
    this.page = {
      attr: new FaultAttr('fail_page_alloc', failPageAlloc),
      ignoresWaiting: true,
      ignoresHighmem: true,
      minOrder: 1,
    };
    injection.add(this.slab.attr);
    injection.add(this.page.attr);
  }

  get isArmed(): boolean {
    return this.injection.isArmed;
  }

  shouldFailSlab(cache: FailableCache, gfp: number): boolean {
    const { injection, slab } = this;
    if ((gfp & __GFP_NOFAIL) !== 0) return false;
    if (injection.shouldFailModule(slab.attr)) return true;
    if (slab.ignoresWaiting && mayBlock(gfp)) return false;
    if (slab.cacheFilter && !cache.isFailslab) return false;
    return injection.shouldFail(slab.attr, cache.objectBytes, (gfp & __GFP_NOWARN) !== 0);
  }

  shouldFailPages(order: number, gfp: number): boolean {
    const { injection, page } = this;
    if (order < page.minOrder || (gfp & __GFP_NOFAIL) !== 0) return false;
    // The pages of a new slab are part of an allocation that has been counted.
    const isRefill = (gfp & __GFP_NORETRY) !== 0;
    if (!isRefill && injection.shouldFailModule(page.attr)) return true;
    if (page.ignoresHighmem && (gfp & HIGHMEM) !== 0) return false;
    if (page.ignoresWaiting && mayBlock(gfp)) return false;
    return injection.shouldFail(page.attr, 1 << order, (gfp & __GFP_NOWARN) !== 0);
  }
}
