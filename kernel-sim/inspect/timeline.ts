// SPDX-License-Identifier: GPL-2.0-or-later
/** What has happened lately, for a timeline: events as columns, and what numbers stand for. */
import type { Kernel } from '../init/kernel.ts';
import { HAPPENED, type TimelineRequest, type TimelineView } from '../machine-types.ts';
import { placeOf } from './place.ts';

/** Kinds whose `a` is a task's number. */
const PID_IN_A: ReadonlySet<number> = new Set<number>([
  HAPPENED.SWITCH,
  HAPPENED.WAKE,
  HAPPENED.SPAWN,
  HAPPENED.SIGNAL,
]);
/** Kinds whose `a`, and whose `b`, is a text's number. */
const TEXT_IN_A: ReadonlySet<number> = new Set<number>([
  HAPPENED.WAIT,
  HAPPENED.MODULE,
  HAPPENED.OOPS,
  HAPPENED.WORK_BEGIN,
  HAPPENED.WORK_END,
  HAPPENED.TIMER_FIRE,
  HAPPENED.LOCKDEP_EDGE,
]);
const TEXT_IN_B: ReadonlySet<number> = new Set<number>([
  HAPPENED.LOCK,
  HAPPENED.UNLOCK,
  HAPPENED.LOCK_CONTENDED,
  HAPPENED.ACCESS_REPORT,
  HAPPENED.IRQ_ENTER,
  HAPPENED.DEADLOCK,
  HAPPENED.LOCKDEP_EDGE,
]);

/** undefined when the machine keeps no events. Context: between two slices. */
export function timelineView(kernel: Kernel, { from }: TimelineRequest): TimelineView | undefined {
  const { timeline: ring, sim, scheduler, tasks, image } = kernel;
  if (ring === undefined) return undefined;
  // A machine that was booted anew has had fewer.
  const first = from > ring.next ? ring.first : Math.max(from, ring.first);
  const { kinds, timesNs, cpus: cpuIds, pids, a, b, sites } = ring.since(first);
  const texts = new Set<number>();
  const about = new Set(pids);
  for (let n = 0; n < kinds.length; n++) {
    const kind = kinds[n]!;
    if (PID_IN_A.has(kind)) about.add(a[n]!);
    if (TEXT_IN_A.has(kind)) texts.add(a[n]!);
    if (TEXT_IN_B.has(kind)) texts.add(b[n]!);
  }
  return {
    nowNs: scheduler.frontierNs,
    cpus: image.cpus,
    first,
    next: ring.next,
    kinds,
    timesNs,
    cpuIds,
    pids,
    a,
    b,
    sites,
    texts: [...texts].map((id) => ({ id, text: sim.trace.textOf(id) })),
    names: [...about].map((pid) => ({ pid, name: tasks.nameOf(pid) })),
    places: [...new Set(sites)].filter((site) => site !== 0).map((site) => placeOf(kernel, site)),
  };
}

/** What of a view may change hands. */
export function timelineBuffers(view: TimelineView): ArrayBuffer[] {
  const { kinds, timesNs, cpuIds, pids, a, b, sites } = view;
  return [kinds, timesNs, cpuIds, pids, a, b, sites].map(({ buffer }) => buffer);
}
