// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Kernel stacks as memory: 16 KiB of pages, mapped at the first use of an address on them, with a
 * page below that is never mapped.
 *
 * Frames are counted, not stored (uapi/module-abi.ts), so most tasks never need an address there.
 *
 * Linux: alloc_thread_stack_node of kernel/fork.c with CONFIG_VMAP_STACK, get_stack_guard_info of
 * arch/x86. Differs: the pages of a process's stack are one block, which is taken with the process.
 */
import type { Scheduler } from '../kernel/sched/scheduler.ts';
import type { Task } from '../kernel/sched/task.ts';
import { PAGE_SIZE } from './page.ts';
import type { PageAllocator } from './page-alloc.ts';
import type { Vmalloc } from './vmalloc.ts';

const STACK_PAGES = 4;
/** Linux: THREAD_SIZE. */
export const STACK_BYTES = STACK_PAGES * PAGE_SIZE;
/** Who asks for them, in /proc/vmallocinfo. */
const CALLER = 'dup_task_struct+0x57/0x3a0';

/** The ends of a stack. */
export interface StackRange {
  readonly start: number;
  readonly end: number;
}

export class KernelStacks {
  readonly #pages: PageAllocator;
  readonly #vmalloc: Vmalloc;
  readonly #scheduler: Scheduler;

  constructor(pages: PageAllocator, vmalloc: Vmalloc, scheduler: Scheduler) {
    this.#pages = pages;
    this.#vmalloc = vmalloc;
    this.#scheduler = scheduler;
  }

  /** Where the stack of who runs begins; 0 when it cannot be mapped. Context: any. */
  bottom(): number {
    const { context } = this.#scheduler;
    return (context.kernelStack ||= this.#take(context.stackPages));
  }

  /** The stack of who runs, if it has been mapped. */
  get current(): StackRange | undefined {
    const start = this.#scheduler.context.kernelStack;
    return start === 0 ? undefined : { start, end: start + STACK_BYTES };
  }

  /** The stack whose guard page `pointer` lies in, if it is that of who runs. */
  guardedBy(pointer: number): StackRange | undefined {
    const range = this.current;
    const isBelow = range !== undefined && pointer < range.start;
    return isBelow && pointer >= range.start - PAGE_SIZE ? range : undefined;
  }

  /** What KASAN says of an address on a stack. Linux: print_address_stack_frame. */
  describe(pointer: number): readonly string[] {
    const range = this.current;
    if (range === undefined || pointer < range.start || pointer >= range.end) return [];
    const { name, pid } = this.#scheduler.current;
    return [`The buggy address belongs to stack of task ${name}/${pid}`, ''];
  }

  /** Unmaps a task's stack; a process's pages stay its own. */
  release(task: Task): void {
    if (task.kernelStack === 0) return;
    if (task.stackPages === 0) {
      this.#vmalloc.free(task.kernelStack);
      this.#pages.usage.kernelStack -= STACK_PAGES;
    } else this.#vmalloc.vunmap(task.kernelStack);
    task.kernelStack = 0;
  }

  /** @param pages physical address of a block, 0 for a stack of pages of its own */
  #take(pages: number): number {
    if (pages === 0) {
      const start = this.#vmalloc.alloc(STACK_BYTES, undefined, { caller: CALLER });
      if (start !== 0) this.#pages.usage.kernelStack += STACK_PAGES;
      return start;
    }
    const block = Array.from({ length: STACK_PAGES }, (_, page) => pages + page * PAGE_SIZE);
    return this.#vmalloc.vmap(block, { caller: CALLER });
  }
}
