// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `kernel/raw`: memory by the byte, as C has it. Who takes it gives it back.
 *
 * @subpath kernel/raw
 */
import { GFP, GFP_MODIFIERS, mayBlock } from '../uapi/gfp.ts';
import type { ApiContext } from './context.ts';
import type { VoidPtr } from './raw-pointer.ts';
import { addressOf, flagsOf, pointerTo, sizeOf } from './raw-value.ts';

/**
 * How to find memory: for who may sleep (`GFP_KERNEL`) or who must not (`GFP_ATOMIC`). Linux:
 * include/linux/gfp_types.h.
 *
 * @constants
 */
export const GFP_FLAGS = GFP;

/**
 * A modifier to be ORed to `GFP_KERNEL` and its like. Linux: include/linux/gfp_types.h.
 *
 * @constants
 */
export const GFP_FLAG_MODIFIERS = GFP_MODIFIERS;

/** @exports */
export class RawAllocApi {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Memory of `size` bytes, with whatever was there before. NULL when there is none.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: kmalloc.
   *
   * @symbol __kmalloc_noprof
   * @raw
   * @may_sleep unless gfp=GFP_ATOMIC
   */
  kmalloc(size: number, gfp: number): VoidPtr {
    const { slabs } = this.#context.services;
    const flags = this.#enter(gfp);
    const bytes = sizeOf(size);
    const isZeroed = (flags & GFP_MODIFIERS.__GFP_ZERO) !== 0;
    return pointerTo(isZeroed ? slabs.kzalloc(bytes, flags) : slabs.kmalloc(bytes, flags));
  }

  /**
   * As `kmalloc`, filled with zeros.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: kzalloc.
   *
   * @symbol __kmalloc_noprof
   * @raw
   * @may_sleep unless gfp=GFP_ATOMIC
   */
  kzalloc(size: number, gfp: number): VoidPtr {
    const flags = this.#enter(gfp);
    return pointerTo(this.#context.services.slabs.kzalloc(sizeOf(size), flags));
  }

  /**
   * Gives memory back. NULL is ignored; what is no live allocation's beginning is reported.
   *
   * Context: any. Linux: kfree.
   *
   * @raw
   */
  kfree(pointer: VoidPtr): void {
    const { slabs } = this.#context.services;
    slabs.kfree(addressOf(pointer, slabs.ram.board));
  }

  /** What may wait for memory says so first, also when it will not have to. */
  #enter(gfp: number): number {
    const flags = flagsOf(gfp);
    if (mayBlock(flags)) this.#context.services.scheduler.mightSleep();
    return flags;
  }
}
