// SPDX-License-Identifier: GPL-2.0-or-later
/** Code that must not be switched away from, and what happens when it sleeps all the same. */
import { describe, expect, it } from 'vitest';

import {
  HARDIRQ_OFFSET,
  NMI_OFFSET,
  PREEMPT_OFFSET,
  SOFTIRQ_DISABLE_OFFSET,
  SOFTIRQ_OFFSET,
} from './preempt.ts';
import { Rig } from './testing/rig.ts';

describe('a task that turned preemption off', () => {
  /** The longest stretch of `b`'s silence on one CPU, with `a` atomic or not. */
  function switchesDuring(isAtomic: boolean): readonly string[] {
    const rig = new Rig(1);
    rig.spawn('a', function* () {
      if (isAtomic) rig.scheduler.preempt.disable();
      for (let n = 0; n < 20; n++) {
        yield* rig.compute(1_000_000);
        rig.log.push('a');
      }
      if (isAtomic) rig.scheduler.preempt.enable();
      yield* rig.compute(1000);
      rig.log.push('a is done');
    });
    rig.spawn('b', function* () {
      for (let n = 0; n < 20; n++) {
        yield* rig.compute(1_000_000);
        rig.log.push('b');
      }
    });
    rig.run();
    return rig.log;
  }

  it('keeps its CPU past its slice, and loses it at the first point after', () => {
    const log = switchesDuring(true);
    expect(log.slice(0, 21)).toEqual([...Array<string>(20).fill('a'), 'b']);
    expect(log).toContain('a is done');
  });

  it('would lose it otherwise', () => {
    expect(switchesDuring(false).slice(0, 21)).toContain('b');
  });

  it('lets the other CPUs go on: it may spin for what they hold', () => {
    const rig = new Rig(2);
    let isHeld = true;
    rig.spawn('spins', function* () {
      rig.scheduler.preempt.disable();
      while (isHeld) yield* rig.compute(1000);
      rig.scheduler.preempt.enable();
      rig.log.push('spun');
    });
    rig.spawn('holds', function* () {
      yield* rig.compute(30_000_000);
      isHeld = false;
    });
    rig.run(100_000_000);
    expect(rig.log).toContain('spun');
  });

  it('is reported when it sleeps, and goes on', () => {
    const rig = new Rig(1);
    rig.spawn('bad', function* () {
      rig.scheduler.preempt.disable();
      yield* rig.scheduler.sleepFor(1000, false);
      rig.log.push(`after: ${rig.scheduler.preempt.count}`);
      rig.scheduler.preempt.enable();
      rig.log.push(`enabled: ${rig.scheduler.preempt.count}`);
      yield* rig.scheduler.sleepFor(1000, false);
    });
    rig.run();
    expect(rig.log).toEqual(['bad schedules at 2', 'after: 0', 'enabled: 0', 'bad ends']);
  });

  it('is reported when it calls what may sleep, and only then', () => {
    const rig = new Rig(1);
    rig.spawn('bad', function* () {
      rig.scheduler.mightSleep();
      rig.scheduler.preempt.disable();
      rig.scheduler.mightSleep();
      rig.scheduler.preempt.enable();
      rig.scheduler.mightSleep();
      rig.scheduler.preempt.disableInterrupts();
      rig.scheduler.mightSleep();
      rig.scheduler.preempt.enableInterrupts();
      rig.scheduler.mightSleep();
    });
    rig.run();
    expect(rig.log).toEqual(['bad may sleep at 1', 'bad may sleep at 0', 'bad ends']);
  });
});

describe('the word', () => {
  it('belongs to the task, not to the CPU', () => {
    const rig = new Rig(2);
    const seen: number[] = [];
    for (const depth of [1, 2]) {
      rig.spawn(`task${depth}`, function* () {
        for (let n = 0; n < depth; n++) rig.scheduler.preempt.disable();
        yield* rig.compute(1_000_000);
        seen.push(rig.scheduler.preempt.count);
        for (let n = 0; n < depth; n++) rig.scheduler.preempt.enable();
      });
    }
    rig.run();
    expect(seen.toSorted((a, b) => a - b)).toEqual([1, 2]);
  });

  it.each([
    ['nothing', 0, { inTask: true, inHardirq: false, inSoftirq: false, inAtomic: false }],
    ['preempt', PREEMPT_OFFSET, { inTask: true, inAtomic: true, inSoftirq: false }],
    ['bh off', SOFTIRQ_DISABLE_OFFSET, { inTask: true, inSoftirq: true, inServingSoftirq: false }],
    ['softirq', SOFTIRQ_OFFSET, { inTask: false, inSoftirq: true, inServingSoftirq: true }],
    ['hardirq', HARDIRQ_OFFSET, { inTask: false, inHardirq: true, inSoftirq: false }],
    ['NMI', NMI_OFFSET, { inTask: false, inHardirq: false, inAtomic: true }],
  ])('says where one is: %s', (_what, offset, expected) => {
    const rig = new Rig(1);
    rig.scheduler.preempt.add(offset);
    expect(rig.scheduler.preempt).toMatchObject(expected);
    rig.scheduler.preempt.subtract(offset);
    expect(rig.scheduler.preempt.count).toBe(0);
  });

  it('says so in an interrupt, and the interrupted task finds its own again', () => {
    const rig = new Rig(1);
    const seen: number[] = [];
    rig.spawn('task', function* () {
      rig.scheduler.preempt.disable();
      rig.sim.events.schedule(50_000, () => seen.push(rig.scheduler.preempt.count));
      yield* rig.compute(100_000);
      seen.push(rig.scheduler.preempt.count);
      rig.scheduler.preempt.enable();
    });
    rig.sim.events.schedule(900_000, () => seen.push(rig.scheduler.preempt.count));
    rig.run();
    expect(seen).toEqual([HARDIRQ_OFFSET + 1, 1, HARDIRQ_OFFSET]);
  });
});

describe('interrupts that are off', () => {
  it('come when they are on again', () => {
    const rig = new Rig(1);
    rig.sim.events.schedule(50_000, () => rig.log.push('interrupt'));
    rig.spawn('task', function* () {
      rig.scheduler.preempt.disableInterrupts();
      yield* rig.compute(100_000);
      rig.computeStuck(100_000);
      rig.log.push('on');
      rig.scheduler.preempt.enableInterrupts();
      yield* rig.compute(1000);
    });
    rig.run();
    expect(rig.log).toEqual(['on', 'interrupt', 'task ends']);
  });
});
