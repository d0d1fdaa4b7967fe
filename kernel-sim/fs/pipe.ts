// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The buffer between the two ends of a pipe.
 *
 * A ring of 16 pages of RAM, each taken when it is first needed. An empty ring starts over at its
 * first page, so that a pipe with little in it uses little memory.
 *
 * Sits on mm/. pipe-file.ts makes files of it.
 *
 * Linux: fs/pipe.c. Differs: bytes are packed, where Linux keeps one buffer per write that does not
 * fit behind the last; the size cannot be changed.
 */
import { ERRNO } from '../uapi/errno.ts';
import type { Scheduler } from '../kernel/sched/scheduler.ts';
import { WaitQueue } from '../kernel/sched/wait-queue.ts';
import type { IoMemory } from '../mm/io-memory.ts';
import { PAGE_SHIFT, PAGE_SIZE } from '../mm/page.ts';
import type { PageAllocator } from '../mm/page-alloc.ts';

const PAGES = 16;
export const PIPE_BYTES = PAGES * PAGE_SIZE;

export class Pipe {
  readonly readQueue: WaitQueue;
  readonly writeQueue: WaitQueue;
  /** Who opens a FIFO waits here for the other end. */
  readonly openQueue: WaitQueue;
  /** Open ends. */
  readers = 0;
  writers = 0;
  /** How many have ever opened an end: whether a partner came, even if it left again. */
  readersEver = 0;
  writersEver = 0;
  /** Bytes in the ring. */
  used = 0;
  readonly #pages: PageAllocator;
  /** Physical addresses; 0 where no page has been taken. */
  readonly #ring: number[] = Array.from({ length: PAGES }, () => 0);
  /** Offset of the oldest byte. */
  #head = 0;

  constructor(scheduler: Scheduler, pages: PageAllocator) {
    this.readQueue = new WaitQueue(scheduler, 'pipe_read');
    this.writeQueue = new WaitQueue(scheduler, 'pipe_write');
    this.openQueue = new WaitQueue(scheduler, 'wait_for_partner');
    this.#pages = pages;
  }

  get room(): number {
    return PIPE_BYTES - this.used;
  }

  /** Moves up to `count` bytes out. Returns how many, or -EFAULT. */
  take(memory: IoMemory, address: number, count: number): number {
    const wanted = Math.min(count, this.used);
    let done = 0;
    while (done < wanted) {
      const offset = this.#head & (PAGE_SIZE - 1);
      const length = Math.min(wanted - done, PAGE_SIZE - offset);
      const page = this.#ring[this.#head >> PAGE_SHIFT] ?? 0;
      const moved = memory.copyTo(address + done, this.#pages.ram.bytes, page + offset, length);
      done += moved;
      this.used -= moved;
      this.#head = (this.#head + moved) % PIPE_BYTES;
      if (moved < length) break;
    }
    if (this.used === 0) this.#head = 0;
    return done === 0 && wanted > 0 ? -ERRNO.EFAULT : done;
  }

  /**
   * Moves up to `count` bytes in, or all or none if `isAtomic`. Returns how many, 0 when there is
   * no room, or an errno.
   */
  put(memory: IoMemory, address: number, count: number, isAtomic: boolean): number {
    if (isAtomic && count > this.room) return 0;
    const wanted = Math.min(count, this.room);
    let done = 0;
    while (done < wanted) {
      const at = (this.#head + this.used) % PIPE_BYTES;
      const offset = at & (PAGE_SIZE - 1);
      const length = Math.min(wanted - done, PAGE_SIZE - offset);
      const page = this.#pageAt(at >> PAGE_SHIFT);
      if (page === 0) return done > 0 ? done : -ERRNO.ENOMEM;
      const moved = memory.copyFrom(address + done, this.#pages.ram.bytes, page + offset, length);
      done += moved;
      this.used += moved;
      if (moved < length) return done > 0 ? done : -ERRNO.EFAULT;
    }
    return done;
  }

  /** Both ends are closed: gives the pages back. */
  free(): void {
    for (const [index, page] of this.#ring.entries()) {
      if (page === 0) continue;
      this.#pages.freePage(page);
      this.#pages.usage.pipe--;
      this.#ring[index] = 0;
    }
    this.used = 0;
    this.#head = 0;
  }

  #pageAt(index: number): number {
    let page = this.#ring[index] ?? 0;
    if (page === 0) {
      page = this.#pages.allocPage();
      if (page !== 0) this.#pages.usage.pipe++;
      this.#ring[index] = page;
    }
    return page;
  }
}
