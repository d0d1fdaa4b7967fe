// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What must hold for any tasks, any number of CPUs and any seed; and that each property is noticed
 * when a scheduler breaks it.
 */
import { describe, expect, it } from 'vitest';

import { fromSeed, type Strategy } from '../../sim/oracle.ts';
import type { Cpu } from './cpu.ts';
import { Rig } from './testing/rig.ts';
import {
  idleWhileWaiting,
  invertedPriorities,
  placesAtOnce,
  sharedCpus,
  starving,
  strayTasks,
  unfairShares,
} from './testing/properties.ts';
import { Workload, type WorkloadSpec } from './testing/workload.ts';

const END_NS = 30_000_000;
const SEEDS = [1, 2, 3, 4];
const CPUS = [1, 2, 3, 5, 8];

type Check = (workload: Workload, endNs: number) => string[];
/** What makes a scheduler a broken one. */
type Sabotage = (rig: Rig, workload: Workload) => void;

interface Property {
  readonly what: string;
  readonly check: Check;
  readonly twin: string;
  readonly sabotage: Sabotage;
  readonly spec?: Partial<WorkloadSpec>;
}

const onEachCpu =
  (breakOne: (cpu: Cpu) => void): Sabotage =>
  ({ scheduler }) => {
    for (const cpu of scheduler.cpus) breakOne(cpu);
  };

const PROPERTIES: readonly Property[] = [
  {
    what: 'no task is on two CPUs at once',
    check: placesAtOnce,
    twin: 'forgets when a task came to wait',
    sabotage: (_rig, { tasks }) => {
      const never = { get: () => 0, set: () => undefined };
      for (const { sched } of tasks) Object.defineProperty(sched, 'queuedNs', never);
    },
    spec: { tasks: 30 },
  },
  {
    what: 'no CPU runs two tasks at once, nor switches where preemption is off',
    check: sharedCpus,
    twin: 'does not count',
    sabotage: ({ scheduler }) => (scheduler.preempt.disable = () => undefined),
    spec: { tasks: 30 },
  },
  {
    what: 'no task runs where it may not',
    check: strayTasks,
    twin: 'places tasks anywhere',
    sabotage: (_rig, { tasks }) => {
      for (const { sched } of tasks) sched.mayRunOn = () => true;
    },
  },
  {
    what: 'no real-time task waits for a lesser one',
    check: invertedPriorities,
    twin: 'lets whoever runs go on when another wakes',
    sabotage: onEachCpu((cpu) => {
      const enqueue = cpu.enqueue.bind(cpu);
      cpu.enqueue = (task, isNew) => enqueue(task, isNew) && false;
    }),
  },
  {
    what: 'no real-time task waits for a lesser one: among their like',
    check: invertedPriorities,
    twin: 'takes real-time tasks in order of arrival',
    sabotage: onEachCpu(({ realTime }) => {
      realTime.enqueue = (task) => realTime.waiting.push(task);
    }),
    spec: { tasks: 30 },
  },
  {
    what: 'no CPU is idle while a task waits that it could run',
    check: idleWhileWaiting,
    twin: 'leaves tasks where they began',
    sabotage: (_rig, { tasks }) => {
      for (const task of tasks) task.sched.mayRunOn = (cpu) => cpu === task.cpu;
    },
    spec: { hasAffinity: false },
  },
  {
    what: 'no task starves',
    check: starving,
    twin: 'never thinks that a slice is over',
    sabotage: onEachCpu(({ fair }) => {
      fair.pick = () => fair.current ?? fair.waiting[0];
    }),
    spec: { isBusy: true, hasRealTime: false },
  },
];

function spec(seed: number, more: Partial<WorkloadSpec> = {}): WorkloadSpec {
  const usual = { tasks: 4 + (seed % 9), hasRealTime: true, isBusy: false, hasAffinity: true };
  return { seed, ...usual, ...more };
}

