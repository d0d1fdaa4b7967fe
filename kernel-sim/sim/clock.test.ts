// SPDX-License-Identifier: GPL-2.0-or-later
/** The budget's law: time moves by charges and jumps, and by nothing else. */
import { describe, expect, it } from 'vitest';

import { Clock } from './clock.ts';
import { Prng } from './prng.ts';

/** Does random things to a clock; answers the first step at which its time is not the sum. */
function firstLie(clock: Clock, seed: number): number | undefined {
  const prng = new Prng(seed);
  let nowNs = clock.now();
  for (let step = 0; step < 2000; step++) {
    const amount = prng.below(100_000);
    switch (prng.below(4)) {
      case 0:
        clock.setHorizon(nowNs + amount - 50_000);
        break;
      case 1:
        nowNs += amount;
        clock.moveTo(nowNs);
        break;
      case 2:
        nowNs += amount;
        clock.budget -= amount;
        break;
      default:
        nowNs += amount;
        clock.charge(amount);
    }
    if (clock.now() !== nowNs) return step;
  }
  return undefined;
}

class ForgetsWhatWasSpent extends Clock {
  override setHorizon(horizonNs: number): void {
    super.moveTo(horizonNs);
  }
}

describe('virtual time', () => {
  it.each([1, 2, 3])('is the sum of charges and jumps, whatever the horizon (seed %i)', (seed) => {
    expect(firstLie(new Clock(), seed)).toBeUndefined();
  });

  it('would be seen to move with the horizon', () => {
    expect(firstLie(new ForgetsWhatWasSpent(), 1)).toBeDefined();
  });

  it.each([
    ['an instant ahead', 700, 200],
    ['now', 500, 0],
    ['an instant that is past', 400, -100],
  ])('leaves a budget up to a horizon at %s', (_where, horizonNs, budget) => {
    const clock = new Clock();
    clock.moveTo(500);
    clock.setHorizon(horizonNs);
    expect(clock.budget).toBe(budget);
    expect(clock.now()).toBe(500);
  });

  it('goes on past the horizon, with a debt', () => {
    const clock = new Clock();
    clock.setHorizon(10);
    clock.charge(25);
    expect([clock.now(), clock.budget]).toEqual([25, -15]);
  });

  it('has no budget after a jump, so that the next point looks up', () => {
    const clock = new Clock();
    clock.setHorizon(1000);
    clock.moveTo(300);
    clock.charge(1);
    expect([clock.now(), clock.budget]).toEqual([301, -1]);
  });
});
