// SPDX-License-Identifier: GPL-2.0-or-later
/** The judge, on reports that are right and on reports that are wrong in one thing each. */
import { describe, expect, test } from 'vitest';

import { SETTING, type BugCase } from './bug-case.ts';
import { writeDriver } from './driver-source.ts';
import type { Entry } from './entries.ts';
import { judgeReports, judgeSilence } from './judge.ts';
import type { Observation } from './observe.ts';
import { findReports } from './reports.ts';

const BUG: BugCase = {
  id: 'planted/write_after_free',
  body: `
  const p: Ptr<u8> = kmalloc(10, GFP_KERNEL); // ALLOC p 10
- kfree(p); // FREE p
- p[8] = 120; // BAD W1@p+8
+ p[8] = 120;
+ kfree(p);`,
  setting: SETTING.KASAN,
};
const ENTRY: Entry = {
  id: BUG.id,
  suite: 'planted',
  what_it_does: 'writes to a freed object',
  detector: 'KASAN',
  expect: 'report',
  applicable: true,
  family: 'planted',
  title_match: ['BUG: KASAN: slab-use-after-free in .+?'],
};
const SOURCE = writeDriver(BUG, 'broken');
const [ALLOC = 0, FREE = 0, BAD = 0] = SOURCE.marks.map(({ line }) => line);
const START = 0x8880_0123_4560;

function frame(line: number): string {
  return ` run+0x2c/0x90 [driver] driver.ts:${line}`;
}

/** A report as the kernel makes it. */
const REPORT = [
  '==================================================================',
  'BUG: KASAN: slab-use-after-free in run+0x2c/0x90 [driver] driver.ts:8',
  'Write of size 1 at addr ffff888001234568 by task insmod/42',
  '',
  'CPU: 0 UID: 0 PID: 42 Comm: insmod Tainted: G           O        6.12.0 #1 PREEMPT(voluntary)',
  'Call Trace:',
  ' <TASK>',
  frame(BAD),
  ' Driver.init+0x8/0x10 [driver] driver.ts:20',
  ' do_one_initcall+0x5b/0x320',
  ' </TASK>',
  '',
  'Allocated by task 42:',
  ' __kmalloc_noprof+0x10/0x20',
  frame(ALLOC),
  '',
  'Freed by task 42:',
  ' kfree+0x10/0x20',
  frame(FREE),
  '',
  'The buggy address belongs to the object at ffff888001234560',
  ' which belongs to the cache kmalloc-16 of size 16',
  'The buggy address is located 8 bytes inside of',
  ' freed 16-byte region [ffff888001234560, ffff888001234570)',
  '',
  'Memory state around the buggy address:',
  ' ffff888001234480: fc fc fc fc fc fc fc fc fc fc fc fc fc fc fc fc',
  '>ffff888001234500: fa fb fc fc fa fb fc fc fa fb fc fc fa fb fc fc',
  `${' '.repeat(19 + 3 * 13)}^`,
  ' ffff888001234580: fc fc fc fc fc fc fc fc fc fc fc fc fc fc fc fc',
  '==================================================================',
];

const SEEN: Observation = {
  status: 0,
  log: ['p at 888001234560', ...REPORT],
  output: [],
  taints: new Set(['B']),
  places: new Map([['p', START]]),
  allocated: new Set([START]),
  freed: new Set([START]),
  copies: [],
  takes: ['task &box->lock', 'hardirq &box->lock', 'task other'],
  printed: ['p at 888001234560'],
};

function reasons(seen: Observation): string[] {
  return judgeReports(BUG, ENTRY, SOURCE, seen);
}

test('a right report is accepted', () => {
  expect(reasons(SEEN)).toEqual([]);
});

