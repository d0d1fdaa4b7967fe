// SPDX-License-Identifier: GPL-2.0-or-later
/** Looking for lines that match, one after the other in either direction. */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { createRegex, type Regex } from '../support/regex.ts';
import type { LessOptions } from './options.ts';
import { plainText } from './rows.ts';
import type { Reader, View } from './view.ts';

export type Direction = 'forward' | 'backward';

export interface Search {
  readonly regex: Regex;
  readonly direction: Direction;
  /** Wants lines that do not match. */
  readonly isInverted: boolean;
}

/** A pattern as it is typed after `/` or `?`, or why it makes no sense. */
export function createSearch(
  typed: string,
  direction: Direction,
  options: LessOptions,
): Search | { readonly error: string } {
  const isInverted = typed.startsWith('!');
  const pattern = isInverted ? typed.slice(1) : typed;
  const { ignoresCase } = options;
  const hasCapital = /\p{Lu}/u.test(pattern);
  const ignoreCase = ignoresCase === 'always' || (ignoresCase === 'smart' && !hasCapital);
  const made = createRegex([pattern], { syntax: 'extended', ignoreCase });
  return 'error' in made
    ? { error: 'Invalid pattern' }
    : { regex: made.regex, direction, isInverted };
}

/** The `count`-th line that matches from `line` on, or undefined. */
export function* findLine(
  view: View,
  search: Search,
  direction: Direction,
  from: number,
  count: number,
  options: LessOptions,
  read: Reader,
): Sleeping<number | undefined> {
  const { lines } = view.document;
  let left = count;
  for (let line = from; line >= 0; line += direction === 'forward' ? 1 : -1) {
    if (line >= lines.length) {
      if (!(yield* read(line + 1)) || line >= lines.length) return undefined;
    }
    const matches = search.regex.test(plainText(lines[line] ?? '', options));
    if (matches !== search.isInverted && --left === 0) return line;
  }
  return undefined;
}
