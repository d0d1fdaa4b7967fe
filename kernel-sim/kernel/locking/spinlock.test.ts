// SPDX-License-Identifier: GPL-2.0-or-later
/** Spinlocks: who has them, who waits, and what the bytes say. */
import { describe, expect, it } from 'vitest';

import { COST } from '../../uapi/costs.ts';
import { LockRig } from './testing/lock-rig.ts';

const HELD = 1;
const HELD_AND_PENDING = 0x101;
const HOLD_NS = 100_000;

describe('a spinlock', () => {
  it('is a byte of memory that is set while it is held', () => {
    const rig = new LockRig(1);
    const lock = rig.makeSpinlock();
    const words: number[] = [rig.word(lock)];
    rig.spawn('a', function* () {
      yield* rig.spinLock(lock);
      words.push(rig.word(lock), rig.scheduler.preempt.count);
      rig.spinUnlock(lock);
      words.push(rig.word(lock), rig.scheduler.preempt.count);
    });
    rig.run();
    expect(words).toEqual([0, HELD, 1, 0, 0]);
  });

  it('is believed: a byte that somebody cleared lets the next one in', () => {
    const rig = new LockRig(1);
    const lock = rig.makeSpinlock();
    const tries: boolean[] = [];
    rig.spawn('a', function* () {
      tries.push(rig.spinlocks.tryLock(lock), rig.spinlocks.tryLock(lock));
      rig.ram.store8(lock, 0);
      tries.push(rig.spinlocks.tryLock(lock));
      yield;
    });
    rig.run();
    expect(tries).toEqual([true, false, true]);
  });

  it('makes another CPU spin, which spends its time', () => {
    const rig = new LockRig(2);
    const lock = rig.makeSpinlock();
    let word = 0;
    rig.spawn('holder', function* () {
      yield* rig.spinLock(lock);
      yield* rig.compute(HOLD_NS);
      word = rig.word(lock);
      rig.spinUnlock(lock);
      rig.say('free');
    });
    const spinner = rig.spawn('spinner', function* () {
      yield* rig.compute(2000);
      yield* rig.spinLock(lock);
      rig.spinUnlock(lock);
      rig.say('had it');
    });
    rig.run();
    expect(word).toBe(HELD_AND_PENDING);
    expect(rig.log.map((line) => line.replace(/ @\d+$/u, ''))).toEqual([
      'free',
      'holder ends',
      'had it',
      'spinner ends',
    ]);
    // It never slept: what it waited, it computed.
    expect(spinner.runtimeNs).toBeGreaterThan(HOLD_NS / 2);
    expect(spinner.runtimeNs % COST.SPIN).toBe(0);
  });

  it('is had in the order of arrival, and its upper half names the last CPU', () => {
    const rig = new LockRig(3);
    const lock = rig.makeSpinlock();
    const order: string[] = [];
    let word = 0;
    const waiter = (name: string, delayNs: number): void => {
      rig.spawn(name, function* () {
        yield* rig.compute(delayNs);
        yield* rig.spinLock(lock);
        order.push(name);
        yield* rig.compute(30_000);
        rig.spinUnlock(lock);
      });
    };
    rig.spawn('holder', function* () {
      yield* rig.spinLock(lock);
      yield* rig.compute(HOLD_NS);
      word = rig.word(lock);
      rig.spinUnlock(lock);
      // Back at once: not before those who wait.
      yield* rig.spinLock(lock);
      order.push('holder');
      rig.spinUnlock(lock);
    });
    waiter('late', 40_000);
    waiter('early', 20_000);
    rig.run();
    expect(order).toEqual(['early', 'late', 'holder']);
    expect(word & 0xffff).toBe(HELD_AND_PENDING);
    expect(word >>> 18).toBeGreaterThan(0);
    expect(rig.word(lock)).toBe(0);
  });

  it('taken twice is reported, and the watchdog ends the wait', () => {
    const rig = new LockRig(1);
    const lock = rig.makeSpinlock();
    rig.spawn('a', function* () {
      rig.scheduler.current.stintStartNs = rig.sim.now();
      yield* rig.spinLock(lock);
      yield* rig.spinLock(lock);
    });
    rig.run();
    expect(rig.reports.map(([headline]) => headline)).toEqual([
      'WARNING: possible recursive locking detected',
    ]);
    expect(rig.log).toEqual(['a: a hangs']);
    expect(rig.word(lock)).toBe(HELD);
  });
});

describe('without the lock', () => {
  const ROUNDS = 200;

  function count(isLocked: boolean): number {
    const rig = new LockRig(2);
    const lock = rig.makeSpinlock();
    let total = 0;
    for (const name of ['a', 'b']) {
      rig.spawn(name, function* () {
        for (let round = 0; round < ROUNDS; round++) {
          if (isLocked) yield* rig.spinLock(lock);
          const before = total;
          yield* rig.compute(5000);
          total = before + 1;
          if (isLocked) rig.spinUnlock(lock);
          yield* rig.scheduler.reschedule();
        }
      });
    }
    rig.run();
    return total;
  }

  it('updates get lost; with it, none', () => {
    expect(count(true)).toBe(2 * ROUNDS);
    expect(count(false)).toBeLessThan(2 * ROUNDS);
  });
});
