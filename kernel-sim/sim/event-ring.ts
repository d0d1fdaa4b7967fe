// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The latest events, in columns of numbers: writing one allocates nothing, and what is too old is
 * written over. Events are counted from 0; their numbers never come again.
 */

/** Columns of the same length: the n-th entries of all are one event. */
export interface EventColumns {
  /** `EVENT` (sim/trace.ts). */
  readonly kinds: Uint8Array<ArrayBuffer>;
  readonly timesNs: Float64Array<ArrayBuffer>;
  readonly cpus: Uint8Array<ArrayBuffer>;
  readonly pids: Int32Array<ArrayBuffer>;
  readonly a: Float64Array<ArrayBuffer>;
  readonly b: Float64Array<ArrayBuffer>;
  /** Where in a driver it happened; 0: in none. */
  readonly sites: Int32Array<ArrayBuffer>;
}

export class EventRing {
  readonly capacity: number;
  /** Number of the next event. */
  next = 0;
  readonly #columns: EventColumns;

  /** `capacity` is a power of two. */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.#columns = makeColumns(capacity);
  }

  /** Number of the oldest event that is still there. */
  get first(): number {
    return Math.max(0, this.next - this.capacity);
  }

  add(
    kind: number,
    timeNs: number,
    cpu: number,
    pid: number,
    a: number,
    b: number,
    site: number,
  ): void {
    const { kinds, timesNs, cpus, pids, a: columnA, b: columnB, sites } = this.#columns;
    const at = this.next & (this.capacity - 1);
    this.next++;
    kinds[at] = kind;
    timesNs[at] = timeNs;
    cpus[at] = cpu;
    pids[at] = pid;
    columnA[at] = a;
    columnB[at] = b;
    sites[at] = site;
  }

  /** Copies of the events from number `from` on, oldest first. */
  since(from: number): EventColumns {
    const first = Math.max(from, this.first);
    const count = Math.max(0, this.next - first);
    const copy = makeColumns(count);
    const begin = first & (this.capacity - 1);
    const head = Math.min(count, this.capacity - begin);
    for (const name of COLUMN_NAMES) {
      const column = this.#columns[name];
      copy[name].set(column.subarray(begin, begin + head));
      copy[name].set(column.subarray(0, count - head), head);
    }
    return copy;
  }
}

const COLUMN_NAMES = ['kinds', 'timesNs', 'cpus', 'pids', 'a', 'b', 'sites'] as const;

function makeColumns(length: number): EventColumns {
  return {
    kinds: new Uint8Array(length),
    timesNs: new Float64Array(length),
    cpus: new Uint8Array(length),
    pids: new Int32Array(length),
    a: new Float64Array(length),
    b: new Float64Array(length),
    sites: new Int32Array(length),
  };
}
