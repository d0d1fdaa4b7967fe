// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Who took each object of a slab and who gave it back: numbers in two typed arrays per slab, so
 * that to note them costs no allocation. There are none when nobody would print them.
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

/** Words of an object. A CPU is kept plus one, so that 0 says that there is no track. */
const WORDS = 9;
const REQUESTED = 0;
const ALLOC = 1;
const FREE = 4;
const AUX = 7;
// Of a track.
const STACK = 0;
const PID = 1;
const CPU = 2;

export class SlabTracks {
  readonly #source: TrackSource;
  readonly #words: Int32Array;
  /** By object: when it was taken, and when given back. */
  readonly #times: Float64Array;

  constructor(source: TrackSource, objects: number) {
    this.#source = source;
    this.#words = new Int32Array(WORDS * objects);
    this.#times = new Float64Array(2 * objects);
  }

  allocated(index: number, requestedBytes: number): void {
    const words = this.#words;
    const at = index * WORDS;
    words[at + REQUESTED] = requestedBytes;
    words[at + AUX] = 0;
    words[at + AUX + 1] = 0;
    this.#note(at + ALLOC);
    this.#times[2 * index] = this.#source.sim.now();
  }

  freed(index: number): void {
    this.#note(index * WORDS + FREE);
    this.#times[2 * index + 1] = this.#source.sim.now();
  }

  /** What hands the object on to run later, call_rcu or queue_work: the last two are kept. */
  auxiliary(index: number): void {
    const at = index * WORDS + AUX;
    const { depot, execution } = this.#source;
    this.#words[at + 1] = this.#words[at]!;
    this.#words[at] = depot.save(execution);
  }

  requestedBytes(index: number): number {
    return this.#words[index * WORDS + REQUESTED] ?? 0;
  }

  setRequestedBytes(index: number, requestedBytes: number): void {
    this.#words[index * WORDS + REQUESTED] = requestedBytes;
  }

  /** Handle of the stack that took the object last; 0: not available. */
  allocationStack(index: number): number {
    return this.#words[index * WORDS + ALLOC + STACK] ?? 0;
  }

  allocation(index: number): Track | undefined {
    return this.#track(index * WORDS + ALLOC, 2 * index);
  }

  free(index: number): Track | undefined {
    return this.#track(index * WORDS + FREE, 2 * index + 1);
  }

  /** Handles of the stacks that handed the object on, the last one first. */
  auxiliaryStacks(index: number): readonly number[] {
    const at = index * WORDS + AUX;
    return [...this.#words.subarray(at, at + 2)].filter((handle) => handle !== 0);
  }

  #note(at: number): void {
    const { sim, execution, depot } = this.#source;
    const words = this.#words;
    words[at + STACK] = depot.save(execution);
    words[at + PID] = sim.pid;
    words[at + CPU] = sim.cpu + 1;
  }

  #track(at: number, time: number): Track | undefined {
    const words = this.#words;
    const cpu = (words[at + CPU] ?? 0) - 1;
    if (cpu < 0) return undefined;
    return {
      stack: words[at + STACK] ?? 0,
      pid: words[at + PID] ?? 0,
      cpu,
      timeNs: this.#times[time] ?? 0,
    };
  }
}