function run(cpus: number, of: WorkloadSpec, sabotage?: Sabotage): Workload {
  const rig = new Rig(cpus, fromSeed(of.seed));
  const workload = new Workload(rig, of);
  sabotage?.(rig, workload);
  rig.run(END_NS);
  return workload;
}

describe('whatever the tasks,', () => {
  it.each(CPUS)('all properties hold on %i CPUs', (cpus) => {
    for (const seed of SEEDS) {
      for (const more of [{}, { isBusy: true }, { isBusy: true, hasRealTime: false }]) {
        const workload = run(cpus, spec(seed, more));
        for (const { what, check } of PROPERTIES) {
          if (check === starving && more.hasRealTime !== false) continue;
          const broken = check(workload, END_NS).slice(0, 3);
          expect({ what, cpus, seed, more, broken }).toMatchObject({ broken: [] });
        }
      }
    }
  });
});

describe.each(PROPERTIES)('$what:', ({ check, twin, sabotage, spec: more }) => {
  it(`a scheduler that ${twin} is noticed`, () => {
    const found = SEEDS.flatMap((seed) => check(run(2, spec(seed, more), sabotage), END_NS));
    expect(found.length).toBeGreaterThan(0);
  });
});

describe('fair tasks that compute on one CPU', () => {
  /** How many of the instants between two slices found somebody's part wrong. */
  function unfair(sabotage?: Sabotage): string[] {
    return SEEDS.flatMap((seed) => {
      const of = spec(seed, { isBusy: true, hasRealTime: false, hasAffinity: false });
      const rig = new Rig(1, fromSeed(seed));
      const workload = new Workload(rig, of);
      sabotage?.(rig, workload);
      return Array.from({ length: 60 }, (_, n) => {
        rig.run(1_700_000 * (n + 1));
        return unfairShares(workload);
      }).flat();
    });
  }

  it('are never further from their parts than a slice', () => {
    expect(unfair()).toEqual([]);
  });

  it('would be if all had equal turns', () => {
    const inTurn = onEachCpu(({ fair }) => {
      fair.pick = () => fair.waiting[0] ?? fair.current;
    });
    expect(unfair(inTurn).length).toBeGreaterThan(0);
  });
});

describe('a seed', () => {
  const MANY = [1, 2, 3, 4, 5, 6, 7, 8];

  /** All that can be told of one run, the tasks being the same for all seeds. */
  function outcome(strategy: Strategy, cpus: number, pieceNs = 4_000_000): string {
    const rig = new Rig(cpus, strategy);
    const workload = new Workload(rig, spec(3));
    for (let limitNs = 0; limitNs < 4_000_000; limitNs += pieceNs) rig.run(limitNs);
    rig.run(4_000_000);
    const stints = workload.stintsByCpu().flat();
    const order = stints.map(({ task, cpu, fromNs, toNs }) => [task.name, cpu, fromNs, toNs]);
    return JSON.stringify([rig.outcome, order]);
  }

  it.each([1, 2, 4])('means one interleaving on %i CPUs, and another one another', (cpus) => {
    const runs = MANY.map((seed) => outcome(fromSeed(seed), cpus));
    expect(MANY.map((seed) => outcome(fromSeed(seed), cpus))).toEqual(runs);
    expect(new Set(runs).size).toBeGreaterThan(MANY.length / 2);
  });

  it('means the same wherever the host stops', () => {
    for (const seed of MANY) {
      const whole = outcome(fromSeed(seed), 3);
      expect(outcome(fromSeed(seed), 3, 77_777)).toBe(whole);
    }
  });

  it('would mean nothing if choices did not come from it', () => {
    const runs = MANY.map(() => outcome(() => 0, 2));
    expect(new Set(runs).size).toBe(1);
  });

  it('would mean several if something else were asked', () => {
    let asked = 0;
    const outside: Strategy = (_kind, _index, options) => asked++ % options;
    expect(outcome(outside, 2)).not.toBe(outcome(outside, 2));
  });
});
