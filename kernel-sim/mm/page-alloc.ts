// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The page allocator: blocks of 1, 2, 4 … 1024 pages, split in halves, joined with their buddies.
 *
 * The buddy of a block is the one whose page number differs in the bit of its order alone. Taking a
 * block splits the smallest free one that is large enough and hands out its lower end; giving it
 * back joins it with its buddy for as long as that is free too. Free memory is poisoned in the
 * shadow, so a touch of it is a use-after-free.
 *
 * Sits on hw/ram. Slabs (slab.ts), user memory (address-space.ts) and page tables take from here.
 *
 * Linux: mm/page_alloc.c; `#state` and the links are its mem_map. Differs: one zone, no per-CPU
 * lists, no reclaim: when memory is short, `reclaim` is asked once.
 */
import { EVENT } from '../sim/trace.ts';
import type { Sim } from '../sim/sim.ts';
import { COST } from '../uapi/costs.ts';
import type { Ram } from '../hw/ram/ram.ts';
import { SHADOW } from '../hw/ram/shadow.ts';
import { GFP, GFP_HIGHUSER_MOVABLE } from '../uapi/gfp.ts';
import { oopsOnBadFree, type BadFree, type BadFreeReporter } from './bad-free.ts';
import { type AllocationFaults, NO_FAULTS } from './failslab.ts';
import { MAX_ORDER, PAGE_SHIFT, PAGE_SIZE, roundUp } from './page.ts';
import type { PageOwner } from './page-owner.ts';

// States of a page; FREE and TAKEN are ORed with the order of the block that the page heads.
const INSIDE = 0;
const FREE = 0x40;
const TAKEN = 0x80;

const NONE = -1;

export interface PageBlock {
  readonly physical: number;
  readonly order: number;
  readonly isFree: boolean;
}

export class PageAllocator {
  readonly ram: Ram;
  /** Pages that can ever be handed out. */
  readonly totalPages: number;
  onBadFree: BadFreeReporter = oopsOnBadFree;
  faults: AllocationFaults = NO_FAULTS;
  /** Notes who takes and gives back, if somebody would print it. */
  owner: PageOwner | undefined;
  /** Asked once before an allocation fails; returns true if it gave pages back. */
  reclaim: () => boolean = () => false;
  /** Asked before a process is told that there is no page for it; true: try again. OOM killer. */
  outOfMemory: () => boolean = () => false;
  /** What pages are used for, as /proc/meminfo has it: whoever takes them counts them. */
  readonly usage = {
    anonymous: 0,
    mapped: 0,
    shmem: 0,
    pageTables: 0,
    vmalloc: 0,
    kernelStack: 0,
    percpu: 0,
    /** Of pipes; /proc/meminfo has no line for them. */
    pipe: 0,
  };
  /** How often something happened since boot: whoever does it counts it. Linux: vm_event_item. */
  readonly events = { pagesAllocated: 0, pageFault: 0, oomKill: 0 };
  readonly #sim: Sim;
  readonly #firstFrame: number;
  readonly #endFrame: number;
  #freePages = 0;

  // By page frame number: state, and the links of the free list that a free block is in.
  readonly #state: Uint8Array;
  /** How many hold a page that was handed out alone. Linux: _refcount of struct page. */
  readonly #references: Int32Array;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  // By order: first free block and how many there are.
  readonly #head = new Int32Array(MAX_ORDER + 1).fill(NONE);
  readonly #blocks = new Int32Array(MAX_ORDER + 1);

