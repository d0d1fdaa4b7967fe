// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { freeTerminal, withoutTerminal } from './terminal-slice.ts';

describe('a new tab', () => {
  it.each([
    [[0], 1],
    [[0, 2], 1],
    [[0, 1, 2], 3],
    [[0, 1, 2, 3], undefined],
  ])('beside %j gets terminal %s', (terminals, free) => {
    expect(freeTerminal({ terminals })).toBe(free);
  });
});

describe('a closed tab', () => {
  it.each([
    [1, 1, 0],
    [3, 3, 1],
    [1, 3, 3],
  ])('%i, with %i in front, leaves %i in front', (closed, terminal, front) => {
    const left = withoutTerminal({ terminals: [0, 1, 3], terminal }, closed);
    expect(left.terminal).toBe(front);
    expect(left.terminals).not.toContain(closed);
  });
});
