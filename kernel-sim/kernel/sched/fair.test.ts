// SPDX-License-Identifier: GPL-2.0-or-later
/** Who gets how much: weights, real-time priorities, affinity, and wake-ups. */
import { describe, expect, it } from 'vitest';

import { SCHED } from '../../uapi/sched.ts';
import { weightOf } from './weights.ts';
import { FairQueue } from './fair.ts';
import { FOREVER_NS, Rig } from './testing/rig.ts';
import type { Task } from './task.ts';

const S = 1_000_000_000;

function setNice(rig: Rig, task: Task, nice: number, policy: 0 | 3 | 5 = SCHED.OTHER): void {
  rig.scheduler.setPolicy(task, (sched) => {
    sched.nice = nice;
    sched.policy = policy;
    sched.weight = weightOf(policy, nice);
  });
}

function setRealTime(rig: Rig, task: Task, policy: 1 | 2, priority: number): void {
  rig.scheduler.setPolicy(task, (sched) => {
    sched.policy = policy;
    sched.rtPriority = priority;
  });
}

function busy(rig: Rig, name: string, stepNs = 20_000): Task {
  return rig.spawn(name, () => rig.compute(FOREVER_NS, stepNs));
}

describe('fair tasks on one CPU', () => {
  it.each([
    [0, 0],
    [0, 1],
    [0, 5],
    [0, 10],
    [0, 19],
    [-5, 5],
    [-20, -10],
    [18, 19],
  ])('with nice %i and %i share it by their weights', (one, other) => {
    const rig = new Rig(1);
    const tasks = [one, other].map((nice) => {
      const task = busy(rig, `nice ${nice}`);
      setNice(rig, task, nice);
      return task;
    });
    rig.run(10 * S);
    const [first, second] = tasks.map(({ runtimeNs }) => runtimeNs);
    const expected = weightOf(SCHED.OTHER, one) / weightOf(SCHED.OTHER, other);
    expect(first! / second! / expected).toBeGreaterThan(0.97);
    expect(first! / second! / expected).toBeLessThan(1.03);
  });

  it('would not if virtual time ran equally fast for all', () => {
    const rig = new Rig(1);
    const tasks = [busy(rig, 'a'), busy(rig, 'b')];
    tasks[1]!.sched.nice = 10; // Without its weight.
    rig.run(S);
    expect(tasks[0]!.runtimeNs / tasks[1]!.runtimeNs).toBeLessThan(1.05);
  });

  it('of SCHED_IDLE get next to nothing beside others', () => {
    const rig = new Rig(1);
    const idle = busy(rig, 'idle');
    setNice(rig, idle, 0, SCHED.IDLE);
    busy(rig, 'other');
    rig.run(10 * S);
    expect(idle.runtimeNs).toBeGreaterThan(0);
    expect(idle.runtimeNs).toBeLessThan(0.005 * 10 * S);
  });

  it('that sleep half of the time still get what they want, and soon', () => {
    const rig = new Rig(1);
    busy(rig, 'hog');
    let worstNs = 0;
    const sleeper = rig.spawn('sleeper', function* () {
      for (;;) {
        const dueNs = rig.sim.now() + 10_000_000;
        yield* rig.scheduler.sleepFor(10_000_000, false);
        worstNs = Math.max(worstNs, rig.sim.now() - dueNs);
        yield* rig.compute(1_000_000, 10_000);
      }
    });
    rig.run(5 * S);
    expect(sleeper.runtimeNs).toBeGreaterThan(0.07 * 5 * S);
    expect(worstNs).toBeLessThan(4_000_000);
  });
});

