// SPDX-License-Identifier: GPL-2.0-or-later
/** The files in /proc, as tools that read Linux's expect them. */
import { expect, it } from 'vitest';

import { SiteRegistry } from '../../module/sites.ts';
import { inTask } from '../testing/taker.ts';
import { lockStatText } from './lock-stat-text.ts';
import { ACQUIRE } from './lockdep.ts';
import { chainsText, classesText, statsText } from './proc-text.ts';

/** Two locks in one order, and one that an interrupt takes. */
const { lockdep } = inTask((locks) => {
  locks.nest('a', 'b');
  locks.interrupt(() => locks.nest('c'));
  locks.take('b', ACQUIRE.READ);
});

it('lists classes, and after each those that were taken right under it', () => {
  expect(classesText(lockdep).split('\n')).toEqual([
    'all lock classes:',
    '0000000000000008 OPS:       1 FD:    2 BD:    1 +.+.: a',
    ' -> [0000000000000010] b',
    '',
    '0000000000000010 OPS:       2 FD:    1 BD:    2 ++++: b',
    '',
    '0000000000000018 OPS:       1 FD:    1 BD:    1 -...: c',
    '',
    '',
  ]);
});

it('lists chains with their contexts', () => {
  const [a, b, c] = ['08] a', '10] b', '18] c'].map((text) => `[00000000000000${text}`);
  const blocks = chainsText(lockdep).trimEnd().split('\n\n');
  expect(blocks.toSorted()).toEqual([
    `all lock chains:\nirq_context: 0\n${a}`,
    `irq_context: 0\n${a}\n${b}`,
    `irq_context: 0\n${b}`,
    `irq_context: hardirq\n${c}`,
  ]);
});

it('counts what there is', () => {
  expect(statsText(lockdep).split('\n')).toEqual([
    ' lock-classes:                            3 [max: 8192]',
    ' direct dependencies:                     2 [max: 32768]',
    ' indirect dependencies:                   4',
    ' all direct dependencies:                 6',
    ' dependency chains:                       4 [max: 65536]',
    ' dependency chain hlocks used:            5 [max: 327680]',
    ' in-hardirq chains:                       1',
    ' in-softirq chains:                       0',
    ' in-process chains:                       3',
    ' combined max dependencies:               8',
    ' hardirq-safe locks:                      1',
    ' hardirq-unsafe locks:                    2',
    ' softirq-safe locks:                      0',
    ' softirq-unsafe locks:                    2',
    ' irq-safe locks:                          1',
    ' irq-unsafe locks:                        2',
    ' hardirq-read-safe locks:                 0',
    ' hardirq-read-unsafe locks:               1',
    ' softirq-read-safe locks:                 0',
    ' softirq-read-unsafe locks:               1',
    ' irq-read-safe locks:                     0',
    ' irq-read-unsafe locks:                   1',
    ' uncategorized locks:                     0',
    ' unused locks:                            0',
    ' max locking depth:                       2',
    ' max lock class index:                    2',
    ' debug_locks:                             1',
    '',
  ]);
});

it('tells how long locks were waited for and held, in microseconds', () => {
  const rig = inTask(
    (locks) => {
      locks.nest('quiet');
      const busy = locks.lock('busy');
      locks.lockdep.acquire(busy);
      locks.lockdep.contended(busy);
      locks.execution.budget -= 1500;
      locks.lockdep.acquired(busy);
      locks.execution.budget -= 2_000_000;
      locks.lockdep.release(busy);
      locks.take('busy', ACQUIRE.READ);
      locks.lockdep.release(busy);
    },
    { countsTimes: true },
  );
  const columns = (...values: (number | string)[]): string =>
    values.map((value) => String(value).padStart(14)).join(' ');
  const name = ' '.repeat(36);
  const lines = lockStatText(rig.lockdep, new SiteRegistry()).split('\n');
  expect(lines[0]).toBe('lock_stat version 0.4');
  expect(lines[1]).toBe('-'.repeat(221));
  expect(lines[2]).toMatch(/^ {30}class name    con-bounces    contentions   waittime-min/u);
  expect(lines[2]).toHaveLength(220);
  const none = [0, '0.00', '0.00', '0.00', '0.00'];
  const wait = [1, ...Array.from({ length: 4 }, () => '1.50')];
  const hold = [1, ...Array.from({ length: 4 }, () => '2000.00')];
  const point = `${name}busy              1          [<0000000000000000>] 0x0+0x0/0x0`;
  expect(lines.slice(4)).toEqual([
    '',
    `${name.slice(2)}busy-W:${columns(1, ...wait, 0, ...hold)}`,
    `${name.slice(2)}busy-R:${columns(0, ...none, 0, 1, '0.00', '0.00', '0.00', '0.00')}`,
    `${name.slice(2)}------`,
    point,
    `${name.slice(1)}quiet:${columns(0, ...none, 0, 1, '0.00', '0.00', '0.00', '0.00')}`,
    '',
  ]);
});
