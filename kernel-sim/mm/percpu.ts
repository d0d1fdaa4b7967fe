// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Per-CPU memory: one pointer stands for as many variables as there are CPUs.
 *
 * A chunk is a block of pages with a unit for each CPU, all laid out alike. What alloc_percpu
 * answers is no address of memory but a place in a unit; the CPU's offset makes an address of it.
 * So who uses it as it is faults.
 *
 * Linux: mm/percpu.c. Differs: first fit, in units of eight bytes.
 */
import type { Sim } from '../sim/sim.ts';
import { EVENT } from '../sim/trace.ts';
import type { Ram } from '../hw/ram/ram.ts';
import { type LeakTracker, NO_LEAKS } from './kmemleak.ts';
import { orderFor, PAGE_SIZE, roundUp } from './page.ts';
import type { PageAllocator } from './page-alloc.ts';

/** Linux: PCPU_MIN_UNIT_SIZE. */
const UNIT_BYTES = 32 * 1024;
const ALIGN = 8;
/** Where the places begin. Nothing is mapped there, in the kernel or in a process. */
const COOKIES = { 4: 0x0010_0000, 8: 0x607f_0000_0000 } as const;

interface Chunk {
  /** Of the first place. */
  readonly cookie: number;
  readonly physical: number;
  /** Bytes in use, by place. */
  readonly taken: Map<number, number>;
}

export class PercpuAllocator {
  leaks: LeakTracker = NO_LEAKS;
  readonly #sim: Sim;
  readonly #pages: PageAllocator;
  readonly #ram: Ram;
  readonly #cpus: number;
  readonly #chunks: Chunk[] = [];

  constructor(sim: Sim, pages: PageAllocator, cpus: number) {
    this.#sim = sim;
    this.#pages = pages;
    this.#ram = pages.ram;
    this.#cpus = cpus;
  }

  /** A place of `sizeBytes` bytes on each CPU, zeroed, or 0. Linux: __alloc_percpu. */
  alloc(sizeBytes: number, align = ALIGN): number {
    const bytes = roundUp(Math.max(sizeBytes, 1), ALIGN);
    if (!(bytes <= UNIT_BYTES) || !(align >= 1 && align <= PAGE_SIZE)) return 0;
    for (const chunk of this.#chunks) {
      const place = placeIn(chunk, bytes, Math.max(align, ALIGN));
      if (place !== 0) return this.#take(chunk, place, bytes);
    }
    const chunk = this.#grow();
    return chunk === undefined ? 0 : this.#take(chunk, chunk.cookie, bytes);
  }

  /** Gives a place back; what is none is ignored, as in Linux. Linux: free_percpu. */
  free(place: number): void {
    if (this.leaks.isTracking) this.leaks.free(place);
    if (this.#sim.trace.all) this.#sim.trace.emit(EVENT.PERCPU_FREE, place, 0);
    this.#chunkOf(place)?.taken.delete(place);
  }

  /** The address of a place on a CPU, whatever it may be. Linux: per_cpu_ptr. */
  addressOf(place: number, cpu: number): number {
    const chunk = this.#chunkOf(place);
    if (chunk === undefined || !(cpu >= 0 && cpu < this.#cpus)) return place;
    return this.#ram.toPointer(chunk.physical + cpu * UNIT_BYTES + (place - chunk.cookie));
  }

  /** Places in use, and how many bytes each has on a CPU. */
  get all(): readonly (readonly [place: number, sizeBytes: number])[] {
    return this.#chunks.flatMap(({ taken }) => [...taken]);
  }

  #take(chunk: Chunk, place: number, bytes: number): number {
    chunk.taken.set(place, bytes);
    if (this.leaks.isTracking) this.leaks.alloc(place, bytes, 'percpu');
    if (this.#sim.trace.all) this.#sim.trace.emit(EVENT.PERCPU_ALLOC, place, bytes);
    for (let cpu = 0; cpu < this.#cpus; cpu++) {
      const at = chunk.physical + cpu * UNIT_BYTES + (place - chunk.cookie);
      this.#ram.bytes.fill(0, at, at + bytes);
    }
    return place;
  }

  #chunkOf(place: number): Chunk | undefined {
    return this.#chunks.find(({ cookie }) => place >= cookie && place < cookie + UNIT_BYTES);
  }

  #grow(): Chunk | undefined {
    const order = orderFor(this.#cpus * UNIT_BYTES);
    const physical = this.#pages.allocPages(order);
    if (physical === 0) return undefined;
    this.#pages.usage.percpu += 2 ** order;
    const base = COOKIES[this.#ram.board.pointerBytes];
    const chunk = { cookie: base + this.#chunks.length * UNIT_BYTES, physical, taken: new Map() };
    this.#chunks.push(chunk);
    return chunk;
  }
}

/** The lowest free place of a chunk, or 0. */
function placeIn({ cookie, taken }: Chunk, bytes: number, align: number): number {
  const used = [...taken].toSorted(([a], [b]) => a - b);
  let place = cookie;
  for (const [start, sizeBytes] of used) {
    if (place + bytes <= start) break;
    place = cookie + roundUp(start + sizeBytes - cookie, align);
  }
  return place + bytes <= cookie + UNIT_BYTES ? place : 0;
}
