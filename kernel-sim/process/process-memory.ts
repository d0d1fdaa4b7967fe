// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The kernel memory that each process takes: its kernel stack and the bodies of its structures.
 *
 * The structures' fields live in TypeScript objects; the bodies are there so that memory is used,
 * counted and runs out as on Linux. Sizes: those of a 6.x x86-64 kernel.
 */
import type { SlabAllocator } from '../mm/kmalloc.ts';
import type { PageAllocator } from '../mm/page-alloc.ts';
import type { SlabCache } from '../mm/slab.ts';

/** Pages of 2^2 * 4 KiB: THREAD_SIZE. */
const KERNEL_STACK_ORDER = 2;
const CACHES = [
  ['task_struct', 4352],
  ['signal_cache', 1152],
  ['files_cache', 704],
  ['mm_struct', 1408],
  ['cred_jar', 192],
] as const;

export class ProcessMemory {
  readonly #slabs: SlabAllocator;
  readonly #pages: PageAllocator;
  readonly #caches: readonly SlabCache[];
  readonly #taken = new Map<
    number,
    { readonly stack: number; readonly objects: readonly number[] }
  >();

  constructor(slabs: SlabAllocator, pages: PageAllocator) {
    this.#slabs = slabs;
    this.#pages = pages;
    this.#caches = CACHES.map(([name, size]) => slabs.createCache(name, size));
  }

  /** Takes it all for process `pid`; false, and nothing taken, when memory is short. */
  take(pid: number): boolean {
    const stack = this.#pages.allocPages(KERNEL_STACK_ORDER);
    const objects = stack === 0 ? [] : this.#caches.map((cache) => this.#slabs.alloc(cache));
    this.#taken.set(pid, { stack, objects });
    const isWhole = stack !== 0 && objects.every((pointer) => pointer !== 0);
    if (!isWhole) this.give(pid);
    return isWhole;
  }

  give(pid: number): void {
    const taken = this.#taken.get(pid);
    if (taken === undefined) return;
    this.#taken.delete(pid);
    for (const pointer of taken.objects) if (pointer !== 0) this.#slabs.kfree(pointer);
    if (taken.stack !== 0) this.#pages.freePages(taken.stack, KERNEL_STACK_ORDER);
  }
}
