// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The kernel memory that each thread takes: its kernel stack and the bodies of its structures; the
 * first thread of a process also those that the others share.
 *
 * The structures' fields live in TypeScript objects; the bodies are there so that memory is used,
 * counted and runs out as on Linux. Sizes: those of a 6.x x86-64 kernel.
 */
import { getCred, putCred, ROOT, type Credentials } from '../kernel/credentials.ts';
import type { Task } from '../kernel/sched/task.ts';
import type { ThreadGroup } from '../kernel/sched/thread-group.ts';
import type { SlabAllocator } from '../mm/kmalloc.ts';
import type { KernelStacks } from '../mm/kernel-stacks.ts';
import type { PageAllocator } from '../mm/page-alloc.ts';
import type { SlabCache } from '../mm/slab.ts';
import { Creds } from './creds.ts';

/** Pages of 2^2 * 4 KiB: THREAD_SIZE. */
const KERNEL_STACK_ORDER = 2;
const KERNEL_STACK_PAGES = 2 ** KERNEL_STACK_ORDER;
const TASK_STRUCT_BYTES = 4352;
const SHARED_CACHES = [
  ['signal_cache', 1152],
  ['files_cache', 704],
  ['mm_struct', 1408],
] as const;

interface Taken {
  readonly stack: number;
  readonly taskStruct: number;
}

export class ProcessMemory {
  readonly creds: Creds;
  readonly #slabs: SlabAllocator;
  readonly #pages: PageAllocator;
  readonly #stacks: KernelStacks;
  readonly #taskCache: SlabCache;
  readonly #sharedCaches: readonly SlabCache[];
  readonly #threads = new Map<Task, Taken>();
  readonly #groups = new Map<ThreadGroup, readonly number[]>();

  constructor(slabs: SlabAllocator, pages: PageAllocator, stacks: KernelStacks) {
    this.#stacks = stacks;
    this.#slabs = slabs;
    this.#pages = pages;
    this.#taskCache = slabs.createCache('task_struct', TASK_STRUCT_BYTES);
    this.creds = new Creds(slabs);
    this.#sharedCaches = SHARED_CACHES.map(([name, size]) => slabs.createCache(name, size));
  }

  /** Takes it all for a new thread; false, and nothing taken, when memory is short. */
  take(task: Task): boolean {
    const { group, isLeader } = task;
    const stack = this.#pages.allocPages(KERNEL_STACK_ORDER);
    const isThere = stack !== 0;
    if (isThere) this.#pages.usage.kernelStack += KERNEL_STACK_PAGES;
    const taskStruct = isThere ? this.#slabs.alloc(this.#taskCache) : 0;
    const cred = isThere ? this.#credFor(task) : undefined;
    const shared = isThere && isLeader ? this.#allocate(this.#sharedCaches) : [];
    this.#threads.set(task, { stack, taskStruct });
    task.address = taskStruct;
    task.stackPages = stack;
    if (isLeader) this.#groups.set(group, shared);
    task.credentials = cred ?? ROOT;
    if (cred !== undefined && [taskStruct, ...shared].every((pointer) => pointer !== 0)) {
      return true;
    }
    this.give(task);
    if (isLeader) this.giveShared(group);
    return false;
  }

  /** Gives back what is the thread's own. */
  give(task: Task): void {
    const taken = this.#threads.get(task);
    if (taken === undefined) return;
    this.#threads.delete(task);
    this.#free([taken.taskStruct]);
    putCred(task.credentials);
    this.#stacks.release(task);
    if (taken.stack === 0) return;
    this.#pages.freePages(taken.stack, KERNEL_STACK_ORDER);
    this.#pages.usage.kernelStack -= KERNEL_STACK_PAGES;
  }

  /** Gives back what the threads of a process shared. */
  giveShared(group: ThreadGroup): void {
    this.#free(this.#groups.get(group) ?? []);
    this.#groups.delete(group);
  }

  /** The threads of a process share one. Linux: copy_creds. */
  #credFor(task: Task): Credentials | undefined {
    return task.isLeader ? this.creds.copy(task.credentials) : getCred(task.credentials);
  }

  #allocate(caches: readonly SlabCache[]): number[] {
    return caches.map((cache) => this.#slabs.alloc(cache));
  }

  #free(pointers: readonly number[]): void {
    for (const pointer of pointers) if (pointer !== 0) this.#slabs.kfree(pointer);
  }
}
