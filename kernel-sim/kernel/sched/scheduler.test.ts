// SPDX-License-Identifier: GPL-2.0-or-later
/** Who runs when: turns by virtual time, slices, wake-ups, interrupts. */
import { describe, expect, it } from 'vitest';

import { fromSeed, type Strategy } from '../../sim/oracle.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import { COST } from '../../uapi/costs.ts';
import { Scheduler } from './scheduler.ts';
import { FOREVER_NS, Rig, USUAL } from './testing/rig.ts';

const SLICE_NS = 3_000_000;
/** How far apart two CPUs may get: the skew, and one step with its switch beyond it. */
const APART_NS = 10_000 + 2_000 + COST.SWITCH + COST.INTERRUPT;

describe('turns', () => {
  /** The furthest that two computing CPUs ever are from each other. */
  function furthestApart(rig: Rig): number {
    let apartNs = 0;
    for (let n = 0; n < rig.scheduler.cpus.length; n++) {
      rig.spawn(`cpu${n}`, function* () {
        for (let step = 0; step < 2000; step++) {
          yield* rig.compute(2000, 2000);
          const clocks = rig.scheduler.cpus
            .filter((cpu) => cpu !== rig.scheduler.cpu && !cpu.isIdle)
            .map(({ clockNs }) => rig.sim.now() - clockNs);
          apartNs = Math.max(apartNs, ...clocks);
        }
      });
    }
    rig.run();
    return apartNs;
  }

  /** A scheduler whose tasks are never asked to look up. */
  class NoHorizon extends Scheduler {
    override *reschedule(): Sleeping<void> {}
  }

  it.each([2, 4, 8])('keep %i CPUs within the skew of each other', (cpus) => {
    const apartNs = furthestApart(new Rig(cpus));
    expect(apartNs).toBeGreaterThan(0);
    expect(apartNs).toBeLessThanOrEqual(APART_NS);
  });

  it('would not without the horizon', () => {
    expect(furthestApart(new Rig(2, USUAL, NoHorizon))).toBeGreaterThan(APART_NS);
  });

  it('give one CPU to equal tasks in equal parts', () => {
    const rig = new Rig(1);
    const tasks = ['a', 'b', 'c'].map((name) => rig.spawn(name, () => rig.compute(FOREVER_NS)));
    rig.run(120_000_000);
    const shares = tasks.map(({ runtimeNs }) => runtimeNs);
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(SLICE_NS + 2000);
    expect(Math.min(...shares)).toBeGreaterThan(30_000_000);
  });

  it('let a task that is alone run on without a switch', () => {
    const rig = new Rig(1);
    rig.spawn('alone', () => rig.compute(100_000_000));
    rig.run();
    expect(rig.scheduler.cpus[0]!.switches).toBe(1);
  });

  it('are asked of the oracle only when others wait', () => {
    const asked: string[] = [];
    const strategy: Strategy = (kind) => {
      asked.push(kind);
      return 0;
    };
    const rig = new Rig(1, strategy);
    rig.spawn('alone', () => rig.compute(20_000_000));
    rig.run();
    expect(asked).toEqual([]);
  });

  it('are shorter when the oracle says so', () => {
    const switches = ([0, 3] as const).map((answer) => {
      const rig = new Rig(1, (kind) => (kind === 'slice' ? answer : 0));
      for (const name of ['a', 'b']) rig.spawn(name, () => rig.compute(40_000_000));
      rig.run();
      return rig.scheduler.cpus[0]!.switches;
    });
    expect(switches[1]).toBeGreaterThan(3 * switches[0]!);
  });

  it('end when the task gives its CPU away', () => {
    const rig = new Rig(1);
    for (const name of ['a', 'b']) {
      rig.spawn(name, function* () {
        for (let n = 0; n < 3; n++) {
          rig.log.push(name);
          yield* rig.scheduler.yieldCpu();
        }
      });
    }
    rig.run();
    expect(rig.log.slice(0, 6)).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
  });
});

