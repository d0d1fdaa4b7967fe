// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Who took each page last, and who gave it back last.
 *
 * Linux: mm/page_owner.c, `page_owner=on`.
 */
import { PAGE_SIZE } from './page.ts';
import type { Track, TrackSource } from './slab-tracks.ts';

/** Words of a page. A CPU is kept plus one, so that 0 says that there is no track. */
const WORDS = 8;
const ALLOC = 0;
const FREE = 3;
const ORDER = 6;
const GFP = 7;

/** How a page was taken the last time. */
export interface PageAllocation extends Track {
  readonly order: number;
  readonly gfp: number;
}

export class PageOwner {
  readonly #source: TrackSource;
  readonly #words: Int32Array;
  /** By page: when it was taken, and when given back. */
  readonly #times: Float64Array;

  constructor(source: TrackSource, ramBytes: number) {
    const pages = ramBytes / PAGE_SIZE;
    this.#source = source;
    this.#words = new Int32Array(WORDS * pages);
    this.#times = new Float64Array(2 * pages);
  }

  allocated(frame: number, order: number, gfp: number): void {
    const words = this.#words;
    const { sim, execution, depot } = this.#source;
    const stack = depot.save(execution);
    const timeNs = sim.now();
    for (let each = frame; each < frame + (1 << order); each++) {
      const at = each * WORDS;
      words[at + ALLOC] = stack;
      words[at + ALLOC + 1] = sim.pid;
      words[at + ALLOC + 2] = sim.cpu + 1;
      words[at + ORDER] = order;
      words[at + GFP] = gfp;
      this.#times[2 * each] = timeNs;
    }
  }

  freed(frame: number, order: number): void {
    const words = this.#words;
    const { sim, execution, depot } = this.#source;
    const stack = depot.save(execution);
    const timeNs = sim.now();
    for (let each = frame; each < frame + (1 << order); each++) {
      const at = each * WORDS + FREE;
      words[at] = stack;
      words[at + 1] = sim.pid;
      words[at + 2] = sim.cpu + 1;
      this.#times[2 * each + 1] = timeNs;
    }
  }

  allocation(frame: number): PageAllocation | undefined {
    const track = this.#track(frame * WORDS + ALLOC, 2 * frame);
    if (track === undefined) return undefined;
    const at = frame * WORDS;
    return { ...track, order: this.#words[at + ORDER] ?? 0, gfp: this.#words[at + GFP] ?? 0 };
  }

  free(frame: number): Track | undefined {
    return this.#track(frame * WORDS + FREE, 2 * frame + 1);
  }

  #track(at: number, time: number): Track | undefined {
    const words = this.#words;
    const cpu = (words[at + 2] ?? 0) - 1;
    if (cpu < 0) return undefined;
    const [stack = 0, pid = 0] = words.subarray(at, at + 2);
    return { stack, pid, cpu, timeNs: this.#times[time] ?? 0 };
  }
}
