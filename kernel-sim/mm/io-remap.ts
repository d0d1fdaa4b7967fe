// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Registers of devices as the kernel's pointers: a range of them for each `ioremap`, apart from all
 * memory. They are no memory: what is loaded through one without `readl` faults.
 *
 * Linux: mm/ioremap.c, lib/iomap.c.
 */
import type { MmioBus } from '../hw/mmio.ts';
import type { Ram } from '../hw/ram/ram.ts';
import type { Sim } from '../sim/sim.ts';
import { EVENT } from '../sim/trace.ts';
import { COST } from '../uapi/costs.ts';
import { PAGE_SIZE, roundUp } from './page.ts';

/** At the end of vmalloc's range, which grows from its start. */
const WINDOW_BYTES = 16 * 1024 * 1024;

interface Mapping {
  readonly pointer: number;
  readonly sizeBytes: number;
  readonly physical: number;
}

export class IoMappings {
  readonly #sim: Sim;
  readonly #ram: Ram;
  readonly #bus: MmioBus;
  readonly #mappings: Mapping[] = [];
  readonly #start: number;
  #next: number;

  constructor(sim: Sim, ram: Ram, bus: MmioBus) {
    this.#sim = sim;
    this.#ram = ram;
    this.#bus = bus;
    this.#start = ram.board.vmallocEnd - WINDOW_BYTES;
    this.#next = this.#start;
  }

  /** A pointer to registers, or 0 when there are no more addresses. Linux: ioremap. */
  map(physical: number, sizeBytes: number): number {
    const skew = physical % PAGE_SIZE;
    // With a page behind it that is nobody's.
    const span = roundUp(skew + sizeBytes, PAGE_SIZE) + PAGE_SIZE;
    if (!(sizeBytes > 0) || span > WINDOW_BYTES) return 0;
    const start = this.#findRoom(span);
    if (start === 0) return 0;
    this.#next = start + span;
    this.#mappings.push({ pointer: start + skew, sizeBytes, physical });
    return start + skew;
  }

  /** False for a pointer that `map` has not answered. Linux: iounmap. */
  unmap(pointer: number): boolean {
    const index = this.#mappings.findIndex((each) => each.pointer === pointer);
    if (index >= 0) this.#mappings.splice(index, 1);
    return index >= 0;
  }

  /** Oopses: there are no registers. Context: any. Linux: readl. */
  load32(pointer: number): number {
    const physical = this.#physicalOf(pointer);
    // The fault that this is.
    if (physical < 0) return this.#ram.load32(pointer);
    const { clock, trace } = this.#sim;
    clock.charge(COST.MMIO_LOAD);
    const value = this.#bus.load32(physical);
    if (trace.on) trace.emit(EVENT.REGISTER, physical, value);
    return value;
  }

  /** Oopses: there are no registers. Context: any. Linux: writel. */
  store32(pointer: number, value: number): void {
    const physical = this.#physicalOf(pointer);
    if (physical < 0) {
      this.#ram.store32(pointer, value >>> 0);
      return;
    }
    const { clock, trace } = this.#sim;
    clock.charge(COST.MMIO_STORE);
    if (trace.on) trace.emit(EVENT.REGISTER, physical + 1, value >>> 0);
    this.#bus.store32(physical, value);
  }

  /** -1 where there are no registers, or part of one. */
  #physicalOf(pointer: number): number {
    for (const mapping of this.#mappings) {
      const offset = pointer - mapping.pointer;
      if (offset >= 0 && offset + 4 <= mapping.sizeBytes) return mapping.physical + offset;
    }
    return -1;
  }

  /** Behind the last one; from the start again when that is full. */
  #findRoom(span: number): number {
    const end = this.#start + WINDOW_BYTES;
    for (const from of [this.#next, this.#start]) {
      let at = from;
      const taken = this.#mappings.toSorted((a, b) => a.pointer - b.pointer);
      for (const { pointer, sizeBytes } of taken) {
        if (pointer + sizeBytes <= at) continue;
        if (pointer - at >= span) break;
        at = roundUp(pointer + sizeBytes, PAGE_SIZE) + PAGE_SIZE;
      }
      if (at + span <= end) return at;
    }
    return 0;
  }
}
