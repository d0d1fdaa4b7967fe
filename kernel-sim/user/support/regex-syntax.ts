// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The tree of a POSIX regular expression, and the sets of characters in it.
 *
 * Characters are Unicode code points. Made by regex-parse.ts, read by regex-compile.ts.
 */

export type Assertion =
  | 'line-start'
  | 'line-end'
  | 'word-start'
  | 'word-end'
  | 'word-edge'
  | 'not-word-edge'
  | 'no-word-before'
  | 'no-word-after';

export type RegexNode =
  | { readonly kind: 'empty' }
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'assert'; readonly assertion: Assertion }
  | { readonly kind: 'sequence'; readonly items: readonly RegexNode[] }
  | { readonly kind: 'choice'; readonly options: readonly RegexNode[] }
  | { readonly kind: 'group'; readonly index: number; readonly item: RegexNode }
  /** What the group matched, again. */
  | { readonly kind: 'reference'; readonly index: number }
  | {
      readonly kind: 'repeat';
      readonly item: RegexNode;
      readonly min: number;
      readonly max: number;
    };

/** Inclusive ranges of code points: first, last, first, last … */
export type Ranges = readonly number[];

const ASCII = 128;

/** A set of characters, answered from a table for ASCII. */
export class CharSet {
  readonly #ranges: Ranges;
  readonly #isNegated: boolean;
  readonly #ignoreCase: boolean;
  readonly #ascii = new Uint8Array(ASCII);

  constructor(ranges: Ranges, isNegated: boolean, ignoreCase: boolean) {
    this.#ranges = ranges;
    this.#isNegated = isNegated;
    this.#ignoreCase = ignoreCase;
    for (let point = 0; point < ASCII; point++) this.#ascii[point] = this.#slowHas(point) ? 1 : 0;
  }

  has(point: number): boolean {
    return point < ASCII ? this.#ascii[point] === 1 : this.#slowHas(point);
  }

  #slowHas(point: number): boolean {
    return this.#isListed(point) !== this.#isNegated;
  }

  #isListed(point: number): boolean {
    if (inRanges(this.#ranges, point)) return true;
    if (!this.#ignoreCase) return false;
    const text = String.fromCodePoint(point);
    return (
      inRanges(this.#ranges, text.toLowerCase().codePointAt(0) ?? point) ||
      inRanges(this.#ranges, text.toUpperCase().codePointAt(0) ?? point)
    );
  }
}

function inRanges(ranges: Ranges, point: number): boolean {
  for (let i = 0; i < ranges.length; i += 2) {
    if (point >= (ranges[i] ?? 0) && point <= (ranges[i + 1] ?? 0)) return true;
  }
  return false;
}

const LAST_POINT = 0x10ffff;

// Above ASCII every character from the Latin letters on counts as a letter, which is what a
// UTF-8 locale says of nearly all text; ranges by script would be a table of thousands.
const LETTERS_ABOVE_ASCII: Ranges = [0xaa, 0xaa, 0xb5, 0xb5, 0xba, 0xba, 0xc0, 0x1fff];

/** Members of the classes that `[:name:]` may name. */
// prettier-ignore
export const CLASSES: ReadonlyMap<string, Ranges> = new Map([
  ['alnum', [0x30, 0x39, 0x41, 0x5a, 0x61, 0x7a, ...LETTERS_ABOVE_ASCII]],
  ['alpha', [0x41, 0x5a, 0x61, 0x7a, ...LETTERS_ABOVE_ASCII]],
  ['blank', [0x09, 0x09, 0x20, 0x20]],
  ['cntrl', [0x00, 0x1f, 0x7f, 0x9f]],
  ['digit', [0x30, 0x39]],
  ['graph', [0x21, 0x7e, 0xa1, LAST_POINT]],
  ['lower', [0x61, 0x7a, 0xdf, 0xf6, 0xf8, 0xff]],
  ['print', [0x20, 0x7e, 0xa0, LAST_POINT]],
  ['punct', [0x21, 0x2f, 0x3a, 0x40, 0x5b, 0x60, 0x7b, 0x7e]],
  ['space', [0x09, 0x0d, 0x20, 0x20]],
  ['upper', [0x41, 0x5a, 0xc0, 0xd6, 0xd8, 0xde]],
  ['xdigit', [0x30, 0x39, 0x41, 0x46, 0x61, 0x66]],
]);

/** What `\w` and the word assertions call part of a word. */
export const WORD: Ranges = [
  0x30,
  0x39,
  0x41,
  0x5a,
  0x5f,
  0x5f,
  0x61,
  0x7a,
  ...LETTERS_ABOVE_ASCII,
];

export function isWordPoint(point: number): boolean {
  return inRanges(WORD, point);
}

/** Whether an assertion is true at a position of the text. */
export function holds(assertion: Assertion | undefined, text: string, position: number): boolean {
  if (assertion === 'line-start') return position === 0;
  if (assertion === 'line-end') return position === text.length;
  const before = position > 0 && isWordPoint(text.charCodeAt(position - 1));
  const after = position < text.length && isWordPoint(text.codePointAt(position) ?? 0);
  switch (assertion) {
    case 'word-start':
      return !before && after;
    case 'word-end':
      return before && !after;
    case 'word-edge':
      return before !== after;
    case 'not-word-edge':
      return before === after;
    case 'no-word-before':
      return !before;
    case 'no-word-after':
      return !after;
    default:
      return false;
  }
}
