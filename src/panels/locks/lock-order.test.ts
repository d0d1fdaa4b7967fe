// SPDX-License-Identifier: GPL-2.0-or-later
/** Contradictions between orders of locks. */
import { expect, it } from 'vitest';

import type { LockOrderView } from '../../../kernel-sim/machine-types.ts';
import { circleOf, orderId, orderWords } from './lock-order.ts';

const PLACE = { where: 'f' };

function order(from: number, to: number): LockOrderView {
  const [task, pid, timeNs, isReported] = ['t', 1, 0, false] as const;
  return { from, to, fromAt: PLACE, toAt: PLACE, task, pid, timeNs, isReported };
}

it.each([
  ['none of none', [], []],
  ['none of a tree', [order(0, 1), order(0, 2), order(1, 2)], []],
  ['two that contradict', [order(0, 1), order(1, 0)], ['0>1', '1>0']],
  ['one that joins a class to itself', [order(0, 1), order(1, 1)], ['1>1']],
  [
    'the shortest of two circles',
    [order(0, 1), order(1, 2), order(2, 0), order(3, 4), order(4, 3)],
    ['3>4', '4>3'],
  ],
  [
    'three in their order, past what leads astray',
    [order(0, 1), order(1, 3), order(1, 2), order(2, 0)],
    ['0>1', '1>2', '2>0'],
  ],
])('finds %s', (_what, orders, circle) => {
  expect(circleOf(orders).map(orderId)).toEqual(circle);
});

it('says that a contradiction is no deadlock yet, and when it is one', () => {
  const circle = [order(0, 1), order(1, 0)];
  expect(orderWords(circle, false)).toContain('Nobody is stuck yet');
  expect(orderWords(circle, true)).toContain('have met');
  expect(orderWords([], false)).toContain('agree');
});
