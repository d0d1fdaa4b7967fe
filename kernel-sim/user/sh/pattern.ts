// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Shell patterns: `*`, `?`, `[…]`, a backslash that makes the next character plain, and with
 * extglob `?(…) *(…) +(…) @(…) !(…)`.
 *
 * Used by case, `${x#pattern}`, `[[ == ]]` and, name by name, by pathname.ts. Linux counterpart:
 * fnmatch(3). Matching takes at most text times pattern steps, whatever the pattern.
 */
import { endsOf } from './pattern-group.ts';
import {
  matchesItems,
  matchesOne,
  type GroupToken,
  type Pattern,
  type SetItem,
  type Token,
} from './pattern-token.ts';

export type { Pattern } from './pattern-token.ts';

export interface PatternOptions {
  /** Whether `+(…)` and its kin are more than their characters. */
  readonly extglob?: boolean;
  readonly ignoreCase?: boolean;
}

/** What `shopt` says of patterns. */
export function patternOptions(shell: {
  readonly shopt: { readonly extglob: boolean; readonly nocasematch: boolean };
}): PatternOptions {
  return { extglob: shell.shopt.extglob, ignoreCase: shell.shopt.nocasematch };
}

const BACKSLASH = 92;

/** Whether an unquoted character of `text` would be more than itself in a pattern. */
export function hasMagic(text: string, extglob = false): boolean {
  return /[*?[]/.test(text) || (extglob && /[+@!]\(/.test(text));
}

/** `text` as a pattern that matches only itself. */
export function escapePattern(text: string): string {
  return /[\\*?[\]()|]/.test(text) ? text.replaceAll(/[\\*?[\]\-!^()|+@]/g, '\\$&') : text;
}

/** The text that a pattern without magic stands for. */
export function unescapePattern(pattern: string): string {
  return pattern.includes('\\') ? pattern.replaceAll(/\\(.)/gs, '$1') : pattern;
}

export function compilePattern(source: string, options: PatternOptions = {}): Pattern {
  const tokens: Token[] = [];
  for (let at = 0; at < source.length;) {
    const char = source.charAt(at);
    const group = options.extglob === true ? groupAt(source, at) : undefined;
    if (group !== undefined) {
      const alternatives = group.texts.map((text) => compilePattern(text, options));
      tokens.push({ kind: 'group', operator: char, alternatives });
      at = group.end;
    } else if (char === '*') {
      if (tokens.at(-1)?.kind !== 'star') tokens.push({ kind: 'star' });
      at++;
    } else if (char === '?') {
      tokens.push({ kind: 'any' });
      at++;
    } else if (char === '[') {
      const set = parseSet(source, at);
      tokens.push(set?.token ?? { kind: 'char', unit: char.charCodeAt(0) });
      at = set?.end ?? at + 1;
    } else {
      if (char === '\\' && at + 1 < source.length) at++;
      tokens.push({ kind: 'char', unit: source.charCodeAt(at) });
      at++;
    }
  }
  return options.ignoreCase === true ? tokens.map((token) => inAnyCase(token)) : tokens;
}

/** The alternatives of the group that begins at `at`, if one does and something closes it. */
function groupAt(source: string, at: number): { texts: string[]; end: number } | undefined {
  if (source.charAt(at + 1) !== '(' || !'?*+@!'.includes(source.charAt(at))) return undefined;
  const texts: string[] = [];
  let depth = 0;
  let from = at + 2;
  for (let end = from; end < source.length; end++) {
    const char = source.charAt(end);
    if (char === '\\') end++;
    else if (char === '[') end = (parseSet(source, end)?.end ?? end + 1) - 1;
    else if (char === '(') depth++;
    else if (char === '|' && depth === 0) {
      texts.push(source.slice(from, end));
      from = end + 1;
    } else if (char === ')' && depth-- === 0) {
      texts.push(source.slice(from, end));
      return { texts, end: end + 1 };
    }
  }
  return undefined;
}

function inAnyCase(token: Token): Token {
  if (token.kind === 'char') {
    const char = String.fromCharCode(token.unit);
    const units = [char.toLowerCase().charCodeAt(0), char.toUpperCase().charCodeAt(0)];
    const items = units.map((unit) => ({ from: unit, to: unit }));
    return { kind: 'set', negated: false, items };
  }
  if (token.kind !== 'set') return token;
  const { items, negated } = token;
  const contains = (unit: number): boolean => {
    const char = String.fromCharCode(unit);
    const units = [char.toLowerCase().charCodeAt(0), char.toUpperCase().charCodeAt(0)];
    return units.some((other) => matchesItems(items, other));
  };
  return { kind: 'set', negated, items: [{ contains }] };
}

/** The set that begins at `start`, or undefined where nothing closes it: then `[` is itself. */
function parseSet(source: string, start: number): { token: Token; end: number } | undefined {
  let at = start + 1;
  const negated = source[at] === '!' || source[at] === '^';
  if (negated) at++;
  const items: SetItem[] = [];
  for (const first = at; at < source.length;) {
    if (source[at] === ']' && at > first) {
      return { token: { kind: 'set', negated, items }, end: at + 1 };
    }
    const named = /^\[:(\w+):\]/.exec(source.slice(at, at + 12));
    const contains = named === null ? undefined : CLASSES.get(named[1] ?? '');
    if (named !== null && contains !== undefined) {
      items.push({ contains });
      at += named[0].length;
      continue;
    }
    const low = unitAt(source, at);
    at = low.end;
    if (source[at] === '-' && at + 1 < source.length && source[at + 1] !== ']') {
      const high = unitAt(source, at + 1);
      at = high.end;
      items.push({ from: low.unit, to: high.unit });
    } else items.push({ from: low.unit, to: low.unit });
  }
  return undefined;
}

function unitAt(source: string, at: number): { unit: number; end: number } {
  const unit = source.charCodeAt(at);
  if (unit !== BACKSLASH || at + 1 >= source.length) return { unit, end: at + 1 };
  return { unit: source.charCodeAt(at + 1), end: at + 2 };
}

const isUpper = (unit: number): boolean => unit >= 65 && unit <= 90;
const isLower = (unit: number): boolean => unit >= 97 && unit <= 122;
const isDigit = (unit: number): boolean => unit >= 48 && unit <= 57;
const isAlpha = (unit: number): boolean => isUpper(unit) || isLower(unit);
const isGraph = (unit: number): boolean => unit > 32 && unit !== 127;

const CLASSES: ReadonlyMap<string, (unit: number) => boolean> = new Map([
  ['alpha', isAlpha],
  ['digit', isDigit],
  ['alnum', (unit: number) => isAlpha(unit) || isDigit(unit)],
  ['upper', isUpper],
  ['lower', isLower],
  ['space', (unit: number) => unit === 32 || (unit >= 9 && unit <= 13)],
  ['blank', (unit: number) => unit === 32 || unit === 9],
  ['punct', (unit: number) => unit < 127 && isGraph(unit) && !isAlpha(unit) && !isDigit(unit)],
  ['print', (unit: number) => unit === 32 || isGraph(unit)],
  ['graph', isGraph],
  ['cntrl', (unit: number) => unit < 32 || unit === 127],
  ['xdigit', (unit: number) => isDigit(unit) || /[A-Fa-f]/.test(String.fromCharCode(unit))],
  ['word', (unit: number) => isAlpha(unit) || isDigit(unit) || unit === 95],
]);

/** A pattern whose tokens each take one character or are stars. */
type PlainPattern = readonly Exclude<Token, GroupToken>[];

function isPlain(pattern: Pattern): pattern is PlainPattern {
  for (const token of pattern) if (token.kind === 'group') return false;
  return true;
}

/** Whether the whole of `text` (from `start` up to `end`) matches. */
export function matchPattern(
  pattern: Pattern,
  text: string,
  start = 0,
  end = text.length,
): boolean {
  if (!isPlain(pattern)) return endsOf(pattern, text, start, end)[end] === 1;
  let at = start;
  let next = 0;
  let starToken = -1;
  let starAt = start;
  for (;;) {
    const token = pattern[next];
    if (token?.kind === 'star') {
      starToken = next++;
      starAt = at;
    } else if (token !== undefined && at < end && matchesOne(token, text.charCodeAt(at))) {
      next++;
      at++;
    } else if (token === undefined && at === end) return true;
    else if (starToken < 0 || starAt >= end) return false;
    else {
      // Only the last star needs to give way: what stood before it is matched for good.
      at = ++starAt;
      next = starToken + 1;
    }
  }
}

export interface PrefixMatch {
  /** How many units matched, or -1. */
  readonly length: number;
  /** The match got as far as a star: if it failed then, it fails from any later start too. */
  readonly sawStar: boolean;
}

/**
 * The shortest or longest piece of `text` that matches, beginning at `start` and going on, or
 * ending there and going back. All places in the pattern where the match could stand are followed
 * at once, so the time is text times pattern at most; with groups, once more times text.
 */
export function matchPiece(
  given: Pattern,
  text: string,
  start: number,
  direction: 1 | -1,
  wantsLongest: boolean,
): PrefixMatch {
  if (!isPlain(given)) return groupPiece(given, text, start, direction, wantsLongest);
  const pattern = direction > 0 ? given : given.toReversed();
  const limit = direction > 0 ? text.length - start : start;
  let places = new Uint8Array(pattern.length + 1);
  let next = new Uint8Array(pattern.length + 1);
  let sawStar = enter(pattern, places, 0);
  let length = places[pattern.length] === 1 ? 0 : -1;
  for (let at = 0; at < limit && (wantsLongest || length < 0); at++) {
    const unit = text.charCodeAt(direction > 0 ? start + at : start - 1 - at);
    let isAlive = false;
    next.fill(0);
    for (const [index, token] of pattern.entries()) {
      if (places[index] === 0 || !matchesOne(token, unit)) continue;
      isAlive = true;
      const target = token.kind === 'star' ? index : index + 1;
      if (enter(pattern, next, target)) sawStar = true;
    }
    if (!isAlive) break;
    [places, next] = [next, places];
    if (places[pattern.length] === 1) length = at + 1;
  }
  return { length, sawStar };
}

function groupPiece(
  pattern: Pattern,
  text: string,
  start: number,
  direction: 1 | -1,
  wantsLongest: boolean,
): PrefixMatch {
  const sawStar = false;
  if (direction > 0) {
    const ends = endsOf(pattern, text, start, text.length);
    const end = wantsLongest ? ends.lastIndexOf(1) : ends.indexOf(1);
    return { length: end < 0 ? -1 : end - start, sawStar };
  }
  for (let step = 0; step <= start; step++) {
    const from = wantsLongest ? step : start - step;
    if (endsOf(pattern, text, from, start)[start] === 1) return { length: start - from, sawStar };
  }
  return { length: -1, sawStar };
}

/** Marks a place and, since a star may match nothing, those behind the stars that follow. */
function enter(pattern: PlainPattern, places: Uint8Array, from: number): boolean {
  let place = from;
  places[place] = 1;
  let sawStar = false;
  while (pattern[place]?.kind === 'star') {
    sawStar = true;
    places[++place] = 1;
  }
  return sawStar;
}
