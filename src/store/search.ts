// SPDX-License-Identifier: GPL-2.0-or-later
/** Finds text in files, a few at a time, so that nobody waits for it while typing. */

export interface SearchQuery {
  readonly text: string;
  readonly isCaseSensitive: boolean;
  readonly isWholeWord: boolean;
  readonly isRegex: boolean;
}

export interface SearchHit {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** The line, cut around the hit, and where in it the hit lies. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export const HITS_MAX = 2000;
/** A hit far to the right of a long line is shown with so much before it. */
const LEAD = 24;
const LINE_MAX = 240;

/** The pattern, or why it is none. An empty text finds nothing: undefined. */
export function patternOf(query: SearchQuery): RegExp | { readonly error: string } | undefined {
  if (query.text === '') return undefined;
  const source = query.isRegex
    ? query.text
    : query.text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
  const bounded = query.isWholeWord ? String.raw`(?<!\w)(?:${source})(?!\w)` : source;
  try {
    return new RegExp(bounded, query.isCaseSensitive ? 'gu' : 'giu');
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

export function searchText(
  path: string,
  text: string,
  pattern: RegExp,
  max: number,
): readonly SearchHit[] {
  const hits: SearchHit[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    for (const match of line.matchAll(pattern)) {
      if (match[0] === '') continue;
      const from = Math.max(0, match.index - LEAD);
      const cut = match.index + match[0].length > LINE_MAX ? from : 0;
      hits.push({
        path,
        line: index + 1,
        column: match.index + 1,
        text: line.slice(cut, cut + LINE_MAX),
        start: match.index - cut,
        end: Math.min(LINE_MAX, match.index - cut + match[0].length),
      });
      if (hits.length >= max) return hits;
    }
  }
  return hits;
}
