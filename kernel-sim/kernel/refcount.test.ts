// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { Ram } from '../hw/ram/ram.ts';
import { Atomics } from './atomic.ts';
import { REFCOUNT_MAX, REFCOUNT_SATURATED, Refcounts } from './refcount.ts';
import { FakeWarner } from './testing/fake-warner.ts';

const SATURATED = 'refcount_t: saturated; leaking memory.';
const ON_ZERO = 'refcount_t: addition on 0; use-after-free.';
const UNDERFLOW = 'refcount_t: underflow; use-after-free.';
const HIT_ZERO = 'refcount_t: decrement hit 0; leaking memory.';

function make(value: number, isOn = true) {
  const ram = new Ram(4096, undefined, false);
  const warner = new FakeWarner();
  const counts = new Refcounts(new Atomics(ram), warner, isOn);
  const pointer = ram.toPointer(64);
  counts.set(pointer, value);
  return { counts, pointer, warner };
}

type Operation = (counts: Refcounts, pointer: number) => unknown;
const inc: Operation = (counts, pointer) => counts.add(pointer, 1);
const add: Operation = (counts, pointer) => counts.add(pointer, 7);
const incNotZero: Operation = (counts, pointer) => counts.addNotZero(pointer, 1);
const dec: Operation = (counts, pointer) => counts.dec(pointer);
const decAndTest: Operation = (counts, pointer) => counts.subAndTest(pointer, 1);
const subAndTest: Operation = (counts, pointer) => counts.subAndTest(pointer, 7);

describe('a count goes up and down in silence', () => {
  it.each([
    ['inc', 1, inc, undefined, 2],
    ['inc up to the largest', REFCOUNT_MAX - 1, inc, undefined, REFCOUNT_MAX],
    ['inc_not_zero', 1, incNotZero, true, 2],
    ['inc_not_zero of none', 0, incNotZero, false, 0],
    ['dec', 3, dec, undefined, 2],
    ['dec_and_test', 3, decAndTest, false, 2],
    ['dec_and_test of the last', 1, decAndTest, true, 0],
    ['sub_and_test of all', 7, subAndTest, true, 0],
    ['dec_not_one', 2, (counts: Refcounts, p: number) => counts.decNotOne(p), true, 1],
    ['dec_not_one of the last', 1, (counts: Refcounts, p: number) => counts.decNotOne(p), false, 1],
    ['dec_if_one', 1, (counts: Refcounts, p: number) => counts.decIfOne(p), true, 0],
    ['dec_if_one of two', 2, (counts: Refcounts, p: number) => counts.decIfOne(p), false, 2],
  ] as const)('%s', (_name, start, run, answer, end) => {
    const { counts, pointer, warner } = make(start);
    expect(run(counts, pointer)).toBe(answer);
    expect(counts.read(pointer)).toBe(end);
    expect(warner.said).toEqual([]);
  });
});

const MISTAKES = [
  ['inc past the largest', REFCOUNT_MAX, inc, SATURATED],
  ['add past the largest', REFCOUNT_MAX - 3, add, SATURATED],
  ['inc_not_zero past the largest', REFCOUNT_MAX, incNotZero, SATURATED],
  ['inc of none', 0, inc, ON_ZERO],
  ['dec to none', 1, dec, HIT_ZERO],
  ['dec of none', 0, dec, HIT_ZERO],
  ['dec_and_test of none', 0, decAndTest, UNDERFLOW],
  ['sub_and_test of less', 3, subAndTest, UNDERFLOW],
  ['inc of a saturated one', REFCOUNT_SATURATED, inc, SATURATED],
  ['dec of a saturated one', REFCOUNT_SATURATED, dec, HIT_ZERO],
  ['dec_and_test of a saturated one', REFCOUNT_SATURATED, decAndTest, UNDERFLOW],
] as const;

describe('a count that went wrong saturates, and says so', () => {
  it.each(MISTAKES)('%s', (_name, start, run, text) => {
    const { counts, pointer, warner } = make(start);
    // Nobody is told to free anything.
    expect(run(counts, pointer) === true).toBe(run === incNotZero);
    expect(counts.read(pointer)).toBe(REFCOUNT_SATURATED);
    expect(warner.said).toEqual([text]);
    run(counts, pointer);
    expect(counts.read(pointer)).toBe(REFCOUNT_SATURATED);
  });

  it('once per kind', () => {
    const { counts, pointer, warner } = make(0);
    for (let round = 0; round < 3; round++) {
      counts.set(pointer, 0);
      counts.add(pointer, 1);
    }
    expect(warner.said).toEqual([ON_ZERO]);
  });

  it.each(MISTAKES)('unless the check is off: %s', (_name, start, run) => {
    const { counts, pointer, warner } = make(start, false);
    run(counts, pointer);
    expect(warner.said).toEqual([]);
    expect(counts.read(pointer)).not.toBe(REFCOUNT_SATURATED);
  });
});
