// SPDX-License-Identifier: GPL-2.0-or-later
/** Plain functions of drivers cannot give their CPU away: what others see of that, and its end. */
import { describe, expect, it } from 'vitest';

import { FOREVER_NS, Rig } from './testing/rig.ts';

describe('a plain function that never yields', () => {
  it('lets the other CPUs run meanwhile, but nobody on its own', () => {
    const rig = new Rig(2);
    rig.spawn('stuck', function* () {
      rig.computeStuck(20_000_000);
      rig.log.push('stuck');
    });
    for (const name of ['other', 'third']) {
      rig.spawn(name, function* () {
        yield* rig.compute(2_000_000);
        rig.log.push(name);
      });
    }
    rig.run();
    const order = rig.log.filter((line) => !line.includes('ends'));
    expect(order.slice(0, 2).toSorted()).toEqual(['other', 'third']);
    expect(order[2]).toBe('stuck');
  });

  it('of two at once lets both come to their ends', () => {
    const rig = new Rig(2);
    for (const name of ['a', 'b']) {
      rig.spawn(name, function* () {
        rig.computeStuck(5_000_000);
      });
    }
    rig.spawn('c', () => rig.compute(1_000_000));
    rig.run();
    expect(rig.log.toSorted()).toEqual(['a ends', 'b ends', 'c ends']);
    expect(rig.scheduler.cpus.some(({ isStuck }) => isStuck)).toBe(false);
  });

  it('does not outlive a power-off', () => {
    const rig = new Rig(2);
    rig.spawn('stuck', function* () {
      rig.computeStuck(FOREVER_NS);
      rig.log.push('went on');
    });
    rig.spawn('init', function* () {
      yield* rig.compute(1_000_000);
      rig.scheduler.halt(3);
    });
    expect(rig.run()).toBe('halted');
    expect(rig.log).not.toContain('went on');
    expect(rig.scheduler.haltStatus).toBe(3);
    expect(rig.scheduler.frontierNs).toBeLessThan(2_000_000);
  });

  it('is found by the watchdog, and only in a driver', () => {
    const rig = new Rig(1);
    rig.scheduler.watchdog.setThreshold(0.005, true, true);
    rig.spawn('kernel', function* () {
      rig.computeStuck(30_000_000);
    });
    const driver = rig.spawn('driver', function* () {
      driver.modules.push({ name: 'bad' });
      driver.stintStartNs = rig.sim.now();
      rig.computeStuck(FOREVER_NS);
    });
    rig.run();
    expect(rig.log).toEqual(['kernel ends', 'driver: driver hangs']);
    expect(driver.runtimeNs).toBeGreaterThanOrEqual(10_000_000);
    expect(driver.runtimeNs).toBeLessThan(10_100_000);
  });

  it('that sleeps now and then is left alone by the watchdog', () => {
    const rig = new Rig(1);
    rig.scheduler.watchdog.setThreshold(0.005, true, true);
    const driver = rig.spawn('driver', function* () {
      driver.modules.push({ name: 'good' });
      driver.stintStartNs = rig.sim.now();
      for (let n = 0; n < 5; n++) {
        rig.computeStuck(6_000_000);
        yield* rig.scheduler.sleepFor(1000, false);
      }
    });
    rig.run();
    expect(rig.log).toEqual(['driver ends']);
  });

  it('asks the host for more when it runs past the limit', () => {
    const rig = new Rig(1);
    rig.spawn('stuck', function* () {
      rig.computeStuck(1_000_000);
    });
    const asked: number[] = [];
    rig.scheduler.run(100_000, (nowNs) => {
      asked.push(nowNs);
      return nowNs + 100_000;
    });
    expect(asked.length).toBeGreaterThanOrEqual(8);
    expect(asked).toEqual(asked.toSorted((a, b) => a - b));
  });
});
