// SPDX-License-Identifier: GPL-2.0-or-later
import { beforeEach, expect, it } from 'vitest';

import { RawMachine } from '../../../tests/support/raw-machine.ts';
import { type QueuedWork, WorkerPool } from './worker-pool.ts';

const NAP_NS = 1_000_000;

let machine: RawMachine;
let log: string[];
beforeEach(() => {
  machine = new RawMachine();
  log = [];
});

/** A pool whose works sleep between their begin and their end. */
function makePool(cpu: number | undefined): { insert: (...items: number[]) => void } {
  const { scheduler, kthreads: threads } = machine.kernel;
  const pool = new WorkerPool(
    {
      scheduler,
      threads,
      *process({ item }) {
        log.push(`${item} begins`);
        if (item > 0) yield* scheduler.sleepFor(NAP_NS, false);
        log.push(`${item} ends`);
      },
    },
    { cpu, name: String(cpu ?? 'u4'), isHighPriority: false },
  );
  const queue = { finished: ({ item }: QueuedWork) => void log.push(`${item} done`) };
  return {
    insert: (...items) => {
      for (const item of items) pool.insert({ item, queue });
    },
  };
}

function runUntil(lines: number): void {
  machine.until(() => log.length === lines, 'the end of all works');
}

it('another worker goes on when one sleeps', () => {
  makePool(0).insert(1, 2);
  runUntil(6);
  expect(log.slice(0, 2)).toEqual(['1 begins', '2 begins']);
});

it('one worker does all as long as none sleeps', () => {
  const before = machine.kernel.tasks.size;
  makePool(0).insert(-1, -2, -3);
  runUntil(9);
  expect(log[3]).toBe('-2 begins');
  expect(machine.kernel.tasks.size).toBe(before + 1);
});

it('an item never runs twice at once', () => {
  makePool(0).insert(1, 1, 2);
  runUntil(9);
  expect(log.indexOf('2 begins')).toBeLessThan(log.indexOf('1 ends'));
  expect(log.lastIndexOf('1 begins')).toBeGreaterThan(log.indexOf('1 ends'));
});

it('works of a pool for all CPUs begin at once', () => {
  makePool(undefined).insert(1, 2, 3);
  runUntil(9);
  expect(log.slice(0, 3)).toEqual(['1 begins', '2 begins', '3 begins']);
});
