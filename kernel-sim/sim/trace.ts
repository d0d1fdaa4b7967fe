// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Everything that happens, as typed events.
 *
 * An event is six numbers: kind, instant, CPU, pid, and two arguments whose meaning the kind gives.
 * Texts are interned, so an event never allocates. Nobody listening costs one test of `on`
 * or `all`. `hash` folds every event in as it happens, once somebody has asked for all: two runs
 * are the same when their hashes are.
 */
import type { EventRing } from './event-ring.ts';

/** Kinds of events and what their arguments `a` and `b` are. The numbers are part of the hash. */
// prettier-ignore
export const EVENT = {
  SYSCALL_ENTER: 1,  // a: number
  SYSCALL_EXIT: 2,   // a: number, b: result
  SWITCH: 3,         // a: pid of the next task
  WAKE: 4,           // a: pid of the woken task
  WAIT: 5,           // a: interned name of what is waited for
  PRINTK: 7,         // a: level, b: interned text
  PAGE_ALLOC: 8,     // a: page frame number, b: order
  PAGE_FREE: 9,      // a: page frame number, b: order
  SLAB_ALLOC: 10,    // a: pointer, b: interned cache name
  SLAB_FREE: 11,     // a: pointer, b: interned cache name
  MODULE: 12,        // a: interned name, b: 0 loaded, 1 unloaded, 2 oopsed
  SPAWN: 13,         // a: pid of the child
  EXIT: 14,          // a: wait status
  SIGNAL: 15,        // a: pid of the receiver, b: signal
  OOPS: 16,          // a: interned title
  INPUT: 17,         // a: interned kind, b: bytes
  LOCK: 18,          // a: pointer, b: interned class name
  UNLOCK: 19,        // a: pointer, b: interned class name
  LOCK_CONTENDED: 20, // a: pointer, b: interned class name
  ACCESS_REPORT: 21, // a: pointer, b: interned "KIND VERB BYTES", as "slab-use-after-free read 4"
  USER_COPY: 22,     // a: the process's address, b: bytes that were copied
  VMALLOC: 23,       // a: pointer, b: bytes
  VFREE: 24,         // a: pointer, b: bytes
  PERCPU_ALLOC: 25,  // a: place, b: bytes
  PERCPU_FREE: 26,   // a: place
  IRQ_ENTER: 27,     // a: irq, b: interned name
  IRQ_EXIT: 28,      // a: irq
  SOFTIRQ_ENTER: 29, // a: vector
  SOFTIRQ_EXIT: 30,  // a: vector
  WORK_BEGIN: 31,    // a: interned name of the function
  WORK_END: 32,      // a: the same
  TIMER_FIRE: 33,    // a: interned name of the function
  RCU: 35,           // a: grace period, b: 0 begins, 1 ends
  LOCKDEP_EDGE: 36,  // a, b: interned class names: b was taken under a for the first time
  DEADLOCK: 38,      // a: pid that closed the circle, b: interned class names
  FRAME: 39,         // a: 0 sent, 1 received, b: bytes
  REGISTER: 40,      // a: physical address, plus 1 for a store, b: value
  DMA_MAP: 41,       // a: bus address, b: bytes
  DMA_UNMAP: 42,     // a: bus address, b: bytes
  URB_SUBMIT: 43,    // a: endpoint, b: bytes
  URB_COMPLETE: 44,  // a: endpoint, b: bytes that came or went
} as const;

export type EventKind = (typeof EVENT)[keyof typeof EVENT];

/** What nobody keeps for a timeline. */
const IS_TOO_OFTEN: readonly (true | undefined)[] = manyOf([
  EVENT.SYSCALL_ENTER,
  EVENT.SYSCALL_EXIT,
  EVENT.PRINTK,
  EVENT.PAGE_ALLOC,
  EVENT.PAGE_FREE,
  EVENT.SLAB_ALLOC,
  EVENT.SLAB_FREE,
  EVENT.USER_COPY,
  EVENT.VMALLOC,
  EVENT.VFREE,
  EVENT.PERCPU_ALLOC,
  EVENT.PERCPU_FREE,
]);

function manyOf(kinds: readonly EventKind[]): (true | undefined)[] {
  const isOne: (true | undefined)[] = Array.from({ length: 256 });
  for (const kind of kinds) isOne[kind] = true;
  return isOne;
}

export interface TraceEvent {
  readonly kind: EventKind;
  readonly timeNs: number;
  readonly cpu: number;
  readonly pid: number;
  readonly a: number;
  readonly b: number;
}

/** Who runs, kept up to date by the scheduler. */
export interface TraceContext {
  now(): number;
  cpu: number;
  pid: number;
  /** Where in a driver this happens; 0: in none. */
  site(): number;
}

export class Trace {
  /** Emitters test this before they compute arguments. */
  on = false;
  /** The same for what happens too often for a timeline: system calls, memory, lines of the log. */
  all = false;
  hash = 0x811c_9dc5;
  count = 0;
  readonly #context: TraceContext;
  readonly #texts: string[] = [];
  readonly #textIds = new Map<string, number>();
  #listener: ((event: TraceEvent) => void) | undefined;
  #ring: EventRing | undefined;

  constructor(context: TraceContext) {
    this.#context = context;
  }

  /** Starts recording the hash and, if given, telling `listener` each event. */
  start(listener?: (event: TraceEvent) => void): void {
    this.on = true;
    this.all = true;
    this.#listener = listener;
  }

  stop(): void {
    this.on = this.#ring !== undefined;
    this.all = false;
    this.#listener = undefined;
  }

  /** From now on keeps who runs, waits, interrupts and holds what in `ring`. */
  keep(ring: EventRing): void {
    this.on = true;
    this.#ring = ring;
  }

  /** A number that stands for `text` in events: the order of first use, so the same in each run. */
  intern(text: string): number {
    let id = this.#textIds.get(text);
    if (id === undefined) {
      id = this.#texts.push(text) - 1;
      this.#textIds.set(text, id);
      for (let at = 0; at < text.length; at++) this.hash = fold(this.hash, text.charCodeAt(at));
    }
    return id;
  }

  textOf(id: number): string {
    return this.#texts[id] ?? '';
  }

  emit(kind: EventKind, a = 0, b = 0): void {
    const context = this.#context;
    const timeNs = context.now();
    this.count++;
    if (this.#ring !== undefined && IS_TOO_OFTEN[kind] === undefined) {
      this.#ring.add(kind, timeNs, context.cpu, context.pid, a, b, context.site());
    }
    if (!this.all) return;
    let hash = this.hash;
    hash = fold(hash, kind);
    hash = fold(hash, timeNs);
    hash = fold(hash, context.cpu);
    hash = fold(hash, context.pid);
    hash = fold(hash, a);
    this.hash = fold(hash, b);
    this.#listener?.({ kind, timeNs, cpu: context.cpu, pid: context.pid, a, b });
  }
}

/** FNV-1a over the low and the high 32 bits of an integer. */
function fold(hash: number, value: number): number {
  const low = Math.imul(hash ^ (value | 0), 0x0100_0193);
  return Math.imul(low ^ Math.floor(value / 0x1_0000_0000), 0x0100_0193) >>> 0;
}
