// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Memory that each CPU has for itself. What stands for it is no address: `per_cpu_ptr` and
 * `this_cpu_ptr` make one of it.
 *
 * @subpath kernel/raw
 */
import type { ApiContext } from './context.ts';
import type { Ptr, VoidPtr } from './raw-pointer.ts';
import { addressOf, intOf, pointerTo, sizeOf } from './raw-value.ts';

/** @exports */
export class RawPercpuApi {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * Zeroed memory of `size` bytes on each CPU. NULL when there is none.
   *
   * Context: process; may sleep. Linux: __alloc_percpu.
   *
   * @symbol pcpu_alloc_noprof
   * @raw
   * @may_sleep
   */
  __alloc_percpu(size: number, align: number): VoidPtr {
    this.#context.services.scheduler.mightSleep();
    const { percpu } = this.#context.services.raw;
    return pointerTo(percpu.alloc(sizeOf(size), sizeOf(align)));
  }

  /**
   * The same for a value of a class: `alloc_percpu(Counters)`.
   *
   * Context: process; may sleep. Linux: alloc_percpu.
   *
   * @symbol pcpu_alloc_noprof
   * @raw
   * @may_sleep
   */
  alloc_percpu<T extends object>(
    type: (abstract new (...args: never) => T) & { readonly size: number; readonly align: number },
  ): Ptr<T> {
    return this.__alloc_percpu(type.size, type.align);
  }

  /**
   * Gives it back on all CPUs. NULL is ignored.
   *
   * Context: any. Linux: free_percpu.
   *
   * @raw
   */
  free_percpu(place: VoidPtr): void {
    this.#percpu.free(addressOf(place));
  }

  /**
   * What a CPU has of it.
   *
   * Context: any. Linux: per_cpu_ptr.
   *
   * @symbol none
   */
  per_cpu_ptr<T>(place: Ptr<T>, cpu: number): Ptr<T> {
    return pointerTo(this.#percpu.addressOf(addressOf(place), intOf(cpu)));
  }

  /**
   * What the running CPU has of it. Who may be switched to another must not use it any more.
   *
   * Context: any. Linux: this_cpu_ptr.
   *
   * @symbol none
   */
  this_cpu_ptr<T>(place: Ptr<T>): Ptr<T> {
    return this.per_cpu_ptr(place, this.smp_processor_id());
  }

  /**
   * The number of the running CPU.
   *
   * Context: any. Linux: smp_processor_id.
   *
   * @symbol none
   */
  smp_processor_id(): number {
    return this.#context.services.scheduler.cpu.id;
  }

  get #percpu() {
    return this.#context.services.raw.percpu;
  }
}
