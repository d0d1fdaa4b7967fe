// SPDX-License-Identifier: GPL-2.0-or-later
/** A life to scale, and its events in words. */
import { describe, expect, it } from 'vitest';

import type { BadAccessView, MemoryEvent } from '../../../kernel-sim/machine-types.ts';
import { eventWords, lifeOf } from './life.ts';

const MS = 1_000_000;
const WHO = { cpu: 0, pid: 1, task: 't', where: 'f' };
const ACCESS: BadAccessView = {
  kind: 'slab-use-after-free',
  address: 16,
  sizeBytes: 4,
  isWrite: false,
  logSequence: 3,
};
const at = (kind: MemoryEvent['kind'], ms: number): MemoryEvent => ({
  ...WHO,
  kind,
  timeNs: ms * MS,
  ...(kind === 'accessed' ? { access: ACCESS } : {}),
});

describe('a life', () => {
  it('is not known without an allocation', () => {
    expect(lifeOf([], MS)).toBeUndefined();
    expect(lifeOf([at('freed', 1)], MS)).toBeUndefined();
  });

  it('goes on until now', () => {
    expect(lifeOf([at('allocated', 2)], 12 * MS)).toEqual({
      spans: [{ state: 'alive', start: 0, end: 1, lengthNs: 10 * MS, isOpen: true }],
      accesses: [],
    });
  });

  it('is to scale, and ends soon after a bad access', () => {
    const life = lifeOf([at('allocated', 0), at('freed', 70), at('accessed', 100)], 1e9 * MS);
    expect(life?.spans.map(({ state, lengthNs }) => [state, lengthNs / MS])).toEqual([
      ['alive', 70],
      ['dangling', 30],
    ]);
    expect(life?.spans[0]?.end).toBeCloseTo(70 / 105);
    expect(life?.accesses[0]).toBeCloseTo(100 / 105);
  });

  it('shows the shortest part of it', () => {
    const life = lifeOf([at('allocated', 0), at('freed', 0), at('accessed', 1000)], 0);
    expect(life?.spans[0]?.end).toBeGreaterThan(0.01);
  });

  it('begins with the latest allocation of the place', () => {
    const events = [at('allocated', 0), at('freed', 1), at('allocated', 2), at('accessed', 4)];
    expect(lifeOf(events, 9 * MS)?.spans).toMatchObject([{ state: 'alive', lengthNs: 2 * MS }]);
  });
});

it.each([
  [{}, 'Read of size 4'],
  [{ isWrite: true, sizeBytes: 1 }, 'Write of size 1'],
  [{ kind: 'double-free', sizeBytes: 0 }, 'Freed again'],
  [{ kind: 'invalid-free', sizeBytes: 0 }, 'Wrong free'],
])('%j is called "%s"', (change, words) => {
  expect(eventWords({ ...at('accessed', 1), access: { ...ACCESS, ...change } })).toBe(words);
});