describe('a report is refused', () => {
  test.each<[string, string, string]>([
    ['of another kind of bug', 'slab-use-after-free', 'slab-out-of-bounds'],
    ['of another address', 'addr ffff888001234568', 'addr ffff888001234569'],
    ['of another size', 'of size 1 at', 'of size 2 at'],
    ['of another kind of access', 'Write of', 'Read of'],
    ['in another line', frame(BAD), frame(BAD + 1)],
    ['with the line of the driver further down', frame(BAD), `${frame(BAD - 1)}\n${frame(BAD)}`],
    ['in another module', frame(BAD), frame(BAD).replace('[driver]', '[other]')],
    ['with another allocation', frame(ALLOC), frame(ALLOC + 1)],
    ['with another free', frame(FREE), frame(FREE + 1)],
    ['without an allocation', 'Allocated by task 42:', ''],
    ['without a free', 'Freed by task 42:', ''],
    [
      'of another object',
      ' freed 16-byte region [ffff888001234560',
      ' freed 16-byte region [ffff888001234500',
    ],
    ['at another distance', 'located 8 bytes inside of', 'located 9 bytes inside of'],
    ['with a mark below another byte', '   ^', '^'],
    ['on the wrong side', 'located 8 bytes inside of', 'located 8 bytes to the right of'],
  ])('%s', (_what, from, to) => {
    const log = SEEN.log.flatMap((line) => line.replace(from, to).split('\n'));
    expect(log).not.toEqual(SEEN.log);
    expect(reasons({ ...SEEN, log })).not.toEqual([]);
  });

  test('that comes twice', () => {
    expect(reasons({ ...SEEN, log: [...SEEN.log, ...REPORT] })).toEqual([
      expect.stringContaining('2 reports in place of 1'),
    ]);
  });

  test('that is followed by one of another detector', () => {
    const log = [...SEEN.log, 'BUG: kernel NULL pointer dereference, address: 0000000000000000'];
    expect(reasons({ ...SEEN, log })).not.toEqual([]);
  });

  test('of an object that the trace does not know', () => {
    expect(reasons({ ...SEEN, allocated: new Set() })).toEqual([
      'the trace has no allocation of p',
    ]);
    expect(reasons({ ...SEEN, freed: new Set() })).toEqual(['the trace has no free of p']);
  });

  test('when there is none', () => {
    expect(reasons({ ...SEEN, log: ['p at 888001234560'] })).toEqual([
      '0 reports in place of 1 ()',
    ]);
  });
});

describe('silence', () => {
  const twin = writeDriver(BUG, 'repaired');
  const quiet: Observation = { ...SEEN, log: ['p at 888001234560'], taints: new Set() };

  test('is accepted of a driver that ran', () => {
    expect(judgeSilence(BUG, ENTRY, twin, quiet)).toEqual([]);
  });

  test('is no silence with a report, a taint, or a line of any detector', () => {
    expect(judgeSilence(BUG, ENTRY, twin, SEEN)).not.toEqual([]);
    expect(judgeSilence(BUG, ENTRY, twin, { ...quiet, taints: new Set(['W']) })).not.toEqual([]);
    const log = [...quiet.log, 'WARNING: CPU: 0 PID: 1 at lib/refcount.c:28 f+0x1/0x2'];
    expect(judgeSilence(BUG, ENTRY, twin, { ...quiet, log })).not.toEqual([]);
  });

  test('proves nothing of a driver that never ran', () => {
    const empty = { ...quiet, log: [], printed: [], places: new Map() };
    expect(judgeSilence(BUG, ENTRY, twin, empty)).toEqual([expect.stringContaining('never ran')]);
    expect(judgeSilence(BUG, ENTRY, twin, { ...quiet, allocated: new Set() })).not.toEqual([]);
    expect(judgeSilence({ ...BUG, copies: [['p', 8]] }, ENTRY, twin, quiet)).toEqual([
      expect.stringContaining('in place of ffff888001234560 8'),
    ]);
    const takes = ['task &box->lock', 'hardirq &box->lock'];
    expect(judgeSilence({ ...BUG, takes }, ENTRY, twin, quiet)).toEqual([]);
    expect(judgeSilence({ ...BUG, takes: takes.toReversed() }, ENTRY, twin, quiet)).toEqual([
      expect.stringContaining('the trace has locks task &box->lock,hardirq &box->lock in place'),
    ]);
    expect(judgeSilence({ ...BUG, prints: ['done'] }, ENTRY, twin, quiet)).toEqual([
      '"done" was not printed',
    ]);
  });
});

