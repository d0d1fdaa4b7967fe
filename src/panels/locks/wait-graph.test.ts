// SPDX-License-Identifier: GPL-2.0-or-later
/** Who waits for whom, circles of that, and where each stands in the picture. */
import { describe, expect, it } from 'vitest';

import type { LockHold, LocksView, LockView } from '../../../kernel-sim/machine-types.ts';
import { layoutWaits, waitGraph } from './wait-graph.ts';

function hold(pid: number, sinceNs = 0): LockHold {
  return { pid, sinceNs, at: { where: 'f' }, isShared: false };
}

function lock(address: number, holders: readonly number[], ...waiters: LockHold[]): LockView {
  return { address, lockClass: 0, holders: holders.map((pid) => hold(pid)), waiters };
}

function view(...locks: readonly LockView[]): LocksView {
  const pids = new Set(locks.flatMap((it) => [...it.holders, ...it.waiters].map(({ pid }) => pid)));
  return {
    nowNs: 0,
    pointerBytes: 8,
    isChecking: true,
    isTiming: false,
    locks,
    tasks: [...pids].toSorted((a, b) => a - b).map((pid) => ({ pid, name: 't', cpu: 0 })),
    classes: [],
    orders: [],
  };
}

const ABBA = view(lock(100, [1], hold(2, 20)), lock(200, [2], hold(1, 10)));

describe('the graph of waiting', () => {
  it('has only locks that somebody waits for', () => {
    const { nodes, edges, cycle } = waitGraph(view(lock(100, [1]), lock(200, [1], hold(2))));
    expect(nodes.map(({ id }) => id)).toEqual(['task 1', 'task 2', 'lock 200']);
    expect(edges).toEqual([
      { from: 'task 2', to: 'lock 200', kind: 'waits for' },
      { from: 'lock 200', to: 'task 1', kind: 'held by' },
    ]);
    expect(cycle).toEqual([]);
  });

  it('finds the circle, from the task that has waited longest', () => {
    expect(waitGraph(ABBA).cycle.map(({ from }) => from)).toEqual([
      'task 1',
      'lock 200',
      'task 2',
      'lock 100',
    ]);
  });

  it('finds who waits for itself', () => {
    const { cycle } = waitGraph(view(lock(100, [1], hold(1))));
    expect(cycle.map(({ kind }) => kind)).toEqual(['waits for', 'held by']);
  });

  it('finds a circle through one of several readers', () => {
    const { cycle } = waitGraph(view(lock(100, [3, 1], hold(2)), lock(200, [2], hold(1))));
    expect(cycle).toHaveLength(4);
  });
});

describe('the picture of it', () => {
  const placesOf = (of: LocksView) => Object.fromEntries(layoutWaits(waitGraph(of)));

  it('is a ring, clockwise', () => {
    expect(placesOf(ABBA)).toEqual({
      'task 1': { column: 0, row: 0 },
      'lock 200': { column: 1, row: 0 },
      'task 2': { column: 1, row: 1 },
      'lock 100': { column: 0, row: 1 },
    });
  });

  it('has whoever waits for the ring beneath it', () => {
    const places = placesOf(view(lock(100, [1], hold(2), hold(3)), lock(200, [2], hold(1))));
    expect(places['task 3']).toEqual({ column: 0, row: 2 });
  });

  it('has who waits under what is waited for, each in a cell of its own', () => {
    const places = placesOf(view(lock(100, [1], hold(2), hold(3)), lock(200, [9], hold(8))));
    expect(places['task 1']).toEqual({ column: 0, row: 0 });
    expect(places['lock 100']).toEqual({ column: 0, row: 1 });
    expect([places['task 2']?.row, places['task 3']?.row]).toEqual([2, 2]);
    const cells = Object.values(places).map(({ column, row }) => `${column} ${row}`);
    expect(new Set(cells).size).toBe(cells.length);
  });

  it('leaves nobody out, even of a second circle', () => {
    const of = view(
      lock(100, [1], hold(2)),
      lock(200, [2], hold(1)),
      lock(300, [3], hold(4)),
      lock(400, [4], hold(3)),
    );
    expect(Object.keys(placesOf(of))).toHaveLength(8);
  });
});
