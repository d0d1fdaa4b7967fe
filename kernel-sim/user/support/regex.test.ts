// SPDX-License-Identifier: GPL-2.0-or-later
/** Matches and messages as grep 3.8 gave them with `-o`. */
import { describe, expect, test } from 'vitest';

import { createRegex, type RegexOptions } from './regex.ts';

type Syntax = RegexOptions['syntax'];

function matches(pattern: string, text: string, syntax: Syntax, more = {}): string[] | string {
  const compiled = createRegex([pattern], { syntax, ignoreCase: false, ...more });
  if ('error' in compiled) return compiled.error;
  const found: string[] = [];
  for (let at = 0; at <= text.length;) {
    const match = compiled.regex.exec(text, at);
    if (match === undefined) break;
    if (match.end > match.start) found.push(text.slice(match.start, match.end));
    at = match.end > match.start ? match.end : match.end + 1;
  }
  return found;
}

describe('basic', () => {
  test.each([
    ['a*', 'baab', ['aa']],
    ['*a', '*a', ['*a']],
    [String.raw`\(*a\)`, '*a', ['*a']],
    ['^*a', '*a', ['*a']],
    ['a^b$c', 'a^b$c', ['a^b$c']],
    [String.raw`a\{2,3\}`, 'aaaaa', ['aaa', 'aa']],
    [String.raw`\{1\}`, '{1}', ['{1}']],
    [String.raw`a\|bc\+`, 'abcc', ['a', 'bcc']],
    ['[]a]', ']', [']']],
    ['[^]a]', ']b', ['b']],
    ['[[:digit:]-]*', 'x1-2', ['1-2']],
    [String.raw`\<o\w*`, 'on oops two', ['on', 'oops']],
    ['[a', 'a', 'Unmatched [, [^, [:, [., or [='],
    ['[z-a]', 'a', 'Invalid range end'],
    ['[[:foo:]]', 'a', 'Invalid character class name'],
    ['[:space:]', 'a', 'character class syntax is [[:space:]], not [:space:]'],
    [String.raw`a\)`, 'a)', String.raw`Unmatched ) or \)`],
    [String.raw`\(`, '(', String.raw`Unmatched ( or \(`],
    ['a\\', 'a', 'Trailing backslash'],
    [String.raw`a\{2,1\}`, 'aa', String.raw`Invalid content of \{\}`],
  ])('%s in %s', (pattern, text, expected) => {
    expect(matches(pattern, text, 'basic')).toEqual(expected);
  });
});

describe('extended', () => {
  test.each([
    ['a|ab|abc', 'abcd', ['abc']],
    ['(a|ab)(c|bcd)', 'abcd', ['abcd']],
    ['a{1', 'a{1', ['a{1']],
    ['a{,2}', 'aaa', ['aa', 'a']],
    ['(|a)+', 'aa', ['aa']],
    ['a^b', 'a^b', []],
    [')', ')', [')']],
    ['(', '(', String.raw`Unmatched ( or \(`],
    ['((a{100}){100}){100}', 'a', 'Regular expression too big'],
  ])('%s in %s', (pattern, text, expected) => {
    expect(matches(pattern, text, 'extended')).toEqual(expected);
  });
});

test('whole words, whole lines, no case, plain text', () => {
  expect(matches('on', 'one on', 'basic', { wholeWord: true })).toEqual(['on']);
  expect(matches('o.*', 'one', 'basic', { wholeLine: true })).toEqual(['one']);
  expect(matches('[^A]', 'aB', 'basic', { ignoreCase: true })).toEqual(['B']);
  expect(matches('a.*', 'xa.*', 'fixed')).toEqual(['a.*']);
});

test('what makes a back-tracking matcher hang takes no time', () => {
  expect(matches('(a*)*b|(a|aa)+c', 'a'.repeat(2000), 'extended')).toEqual([]);
});
