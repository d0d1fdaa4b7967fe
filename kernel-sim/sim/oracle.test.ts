// SPDX-License-Identifier: GPL-2.0-or-later
/** Choices: each kind is a stream of its own, and a log of them repeats the run. */
import { describe, expect, it } from 'vitest';

import { type ChoiceKind, fromLog, fromSeed, Oracle, type Strategy } from './oracle.ts';
import { Prng } from './prng.ts';

const COUNT = 200;

function ask(oracle: Oracle, kind: ChoiceKind, options = 4): number[] {
  return Array.from({ length: COUNT }, () => oracle.choose(kind, options));
}

/** Asks for slices, with questions of another kind in between. */
function disturbed(strategy: Strategy): number[] {
  const oracle = new Oracle(strategy);
  return Array.from({ length: COUNT }, (_, n) => {
    for (let more = 0; more < n % 3; more++) oracle.choose('place', 7);
    return oracle.choose('slice', 4);
  });
}

/** A strategy as it must not be: one stream for all. */
function fromOneStream(seed: number): Strategy {
  const prng = new Prng(seed);
  return (_kind, _index, options) => prng.below(options);
}

describe('a seed', () => {
  it('answers within the options, and uses them all', () => {
    expect(new Set(ask(new Oracle(fromSeed(1)), 'slice'))).toEqual(new Set([0, 1, 2, 3]));
  });

  it('gives every kind answers that no other kind disturbs', () => {
    expect(disturbed(fromSeed(7))).toEqual(ask(new Oracle(fromSeed(7)), 'slice'));
  });

  it('would disturb them with one stream for all', () => {
    expect(disturbed(fromOneStream(7))).not.toEqual(ask(new Oracle(fromOneStream(7)), 'slice'));
  });

  it.each<[string, ChoiceKind, ChoiceKind, number]>([
    ['kinds', 'slice', 'place', 7],
    ['seeds', 'slice', 'slice', 8],
  ])('answers differently to different %s', (_what, one, other, seed) => {
    const answers = ask(new Oracle(fromSeed(7)), one);
    expect(ask(new Oracle(fromSeed(seed)), other)).not.toEqual(answers);
  });
});

describe('a question with one answer', () => {
  it.each([0, 1])('of %i options is not asked', (options) => {
    const asked: string[] = [];
    const oracle = new Oracle((kind, index) => asked.push(`${kind}:${index}`));
    expect(oracle.choose('slice', options)).toBe(0);
    expect(asked).toEqual([]);
    oracle.choose('slice', 2);
    expect(asked).toEqual(['slice:0']);
  });
});

describe('the log', () => {
  const run = (strategy: Strategy): { answers: number[]; oracle: Oracle } => {
    const oracle = new Oracle(strategy);
    const kinds: readonly ChoiceKind[] = ['slice', 'place', 'entropy', 'step', 'fault'];
    const answers = Array.from({ length: COUNT }, (_, n) => oracle.choose(kinds[n % 4]!, 2 + n));
    return { answers, oracle };
  };

  it('holds what was not as usual, and repeats it all', () => {
    const first = run(fromSeed(3));
    const { log } = first.oracle;
    expect(log).toHaveLength(first.answers.filter((answer) => answer !== 0).length);
    const again = run(fromLog(log));
    expect(again.answers).toEqual(first.answers);
    expect(again.oracle.log).toEqual(log);
  });

  it('would not repeat with an entry missing', () => {
    const first = run(fromSeed(3));
    expect(run(fromLog(first.oracle.log.slice(1))).answers).not.toEqual(first.answers);
  });

  it.each([
    ['says nothing', []],
    ['speaks of another question', [['slice', 1, 3]] as const],
    ['names an answer that is not among the options', [['slice', 0, 4]] as const],
    ['speaks of a kind that nobody asks', [['weather', 0, 1]] as const],
  ])('that %s lets the usual happen', (_what, choices) => {
    const oracle = new Oracle(fromLog(choices));
    expect(oracle.choose('slice', 4)).toBe(0);
    expect(oracle.log).toEqual([]);
  });

  it('is not changed by what is asked of another kind', () => {
    const oracle = new Oracle(fromLog([['slice', 1, 3]]));
    oracle.choose('place', 9);
    expect([oracle.choose('slice', 4), oracle.choose('slice', 4)]).toEqual([0, 3]);
  });
});