describe('waking', () => {
  it('puts a task on its own CPU when that is idle', () => {
    const rig = new Rig(2);
    rig.spawn('first', () => rig.compute(10_000));
    const sleeper = rig.spawn('sleeper', () => rig.queue.sleep());
    rig.sim.events.schedule(1_000_000, () => rig.queue.wakeAll());
    rig.run(900_000);
    expect([sleeper.cpu, sleeper.state]).toEqual([1, 'D']);
    rig.run();
    expect([sleeper.cpu, sleeper.state]).toEqual([1, 'X']);
  });

  it.each([
    [0, 1],
    [1, 2],
    [2, 3],
  ])('may choose another idle CPU: answer %i', (answer, cpu) => {
    const rig = new Rig(4, (kind, index) => (kind === 'place' && index > 0 ? answer : 0));
    rig.spawn('first', () => rig.compute(1_000_000));
    const second = rig.spawn('second', () => rig.compute(1_000_000));
    expect(second.cpu).toBe(cpu);
  });

  it('takes a task that waits from a CPU that is busy', () => {
    const rig = new Rig(2);
    const both = ['a', 'b', 'c'].map((name) => rig.spawn(name, () => rig.compute(50_000_000)));
    rig.run();
    expect(both.map(({ state }) => state)).toEqual(['X', 'X', 'X']);
    const [first, second] = rig.scheduler.cpus.map(({ idleNs }) => idleNs);
    expect(Math.min(first!, second!)).toBeLessThan(FOREVER_NS - 70_000_000);
    expect(Math.max(first!, second!)).toBeLessThan(FOREVER_NS - 70_000_000);
  });

  it.each([
    ['a task that runs', 'R'],
    ['a zombie', 'Z'],
    ['a stopped task', 'T'],
    ['a dead task', 'X'],
  ] as const)('does nothing to %s', (_what, state) => {
    const rig = new Rig(1);
    const task = rig.spawn('task', () => rig.queue.sleep());
    rig.run(100_000);
    task.state = state;
    rig.scheduler.wake(task);
    expect(task.state).toBe(state);
    expect(rig.scheduler.cpus[0]!.waitingCount).toBe(0);
  });

  it('happens soon on another CPU, whatever the waker does then', () => {
    const rig = new Rig(2);
    rig.spawn('sleeper', function* () {
      yield* rig.queue.sleep();
      rig.say('woken');
    });
    rig.spawn('waker', function* () {
      yield* rig.compute(500_000);
      rig.queue.wakeAll();
      rig.say('woke');
      rig.computeStuck(50_000_000);
    });
    rig.run();
    const [woke, woken] = rig.log.map((line) => Number(line.split('@')[1]));
    expect(rig.log[0]).toMatch(/^woke @/u);
    expect(woken! - woke!).toBeLessThanOrEqual(COST.SWITCH);
  });
});

describe('sleeping for a time', () => {
  it.each([1, 999, 1_000_000, 5_000_000_000])('ends after %i ns and not before', (forNs) => {
    const rig = new Rig(1);
    let left = -1;
    rig.spawn('sleeper', function* () {
      const startNs = rig.sim.now();
      left = yield* rig.scheduler.sleepFor(forNs, true);
      rig.log.push(`${rig.sim.now() - startNs}`);
    });
    rig.run();
    expect(left).toBe(0);
    expect(Number(rig.log[0])).toBeGreaterThanOrEqual(forNs);
    expect(Number(rig.log[0])).toBeLessThan(forNs + COST.SWITCH + COST.INTERRUPT + 1);
  });

  it.each([
    ['ends early for a signal', true, 400],
    ['goes on when nobody may interrupt it', false, 1000],
  ])('%s', (_what, interruptible, atLeast) => {
    const rig = new Rig(1);
    const task = rig.spawn('sleeper', function* () {
      const left = yield* rig.scheduler.sleepFor(1_000_000, interruptible);
      rig.log.push(String(left > 0));
    });
    rig.sim.events.schedule(400_000, () => {
      task.pending = 1;
      rig.scheduler.wake(task);
    });
    rig.run(1_100_000);
    expect(rig.log).toEqual([String(interruptible), 'sleeper ends']);
    expect(task.runtimeNs).toBeLessThan(10_000 + atLeast);
    expect(rig.sim.events.nextNs).toBe(Infinity);
  });

  it('goes on after a wake-up that has no reason', () => {
    const rig = new Rig(1);
    const task = rig.spawn('sleeper', function* () {
      yield* rig.scheduler.sleepFor(1_000_000, false);
      rig.say('up');
    });
    rig.sim.events.schedule(10_000, () => rig.scheduler.wake(task));
    rig.run();
    expect(Number(rig.log[0]!.split('@')[1])).toBeGreaterThanOrEqual(1_000_000);
  });
});

