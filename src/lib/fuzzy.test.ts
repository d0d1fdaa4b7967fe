// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { fuzzyMatch, fuzzySort } from './fuzzy.ts';

const COMMANDS = ['Restart the machine', 'Reset the layout', 'Build and load', 'Open a terminal'];

describe('a few letters', () => {
  it.each([
    ['rest', 'Restart the machine'],
    ['rtl', 'Reset the layout'],
    ['term', 'Open a terminal'],
    ['b&l', undefined],
    ['bl', 'Build and load'],
    ['build load', 'Build and load'],
    ['xyz', undefined],
  ])('%j means %s', (query, meant) => {
    expect(fuzzySort(query, COMMANDS, String)[0]?.[0]).toBe(meant);
  });

  it('are found where words begin, and said where', () => {
    expect(fuzzyMatch('al', 'Build and load')?.at).toEqual([6, 10]);
    expect(fuzzyMatch('uild', 'Build')?.at).toEqual([1, 2, 3, 4]);
  });
});

it('leaves all in their order when nothing is asked', () => {
  expect(fuzzySort('', COMMANDS, String).map(([item]) => item)).toEqual(COMMANDS);
});