describe('real-time tasks', () => {
  it('of FIFO run until they sleep, whoever else waits', () => {
    const rig = new Rig(1);
    const fair = busy(rig, 'fair');
    const fifo = busy(rig, 'fifo');
    const equal = busy(rig, 'equal');
    setRealTime(rig, fifo, SCHED.FIFO, 10);
    setRealTime(rig, equal, SCHED.FIFO, 10);
    rig.run(S / 2);
    expect(fair.runtimeNs).toBeLessThan(4_000_000);
    expect(equal.runtimeNs).toBeLessThan(4_000_000);
    expect(fifo.runtimeNs).toBeGreaterThan(0.49 * S);
  });

  it('leave fair ones a twentieth, so that a shell can still be reached', () => {
    const rig = new Rig(1);
    const fair = busy(rig, 'fair');
    setRealTime(rig, busy(rig, 'fifo'), SCHED.FIFO, 50);
    rig.run(20 * S);
    expect(fair.runtimeNs / (20 * S)).toBeGreaterThan(0.045);
    expect(fair.runtimeNs / (20 * S)).toBeLessThan(0.055);
  });

  it('of RR take turns with their equals', () => {
    const rig = new Rig(1);
    const tasks = ['a', 'b', 'c'].map((name) => busy(rig, name));
    for (const task of tasks) setRealTime(rig, task, SCHED.RR, 5);
    rig.run(3 * S);
    for (const { runtimeNs } of tasks) expect(Math.abs(runtimeNs - S)).toBeLessThan(110_000_000);
    expect(rig.scheduler.cpus[0]!.switches).toBeLessThan(40);
  });

  it('take the CPU from lower ones as soon as they wake', () => {
    const rig = new Rig(1);
    setRealTime(rig, busy(rig, 'low'), SCHED.FIFO, 1);
    let lateNs = Infinity;
    const high = rig.spawn('high', function* () {
      const dueNs = rig.sim.now() + 5_000_000;
      yield* rig.scheduler.sleepFor(5_000_000, false);
      lateNs = rig.sim.now() - dueNs;
    });
    setRealTime(rig, high, SCHED.FIFO, 2);
    rig.run(S);
    expect(lateNs).toBeLessThan(30_000);
  });

  it('go to another CPU rather than wait behind a higher one', () => {
    const rig = new Rig(2);
    const tasks = ['a', 'b'].map((name) => busy(rig, name));
    for (const task of tasks) setRealTime(rig, task, SCHED.FIFO, 10);
    busy(rig, 'fair');
    rig.run(S / 2);
    for (const { runtimeNs } of tasks) expect(runtimeNs).toBeGreaterThan(0.45 * S);
  });
});

describe('several CPUs', () => {
  it.each([
    [3, 2],
    [5, 4],
    [7, 3],
    [9, 8],
  ])('give %i equal tasks equal parts of %i CPUs', (count, cpus) => {
    const rig = new Rig(cpus);
    const tasks = Array.from({ length: count }, (_, n) => busy(rig, `task${n}`, 100_000));
    rig.run(4 * S);
    const fairNs = (4 * S * cpus) / count;
    for (const { runtimeNs } of tasks) {
      expect(runtimeNs / fairNs).toBeGreaterThan(0.9);
      expect(runtimeNs / fairNs).toBeLessThan(1.1);
    }
  });

  it('respect affinity, whatever waits', () => {
    const rig = new Rig(4);
    const tasks = ['a', 'b', 'c'].map((name) => busy(rig, name));
    for (const task of tasks) rig.scheduler.setAffinity(task, 0b0100);
    const free = busy(rig, 'free');
    rig.run(3 * S);
    expect(tasks.map(({ cpu }) => cpu)).toEqual([2, 2, 2]);
    for (const { runtimeNs } of tasks) expect(Math.abs(runtimeNs / S - 1)).toBeLessThan(0.03);
    expect(free.runtimeNs).toBeGreaterThan(2.9 * S);
  });

  it('let a task go when its affinity no longer has their CPU, and count it', () => {
    const rig = new Rig(2);
    const task = busy(rig, 'task');
    rig.run(S / 10);
    const before = task.cpu;
    rig.scheduler.setAffinity(task, 1 << (1 - before));
    rig.run(S / 5);
    expect(task.cpu).toBe(1 - before);
    expect(task.sched.migrations).toBe(1);
    expect(task.runtimeNs).toBeGreaterThan(0.19 * S);
  });
});

describe('a queue', () => {
  it('owes after a sleep what it owed before', () => {
    const rig = new Rig(1);
    const [one, other] = ['one', 'other'].map((name) => rig.spawn(name, () => rig.queue.sleep()));
    const queue = new FairQueue();
    queue.enqueue(one!, false);
    queue.enqueue(other!, false);
    queue.take(one!);
    one!.sched.ran(2_000_000);
    queue.dequeue(other!);
    expect(other!.sched.lag).toBe(1_000_000);
    one!.sched.ran(50_000_000);
    queue.enqueue(other!, false);
    expect(one!.sched.vruntime - other!.sched.vruntime).toBe(2_000_000);
    expect(queue.preempts(other!)).toBe(true);
  });
});
