// SPDX-License-Identifier: GPL-2.0-or-later
/** The ring keeps the latest events, in order, and numbers them for good. */
import { expect, it } from 'vitest';

import { EventRing } from './event-ring.ts';

function fill(ring: EventRing, count: number): void {
  for (let n = 0; n < count; n++) ring.add(n % 7, n * 10, n % 2, n, n + 0.5, -n, n * 3);
}

it('gives back what was put in, from any number on', () => {
  const ring = new EventRing(8);
  fill(ring, 5);
  const { kinds, timesNs, cpus, pids, a, b, sites } = ring.since(3);
  expect([...kinds]).toEqual([3, 4]);
  expect([...timesNs]).toEqual([30, 40]);
  expect([...cpus]).toEqual([1, 0]);
  expect([...pids]).toEqual([3, 4]);
  expect([...a]).toEqual([3.5, 4.5]);
  expect([...b]).toEqual([-3, -4]);
  expect([...sites]).toEqual([9, 12]);
  expect(ring.since(5).kinds).toHaveLength(0);
});

it('forgets the oldest when it is full', () => {
  const ring = new EventRing(8);
  fill(ring, 19);
  expect([ring.first, ring.next]).toEqual([11, 19]);
  expect([...ring.since(0).pids]).toEqual([11, 12, 13, 14, 15, 16, 17, 18]);
  expect([...ring.since(17).pids]).toEqual([17, 18]);
});
