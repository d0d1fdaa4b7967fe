// SPDX-License-Identifier: GPL-2.0-or-later
/** Finds what somebody means by a few letters: all of them, in order, best where words begin. */

export interface FuzzyMatch {
  readonly score: number;
  /** Places of the matched letters in the text. */
  readonly at: readonly number[];
}

const WORD_START = 8;
const NEXT_TO_LAST = 9;

/** The match of `query` in `text`, or undefined when a letter is missing. Blanks do not count. */
export function fuzzyMatch(query: string, text: string): FuzzyMatch | undefined {
  const wanted = [...query.toLowerCase().replaceAll(/\s/g, '')];
  const lower = text.toLowerCase();
  let best: FuzzyMatch | undefined;
  // From each place where the first letter stands, the rest is taken as early as it comes.
  const [first = ''] = wanted;
  if (first === '') return { score: 0, at: [] };
  for (let start = lower.indexOf(first); start >= 0; start = lower.indexOf(first, start + 1)) {
    const match = matchFrom(wanted, lower, start);
    if (match === undefined) break;
    if (best === undefined || match.score > best.score) best = match;
  }
  return best;
}

function matchFrom(
  wanted: readonly string[],
  lower: string,
  start: number,
): FuzzyMatch | undefined {
  const at: number[] = [];
  let score = -lower.length / 100;
  let from = start;
  for (const letter of wanted) {
    const place = earliest(lower, letter, from);
    if (place < 0) return undefined;
    if (isWordStart(lower, place)) score += WORD_START;
    if (at.at(-1) === place - 1) score += NEXT_TO_LAST;
    at.push(place);
    from = place + 1;
  }
  return { score, at };
}

/** The very next letter, else the next word that begins with it, else wherever it is. */
function earliest(lower: string, letter: string, from: number): number {
  if (lower[from] === letter) return from;
  for (let at = lower.indexOf(letter, from); at >= 0; at = lower.indexOf(letter, at + 1)) {
    if (isWordStart(lower, at)) return at;
  }
  return lower.indexOf(letter, from);
}

function isWordStart(lower: string, at: number): boolean {
  return at === 0 || /[^\p{L}\p{N}]/u.test(lower[at - 1] ?? '');
}

/** Those that match, the best first; all, as they are, when nothing is asked for. */
export function fuzzySort<T>(
  query: string,
  items: readonly T[],
  textOf: (item: T) => string,
): readonly (readonly [item: T, at: readonly number[]])[] {
  return items
    .flatMap((item) => {
      const match = fuzzyMatch(query, textOf(item));
      return match === undefined ? [] : [{ item, match }];
    })
    .toSorted((a, b) => b.match.score - a.match.score)
    .map(({ item, match }) => [item, match.at] as const);
}
