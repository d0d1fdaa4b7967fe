// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Memory that lies together by address only, for what is too large to lie together in fact.
 *
 * @subpath kernel/raw
 */
import { KMALLOC_MAX_CACHE_SIZE } from '../mm/slab-layout.ts';
import { GFP, GFP_MODIFIERS, mayBlock } from '../uapi/gfp.ts';
import type { ApiContext } from './context.ts';
import type { VoidPtr } from './raw-pointer.ts';
import { addressOf, intOf, pointerTo, sizeOf } from './raw-value.ts';

/** @exports */
export class RawVmallocApi {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Memory of `size` bytes, with whatever was there before. NULL when there is none.
   *
   * Context: process; may sleep. Linux: vmalloc.
   *
   * @symbol vmalloc_noprof
   * @raw
   */
  vmalloc(size: number): VoidPtr {
    return this.#allocate(sizeOf(size), GFP.GFP_KERNEL);
  }

  /**
   * The same, filled with zeros.
   *
   * Context: process; may sleep. Linux: vzalloc.
   *
   * @symbol vzalloc_noprof
   * @raw
   */
  vzalloc(size: number): VoidPtr {
    return this.#allocate(sizeOf(size), GFP.GFP_KERNEL | ZERO);
  }

  /**
   * Gives back what `vmalloc` answered. NULL is ignored.
   *
   * Context: process, where it may sleep, or interrupt. Linux: vfree.
   *
   * @raw
   */
  vfree(address: VoidPtr): void {
    const at = addressOf(address);
    this.#context.services.raw.sizes.forget(at);
    this.#free(at);
  }

  /**
   * As `kmalloc`, or as `vmalloc` for what finds no room there. `kvfree` gives it back.
   *
   * Context: process; may sleep. Linux: kvmalloc.
   *
   * @symbol __kvmalloc_node_noprof
   * @raw
   */
  kvmalloc(size: number, gfp: number): VoidPtr {
    return this.#either(sizeOf(size), intOf(gfp));
  }

  /**
   * The same, filled with zeros.
   *
   * Context: process; may sleep. Linux: kvzalloc.
   *
   * @symbol __kvmalloc_node_noprof
   * @raw
   */
  kvzalloc(size: number, gfp: number): VoidPtr {
    return this.#either(sizeOf(size), intOf(gfp) | ZERO);
  }

  /**
   * Gives back what `kvmalloc` answered. NULL is ignored.
   *
   * Context: process. Linux: kvfree.
   *
   * @raw
   */
  kvfree(address: VoidPtr): void {
    const at = addressOf(address);
    const { vmalloc, raw, slabs } = this.#context.services;
    raw.sizes.forget(at);
    if (vmalloc.isVmallocAddress(at)) this.#free(at);
    else slabs.kfree(at);
  }

  /**
   * True for an address that `vmalloc` could have answered.
   *
   * Context: any. Linux: is_vmalloc_addr.
   */
  is_vmalloc_addr(address: VoidPtr): boolean {
    return this.#context.services.vmalloc.isVmallocAddress(addressOf(address));
  }

  #free(at: number): void {
    const { vmalloc, scheduler } = this.#context.services;
    const { inTask } = scheduler.preempt;
    // An interrupt leaves the work to somebody who may sleep. Linux: vfree_atomic.
    if (inTask) scheduler.mightSleep();
    vmalloc.free(at);
  }

  #allocate(sizeBytes: number, gfp: number): VoidPtr {
    const { vmalloc, scheduler, raw } = this.#context.services;
    if (mayBlock(gfp)) scheduler.mightSleep();
    return pointerTo(raw.sizes.note(vmalloc.alloc(sizeBytes, gfp), sizeBytes));
  }

  /** Linux: what is larger than a page is not fought for. */
  #either(sizeBytes: number, gfp: number): VoidPtr {
    const { slabs, scheduler, raw } = this.#context.services;
    if (mayBlock(gfp)) scheduler.mightSleep();
    const isSmall = sizeBytes <= KMALLOC_MAX_CACHE_SIZE;
    const quiet = isSmall ? gfp : gfp | GFP_MODIFIERS.__GFP_NOWARN;
    const isZeroed = (gfp & ZERO) !== 0;
    const pointer = isZeroed ? slabs.kzalloc(sizeBytes, quiet) : slabs.kmalloc(sizeBytes, quiet);
    if (pointer === 0 && !isSmall) return this.#allocate(sizeBytes, gfp);
    return pointerTo(raw.sizes.note(pointer, sizeBytes));
  }
}

const ZERO = GFP_MODIFIERS.__GFP_ZERO;
