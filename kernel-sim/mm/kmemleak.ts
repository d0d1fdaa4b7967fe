// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The leak detector: which allocations of modules nothing leads to any more.
 *
 * Each allocation that a module makes is an object here until it is freed. A scan looks for values
 * that lie in an object, anywhere in the roots and in objects that were found that way; what is not
 * found twice, unchanged, for long enough, is suspected. The kernel's own allocations are no
 * objects: who holds them holds them outside of simulated memory.
 *
 * Colours: white, not found often enough; grey, found, so what lies in it counts; black, ignored.
 * kmemleak-scan.ts looks, kmemleak-report.ts prints.
 *
 * Linux: mm/kmemleak.c, Documentation/dev-tools/kmemleak.rst.
 */
import { HARDIRQ_MASK, SOFTIRQ_OFFSET } from '../kernel/sched/preempt.ts';
import { jiffiesAt } from '../kernel/jiffies.ts';
import { MODULE_SITE_BASE } from '../kernel/module/sites.ts';
import type { Execution } from '../kernel/sched/execution.ts';
import type { Scheduler } from '../kernel/sched/scheduler.ts';
import type { StackDepot } from '../kernel/stack-depot.ts';
import type { Sim } from '../sim/sim.ts';

export type LeakObjectKind = 'slab' | 'vmalloc' | 'percpu';

/** Bits as `dump=` prints them. Linux: OBJECT_ALLOCATED and so on. */
export const LEAK_FLAG = {
  ALLOCATED: 1 << 0,
  REPORTED: 1 << 1,
  NO_SCAN: 1 << 2,
  PERCPU: 1 << 5,
} as const;

/** Values of `minCount` that say a colour. Linux: KMEMLEAK_GREY, KMEMLEAK_BLACK. */
const GREY = 0;
const BLACK = -1;
/** No scan has looked for it yet. */
const UNSEEN = -1;
/** The record of a vmalloc area holds its address, so one more reference has to be found. */
const VMALLOC_MIN_COUNT = 2;

/** Linux: struct kmemleak_object. */
export interface LeakObject {
  readonly pointer: number;
  readonly sizeBytes: number;
  readonly kind: LeakObjectKind;
  readonly jiffies: number;
  readonly comm: string;
  readonly pid: number;
  /** Where it was asked for: a handle of the stack depot. */
  readonly trace: number;
  flags: number;
  /** So many references make it grey. */
  minCount: number;
  /** References that the last scan has found. */
  count: number;
  /** Of its content, at the last scan that did not find it. */
  checksum: number;
}

/** What the allocators tell. */
export interface LeakTracker {
  /** Nobody needs to be told anything while this is false. */
  readonly isTracking: boolean;
  alloc(pointer: number, sizeBytes: number, kind?: LeakObjectKind): void;
  free(pointer: number): void;
  /** It is held outside of memory, by who will free it. Linux: kmemleak_not_leak. */
  notLeak(pointer: number): void;
  /** Nothing of interest lies in it either. Linux: kmemleak_ignore. */
  ignore(pointer: number): void;
  /** What lies in it does not count. Linux: kmemleak_no_scan. */
  noScan(pointer: number): void;
}

/** For allocators that nobody watches. */
export const NO_LEAKS: LeakTracker = Object.freeze({
  isTracking: false,
  alloc: () => undefined,
  free: () => undefined,
  notLeak: () => undefined,
  ignore: () => undefined,
  noScan: () => undefined,
});

export interface KmemleakParts {
  readonly sim: Sim;
  readonly scheduler: Scheduler;
  readonly execution: Execution;
  readonly depot: StackDepot;
}

export class Kmemleak implements LeakTracker {
  isTracking = true;
  /** Told when there is something to scan, after there was nothing. */
  onFirst: () => void = () => undefined;
  readonly #parts: KmemleakParts;
  /** By address of their beginning, in order of allocation. */
  readonly #objects = new Map<number, LeakObject>();

  constructor(parts: KmemleakParts) {
    this.#parts = parts;
  }

  /** In order of allocation. */
  get objects(): Iterable<LeakObject> {
    return this.#objects.values();
  }

  get objectCount(): number {
    return this.#objects.size;
  }

  /** Makes an object of what a module allocates. Context: any. Linux: kmemleak_alloc. */
  alloc(pointer: number, sizeBytes: number, kind: LeakObjectKind = 'slab'): void {
    const { stack, sp, preemptCount } = this.#parts.execution;
    if (!this.isTracking || sp < 2 || stack[sp - 2]! < MODULE_SITE_BASE) return;
    const task = this.#parts.scheduler.current;
    const irq = (preemptCount & HARDIRQ_MASK) === 0 ? undefined : 'hardirq';
    const softirq = (preemptCount & SOFTIRQ_OFFSET) === 0 ? undefined : 'softirq';
    const context = irq ?? softirq;
    this.#objects.set(pointer, {
      pointer,
      sizeBytes,
      kind,
      jiffies: jiffiesAt(this.#parts.sim.now()),
      comm: context ?? task.name,
      pid: context === undefined ? task.pid : 0,
      trace: this.#parts.depot.save(this.#parts.execution),
      flags: LEAK_FLAG.ALLOCATED | (kind === 'percpu' ? LEAK_FLAG.PERCPU : 0),
      minCount: kind === 'vmalloc' ? VMALLOC_MIN_COUNT : 1,
      count: UNSEEN,
      checksum: 0,
    });
    if (this.#objects.size === 1) this.onFirst();
  }

  /** Forgets an object that is freed; others are none. Context: any. Linux: kmemleak_free. */
  free(pointer: number): void {
    if (this.#objects.size > 0) this.#objects.delete(pointer);
  }

  /** It is no leak, whatever a scan finds; what lies in it counts. Linux: kmemleak_not_leak. */
  notLeak(pointer: number): void {
    this.#paint(pointer, GREY);
  }

  /** It is no leak, and nothing in it counts. Linux: kmemleak_ignore. */
  ignore(pointer: number): void {
    this.#paint(pointer, BLACK);
  }

  /** What lies in it does not count. Linux: kmemleak_no_scan. */
  noScan(pointer: number): void {
    const object = this.#objects.get(pointer);
    if (object !== undefined) object.flags |= LEAK_FLAG.NO_SCAN;
  }

  /** The object that `address` lies in. Linux: find_and_get_object with `alias`. */
  find(address: number): LeakObject | undefined {
    for (const object of this.#objects.values()) {
      if (address >= object.pointer && address < object.pointer + object.sizeBytes) return object;
    }
    return undefined;
  }

  /** What was reported is not told of again. Linux: kmemleak_clear. */
  clear(isUnreferenced: (object: LeakObject) => boolean): void {
    for (const object of this.#objects.values()) {
      const isKnown = (object.flags & LEAK_FLAG.REPORTED) !== 0;
      if (isKnown && isUnreferenced(object)) object.minCount = GREY;
    }
  }

  /** Stops for good; what was found stays. Linux: kmemleak_disable. */
  disable(): void {
    this.isTracking = false;
  }

  /** Forgets everything. Linux: __kmemleak_do_cleanup. */
  cleanup(): void {
    this.#objects.clear();
  }

  #paint(pointer: number, minCount: number): void {
    const object = this.#objects.get(pointer);
    if (object !== undefined) object.minCount = minCount;
  }
}

export function isWhite({ count, minCount }: LeakObject): boolean {
  return count !== UNSEEN && count < minCount;
}

export function isGrey({ count, minCount }: LeakObject): boolean {
  return minCount !== BLACK && count >= minCount;
}
