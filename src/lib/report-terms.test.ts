// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { explanationAt, explanationsOf } from './report-terms.ts';

describe('a report', () => {
  it.each([
    [
      'CPU: 1 UID: 0 PID: 8 Comm: insmod Tainted: G      D    O       6.12.0 #1 PREEMPT(voluntary)',
      ['CPU: 1', 'UID: 0', 'PID: 8 Comm: insmod', 'Tainted: G      D    O', 'PREEMPT(voluntary)'],
    ],
    ['Tainted: [D]=DIE, [O]=OOT_MODULE', ['[D]=DIE', '[O]=OOT_MODULE']],
    [
      'RIP: 0010:Boom.init+0x20/0x40 [boom] boom.ts:2',
      ['RIP: 0010:', 'Boom.init+0x20/0x40 [boom]'],
    ],
    [' do_one_initcall+0x5b/0x320', ['do_one_initcall+0x5b/0x320']],
    ['Oops: invalid opcode: 0000 [#1] SMP', ['Oops: invalid opcode: 0000', '[#1]']],
    [' <TASK>', ['<TASK>']],
    ['---[ end trace 0000000000000000 ]---', ['[ end trace 0000000000000000 ]']],
    ['preempt_count: 1, expected: 0', ['preempt_count: 1, expected: 0']],
    ['Hello from TypeScript!', []],
  ])('%s', (line, parts) => {
    const found = explanationsOf(line);
    expect(found.map(({ start, length }) => line.slice(start, start + length))).toEqual(parts);
  });
});

it('says what each taint letter stands for', () => {
  const line = 'Comm: cat Tainted: P      W  O       6.12.0';
  expect(explanationAt(line, line.indexOf('Tainted'))?.text.split('\n')).toEqual([
    expect.stringMatching(/^P: a proprietary module/),
    expect.stringMatching(/^W: the kernel has given a warning/),
    expect.stringMatching(/^O: a module that is not part/),
  ]);
});

it('knows nothing between the parts', () => {
  expect(explanationAt('CPU: 1 UID: 0', 6)).toBeUndefined();
});

it.each([
  ['BUG: KASAN: slab-use-after-free in f+0x1/0x2 [m] m.ts:1', 'KASAN: slab-use-after-free'],
  ['Write of size 1 at addr ffff888002a3c190 by task cat/214', 'Write of 1 byte'],
  ['Freed by task 213:', 'Freed by process 213'],
  ['Memory state around the buggy address:', 'Shadow memory'],
  ['unreferenced object 0xffff888002a3c180 (size 96):', 'Unreferenced object'],
])('explains what a report on memory says: %s', (line, title) => {
  expect(explanationsOf(line)[0]?.title).toBe(title);
});