  /** The first `reservedBytes` (at least a page, so that 0 is never an answer) stay untouched. */
  constructor(sim: Sim, ram: Ram, reservedBytes = PAGE_SIZE) {
    this.#sim = sim;
    this.ram = ram;
    this.#firstFrame = roundUp(Math.max(reservedBytes, PAGE_SIZE), PAGE_SIZE) / PAGE_SIZE;
    this.#endFrame = ram.sizeBytes / PAGE_SIZE;
    this.totalPages = this.#endFrame - this.#firstFrame;
    this.#state = new Uint8Array(this.#endFrame);
    this.#references = new Int32Array(this.#endFrame);
    this.#next = new Int32Array(this.#endFrame);
    this.#previous = new Int32Array(this.#endFrame);
    ram.unpoison(0, this.#firstFrame * PAGE_SIZE);
    this.#addAll();
  }

  get freePageCount(): number {
    return this.#freePages;
  }

  get freeBytes(): number {
    return this.#freePages * PAGE_SIZE;
  }

  /** How many free blocks of an order there are: a column of /proc/buddyinfo. */
  freeBlocks(order: number): number {
    return this.#blocks[order] ?? 0;
  }

  /** Physical address of 2^order pages, or 0 when there are none. Context: any. */
  allocPages(order: number, gfp: number = GFP.GFP_KERNEL): number {
    this.#sim.clock.charge(COST.PAGE_ALLOC);
    if (this.faults.isArmed && this.faults.shouldFailPages(order, gfp)) return 0;
    return this.#alloc(order, gfp);
  }

  /**
   * Gives back what `allocPages(order)` answered. Context: any.
   *
   * Reports to `onBadFree`: what is free, was never handed out, or was handed out as another order.
   */
  freePages(physical: number, order: number): void {
    this.#sim.clock.charge(COST.PAGE_ALLOC);
    const frame = physical / PAGE_SIZE;
    if (this.#state[frame] !== (TAKEN | order)) {
      this.onBadFree({ kind: this.#wrongOf(frame), pointer: this.ram.toPointer(physical) });
      return;
    }
    this.ram.poison(physical, PAGE_SIZE << order, SHADOW.PAGE_FREE);
    this.owner?.freed(frame, order);
    this.#freePages += 1 << order;
    this.#join(frame, order);
    if (this.#sim.trace.all) this.#sim.trace.emit(EVENT.PAGE_FREE, frame, order);
  }

  allocPage(): number {
    return this.allocPages(0);
  }

  freePage(physical: number): void {
    this.freePages(physical, 0);
  }

  /** A page for a process, not filled: for want of one the OOM killer makes room. 0: no more. */
  allocUserPage(): number {
    this.#sim.clock.charge(COST.PAGE_ALLOC);
    if (this.faults.isArmed && this.faults.shouldFailPages(0, GFP_HIGHUSER_MOVABLE)) return 0;
    for (;;) {
      const physical = this.#alloc(0, GFP_HIGHUSER_MOVABLE);
      if (physical !== 0 || !this.outOfMemory()) return physical;
    }
  }

  /** How many hold the page. Linux: page_count. */
  references(physical: number): number {
    return this.#references[physical >>> PAGE_SHIFT] ?? 0;
  }

  /** One more holds the page; each gives it back by `putPage`. Linux: get_page. */
  getPage(physical: number): void {
    this.#references[physical >>> PAGE_SHIFT]! += 1;
  }

  /** One holds the page no longer; the last one frees it. True if it was the last. */
  putPage(physical: number): boolean {
    const frame = physical >>> PAGE_SHIFT;
    const left = (this.#references[frame] ?? 0) - 1;
    if (left > 0) {
      this.#references[frame] = left;
      return false;
    }
    this.freePage(physical);
    return true;
  }

  /** As `allocPage`, filled with zeros. Linux: get_zeroed_page. */
  allocZeroedPage(): number {
    const physical = this.allocPages(0);
    if (physical !== 0) this.ram.bytes.fill(0, physical, physical + PAGE_SIZE);
    return physical;
  }

  /** The order of the block handed out at `physical`, or -1 when none begins there. */
  orderAt(physical: number): number {
    const state = this.#state[physical / PAGE_SIZE] ?? INSIDE;
    return (state & TAKEN) === 0 ? -1 : state & ~TAKEN;
  }

  /** True if the page of `physical` is free, alone or in a larger block. */
  isFree(physical: number): boolean {
    return this.blockOf(physical).isFree;
  }

  /** The block that a page is part of; a page that is never handed out is one by itself. */
  blockOf(physical: number): PageBlock {
    const frame = physical >>> PAGE_SHIFT;
    for (let order = 0; order <= MAX_ORDER; order++) {
      const head = frame & ~((1 << order) - 1);
      const state = this.#state[head] ?? INSIDE;
      const headed = state & ~(FREE | TAKEN);
      if (state !== INSIDE && headed >= order) {
        return { physical: head * PAGE_SIZE, order: headed, isFree: (state & FREE) !== 0 };
      }
    }
    return { physical: frame * PAGE_SIZE, order: 0, isFree: false };
  }

  /** Hands all memory to the free lists in the largest aligned blocks, lowest first in its list. */
  #addAll(): void {
    let end = this.#endFrame;
    while (end > this.#firstFrame) {
      let order = 0;
      while (order < MAX_ORDER && this.#canEndBlock(end, order + 1)) order++;
      end -= 1 << order;
      this.#push(end, order);
      this.#freePages += 1 << order;
    }
  }

  #canEndBlock(end: number, order: number): boolean {
    const pages = 1 << order;
    return (end & (pages - 1)) === 0 && end - pages >= this.#firstFrame;
  }

  #alloc(order: number, gfp: number): number {
    let frame = this.#take(order);
    if (frame === NONE && this.reclaim()) frame = this.#take(order);
    if (frame === NONE) return 0;
    this.owner?.allocated(frame, order, gfp);
    this.#state[frame] = TAKEN | order;
    this.#references[frame] = 1;
    this.#freePages -= 1 << order;
    this.events.pagesAllocated += 1 << order;
    this.ram.unpoison(frame * PAGE_SIZE, PAGE_SIZE << order);
    if (this.#sim.trace.all) this.#sim.trace.emit(EVENT.PAGE_ALLOC, frame, order);
    return frame * PAGE_SIZE;
  }

  /** A block of `order` off the lists, split from a larger one if need be, or NONE. */
  #take(order: number): number {
    let from = order;
    while (from <= MAX_ORDER && this.#head[from] === NONE) from++;
    if (from > MAX_ORDER) return NONE;
    const frame = this.#head[from] ?? NONE;
    this.#unlink(frame, from);
    while (from > order) {
      from--;
      this.#push(frame + (1 << from), from);
    }
    return frame;
  }

  #join(freed: number, freedOrder: number): void {
    let frame = freed;
    let order = freedOrder;
    while (order < MAX_ORDER) {
      const buddy = frame ^ (1 << order);
      if (this.#state[buddy] !== (FREE | order)) break;
      this.#unlink(buddy, order);
      this.#state[Math.max(frame, buddy)] = INSIDE;
      frame &= buddy;
      order++;
    }
    this.#push(frame, order);
  }

  #push(frame: number, order: number): void {
    const head = this.#head[order] ?? NONE;
    this.#state[frame] = FREE | order;
    this.#next[frame] = head;
    this.#previous[frame] = NONE;
    if (head !== NONE) this.#previous[head] = frame;
    this.#head[order] = frame;
    this.#blocks[order]! += 1;
  }

  #unlink(frame: number, order: number): void {
    const next = this.#next[frame] ?? NONE;
    const previous = this.#previous[frame] ?? NONE;
    if (next !== NONE) this.#previous[next] = previous;
    if (previous === NONE) this.#head[order] = next;
    else this.#next[previous] = next;
    this.#blocks[order]! -= 1;
  }

  #wrongOf(frame: number): BadFree['kind'] {
    if (!(frame >= this.#firstFrame && frame < this.#endFrame)) return 'invalid-free';
    if (this.isFree(frame * PAGE_SIZE)) return 'double-free';
    return this.orderAt(frame * PAGE_SIZE) >= 0 ? 'wrong-order' : 'invalid-free';
  }
}