describe('skew', () => {
  it('never runs a task before it was woken, by any CPU’s time', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const rig = new Rig(4, fromSeed(seed));
      for (let n = 0; n < 9; n++) {
        rig.spawn(`task${n}`, function* () {
          for (let round = 0; round < 60; round++) {
            yield* rig.scheduler.sleepFor(500 * (n + 1), false);
            yield* rig.compute(3000 * ((n + round) % 7), 300);
          }
        });
      }
      rig.run();
      expect(rig.log).toHaveLength(9);
    }
  });
});

describe('interrupts', () => {
  it('land on CPU 0 at the first point at or after their instant', () => {
    const rig = new Rig(2);
    for (const name of ['a', 'b']) rig.spawn(name, () => rig.compute(3_000_000));
    const lateNs: number[] = [];
    for (let atNs = 50_000; atNs < 2_000_000; atNs += 77_777) {
      rig.sim.events.schedule(atNs, () => {
        expect([rig.scheduler.cpu.id, rig.scheduler.cpu.irqDepth]).toEqual([0, 1]);
        lateNs.push(rig.sim.now() - COST.INTERRUPT - atNs);
      });
    }
    rig.run();
    expect(Math.min(...lateNs)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...lateNs)).toBeLessThanOrEqual(1000);
    expect(rig.scheduler.cpus[0]!.irqDepth).toBe(0);
  });

  it('fire when everybody sleeps', () => {
    const rig = new Rig(2);
    rig.sim.events.schedule(7_000_000, () => rig.say('timer'));
    expect(rig.run()).toBe('idle');
    expect(rig.log).toEqual([`timer @${7_000_000 + COST.INTERRUPT}`]);
  });

  it('reach a plain function of a driver from inside', () => {
    const rig = new Rig(1);
    rig.sim.events.schedule(100_000, () => rig.say('timer'));
    rig.spawn('driver', function* () {
      rig.computeStuck(1_000_000);
      rig.say('driver');
    });
    rig.run();
    expect(rig.log[0]).toMatch(/^timer @10\d{4}$/u);
  });
});

describe('the end', () => {
  it('of a task by a throw is told once, and others go on', () => {
    const rig = new Rig(1);
    rig.spawn('bad', function* () {
      yield* rig.compute(1000);
      throw new Error('boom');
    });
    rig.spawn('good', () => rig.compute(10_000_000));
    rig.run();
    expect(rig.log).toEqual(['bad: boom', 'good ends']);
  });

  it('of the machine comes at the next point, for all', () => {
    const rig = new Rig(2);
    rig.spawn('other', () => rig.compute(FOREVER_NS));
    rig.spawn('init', function* () {
      yield* rig.compute(100_000);
      rig.scheduler.halt(7);
      yield* rig.compute(FOREVER_NS);
    });
    expect(rig.run()).toBe('halted');
    expect(rig.scheduler.haltStatus).toBe(7);
    expect(rig.scheduler.frontierNs).toBeLessThan(200_000);
    expect(rig.run()).toBe('halted');
  });
});
