// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Who is told of what puts one instant before another: the data race detector. Locks, atomics,
 * interrupts, wake-ups and the life of tasks call it; nothing but detector.ts knows more.
 *
 * A token stands for a thing that two contexts meet at: the address of a lock or an atomic, or an
 * object of ours such as a timer. What was done before `release(token)` happened before what is
 * done after a later `acquire(token)` of anybody. In which context the caller runs is read from the
 * preempt count and the scheduler: nobody says it.
 *
 * Differs: Linux's detector waits at an access to see whether another one comes, and needs no such
 * calls. Here a race is found whatever the order in which the two ran.
 */
import type { Task } from '../sched/task.ts';

export type OrderToken = number | object;

/** What a CPU can be kept from, and what comes when it is not. */
export type HeldOff = 'hardirq' | 'softirq' | 'preemption';

/** Which of the earlier accesses a barrier keeps before which of the later ones. */
export type BarrierKind = 'read' | 'write' | 'full';

export interface HappensBefore {
  /** A lock was taken, an event was seen. Context: any. */
  acquire(token: OrderToken): void;
  /** A lock is given back, an event is told. Context: any. */
  release(token: OrderToken): void;
  /** smp_rmb, smp_wmb, smp_mb. */
  barrier(kind: BarrierKind): void;
  /**
   * An interrupt or a softirq begins to be served by the running CPU, or is done. Context: that of
   * the handler: the preempt count says so already, and still.
   */
  begin(kind: 'hardirq' | 'softirq'): void;
  end(kind: 'hardirq' | 'softirq'): void;
  /**
   * The next so many plain accesses of the running context count as marked: a reader of a seqlock
   * looks again when it was wrong. Linux: kcsan_atomic_next.
   */
  atomicNext(count: number): void;
  /** All of them until the end, which nests: a seqlock's writer. Linux: kcsan_nestable_atomic_… */
  atomicBegin(): void;
  atomicEnd(): void;
  /** Held off on the running CPU from now on, as by local_irq_disable; and no longer. */
  holdOff(what: HeldOff): void;
  letOn(what: HeldOff): void;
  /** The running context made a task that can run from now on. */
  started(task: Task): void;
  /** It woke one that slept. */
  woke(task: Task): void;
  /** The running task is at its end; who waits for that does `acquire(task)`. */
  ended(task: Task): void;
}

/** A kernel that looks for no races. */
export const UNORDERED: HappensBefore = Object.freeze({
  acquire: () => undefined,
  release: () => undefined,
  barrier: () => undefined,
  atomicNext: () => undefined,
  atomicBegin: () => undefined,
  atomicEnd: () => undefined,
  begin: () => undefined,
  end: () => undefined,
  holdOff: () => undefined,
  letOn: () => undefined,
  started: () => undefined,
  woke: () => undefined,
  ended: () => undefined,
});
