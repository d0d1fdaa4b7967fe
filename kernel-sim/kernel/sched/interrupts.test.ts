// SPDX-License-Identifier: GPL-2.0-or-later
/** Interrupts that are coroutines: on top of a task, over several turns, in plain functions too. */
import { describe, expect, it } from 'vitest';

import { fromSeed } from '../../sim/oracle.ts';
import type { Switching } from '../../uapi/coroutine.ts';
import { HARDIRQ_OFFSET, SOFTIRQ_OFFSET } from './preempt.ts';
import { Rig } from './testing/rig.ts';

/** An interrupt that spins until `isOver`, as a handler that waits for a lock does. */
function interruptAt(rig: Rig, atNs: number, isOver: () => boolean, cpu = 0): void {
  const { scheduler } = rig;
  function* body(): Switching<void> {
    rig.log.push(`begins on ${scheduler.cpu.id} above ${scheduler.current.name}`);
    while (!isOver()) yield* scheduler.relax();
    rig.log.push(`ends at ${scheduler.preempt.count - HARDIRQ_OFFSET}`);
  }
  rig.sim.events.schedule(atNs, () => scheduler.continueInterrupt(body()), cpu);
}

describe('an interrupt that spins', () => {
  it('waits for what another CPU does, and its own runs nobody meanwhile', () => {
    const rig = new Rig(2);
    let isFree = false;
    rig.spawn('victim', function* () {
      yield* rig.compute(100_000);
    });
    rig.spawn('other', function* () {
      yield* rig.compute(500_000);
      isFree = true;
      yield* rig.compute(500_000);
    });
    interruptAt(rig, 50_000, () => isFree);
    rig.run();
    expect(rig.log).toEqual(['begins on 0 above victim', 'ends at 0', 'victim ends', 'other ends']);
    expect(rig.scheduler.cpus[0]!.irqNs).toBeGreaterThan(400_000);
  });

  it('is driven from inside of a plain function', () => {
    const rig = new Rig(2);
    let isFree = false;
    rig.spawn('plain', function* () {
      rig.computeStuck(100_000);
    });
    rig.spawn('other', function* () {
      yield* rig.compute(300_000);
      isFree = true;
      yield* rig.compute(300_000);
    });
    interruptAt(rig, 50_000, () => isFree);
    rig.run();
    expect(rig.log).toEqual(['begins on 0 above plain', 'ends at 0', 'plain ends', 'other ends']);
  });

  it('runs on top of swapper when nobody else does, on the CPU that it belongs to', () => {
    const rig = new Rig(2);
    interruptAt(rig, 1000, () => true, 1);
    rig.run();
    expect(rig.log).toEqual(['begins on 1 above swapper/1', 'ends at 0']);
    expect(rig.scheduler.cpus.map(({ irqDepth }) => irqDepth)).toEqual([0, 0]);
  });

  it('holds off interrupts of its CPU alone', () => {
    const rig = new Rig(2);
    let isFree = false;
    interruptAt(rig, 1000, () => isFree, 0);
    rig.sim.events.schedule(2000, () => rig.log.push('same CPU'), 0);
    rig.sim.events.schedule(90_000, () => (isFree = true), 1);
    rig.run();
    expect(rig.log).toEqual(['begins on 0 above swapper/0', 'ends at 0', 'same CPU']);
  });

  it('that wants to sleep is told off once and spins', () => {
    const rig = new Rig(2);
    let isFree = false;
    function* body(): Switching<void> {
      while (!isFree) yield* rig.queue.sleep();
      rig.log.push('over');
    }
    rig.sim.events.schedule(1000, () => rig.scheduler.continueInterrupt(body()), 0);
    rig.sim.events.schedule(90_000, () => (isFree = true), 1);
    rig.run();
    expect(rig.log).toEqual([`swapper/0 schedules at ${HARDIRQ_OFFSET + 1}`, 'over']);
  });

  it.each([1, 2, 3])('does not mind where the host stops (seed %i)', (seed) => {
    const outcome = (sliceNs: number): unknown => {
      const rig = new Rig(3, fromSeed(seed));
      let turn = 0;
      for (let n = 0; n < 5; n++) rig.spawn(`task${n}`, () => rig.compute(400_000, 300 + n));
      rig.spawn('plain', function* () {
        rig.computeStuck(700_000);
      });
      for (let n = 0; n < 12; n++) {
        interruptAt(rig, 9000 * n, () => turn >= n - 2, n % 3);
        rig.sim.events.schedule(11_000 * n, () => turn++, (n + 1) % 3);
      }
      for (let limitNs = 0; limitNs < 3_000_000; limitNs += sliceNs) rig.run(limitNs);
      rig.run();
      return rig.outcome;
    };
    const whole = outcome(3_000_000);
    expect(whole).toMatchObject({ log: expect.arrayContaining(['plain ends']) as unknown });
    expect([777, 10_001, 333_333].map(outcome)).toEqual([whole, whole, whole]);
  });
});

describe('softirqs', () => {
  /** A machine whose softirqs count how deep they are. */
  function withSoftirqs(): { readonly rig: Rig; readonly seen: string[] } {
    const rig = new Rig(1);
    const seen: string[] = [];
    rig.scheduler.softirqs = function* (cpu) {
      cpu.softirqPending = 0;
      seen.push(`${rig.scheduler.preempt.count / SOFTIRQ_OFFSET} at depth ${cpu.irqDepth}`);
      yield* rig.compute(10_000);
    };
    return { rig, seen };
  }

  it('run when the outermost interrupt ends', () => {
    const { rig, seen } = withSoftirqs();
    rig.sim.events.schedule(1000, () => (rig.scheduler.cpu.softirqPending = 1));
    rig.run();
    expect(seen).toEqual(['1 at depth 1']);
    expect(rig.scheduler.cpus[0]!.softirqNs).toBeGreaterThanOrEqual(10_000);
  });

  it('wait until bottom halves are on', () => {
    const { rig, seen } = withSoftirqs();
    rig.spawn('task', function* () {
      rig.scheduler.preempt.disableSoftirqs();
      yield* rig.compute(50_000);
      expect(seen).toEqual([]);
      if (rig.scheduler.preempt.enableSoftirqs()) rig.scheduler.serveSoftirqs();
      yield* rig.scheduler.reschedule();
      expect(seen).toEqual(['1 at depth 1']);
    });
    rig.sim.events.schedule(20_000, () => (rig.scheduler.cpu.softirqPending = 1));
    rig.run();
    expect(rig.log).toEqual(['task ends']);
  });

  it('are interrupted, and not begun anew by that', () => {
    const { rig, seen } = withSoftirqs();
    rig.sim.events.schedule(1000, () => (rig.scheduler.cpu.softirqPending = 1));
    rig.sim.events.schedule(5000, () => rig.say('interrupt'));
    rig.run();
    expect(seen).toHaveLength(1);
    expect(rig.log[0]).toMatch(/^interrupt @[5-7]\d{3}$/u);
  });
});
