// SPDX-License-Identifier: GPL-2.0-or-later
import { beforeEach, expect, it } from 'vitest';

import { RawMachine } from '../../tests/support/raw-machine.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { Workqueue } from './workqueue.ts';

let machine: RawMachine;
let log: string[];
beforeEach(() => {
  machine = new RawMachine();
  log = [];
});

function make(work: (item: number) => Sleeping<void>): Workqueue {
  const { scheduler, kthreads } = machine.kernel;
  return new Workqueue('things', scheduler, kthreads, work);
}

function* nap(): Sleeping<void> {
  yield* machine.kernel.scheduler.sleepFor(1_000_000, false);
}

it('works are done by a thread, in order, one at a time', () => {
  const queue = make(function* (item) {
    log.push(`${machine.kernel.scheduler.current.name} begins ${item}`);
    yield* nap();
    log.push(`ends ${item}`);
  });
  machine.inThread(function* () {
    queue.queue(1);
    queue.queue(2);
    yield* queue.flush();
    log.push('flushed');
  });
  const name = 'kworker/R-thing';
  expect(log).toEqual([`${name} begins 1`, 'ends 1', `${name} begins 2`, 'ends 2', 'flushed']);
});

it('an item that waits can be cancelled, and one that runs be waited for', () => {
  const queue = make(function* (item) {
    yield* nap();
    log.push(`did ${item}`);
  });
  const answers = machine.inThread(function* () {
    queue.queue(1);
    queue.queue(2);
    yield* machine.kernel.scheduler.sleepFor(100_000, false);
    const found = [queue.cancel(1), queue.cancel(2), queue.cancel(3)];
    yield* queue.flushItem(1);
    log.push('waited');
    return found;
  });
  expect(answers).toEqual([false, true, false]);
  expect(log).toEqual(['did 1', 'waited']);
});

it('a queue ends with its last work, also with one that a work queues', () => {
  const { tasks } = machine.kernel;
  const before = tasks.size;
  const queue = make(function* (item) {
    yield* nap();
    log.push(`did ${item}`);
    if (item === 1) queue.queue(2);
  });
  machine.inThread(function* () {
    queue.queue(1);
    yield* queue.destroy();
    log.push('gone');
  });
  expect(log).toEqual(['did 1', 'did 2', 'gone']);
  expect(tasks.size).toBe(before);
});
