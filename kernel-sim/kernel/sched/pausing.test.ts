// SPDX-License-Identifier: GPL-2.0-or-later
/** A host may stop a machine between any two points, and nothing comes out differently. */
import { describe, expect, it } from 'vitest';

import { fromSeed } from '../../sim/oracle.ts';
import { Prng } from '../../sim/prng.ts';
import { Scheduler } from './scheduler.ts';
import { Rig } from './testing/rig.ts';

/** Tasks that compute, sleep, wake each other, start others and meet interrupts. */
function busy(rig: Rig, seed: number): void {
  const prng = new Prng(seed);
  for (let n = 0; n < 6; n++) {
    const plan = Array.from({ length: 60 }, () => [prng.below(7), prng.below(40_000)] as const);
    rig.spawn(`task${n}`, function* () {
      for (const [what, amount] of plan) {
        if (what === 0) yield* rig.scheduler.sleepFor(amount, false);
        else if (what === 1) rig.queue.wakeAll();
        else if (what === 2) yield* rig.scheduler.yieldCpu();
        else if (what === 3) rig.computeStuck(amount, 300);
        else if (what === 4) wakeLater(rig, amount);
        else yield* rig.compute(10 * amount, 700);
        rig.say(`task${n}`);
      }
    });
  }
  rig.spawn('waiter', function* () {
    for (let n = 0; n < 10; n++) {
      yield* rig.queue.sleep();
      rig.say('woken');
    }
  });
}

function wakeLater(rig: Rig, afterNs: number): void {
  rig.sim.events.schedule(rig.sim.now() + afterNs, () => rig.queue.wakeOne());
}

describe('a host that stops', () => {
  function inSlices(make: () => Rig, limit: (nowNs: number) => number): unknown {
    const rig = make();
    busy(rig, 1);
    for (let limitNs = 0; limitNs < 3_000_000_000; limitNs = limit(limitNs)) rig.run(limitNs);
    rig.run();
    return rig.outcome;
  }

  describe.each([1, 2, 3, 4, 8])('on %i CPUs', (cpus) => {
    const make = (): Rig => new Rig(cpus, fromSeed(cpus));
    const whole = inSlices(make, () => Infinity);

    it('is busy enough to prove something', () => {
      expect(whole).toMatchObject({ log: expect.arrayContaining(['task0 ends']) as unknown });
      expect((whole as { count: number }).count).toBeGreaterThan(150);
    });

    it.each([1, 2, 3, 4])('at random instants changes nothing (seed %i)', (seed) => {
      const prng = new Prng(seed);
      const sizes = [20_000, 300_000, 3_000_000, 100_000_000];
      const next = (nowNs: number): number => nowNs + 1 + prng.below(sizes[seed - 1]!);
      expect(inSlices(make, next)).toEqual(whole);
    });
  });

  it('would be noticed if stopping were a choice', () => {
    class AsksWhenStopped extends Scheduler {
      override run(limitNs: number): ReturnType<Scheduler['run']> {
        this.kick();
        const state = super.run(limitNs);
        for (const cpu of this.cpus) if (cpu.current !== undefined) cpu.current.sliceEndNs = 0;
        return state;
      }
    }
    const make = (): Rig => new Rig(2, fromSeed(2), AsksWhenStopped);
    expect(inSlices(make, (nowNs) => nowNs + 100_000)).not.toEqual(inSlices(make, () => Infinity));
  });

  it('is told whether there is anything to do', () => {
    const rig = new Rig(2);
    expect(rig.run(1000)).toBe('idle');
    rig.spawn('a', () => rig.compute(10_000));
    expect(rig.run(2000)).toBe('running');
    expect(rig.run(1_000_000)).toBe('idle');
    expect(rig.scheduler.frontierNs).toBe(1_000_000);
  });
});
