// SPDX-License-Identifier: GPL-2.0-or-later
/** What has happened lately, as a timeline of it is answered. */
import type { SourcePlace } from './source.ts';

export interface TimelineRequest {
  /** Number of the first event that is wanted: the `next` of the last answer. */
  readonly from: number;
}

/** Events in columns of the same length, oldest first: the n-th entries of all are one event. */
export interface TimelineView {
  readonly nowNs: number;
  readonly cpus: number;
  /** Number of the first event here; what was before it is forgotten. */
  readonly first: number;
  readonly next: number;
  /** `HAPPENED`; what `a` and `b` are depends on it. */
  readonly kinds: Uint8Array<ArrayBuffer>;
  readonly timesNs: Float64Array<ArrayBuffer>;
  readonly cpuIds: Uint8Array<ArrayBuffer>;
  readonly pids: Int32Array<ArrayBuffer>;
  readonly a: Float64Array<ArrayBuffer>;
  readonly b: Float64Array<ArrayBuffer>;
  /** Numbers of `places`; 0: in no driver. */
  readonly sites: Int32Array<ArrayBuffer>;
  /** What numbers in `a` and `b` stand for. */
  readonly texts: readonly { readonly id: number; readonly text: string }[];
  /** Of the tasks that these events are about. */
  readonly names: readonly { readonly pid: number; readonly name: string }[];
  readonly places: readonly TimelinePlace[];
}

export interface TimelinePlace {
  readonly site: number;
  /** The function's name. */
  readonly where: string;
  readonly source?: SourcePlace;
}

/** Kinds of events, as sim/trace.ts numbers them. */
export const HAPPENED = {
  /** a: pid of the next task. */
  SWITCH: 3,
  /** a: pid of the woken task. */
  WAKE: 4,
  /** a: text, what is waited for. */
  WAIT: 5,
  /** a: text, the module's name; b: 0 loaded, 1 unloaded, 2 oopsed. */
  MODULE: 12,
  /** a: pid of the child. */
  SPAWN: 13,
  /** a: wait status. */
  EXIT: 14,
  /** a: pid of the receiver; b: signal. */
  SIGNAL: 15,
  /** a: text. */
  OOPS: 16,
  /** a: address; b: text, the class's name. These three alike. */
  LOCK: 18,
  UNLOCK: 19,
  LOCK_CONTENDED: 20,
  /** a: address; b: text. */
  ACCESS_REPORT: 21,
  /** a: irq; b: text, its name. */
  IRQ_ENTER: 27,
  IRQ_EXIT: 28,
  /** a: vector. */
  SOFTIRQ_ENTER: 29,
  SOFTIRQ_EXIT: 30,
  /** a: text, the function's name. */
  WORK_BEGIN: 31,
  WORK_END: 32,
  TIMER_FIRE: 33,
  RCU: 35,
  /** a, b: texts, the classes' names. */
  LOCKDEP_EDGE: 36,
  /** a: pid of who closed the circle; b: text, the locks. */
  DEADLOCK: 38,
  /** Of a network card. a: 0 sent, 1 received; b: bytes. */
  FRAME: 39,
} as const;
