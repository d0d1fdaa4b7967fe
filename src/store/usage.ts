// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Where CPU time went over the last second of the machine's own time, from the counters of its
 * snapshots. Snapshots come when something happens, so after the last one of an idle machine
 * nothing has been used.
 */
import type { MachineSnapshot } from '../../kernel-sim/machine-types.ts';

const WINDOW_NS = 1e9;
/** Samples nearer than this to each other are one. */
const STEP_NS = 50e6;

interface CpuCounters {
  readonly userNs: number;
  /** Interrupts count as the system's, as top has them without a column of their own. */
  readonly systemNs: number;
}

export interface Sample {
  readonly atNs: number;
  readonly cpus: readonly CpuCounters[];
  /** By pid. */
  readonly tasks: ReadonlyMap<number, number>;
}

/** Shares of one CPU's time, 0 to 1; what is missing to 1 was idle. */
export interface CpuUsage {
  readonly user: number;
  readonly system: number;
}

export function withSample(
  samples: readonly Sample[],
  snapshot: Pick<MachineSnapshot, 'nowNs' | 'cpus' | 'tasks'>,
): readonly Sample[] {
  const sample: Sample = {
    atNs: snapshot.nowNs,
    cpus: snapshot.cpus.map(({ userNs, systemNs, irqNs }) => ({
      userNs,
      systemNs: systemNs + irqNs,
    })),
    tasks: new Map(snapshot.tasks.map(({ pid, userNs, systemNs }) => [pid, userNs + systemNs])),
  };
  const before = samples.at(-2);
  const isNear = before !== undefined && sample.atNs - before.atNs < STEP_NS;
  const kept = isNear ? samples.slice(0, -1) : samples;
  // One from before the window, so that its beginning lies between two.
  const first = kept.findLastIndex(({ atNs }) => atNs <= sample.atNs - WINDOW_NS);
  return [...kept.slice(Math.max(0, first)), sample];
}

export function cpuUsage(samples: readonly Sample[], nowNs: number): readonly CpuUsage[] {
  const count = samples.at(-1)?.cpus.length ?? 0;
  return Array.from({ length: count }, (_, cpu) => ({
    user: share(samples, nowNs, ({ cpus }) => cpus[cpu]?.userNs ?? 0),
    system: share(samples, nowNs, ({ cpus }) => cpus[cpu]?.systemNs ?? 0),
  }));
}

/** A task's share of one CPU. */
export function taskUsage(samples: readonly Sample[], nowNs: number, pid: number): number {
  return share(samples, nowNs, ({ tasks }) => tasks.get(pid) ?? 0);
}

function share(
  samples: readonly Sample[],
  nowNs: number,
  counter: (sample: Sample) => number,
): number {
  const windowNs = Math.min(WINDOW_NS, nowNs);
  if (windowNs <= 0) return 0;
  const used = at(samples, nowNs, counter) - at(samples, nowNs - windowNs, counter);
  return Math.min(1, Math.max(0, used / windowNs));
}

/** A counter at an instant: on a straight line between its neighbours, 0 at power-on. */
function at(
  samples: readonly Sample[],
  instantNs: number,
  counter: (sample: Sample) => number,
): number {
  const next = samples.findIndex(({ atNs }) => atNs >= instantNs);
  const after = samples[next];
  if (after === undefined) {
    const last = samples.at(-1);
    return last === undefined ? 0 : counter(last);
  }
  const before = samples[next - 1];
  const fromNs = before?.atNs ?? 0;
  const from = before === undefined ? 0 : counter(before);
  if (after.atNs <= fromNs) return counter(after);
  return from + ((counter(after) - from) * (instantNs - fromNs)) / (after.atNs - fromNs);
}