describe('reports', () => {
  test('of one mistake that is named twice are one', () => {
    const log = [
      'usercopy: Kernel memory exposure attempt detected from kernel text (offset 0, size 1)!',
      '------------[ cut here ]------------',
      'kernel BUG at mm/usercopy.c:102!',
      'Oops: invalid opcode: 0000 [#1] SMP',
      'Call Trace:',
      ' <TASK>',
      ' usercopy_abort+0x70/0x80',
      frame(3),
      ' </TASK>',
      '---[ end trace 0000000000000000 ]---',
    ];
    const [report, ...rest] = findReports(log);
    expect(rest).toEqual([]);
    expect(report?.headlines).toHaveLength(3);
    expect(report?.stacks.get('trace')?.at(-1)).toEqual({
      symbol: 'run',
      module: 'driver',
      file: 'driver.ts',
      line: 3,
    });
  });

  test('of two mistakes are two, though nothing separates them', () => {
    const trace = ['Call Trace:', ' <TASK>', frame(3), ' </TASK>'];
    const heads = ['BUG things (Not tainted): Poison overwritten', 'WARNING: a.c:1 at f+0x1/0x2'];
    const log = heads.flatMap((head) => [head, ...trace]);
    expect(findReports(log).map(({ headlines }) => headlines)).toEqual(heads.map((one) => [one]));
  });
});

describe('a mistake that two contexts make', () => {
  const bug: BugCase = {
    id: 'planted/cycle',
    body: `
  first(); // AT #0: * (lock){*}, at: // WAS -> #1 *:
- second(); // BAD trap
+ third();`,
    setting: SETTING.LOCKDEP,
  };
  const source = writeDriver(bug, 'broken');
  const [at = 0, , bad = 0] = source.marks.map(({ line }) => line);
  const entry = { ...ENTRY, title_match: ['WARNING: possible circular locking dependency'] };
  const log = [
    'WARNING: possible circular locking dependency detected',
    '-> #1 (other){+.+.}-{4:4}:',
    `       lock_acquire+0x1/0x2`,
    `      ${frame(at)}`,
    '-> #0 (lock){+.+.}-{4:4}:',
    `      ${frame(bad)}`,
    `1 lock held by insmod/42:`,
    ` #0: ffff888001234560 (lock){+.+.}-{4:4}, at: run+0x2c/0x90 [driver] driver.ts:${at}`,
    'Call Trace:',
    ' <TASK>',
    frame(bad),
    ' </TASK>',
  ];
  const seen: Observation = { ...SEEN, log, taints: new Set(), printed: [], places: new Map() };
  const wrongWith = (from: string, to: string): string[] =>
    judgeReports(bug, entry, source, { ...seen, log: log.map((line) => line.replace(from, to)) });

  test('has its stacks and places in the report', () => {
    expect(wrongWith('', '')).toEqual([]);
    expect(wrongWith('-> #1', '-> #2')).toEqual([expect.stringContaining(`line ${at} WAS`)]);
    expect(wrongWith('       lock_acquire', 'other text')).toEqual([
      expect.stringContaining(`line ${at} WAS`),
    ]);
    expect(wrongWith(' #0:', ' #1:')).toEqual([expect.stringContaining(`line ${at} AT`)]);
    expect(wrongWith(`ts:${at}`, `ts:${at + 1}`)).toHaveLength(2);
  });
});
