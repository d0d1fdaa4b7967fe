// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Who took each object of a slab and who gave it back: numbers in one typed array per slab, so that
 * to note them costs no allocation. There are none when nobody would print them.
 *
 * Linux: struct kasan_alloc_meta, struct kasan_free_meta and struct track. Differs: kept beside the
 * objects instead of behind them, so no stray write reaches them.
 */
import type { Execution } from '../kernel/sched/execution.ts';
import type { StackDepot } from '../kernel/stack-depot.ts';
import type { Sim } from '../sim/sim.ts';

/** An allocation or a free, as a report tells of it. */
export interface Track {
  /** Handle of the stack depot; 0: not available. */
  readonly stack: number;
  readonly pid: number;
  readonly cpu: number;
  readonly timeNs: number;
}

/** Who runs, and how it got there: what a track is made of. */
export interface TrackSource {
  readonly sim: Sim;
  readonly execution: Execution;
  readonly depot: StackDepot;
}

/** Numbers of an object: a line of the host's cache. */
const WORDS = 8;
const REQUESTED = 0;
const ALLOC = 1;
const FREE = 4;
/** Both handles in one number: they are smaller than this. */
const AUX = 7;
const HANDLES = 2 ** 24;
// Of a track.
const STACK = 0;
/** The pid, and the CPU plus one, so that 0 says that there is no track. */
const WHO = 1;
const CPUS = 256;
const TIME = 2;

export class SlabTracks {
  readonly #source: TrackSource;
  readonly #words: Float64Array;

  constructor(source: TrackSource, objects: number) {
    this.#source = source;
    this.#words = new Float64Array(WORDS * objects);
  }

  allocated(index: number, requestedBytes: number): void {
    const words = this.#words;
    const at = index * WORDS;
    words[at + REQUESTED] = requestedBytes;
    words[at + AUX] = 0;
    this.#note(at + ALLOC);
  }

  freed(index: number): void {
    this.#note(index * WORDS + FREE);
  }

  /** What hands the object on to run later, call_rcu or queue_work: the last two are kept. */
  auxiliary(index: number): void {
    const at = index * WORDS + AUX;
    const { depot, execution } = this.#source;
    const last = (this.#words[at] ?? 0) % HANDLES;
    this.#words[at] = last * HANDLES + depot.save(execution);
  }

  requestedBytes(index: number): number {
    return this.#words[index * WORDS + REQUESTED] ?? 0;
  }

  /** Handle of the stack that took the object last; 0: not available. */
  allocationStack(index: number): number {
    return this.#words[index * WORDS + ALLOC + STACK] ?? 0;
  }

  allocation(index: number): Track | undefined {
    return this.#track(index * WORDS + ALLOC);
  }

  free(index: number): Track | undefined {
    return this.#track(index * WORDS + FREE);
  }

  /** Handles of the stacks that handed the object on, the last one first. */
  auxiliaryStacks(index: number): readonly number[] {
    const both = this.#words[index * WORDS + AUX] ?? 0;
    return [both % HANDLES, Math.floor(both / HANDLES)].filter((handle) => handle !== 0);
  }

  #note(at: number): void {
    const { sim, execution, depot } = this.#source;
    const words = this.#words;
    words[at + STACK] = depot.save(execution);
    words[at + WHO] = sim.pid * CPUS + sim.cpu + 1;
    words[at + TIME] = sim.now();
  }

  #track(at: number): Track | undefined {
    const [stack = 0, who = 0, timeNs = 0] = this.#words.subarray(at, at + FREE - ALLOC);
    if (who === 0) return undefined;
    const cpu = (who % CPUS) - 1;
    return { stack, pid: Math.floor(who / CPUS), cpu, timeNs };
  }
}
