// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest';

import { RawMachine } from '../../../tests/support/raw-machine.ts';
import type { Task } from '../sched/task.ts';

const SECOND_NS = 1_000_000_000;

/** The log of a machine in which a thread sleeps without end, or in pieces. */
function sleeper(
  seconds: number,
  sleepSeconds = Infinity,
  prepare: (task: Task) => void = () => undefined,
  cmdline = '',
): readonly string[] {
  const machine = new RawMachine({ cmdline });
  const { kthreads, scheduler } = machine.kernel;
  kthreads.run('sleeper', function* () {
    prepare(scheduler.current);
    for (;;) {
      if (sleepSeconds === Infinity) yield* scheduler.sleep('D', 'sleeper');
      else yield* scheduler.sleepFor(sleepSeconds * SECOND_NS, false);
    }
  });
  const { machine: host } = machine.guest;
  host.run(host.nowNs + seconds * SECOND_NS);
  return machine.guest.log.map(({ text }) => text);
}

const HUNG = /^INFO: task sleeper:\d+ blocked for more than (\d+) seconds\.$/;

function hungSeconds(log: readonly string[]): string[] {
  return log.flatMap((line) => HUNG.exec(line)?.[1] ?? []);
}

it('reports who sleeps uninterruptibly for two minutes, and again', () => {
  const log = sleeper(250);
  expect(hungSeconds(log)).toEqual(['120', '240']);
  const at = log.findIndex((line) => HUNG.test(line));
  expect(log.slice(at + 1, at + 7)).toEqual([
    expect.stringMatching(/^ {6}Not tainted 6\.\S+ #1$/),
    '"echo 0 > /proc/sys/kernel/hung_task_timeout_secs" disables this message.',
    expect.stringMatching(/^task:sleeper {9}state:D stack:0 {5}pid:\d+ +tgid:\d+ +ppid:2 /),
    'Call Trace:',
    ' <TASK>',
    expect.stringMatching(/^ __schedule\+0x/),
  ]);
});

it('has a budget', () => {
  const log = sleeper(3000);
  expect(hungSeconds(log)).toHaveLength(10);
  expect(log.filter((line) => line.startsWith('Future hung task reports'))).toHaveLength(1);
});

it('reports several that went to sleep one after the other, each once in its time', () => {
  const machine = new RawMachine();
  const { kthreads, scheduler } = machine.kernel;
  for (const name of ['one', 'other', 'third']) {
    kthreads.run(name, () => scheduler.sleep('D', 'sleeper'));
  }
  const { machine: host } = machine.guest;
  host.run(host.nowNs + 250 * SECOND_NS);
  const found = machine.guest.log.flatMap(({ text }) => /^INFO: task (\w+):/.exec(text)?.[1] ?? []);
  expect(found).toEqual(['one', 'other', 'third', 'one', 'other', 'third']);
});

it('is silent about those who woke in between, may be killed, or when it is off', () => {
  expect(hungSeconds(sleeper(400, 60))).toEqual([]);
  expect(hungSeconds(sleeper(400, Infinity, (task) => (task.isKillable = true)))).toEqual([]);
  expect(hungSeconds(sleeper(400, Infinity, undefined, 'hung_task=off'))).toEqual([]);
});

it('names the likely owner', () => {
  const log = sleeper(130);
  expect(log.join('\n')).not.toContain('likely owned');
  const machine = new RawMachine();
  const { kthreads, scheduler } = machine.kernel;
  let owner: Task | undefined;
  kthreads.run('owner', function* () {
    owner = scheduler.current;
    yield* scheduler.sleepFor(1_000 * SECOND_NS, true);
  });
  kthreads.run('waiter', function* () {
    scheduler.blockers.begin('mutex', 1, 'lock', () => (owner === undefined ? [] : [owner]));
    yield* scheduler.sleep('D', '__mutex_lock');
  });
  const { machine: host } = machine.guest;
  host.run(host.nowNs + 130 * SECOND_NS);
  expect(machine.guest.logText).toMatch(
    /INFO: task waiter:\d+ is blocked on a mutex likely owned by task owner:\d+\./,
  );
});
