// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import type { MachineSnapshot } from '../../kernel-sim/machine-types.ts';
import { cpuUsage, taskUsage, withSample, type Sample } from './usage.ts';

const S = 1e9;

function snapshot(
  nowNs: number,
  userNs: number,
  systemNs = 0,
): Pick<MachineSnapshot, 'nowNs' | 'cpus' | 'tasks'> {
  const task = { pid: 7, userNs, systemNs } as MachineSnapshot['tasks'][number];
  return {
    nowNs,
    cpus: [{ id: 0, userNs, systemNs, idleNs: 0, irqNs: 0, running: 0 }],
    tasks: [task],
  };
}

function samplesOf(...snapshots: readonly ReturnType<typeof snapshot>[]): readonly Sample[] {
  return snapshots.reduce<readonly Sample[]>(withSample, []);
}

describe('usage over the last second', () => {
  it('is what the counters say', () => {
    const samples = samplesOf(snapshot(5 * S, 1 * S), snapshot(6 * S, 1.25 * S, 0.5 * S));
    expect(cpuUsage(samples, 6 * S)).toEqual([{ user: 0.25, system: 0.5 }]);
    expect(taskUsage(samples, 6 * S, 7)).toBe(0.75);
  });

  it('falls to nothing while an idle machine says nothing', () => {
    const samples = samplesOf(snapshot(5 * S, 0), snapshot(6 * S, 1 * S));
    expect(cpuUsage(samples, 6.5 * S)[0]!.user).toBeCloseTo(0.5);
    expect(cpuUsage(samples, 7 * S)[0]!.user).toBe(0);
    expect(cpuUsage(samples, 70 * S)[0]!.user).toBe(0);
  });

  it('has less than a second to look at just after power-on', () => {
    expect(cpuUsage(samplesOf(snapshot(0.1 * S, 0.05 * S)), 0.1 * S)[0]!.user).toBeCloseTo(0.5);
    expect(cpuUsage([], 0)).toEqual([]);
  });

  it('knows nothing of a task that is new', () => {
    const samples = samplesOf(snapshot(5 * S, 1 * S), snapshot(6 * S, 2 * S));
    expect(taskUsage(samples, 6 * S, 99)).toBe(0);
  });
});

describe('samples', () => {
  it('are few, and reach back for a second', () => {
    const many = Array.from({ length: 1000 }, (_, index) => snapshot(index * 0.01 * S, 0));
    const samples = samplesOf(...many);
    expect(samples.length).toBeLessThan(30);
    expect(samples[0]!.atNs).toBeLessThanOrEqual(9.99 * S - 1 * S);
    expect(samples.at(-1)!.atNs).toBe(9.99 * S);
  });
});
