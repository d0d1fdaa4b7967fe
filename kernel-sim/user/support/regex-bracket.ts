// SPDX-License-Identifier: GPL-2.0-or-later
/** Bracket expressions of regular expressions: `[a-z]`, `[^[:space:]]`, `[]x-]`. */
import { CLASSES } from './regex-syntax.ts';

export type Bracket =
  | {
      readonly ranges: readonly number[];
      readonly isNegated: boolean;
      /** Index of the first character after the closing bracket. */
      readonly end: number;
    }
  | { readonly error: string };

const UNMATCHED = 'Unmatched [, [^, [:, [., or [=';

/** Reads the bracket expression whose opening bracket stands just before `start`. */
export function bracket(chars: readonly string[], start: number): Bracket {
  let at = start;
  if (chars[at] === undefined) return { error: 'Invalid regular expression' };
  const isNegated = chars[at] === '^';
  if (isNegated) at++;
  const first = at;
  const ranges: number[] = [];
  for (;;) {
    if (chars[at] === undefined) return { error: UNMATCHED };
    if (chars[at] === ']' && at > first) break;
    if (chars[at] === '[' && chars[at + 1] === ':') {
      const name = named(chars, at, ':');
      if (name === undefined) return { error: UNMATCHED };
      const members = CLASSES.get(name.text);
      if (members === undefined) return { error: 'Invalid character class name' };
      ranges.push(...members);
      at = name.end;
      continue;
    }
    const from = endpoint(chars, at);
    if (from === undefined) return { error: UNMATCHED };
    at = from.end;
    let last = from.point;
    if (chars[at] === '-' && chars[at + 1] !== ']' && chars[at + 1] !== undefined) {
      const to = endpoint(chars, at + 1);
      if (to === undefined) return { error: UNMATCHED };
      at = to.end;
      last = to.point;
      if (last < from.point) return { error: 'Invalid range end' };
    }
    ranges.push(from.point, last);
  }
  const inside = chars.slice(start, at).join('');
  if (inside.length > 1 && inside.startsWith(':') && inside.endsWith(':')) {
    return { error: 'character class syntax is [[:space:]], not [:space:]' };
  }
  // A negated set matches no newline: lines are matched without theirs.
  return { ranges, isNegated, end: at + 1 };
}

/** One character, or `[.x.]` or `[=x=]`. */
function endpoint(
  chars: readonly string[],
  at: number,
): { readonly point: number; readonly end: number } | undefined {
  const mark = chars[at + 1];
  if (chars[at] === '[' && (mark === '.' || mark === '=')) {
    const name = named(chars, at, mark);
    return name && { point: name.text.codePointAt(0) ?? 0, end: name.end };
  }
  return { point: chars[at]?.codePointAt(0) ?? 0, end: at + 1 };
}

/** What stands between `[:` and `:]` (or the like) at `at`. */
function named(
  chars: readonly string[],
  at: number,
  mark: string,
): { readonly text: string; readonly end: number } | undefined {
  for (let end = at + 2; end + 1 < chars.length; end++) {
    if (chars[end] === mark && chars[end + 1] === ']') {
      return { text: chars.slice(at + 2, end).join(''), end: end + 2 };
    }
  }
  return undefined;
}
