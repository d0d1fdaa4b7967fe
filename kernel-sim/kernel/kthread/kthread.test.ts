// SPDX-License-Identifier: GPL-2.0-or-later
import { beforeAll, describe, expect, it } from 'vitest';

import { RawMachine } from '../../../tests/support/raw-machine.ts';
import { runScript } from '../../../tests/support/machine.ts';

let machine: RawMachine;
beforeAll(() => {
  machine = new RawMachine();
});

describe('a kernel thread', () => {
  it('is a child of kthreadd, process 2', () => {
    const parent = machine.inThread(function* () {
      yield* machine.kernel.scheduler.reschedule();
      return machine.kernel.scheduler.current.parent;
    });
    expect([parent?.pid, parent?.name]).toEqual([2, 'kthreadd']);
  });

  it('works until it is asked to stop, and whoever asked waits for its end', () => {
    const { kthreads, scheduler } = machine.kernel;
    const log: string[] = [];
    const worker = kthreads.run('worker', function* (self) {
      while (!self.shouldStop) {
        log.push('work');
        yield* self.queue.sleep();
      }
      yield* scheduler.sleepFor(1_000_000, false);
      log.push('end');
    });
    machine.until(() => log.length === 1, 'the first piece of work');
    worker.wake();
    const error = machine.inThread(function* () {
      const answer = yield* worker.stop();
      log.push('stopped');
      return answer;
    });
    expect(error).toBe(0);
    expect(log.slice(-2)).toEqual(['end', 'stopped']);
    expect(worker.task?.state).toBe('X');
  });

  it('leaves no trace', () => {
    const before = machine.kernel.tasks.size;
    const children = machine.kernel.tasks.get(2)?.children.size;
    machine.inThread(function* () {
      yield* machine.kernel.scheduler.reschedule();
    });
    expect(machine.kernel.tasks.size).toBe(before);
    expect(machine.kernel.tasks.get(2)?.children.size).toBe(children);
  });

  it('takes no signal', () => {
    expect(runScript('sudo kill -9 2; ps -o pid=,comm= -p 2').stdout).toMatch(/2 kthreadd\n$/);
  });
});
