// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The one place where nondeterminism is decided.
 *
 * Whoever could go one way or another asks `choose(kind, options)` and gets 0..options-1, where 0
 * means "as usual". The n-th question of a kind is the same question in every replay, so a log
 * holds only the answers that were not 0. What answers is a strategy: a seed, or a log.
 */
import { Prng } from './prng.ts';

/**
 * What may be asked. `step` is asked by the stepped build alone, so other kinds keep their count.
 */
export type ChoiceKind = (typeof KINDS)[number];

const KINDS = [
  'slice',
  'place',
  'entropy',
  'step',
  'fault',
  // What a wire does to frames.
  'loss',
  'duplicate',
  'reorder',
  'corrupt',
  'bit',
  'jitter',
] as const;

export type Choice = readonly [kind: string, index: number, answer: number];

/** Answers the `index`-th question of `kind`; `perMille`: how often 1 is wanted of two options. */
export type Strategy = (
  kind: ChoiceKind,
  index: number,
  options: number,
  perMille?: number,
) => number;

/** One statement in so many lets another context go first: more only makes all of them slow. */
const STEPS_PER_SWITCH = 8;
const PER_MILLE = 1000;

/** Each kind draws from a stream of its own, so that asking one never disturbs another. */
export function fromSeed(seed: number): Strategy {
  const streams = new Map<ChoiceKind, Prng>(
    KINDS.map((kind, n) => [kind, new Prng(seed ^ Math.imul(n + 1, 0x85eb_ca6b))]),
  );
  return (kind, _index, options, perMille) => {
    const stream = streams.get(kind);
    if (stream === undefined) return 0;
    if (perMille !== undefined) return stream.below(PER_MILLE) < perMille ? 1 : 0;
    if (kind === 'step' && stream.below(STEPS_PER_SWITCH) !== 0) return 0;
    return kind === 'step' ? 1 : stream.below(options);
  };
}

/** Repeats a log; where it says nothing, the answer is "as usual". */
export function fromLog(choices: readonly Choice[]): Strategy {
  const answers = new Map(choices.map(([kind, index, answer]) => [`${kind}:${index}`, answer]));
  return (kind, index, options) => {
    const answer = answers.get(`${kind}:${index}`) ?? 0;
    return answer < options ? answer : 0;
  };
}

export class Oracle {
  readonly #strategy: Strategy;
  readonly #asked = new Map<ChoiceKind, number>();
  readonly #log: Choice[] = [];

  constructor(strategy: Strategy) {
    this.#strategy = strategy;
  }

  /** Every answer so far that was not 0, in the order given. */
  get log(): readonly Choice[] {
    return this.#log;
  }

  choose(kind: ChoiceKind, options: number): number {
    return options <= 1 ? 0 : this.#ask(kind, options);
  }

  /** True in so many of 1000 cases. */
  chance(kind: ChoiceKind, perMille: number): boolean {
    return this.#ask(kind, 2, perMille) !== 0;
  }

  #ask(kind: ChoiceKind, options: number, perMille?: number): number {
    const index = this.#asked.get(kind) ?? 0;
    this.#asked.set(kind, index + 1);
    const answer = this.#strategy(kind, index, options, perMille);
    if (answer !== 0) this.#log.push([kind, index, answer]);
    return answer;
  }
}
