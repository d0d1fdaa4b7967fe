// SPDX-License-Identifier: GPL-2.0-or-later
/** Patterns, braces and parse errors: what needs no machine. */
import { expect, test } from 'vitest';

import { expandBraces } from './brace.ts';
import { parseShell } from './parse.ts';
import { compilePattern, escapePattern, matchPattern, matchPiece } from './pattern.ts';

test.each([
  ['*', '', true],
  ['a*b*c', 'aXXbYYc', true],
  ['a*b*c', 'aXXbYY', false],
  ['?[a-c]', 'xb', true],
  ['[!a-c]', 'b', false],
  ['[]a]', ']', true],
  ['[a', '[a', true],
  ['\\*', '*', true],
  ['\\*', 'x', false],
  ['[[:digit:]][[:upper:]]', '4Q', true],
])('%s against %s', (pattern, text, matches) => {
  expect(matchPattern(compilePattern(pattern), text)).toBe(matches);
});

test('an escaped text matches itself only', () => {
  for (const text of ['a*b', '[x]', 'a\\b', '?', 'plain', '!-^']) {
    expect(matchPattern(compilePattern(escapePattern(text)), text)).toBe(true);
  }
});

test('many stars in a long text take no long time', () => {
  const text = 'a'.repeat(20_000);
  expect(matchPattern(compilePattern('*a*a*a*a*a*b'), text)).toBe(false);
  expect(matchPiece(compilePattern('*a*a*a*b'), text, 0, 1, true).length).toBe(-1);
});

test('braces', () => {
  expect(expandBraces('a{b,c{d,e}}f')).toEqual(['abf', 'acdf', 'acef']);
  expect(expandBraces('{3..1}')).toEqual(['3', '2', '1']);
  expect(expandBraces('{01..03}')).toEqual(['01', '02', '03']);
  expect(expandBraces('{a}"{b,c}"${x}')).toEqual(['{a}"{b,c}"${x}']);
  expect(expandBraces('{1..999999999}')).toEqual(['{1..999999999}']);
});

test.each([
  ['echo a &&', 'incomplete'],
  ['if true; then', 'incomplete'],
  ['cat <<E\nx', 'incomplete'],
  ['echo "a', 'incomplete'],
  ['f() {', 'incomplete'],
  ['echo a \\', 'incomplete'],
  ['echo a # \\', 'complete'],
  ['if true; fi', 'error'],
  ['echo $(fi', 'error'],
  ['a | | b', 'error'],
])('%j is %s', (text, kind) => {
  expect(parseShell(text).kind).toBe(kind);
});
