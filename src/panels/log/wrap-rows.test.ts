// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { toRows } from './log-rows.ts';
import { wrapRows } from './wrap-rows.ts';

const SOURCE = { module: 'm', file: 'm.ts', line: 6 };

function wrap(text: string, columns: number, source?: typeof SOURCE): readonly string[] {
  const line = { sequence: 0, timeNs: 0, level: 6, text };
  const rows = toRows([source === undefined ? line : { ...line, source }]);
  const parts = wrapRows(rows, columns);
  expect(parts.map(({ part }) => part)).toEqual(parts.map((_part, index) => index));
  return parts.map((part) => part.text);
}

describe('a line of the log', () => {
  it('stays whole where it fits', () => {
    expect(wrap('twenty characters...', 20)).toEqual(['twenty characters...']);
  });

  it('is broken between words', () => {
    expect(wrap('one two three four five six', 16)).toEqual(['one two three', 'four five six']);
  });

  it('leaves room for its source', () => {
    expect(wrap('twenty characters...', 20, SOURCE)).toEqual(['twenty', 'characters...']);
  });

  it('leaves the name of its source to the link', () => {
    expect(wrap('init+0x1/0x2 [m] m.ts:6', 40, SOURCE)).toEqual(['init+0x1/0x2 [m]']);
    expect(wrap('init+0x1/0x2 [m] m.ts:7', 40, SOURCE)).toEqual(['init+0x1/0x2 [m] m.ts:7']);
  });

  it('is cut where it has no blanks, and loses nothing', () => {
    const text = 'x'.repeat(50);
    const parts = wrap(text, 16);
    expect(parts.join('')).toBe(text);
    expect(Math.max(...parts.map((part) => part.length))).toBe(16);
  });

  it('is not broken within what explains itself', () => {
    const parts = wrap('and so it came: Tainted: G O', 26);
    expect(parts).toEqual(['and so it came:', 'Tainted: G O']);
  });
});
