// SPDX-License-Identifier: GPL-2.0-or-later
/** Two tasks and two mutexes in opposite orders, as the view of locks tells it. */
import { expect, it } from 'vitest';

import { locksView, type LocksView } from '../../kernel-sim/index.ts';
import { BANK } from '../support/bank.ts';
import { TestMachine, userFile } from '../support/machine.ts';

/** The first build of a run is slow where machines are shared. */
const PATIENCE_MS = 60_000;
const BUILD = 'mkdir m; mv bank.ts m; cd m; make -s; sudo insmod bank.ko\n';

function machineAfter(commands: string): TestMachine {
  const script = { text: BUILD + commands, user: 'user', args: [] } as const;
  const guest = TestMachine.boot({ script, files: [userFile('bank.ts', BANK)] });
  guest.machine.deliver({ kind: 'stdin', bytes: new Uint8Array(0) });
  guest.runUntil(() => guest.machine.state === 'halted', 'the end');
  return guest;
}

function viewAfter(commands: string): LocksView {
  return viewOf(machineAfter(commands));
}

function viewOf({ machine }: TestMachine): LocksView {
  const view = locksView(machine.kernel);
  expect(structuredClone(view)).toEqual(view);
  return view;
}

function lineOf(text: string, from = 0): number {
  const lines = BANK.split('\n');
  return lines.findIndex((line, index) => index >= from && line.includes(text)) + 1;
}

const WRITE = { accounts: lineOf('accounts.lock'), journal: lineOf('journal.lock') };
const READ = { journal: lineOf('journal.lock', 18), accounts: lineOf('accounts.lock', 18) };

/** The orders of the driver, by the lines that took both: the first time of each. */
function drawn({ orders }: LocksView): readonly string[] {
  return orders
    .filter(({ fromAt }) => fromAt.source?.module === 'bank')
    .map(
      ({ fromAt, toAt, task, isReported }) =>
        `${fromAt.source?.line} > ${toAt.source?.line} by ${task}${isReported ? ', reported' : ''}`,
    );
}

it(
  'has an order with both of its lines, and no lock once all are free',
  () => {
    const view = viewAfter('echo x > /dev/bank');
    expect(drawn(view)).toEqual([`${WRITE.accounts} > ${WRITE.journal} by bash`]);
    expect([view.locks, view.tasks, view.isChecking]).toEqual([[], [], true]);
  },
  PATIENCE_MS,
);

it(
  'has the contradiction before anybody is stuck',
  () => {
    const view = viewAfter('echo x > /dev/bank; head -c 4 /dev/bank');
    expect(drawn(view)).toEqual([
      `${WRITE.accounts} > ${WRITE.journal} by bash`,
      `${READ.journal} > ${READ.accounts} by head, reported`,
    ]);
    expect([view.locks, view.isChecking]).toEqual([[], false]);
  },
  PATIENCE_MS,
);

it(
  'has who holds what and who waits for what when they are stuck',
  () => {
    const guest = machineAfter('echo x > /dev/bank & head -c 4 /dev/bank & sleep 1');
    const view = viewOf(guest);
    const told = view.locks.map(({ holders, waiters }) => ({
      heldAt: holders.map(({ at }) => at.source?.line),
      waitingAt: waiters.map(({ at }) => at.source?.line),
    }));
    expect(told).toHaveLength(2);
    expect(told).toContainEqual({ heldAt: [WRITE.accounts], waitingAt: [READ.accounts] });
    expect(told).toContainEqual({ heldAt: [READ.journal], waitingAt: [WRITE.journal] });
    for (const { lockClass } of view.locks) {
      const { acquisitions, contentions } = view.classes.find(({ id }) => id === lockClass)!;
      expect({ acquisitions, contentions }).toEqual({ acquisitions: 2, contentions: 1 });
    }
    const [first, second] = view.locks;
    expect(first?.holders[0]?.pid).toBe(second?.waiters[0]?.pid);
    expect(second?.holders[0]?.pid).toBe(first?.waiters[0]?.pid);
    expect(view.tasks.map(({ name }) => name).toSorted()).toEqual(['bash', 'head']);
    const names = view.classes.map(({ name }) => name);
    const [deadlock, ...more] = guest.machine.happenings.filter(({ kind }) => kind === 'deadlock');
    expect(more).toEqual([]);
    expect(deadlock).toMatchObject({
      waits: [
        { task: expect.stringMatching(/^head\/\d+$/u) },
        { task: expect.stringMatching(/^bash\/\d+$/u) },
      ],
      source: { module: 'bank', file: 'bank.ts' },
    });
    for (const { lock } of deadlock?.kind === 'deadlock' ? deadlock.waits : []) {
      expect(names).toContain(lock);
    }
  },
  PATIENCE_MS,
);
