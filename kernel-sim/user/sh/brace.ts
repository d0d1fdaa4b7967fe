// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Brace expansion: `a{b,c}` and `{1..5}`, on the raw text of a word, before anything else.
 *
 * Quotes and `${ }` are passed over. The results are raw texts, which the caller parses again.
 */

/** More than this and the word stays as it is. Bash would go on until memory is gone. */
const MAX_WORDS = 100_000;

export function expandBraces(text: string): string[] {
  const words = expand(text);
  return words.length > MAX_WORDS ? [text] : words;
}

function expand(text: string): string[] {
  for (let at = 0; at < text.length; at++) {
    at = skipQuoted(text, at);
    if (text[at] !== '{' || text[at - 1] === '$') continue;
    const group = readGroup(text, at);
    if (group === undefined) continue;
    const before = text.slice(0, at);
    const tails = expand(text.slice(group.end));
    const middles = group.alternatives.flatMap((part) => (group.isRange ? [part] : expand(part)));
    if (middles.length * tails.length > MAX_WORDS) return [text];
    return middles.flatMap((middle) => tails.map((tail) => before + middle + tail));
  }
  return [text];
}

/** The index of the first character at or after `start` that is not quoted. */
function skipQuoted(text: string, start: number): number {
  let at = start;
  for (;;) {
    const char = text[at];
    if (char === '\\') at += 2;
    else if (char === "'") at = closing(text, at + 1, "'");
    else if (char === '"') at = closing(text, at + 1, '"');
    else if (char === '`') at = closing(text, at + 1, '`');
    else if (char === '$' && text[at + 1] === '{') at = closing(text, at + 2, '}');
    else if (char === '$' && text[at + 1] === '(') at = closing(text, at + 2, ')');
    else return at;
  }
}

function closing(text: string, start: number, closer: string): number {
  for (let at = start; at < text.length; at++) {
    if (text[at] === '\\' && closer !== "'") at++;
    else if (text[at] === closer) return at + 1;
  }
  return text.length;
}

interface Group {
  readonly alternatives: readonly string[];
  readonly isRange: boolean;
  readonly end: number;
}

function readGroup(text: string, open: number): Group | undefined {
  const alternatives: string[] = [];
  let depth = 0;
  let from = open + 1;
  for (let at = open + 1; at < text.length; at++) {
    at = skipQuoted(text, at);
    const char = text[at];
    if (char === '{') depth++;
    else if (char === ',' && depth === 0) {
      alternatives.push(text.slice(from, at));
      from = at + 1;
    } else if (char === '}' && depth-- === 0) {
      alternatives.push(text.slice(from, at));
      if (alternatives.length > 1) return { alternatives, isRange: false, end: at + 1 };
      const range = expandRange(alternatives[0] ?? '');
      return range === undefined ? undefined : { alternatives: range, isRange: true, end: at + 1 };
    }
  }
  return undefined;
}

function expandRange(text: string): string[] | undefined {
  const match = /^(?:(-?\d+)\.\.(-?\d+)|([A-Za-z])\.\.([A-Za-z]))(?:\.\.(-?\d+))?$/.exec(text);
  if (match === null) return undefined;
  const [, low, high, first, last, increment] = match;
  const from = low === undefined ? (first ?? '').charCodeAt(0) : Number(low);
  const to = high === undefined ? (last ?? '').charCodeAt(0) : Number(high);
  const step = Math.max(1, Math.abs(Number(increment ?? 1))) * (from <= to ? 1 : -1);
  if (Math.abs(to - from) / Math.abs(step) > MAX_WORDS) return undefined;
  const isPadded = [low, high].some((number) => /^-?0\d/.test(number ?? ''));
  const width = isPadded ? Math.max(low?.length ?? 0, high?.length ?? 0) : 0;
  const words: string[] = [];
  for (let value = from; step > 0 ? value <= to : value >= to; value += step) {
    words.push(low === undefined ? String.fromCharCode(value) : padNumber(value, width));
  }
  return words;
}

function padNumber(value: number, width: number): string {
  const digits = String(Math.abs(value)).padStart(value < 0 ? width - 1 : width, '0');
  return value < 0 ? `-${digits}` : digits;
}
