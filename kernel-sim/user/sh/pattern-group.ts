// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Patterns with extglob's groups: where in a text a match that begins at one place can end.
 *
 * Sets of places are followed through the pattern token by token, so that no choice is ever taken
 * back; `!(…)` is then what the set lacks.
 */
import { matchesOne, type GroupToken, type Pattern, type Token } from './pattern-token.ts';

/** Marks each place up to `limit` where a match of `pattern` that begins at `start` can end. */
export function endsOf(
  pattern: Pattern,
  text: string,
  start: number,
  limit: number,
): Uint8Array<ArrayBuffer> {
  let places = new Uint8Array(limit + 1);
  places[start] = 1;
  for (const token of pattern) {
    const next = new Uint8Array(limit + 1);
    for (let at = start; at <= limit; at++) {
      if (places[at] === 1) step(token, text, at, limit, next);
    }
    places = next;
  }
  return places;
}

function step(token: Token, text: string, at: number, limit: number, next: Uint8Array): void {
  if (token.kind === 'group') {
    merge(next, groupEnds(token, text, at, limit), at);
  } else if (token.kind === 'star') next.fill(1, at);
  else if (at < limit && matchesOne(token, text.charCodeAt(at))) next[at + 1] = 1;
}

function merge(into: Uint8Array, from: Uint8Array, start: number): boolean {
  let hasGrown = false;
  for (let at = start; at < from.length; at++) {
    if (from[at] !== 1 || into[at] === 1) continue;
    into[at] = 1;
    hasGrown = true;
  }
  return hasGrown;
}

function groupEnds(token: GroupToken, text: string, at: number, limit: number): Uint8Array {
  const once = alternativeEnds(token, text, at, limit);
  switch (token.operator) {
    case '!':
      return once.map((mark, place) => (place >= at && mark === 0 ? 1 : 0));
    case '?':
      once[at] = 1;
      return once;
    case '*':
      return repeated(token, text, at, limit, true);
    case '+':
      return repeated(token, text, at, limit, false);
    default:
      return once;
  }
}

function alternativeEnds(token: GroupToken, text: string, at: number, limit: number): Uint8Array {
  const ends = new Uint8Array(limit + 1);
  for (const pattern of token.alternatives) merge(ends, endsOf(pattern, text, at, limit), at);
  return ends;
}

function repeated(
  token: GroupToken,
  text: string,
  start: number,
  limit: number,
  mayBeNone: boolean,
): Uint8Array {
  const reached = alternativeEnds(token, text, start, limit);
  const done = new Uint8Array(limit + 1);
  done[start] = 1;
  // A place behind can be reached only from one before it, so one pass to the right is enough.
  for (let at = start; at <= limit; at++) {
    if (reached[at] !== 1 || done[at] === 1) continue;
    done[at] = 1;
    merge(reached, alternativeEnds(token, text, at, limit), at);
  }
  if (mayBeNone) reached[start] = 1;
  return reached;
}
