// SPDX-License-Identifier: GPL-2.0-or-later
/** The generator's numbers are part of every recording: they may never change. */
import { describe, expect, it } from 'vitest';

import { Prng } from './prng.ts';

/** splitmix32 in arithmetic that cannot overflow. */
function* reference(seed: number, increment = 0x9e37_79b9n): Generator<number, never> {
  const mask = 0xffff_ffffn;
  let state = BigInt(seed) & mask;
  for (;;) {
    state = (state + increment) & mask;
    let z = state;
    z = ((z ^ (z >> 16n)) * 0x21f0_aaadn) & mask;
    z = ((z ^ (z >> 15n)) * 0x735a_2d97n) & mask;
    yield Number((z ^ (z >> 15n)) & mask);
  }
}

function take(numbers: Generator<number, never>, count: number): number[] {
  return Array.from({ length: count }, () => numbers.next().value);
}

function draw(seed: number, count: number): number[] {
  const prng = new Prng(seed);
  return Array.from({ length: count }, () => prng.next());
}

describe('the generator', () => {
  it.each([0, 1, 2, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff])(
    'with seed %i gives the numbers of splitmix32',
    (seed) => {
      expect(draw(seed, 1000)).toEqual(take(reference(seed), 1000));
    },
  );

  it('would be seen to differ in one constant', () => {
    expect(draw(1, 10)).not.toEqual(take(reference(1, 0x9e37_79bbn), 10));
  });

  it('begins as it always has', () => {
    expect(draw(1, 4)).toEqual(KNOWN);
  });

  it('takes a negative seed as its 32 bits', () => {
    expect(draw(-1, 10)).toEqual(draw(0xffff_ffff, 10));
  });

  it.each([1, 2, 3, 7, 256, 1_000_000])('stays below %i', (bound) => {
    const prng = new Prng(5);
    const drawn = Array.from({ length: 1000 }, () => prng.below(bound));
    expect(drawn.every((n) => Number.isInteger(n) && n >= 0 && n < bound)).toBe(true);
  });
});

const KNOWN = [1_580_013_426, 350_525_680, 3_524_174_333, 3_011_703_609];
