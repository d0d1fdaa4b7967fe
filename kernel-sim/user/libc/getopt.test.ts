// SPDX-License-Identifier: GPL-2.0-or-later
/** The option parser: messages as glibc 2.36 printed them for head, cat and ls. */
import { expect, test } from 'vitest';

import { getopt } from './getopt.ts';

const SPEC = {
  short: 'n:qc::',
  long: { lines: 'n:', quiet: 'q', color: 'c::', context: 'z', help: 'help' },
};

function parse(...words: string[]): unknown {
  return getopt(['head', ...words], SPEC);
}

test('options may be joined, have arguments, and stand after operands', () => {
  expect(parse('file', '-qn', '5', '--lines=7', '-n9', '--', '-q')).toEqual({
    options: [
      { name: 'q', value: undefined },
      { name: 'n', value: '5' },
      { name: 'n', value: '7' },
      { name: 'n', value: '9' },
    ],
    operands: ['file', '-q'],
  });
});

test('an optional argument is only taken when attached, a long name may be cut short', () => {
  expect(parse('-c', '--color', '--col=auto', '-')).toEqual({
    options: [
      { name: 'c', value: undefined },
      { name: 'c', value: undefined },
      { name: 'c', value: 'auto' },
    ],
    operands: ['-'],
  });
});

test.each([
  [['-x'], "head: invalid option -- 'x'"],
  [['-n'], "head: option requires an argument -- 'n'"],
  [['--foo=1'], "head: unrecognized option '--foo=1'"],
  [['--lines'], "head: option '--lines' requires an argument"],
  [['--quiet=1'], "head: option '--quiet' doesn't allow an argument"],
  [['--co'], "head: option '--co' is ambiguous; possibilities: '--color' '--context'"],
])('%j is an error', (words, error) => {
  expect(parse(...words)).toEqual({ error });
});

test('posixly stops at the first operand', () => {
  expect(getopt(['env', '-i', 'ls', '-l'], { short: 'i', posixly: true })).toEqual({
    options: [{ name: 'i', value: undefined }],
    operands: ['ls', '-l'],
  });
});
