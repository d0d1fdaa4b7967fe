// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest';

import { RawMachine } from '../../../tests/support/raw-machine.ts';

const SECOND_NS = 1_000_000_000;
const MS = 1_000_000;

/** The log of a machine whose reader sleeps while a callback waits. */
function sleepingReader(seconds: number, cmdline: string): readonly string[] {
  const machine = new RawMachine({ cmdline });
  const { kthreads, scheduler, rcu } = machine.kernel;
  kthreads.run('reader', function* () {
    rcu.readLock();
    rcu.call(() => undefined);
    yield* scheduler.sleepFor((seconds - 1) * SECOND_NS, true);
    rcu.readUnlock();
  });
  const { machine: host } = machine.guest;
  host.run(host.nowNs + seconds * SECOND_NS);
  expect(rcu.pending).toBe(0);
  return machine.guest.log.map(({ text }) => text);
}

const DETECTED = 'rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:';

it('names the tasks that keep a grace period from its end, and again three times later', () => {
  const log = sleepingReader(30, 'rcupdate.rcu_cpu_stall_timeout=5');
  const at = log.indexOf(DETECTED);
  expect(log.slice(at, at + 6)).toEqual([
    DETECTED,
    expect.stringMatching(
      /^rcu: \tTasks blocked on level-0 rcu_node \(CPUs 0-1\): P\d+\/1:b\.\.l$/,
    ),
    expect.stringMatching(/^rcu: \t\(detected by \d, t=1250 jiffies, g=\d+, q=1 ncpus=2\)$/),
    expect.stringMatching(/^task:reader +state:I /),
    'Call Trace:',
    ' <TASK>',
  ]);
  expect(log.filter((line) => line === DETECTED)).toHaveLength(2);
  expect(log.some((line) => line.includes('t=5003 jiffies'))).toBe(true);
});

it('is silent of shorter ones, or when it is off', () => {
  expect(sleepingReader(20, '')).not.toContain(DETECTED);
  expect(sleepingReader(30, 'rcu_stall=off')).not.toContain(DETECTED);
});

/** A CPU that turns interrupts off again at once, or does not turn them on, while another waits. */
function busyCpu(isOnNowAndThen: boolean): string[] {
  const machine = new RawMachine({ cpus: 2 });
  const { kthreads, scheduler, sim, rcu } = machine.kernel;
  const log: string[] = [];
  kthreads.run('busy', function* () {
    scheduler.preempt.disableInterrupts();
    rcu.call(() => void log.push('called'));
    for (let n = 0; n < 20; n++) {
      for (let step = 0; step < 50; step++) {
        sim.clock.charge(MS / 10);
        yield* scheduler.reschedule();
      }
      if (!isOnNowAndThen) continue;
      scheduler.preempt.enableInterrupts();
      // Too short for whoever looks on each tick: but a tick that is due comes now.
      sim.clock.charge(MS / 100);
      yield* scheduler.reschedule();
      scheduler.preempt.disableInterrupts();
    }
    log.push('done');
    scheduler.preempt.enableInterrupts();
  });
  machine.until(() => log.length === 2, 'both');
  return log;
}

it('a busy CPU does not hold up who waits for it, once it could be preempted', () => {
  expect(busyCpu(true)).toEqual(['called', 'done']);
  expect(busyCpu(false)).toEqual(['done', 'called']);
});
