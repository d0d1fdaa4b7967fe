// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import type { CpuView, TaskView } from '../../../kernel-sim/machine-types.ts';
import { arrangeRows, killCommand, toRow, type SortKey } from './task-rows.ts';

function task(change: Partial<TaskView>): TaskView {
  return {
    pid: 1, name: 'init', state: 'S', cpu: 0, ppid: 0, uid: 0, policy: 'OTHER', nice: 0,
    priority: 20, userNs: 0, systemNs: 0, startNs: 0, commandLine: '/sbin/init',
    waitChannel: 'do_wait', threads: 1, rssBytes: 4096, ...change,
  }; // prettier-ignore
}

const CPUS = [{ id: 0, running: 9 }] as unknown as readonly CpuView[];
const TASKS = [
  task({}),
  task({ pid: 2, name: 'khostfsd', state: 'I', commandLine: '' }),
  task({ pid: 3, name: 'bash', ppid: 1, uid: 1000, commandLine: '-bash', rssBytes: 9000 }),
  task({ pid: 9, name: 'yes', ppid: 3, uid: 1000, state: 'R', commandLine: 'yes', nice: 5 }),
  task({ pid: 7, name: 'getty', ppid: 1, commandLine: 'getty ttyS1' }),
  task({ pid: 8, name: 'gone', ppid: 3, state: 'Z', commandLine: '', rssBytes: 0 }),
];
const ROWS = TASKS.map((each) => toRow(each, CPUS, each.pid === 9 ? 0.5 : 0));
const ALL = { text: '', withKernelThreads: true, isTree: false };

function pids(filter: Partial<typeof ALL> = {}, key: SortKey = 'pid', isDescending = false) {
  const rows = arrangeRows(ROWS, { ...ALL, ...filter }, { key, isDescending });
  return rows.map((row) => row.task.pid);
}

describe('a row', () => {
  it('says its state in words', () => {
    expect(ROWS.map(({ state }) => state)).toEqual([
      'sleeping', 'idle', 'sleeping', 'running', 'sleeping', 'zombie',
    ]); // prettier-ignore
    expect(toRow(task({ pid: 4, state: 'R' }), CPUS, 0).state).toBe('runnable');
  });

  it('knows kernel threads from zombies, which have no command line either', () => {
    expect(ROWS.filter((row) => row.isKernelThread).map(({ command }) => command)).toEqual([
      '[khostfsd]',
    ]);
  });
});

describe('rows', () => {
  it('can be sorted by any column, by pid where they are equal', () => {
    expect(pids()).toEqual([1, 2, 3, 7, 8, 9]);
    expect(pids({}, 'usage', true)[0]).toBe(9);
    expect(pids({}, 'memory', true)[0]).toBe(3);
    expect(pids({}, 'name')).toEqual([3, 7, 8, 1, 2, 9]);
  });

  it('can be filtered', () => {
    expect(pids({ withKernelThreads: false })).not.toContain(2);
    expect(pids({ text: 'ttys1' })).toEqual([7]);
    expect(pids({ text: 'zombie' })).toEqual([8]);
  });

  it('can stand as families', () => {
    expect(pids({ isTree: true })).toEqual([1, 3, 8, 9, 7, 2]);
    const rows = arrangeRows(ROWS, { ...ALL, isTree: true }, { key: 'pid', isDescending: false });
    expect(rows.map(({ depth }) => depth)).toEqual([0, 1, 2, 2, 1, 0]);
    expect(pids({ isTree: true, text: 'yes' })).toEqual([9]);
  });
});

it('signals others only as root', () => {
  expect(killCommand({ pid: 3, uid: 1000 }, 'TERM')).toBe('kill -TERM 3');
  expect(killCommand({ pid: 7, uid: 0 }, 'KILL')).toBe('sudo kill -KILL 7');
});
