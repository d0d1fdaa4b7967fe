// SPDX-License-Identifier: GPL-2.0-or-later
/** Waiters are woken in order, by wake-ups and by signals, and leave the queue in either case. */
import { describe, expect, it } from 'vitest';

import { errnoName } from '../../uapi/errno.ts';
import { signalBit } from '../signal.ts';
import type { Task } from './task.ts';
import { Rig } from './testing/rig.ts';

const WAITERS = ['a', 'b', 'c'];

/** Three tasks that wait, and what became of them. */
function waiting(interruptible: boolean): { rig: Rig; tasks: Task[] } {
  const rig = new Rig(1);
  const tasks = WAITERS.map((name) =>
    rig.spawn(name, function* () {
      if (interruptible) {
        const error = yield* rig.queue.sleepInterruptible();
        rig.log.push(`${name} ${errnoName(-error) ?? error}`);
      } else {
        yield* rig.queue.sleep();
        rig.log.push(`${name} 0`);
      }
    }),
  );
  rig.run(1_000_000);
  return { rig, tasks };
}

function answers(rig: Rig): string[] {
  rig.run(2_000_000);
  return rig.log.filter((line) => !line.endsWith('ends'));
}

describe.each([
  ['an interruptible', true, 'S'],
  ['an uninterruptible', false, 'D'],
] as const)('%s sleep', (_what, interruptible, state) => {
  it('shows what is waited for', () => {
    const { tasks } = waiting(interruptible);
    expect(tasks.map((task) => task.state)).toEqual([state, state, state]);
    expect(tasks.map((task) => task.waitChannel)).toEqual(WAITERS.map(() => 'a queue'));
  });

  it('ends one at a time, the longest first', () => {
    const { rig, tasks } = waiting(interruptible);
    rig.queue.wakeOne();
    rig.queue.wakeOne();
    expect(answers(rig)).toEqual(['a 0', 'b 0']);
    expect(tasks[2]!.state).toBe(state);
    expect(tasks[0]!.waitChannel).toBe('');
  });

  it('ends for all at once, in order', () => {
    const { rig } = waiting(interruptible);
    rig.queue.wakeAll();
    expect(rig.queue.isEmpty).toBe(true);
    expect(answers(rig)).toEqual(['a 0', 'b 0', 'c 0']);
  });
});

describe('a signal', () => {
  const interrupt = (rig: Rig, task: Task): void => {
    task.pending |= signalBit(1);
    rig.scheduler.wake(task);
  };

  it('ends an interruptible sleep, and the next wake-up is for the next waiter', () => {
    const { rig, tasks } = waiting(true);
    interrupt(rig, tasks[0]!);
    expect(answers(rig)).toEqual(['a EINTR']);
    rig.queue.wakeOne();
    rig.run(3_000_000);
    expect(rig.log).toContain('b 0');
    expect(tasks[2]!.state).toBe('S');
  });

  it('that is blocked does not', () => {
    const { rig, tasks } = waiting(true);
    tasks[0]!.blocked = signalBit(1);
    interrupt(rig, tasks[0]!);
    expect(answers(rig)).toEqual(['a 0']);
  });

  it('that waits already keeps a task from sleeping', () => {
    const rig = new Rig(1);
    const task = rig.spawn('a', function* () {
      const error = yield* rig.queue.sleepInterruptible();
      rig.log.push(`a ${errnoName(-error)}`);
    });
    task.pending = signalBit(1);
    rig.run(1000);
    expect(rig.log[0]).toBe('a EINTR');
    expect(rig.queue.isEmpty).toBe(true);
  });
});

describe('an empty queue', () => {
  it('takes wake-ups that nobody waits for, and keeps none', () => {
    const rig = new Rig(1);
    rig.queue.wakeOne();
    rig.queue.wakeAll();
    rig.spawn('late', () => rig.queue.sleep());
    rig.run(1_000_000);
    expect(rig.queue.isEmpty).toBe(false);
    expect(rig.log).toEqual([]);
  });
});
