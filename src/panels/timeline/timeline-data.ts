// SPDX-License-Identifier: GPL-2.0-or-later
/** The events that the page has of a machine: those that it had, and those that an answer adds. */
import type {
  HAPPENED as KernelHappened,
  TimelinePlace,
  TimelineView,
} from '../../../kernel-sim/machine-types.ts';

/** As the kernel's side of the border has them: the compiler compares. */
export const HAPPENED = {
  SWITCH: 3,
  WAKE: 4,
  WAIT: 5,
  MODULE: 12,
  SPAWN: 13,
  EXIT: 14,
  SIGNAL: 15,
  OOPS: 16,
  LOCK: 18,
  UNLOCK: 19,
  LOCK_CONTENDED: 20,
  ACCESS_REPORT: 21,
  IRQ_ENTER: 27,
  IRQ_EXIT: 28,
  SOFTIRQ_ENTER: 29,
  SOFTIRQ_EXIT: 30,
  WORK_BEGIN: 31,
  WORK_END: 32,
  TIMER_FIRE: 33,
  RCU: 35,
  LOCKDEP_EDGE: 36,
  DEADLOCK: 38,
  FRAME: 39,
} as const satisfies typeof KernelHappened;

export interface TimelineData {
  readonly nowNs: number;
  readonly cpus: number;
  /** Number of the first event; the others follow. */
  readonly first: number;
  readonly next: number;
  readonly kinds: Uint8Array;
  readonly timesNs: Float64Array;
  readonly cpuIds: Uint8Array;
  readonly pids: Int32Array;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly sites: Int32Array;
  readonly texts: ReadonlyMap<number, string>;
  readonly names: ReadonlyMap<number, string>;
  readonly places: ReadonlyMap<number, TimelinePlace>;
}

/** As many as the kernel keeps. */
const EVENTS_MAX = 128 * 1024;

/** What was known, with an answer behind it; an answer that does not follow on stands alone. */
export function withAnswer(old: TimelineData | undefined, view: TimelineView): TimelineData {
  const { nowNs, cpus, next } = view;
  const known = old !== undefined && old.next === view.first ? old : undefined;
  const dropped = Math.max(0, (known?.kinds.length ?? 0) + view.kinds.length - EVENTS_MAX);
  const kept = <T extends Uint8Array | Float64Array | Int32Array>(
    before: T | undefined,
    after: T,
    make: (length: number) => T,
  ): T => {
    if (before === undefined) return after;
    const joined = make(before.length - dropped + after.length);
    joined.set(before.subarray(dropped));
    joined.set(after, before.length - dropped);
    return joined;
  };
  const bytes = (length: number): Uint8Array => new Uint8Array(length);
  const floats = (length: number): Float64Array => new Float64Array(length);
  const words = (length: number): Int32Array => new Int32Array(length);
  return {
    nowNs,
    cpus,
    first: (known?.first ?? view.first) + dropped,
    next,
    kinds: kept(known?.kinds, view.kinds, bytes),
    timesNs: kept(known?.timesNs, view.timesNs, floats),
    cpuIds: kept(known?.cpuIds, view.cpuIds, bytes),
    pids: kept(known?.pids, view.pids, words),
    a: kept(known?.a, view.a, floats),
    b: kept(known?.b, view.b, floats),
    sites: kept(known?.sites, view.sites, words),
    texts: new Map([
      ...(known?.texts ?? []),
      ...view.texts.map(({ id, text }) => [id, text] as const),
    ]),
    names: new Map([
      ...(known?.names ?? []),
      ...view.names.map(({ pid, name }) => [pid, name] as const),
    ]),
    places: new Map([
      ...(known?.places ?? []),
      ...view.places.map((place) => [place.site, place] as const),
    ]),
  };
}

/** `teller/231`; the idle task of a CPU is its swapper. */
export function taskName({ names }: TimelineData, pid: number): string {
  if (pid === 0) return 'idle';
  const name = names.get(pid) ?? '';
  return name === '' ? String(pid) : `${name}/${pid}`;
}
