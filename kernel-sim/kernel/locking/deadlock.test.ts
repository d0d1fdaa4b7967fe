// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest';

import { RawMachine } from '../../../tests/support/raw-machine.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';
import type { Task } from '../sched/task.ts';

/** Two threads, each with a lock of its own, that then want the other's. */
function abba(machine: RawMachine, kind: 'mutex' | 'semaphore'): void {
  const { kthreads, scheduler } = machine.kernel;
  const owners = new Map<number, Task>();
  const take = function* (own: number, other: number, delayNs: number): Sleeping<void> {
    owners.set(own, scheduler.current);
    yield* scheduler.sleepFor(delayNs, false);
    scheduler.blockers.begin(kind, other, `lock_${other}`, () => [owners.get(other)!]);
    yield* scheduler.sleep('D', '__mutex_lock');
  };
  kthreads.run('first', () => take(1, 2, 1_000));
  kthreads.run('second', () => take(2, 1, 1_000_000));
  machine.guest.machine.run(machine.guest.machine.nowNs + 1_000_000_000);
}

it('names a circle once, when it closes', () => {
  const machine = new RawMachine();
  abba(machine, 'mutex');
  const log = machine.guest.log.map(({ text }) => text);
  expect(log.filter((line) => line.includes('deadlock'))).toEqual([
    expect.stringMatching(/^INFO: task second:\d+ and 1 more wait for each other: deadlock\.$/),
  ]);
  expect(log).toContainEqual(
    expect.stringMatching(/^ {2}second:\d+ waits for mutex \w+ \(lock_1\) that first:\d+ has$/),
  );
  expect(log).toContainEqual(expect.stringMatching(/^task:first +state:D .*pid:\d+/));
  const [deadlock] = machine.kernel.watchers.deadlocks.named;
  expect(deadlock?.links.map(({ task, owner }) => `${task.name} ${owner.name}`)).toEqual([
    'second first',
    'first second',
  ]);
});

it('says nothing of semaphores, which anybody may give back, nor when it is off', () => {
  const semaphores = new RawMachine();
  abba(semaphores, 'semaphore');
  expect(semaphores.kernel.watchers.deadlocks.named).toEqual([]);
  const silent = new RawMachine({ cmdline: 'deadlock=off' });
  abba(silent, 'mutex');
  expect(silent.kernel.watchers.deadlocks.named).toEqual([]);
});
