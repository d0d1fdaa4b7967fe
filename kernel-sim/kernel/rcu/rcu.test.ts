// SPDX-License-Identifier: GPL-2.0-or-later
import { beforeEach, describe, expect, it } from 'vitest';

import { RawMachine } from '../../../tests/support/raw-machine.ts';
import type { Sleeping } from '../../uapi/coroutine.ts';

let machine: RawMachine;
beforeEach(() => {
  machine = new RawMachine();
});

describe('a callback', () => {
  it('waits for the readers of before, not for those of after', () => {
    const { rcu, kthreads, scheduler, sim } = machine.kernel;
    const log: string[] = [];
    const work = function* (): Sleeping<void> {
      sim.clock.charge(1_000);
      yield;
    };
    kthreads.run('reader', function* () {
      rcu.readLock();
      rcu.readLock();
      log.push('reads');
      while (!log.includes('called')) yield* work();
      rcu.readUnlock();
      // Others get to run, yet nothing may be freed.
      for (let n = 0; n < 100; n++) yield* work();
      log.push('done');
      rcu.readUnlock();
      while (!log.includes('freed')) yield* scheduler.sleepFor(1_000, false);
    });
    machine.until(() => log.includes('reads'), 'the reader');
    machine.inThread(function* () {
      rcu.call(() => void log.push('freed'));
      log.push('called');
      yield* rcu.barrier();
      log.push('passed');
    });
    expect(log).toEqual(['reads', 'called', 'done', 'freed', 'passed']);
  });

  it('runs in a thread, after those of before, and must not sleep', () => {
    const { rcu, scheduler } = machine.kernel;
    const log: string[] = [];
    machine.inThread(function* () {
      rcu.call(() => {
        log.push(`${scheduler.current.name} ${scheduler.preempt.inAtomic}`);
        rcu.call(() => void log.push('second'));
      });
      yield* rcu.barrier();
      yield* rcu.barrier();
      log.push('end');
    });
    expect(log).toEqual(['rcuc/0 true', 'second', 'end']);
  });

  it('is not kept for ever by a reader that died', () => {
    const { rcu, scheduler, die } = machine.kernel;
    machine.inThread(function* () {
      rcu.readLock();
      yield* scheduler.reschedule();
      throw die.panic('in a read section');
    });
    const answer = machine.inThread(function* () {
      yield* rcu.synchronize();
      return 'over';
    });
    expect(answer).toBe('over');
  });
});

it('what callbacks know is known until they have begun', () => {
  const { rcu, scheduler } = machine.kernel;
  const known: number[][] = [];
  machine.inThread(function* () {
    rcu.readLock();
    rcu.call(() => undefined, 0x1000);
    rcu.call(() => undefined, 0, 0x2000);
    known.push([...rcu.pointers()]);
    // Its grace period has begun then.
    yield* scheduler.sleepFor(1_000_000, false);
    known.push([...rcu.pointers()]);
    rcu.readUnlock();
    yield* rcu.barrier();
    known.push([...rcu.pointers()]);
  });
  expect(known).toEqual([[0x1000, 0x2000], [0x1000, 0x2000], []]);
});

it('there is no thread for it before somebody needs it', () => {
  const { tasks, rcu } = machine.kernel;
  const names = (): string[] => [...tasks.all()].map(({ name }) => name);
  expect(names()).not.toContain('rcuc/0');
  machine.inThread(() => rcu.barrier());
  expect(names()).toContain('rcuc/0');
});

it('more unlocks than locks leave preemption as it was', () => {
  const { rcu, scheduler } = machine.kernel;
  const count = machine.inThread(function* () {
    yield* scheduler.reschedule();
    scheduler.preempt.disable();
    rcu.readUnlock();
    const { count } = scheduler.preempt;
    scheduler.preempt.enable();
    return count;
  });
  expect(count).toBe(1);
});
