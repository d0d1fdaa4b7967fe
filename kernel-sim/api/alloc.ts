// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * `kernel/alloc`: memory that belongs to a value and goes with it.
 *
 * What lies here cannot be used after its end, nor given back twice, nor lost by an error's way
 * out: whoever owns the value drops it once. `kernel/raw` has memory without these promises.
 *
 * @subpath kernel/alloc
 */
import { GFP } from '../uapi/gfp.ts';
import { ArcStatics } from './arc.ts';
import type { ApiContext } from './context.ts';
import { KBoxStatics } from './k-box.ts';
import { KStringStatics } from './k-string.ts';
import { KVecStatics } from './k-vec.ts';
import { SlotStatics } from './slot.ts';

/**
 * How to find memory: for who may sleep (`GFP_KERNEL`) or who must not (`GFP_ATOMIC`,
 * `GFP_NOWAIT`). Linux: include/linux/gfp_types.h.
 *
 * @constants
 */
export const ALLOC_FLAGS = {
  GFP_KERNEL: GFP.GFP_KERNEL,
  GFP_ATOMIC: GFP.GFP_ATOMIC,
  GFP_NOWAIT: GFP.GFP_NOWAIT,
};

/** @exports */
export class AllocApi {
  readonly KBox: KBoxStatics;
  readonly KVec: KVecStatics;
  readonly KString: KStringStatics;
  readonly Arc: ArcStatics;
  readonly Slot: SlotStatics;
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
    this.KBox = new KBoxStatics(context);
    this.KVec = new KVecStatics(context);
    this.KString = new KStringStatics(context);
    this.Arc = new ArcStatics(context);
    this.Slot = new SlotStatics(context);
  }

  /**
   * Gives a value up without dropping it: its memory is never given back. Rust: mem::forget.
   *
   * Context: any.
   *
   * @symbol none
   */
  forget<T>(value: T): void {
    const queue: unknown[] = [value];
    const seen = new Set<object>();
    for (let it = queue.pop(); it !== undefined; it = queue.pop()) {
      if (typeof it !== 'object' || it === null || seen.has(it)) continue;
      seen.add(it);
      const owned = this.#context.allocations.get(it);
      owned?.forget();
      if (owned !== undefined) continue;
      const fields = Object.values(Object.getOwnPropertyDescriptors(it));
      queue.push(...fields.map((field) => field.value as unknown));
    }
  }
}
