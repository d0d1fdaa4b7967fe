// SPDX-License-Identifier: GPL-2.0-or-later
/** Stacks come out of the depot as they went in, each kept once. */
import { expect, it } from 'vitest';

import { Prng } from '../sim/prng.ts';
import { Execution } from './sched/execution.ts';
import { StackDepot } from './stack-depot.ts';

/** A running task whose innermost frame is the first of `sites`. */
function running(sites: readonly number[]): Execution {
  const execution = new Execution();
  execution.stack = Int32Array.from(sites.toReversed().flatMap((site) => [site, 8]));
  execution.sp = 2 * sites.length;
  return execution;
}

it('gives the same handle for the same stack, and another for each other one', () => {
  const depot = new StackDepot();
  const stacks = [[7], [7, 8], [8, 7], [7, 7], [0x1_0000, 3, 2, 1]];
  const handles = stacks.map((stack) => depot.save(running(stack)));
  expect(new Set(handles).size).toBe(stacks.length);
  expect(stacks.map((stack) => depot.save(running(stack)))).toEqual(handles);
  expect(handles.map((handle) => depot.sites(handle))).toEqual(stacks);
});

it('keeps thousands of random stacks apart', () => {
  const random = new Prng(1);
  const depot = new StackDepot();
  const known = new Map<string, number>();
  for (let round = 0; round < 5000; round++) {
    const sites = Array.from({ length: 1 + random.below(6) }, () => 1 + random.below(5));
    const handle = depot.save(running(sites));
    expect(depot.sites(handle)).toEqual(sites);
    expect(known.get(sites.join()) ?? handle).toBe(handle);
    known.set(sites.join(), handle);
  }
  expect(new Set(known.values()).size).toBe(known.size);
});

it('has no handle for a task without frames', () => {
  const depot = new StackDepot();
  expect(depot.save(new Execution())).toBe(0);
  expect(depot.sites(0)).toEqual([]);
});

it('keeps the frames nearest to the allocation', () => {
  const sites = Array.from({ length: 100 }, (_, index) => index + 1);
  const depot = new StackDepot();
  expect(depot.sites(depot.save(running(sites)))).toEqual(sites.slice(0, 64));
});

it('that is full keeps what it has and takes nothing more', () => {
  const depot = new StackDepot(12);
  const [first, second] = [depot.save(running([1, 2, 3])), depot.save(running([4, 5]))];
  expect(depot.save(running([6]))).toBe(0);
  expect(depot.save(running([4, 5]))).toBe(second);
  expect([first, second].map((handle) => depot.sites(handle))).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
});
