// SPDX-License-Identifier: GPL-2.0-or-later
/** slabtop: the same bytes as procps 4.0.2 for the same /proc/slabinfo, and on a terminal. */
import { describe, expect, it } from 'vitest';

import { runScript } from '../../../tests/support/machine.ts';
import { ScreenGuest } from '../../../tests/support/screen.ts';
import { parseSlabinfo } from '../support/slabinfo.ts';
import { slabTable } from './table.ts';

const SLABINFO = `slabinfo - version: 2.1
# name <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> ...
btrfs_delayed_node 0 0 312 13 1 : tunables 0 0 0 : slabdata 0 0 0
bio-312 12 12 320 12 1 : tunables 0 0 0 : slabdata 1 1 0
bio-376 3 12 384 21 2 : tunables 0 0 0 : slabdata 1 1 0
a_very_long_name_of_a_cache_that_is 7 39 104 39 1 : tunables 0 0 0 : slabdata 1 1 0
task_struct 29 30 5120 6 8 : tunables 0 0 0 : slabdata 4 5 0
kmalloc-8 511 512 8 512 1 : tunables 0 0 0 : slabdata 1 1 0
`;

/** Names of the caches in the order of the sort, shortened. */
const SORTED = [
  ['a', 'kmalloc-8 task_struct bio-312 a_very bio-376 btrfs_delayed_node'],
  ['b', 'kmalloc-8 a_very bio-376 btrfs_delayed_node bio-312 task_struct'],
  ['c', 'task_struct bio-376 bio-312 a_very kmalloc-8 btrfs_delayed_node'],
  ['l', 'task_struct bio-312 bio-376 a_very kmalloc-8 btrfs_delayed_node'],
  ['v', 'task_struct bio-312 bio-376 a_very kmalloc-8 btrfs_delayed_node'],
  ['n', 'a_very bio-312 bio-376 btrfs_delayed_node kmalloc-8 task_struct'],
  ['p', 'task_struct bio-376 btrfs_delayed_node bio-312 a_very kmalloc-8'],
  ['s', 'task_struct bio-376 bio-312 btrfs_delayed_node a_very kmalloc-8'],
  ['u', 'bio-312 kmalloc-8 task_struct bio-376 a_very btrfs_delayed_node'],
] as const;

const SIZE = { rows: 12, columns: 82 };

describe('slabtop', () => {
  it('adds up and lists the caches', () => {
    const { summary, heading, rows } = slabTable(parseSlabinfo(SLABINFO)!, 'o');
    expect([...summary, heading, ...rows].map((line) => line.trimEnd())).toEqual([
      ' Active / Total Objects (% used)    : 562 / 605 (92.9%)',
      ' Active / Total Slabs (% used)      : 8 / 9 (88.9%)',
      ' Active / Total Caches (% used)     : 5 / 6 (83.3%)',
      ' Active / Total Size (% used)       : 154.58K / 166.21K (93.0%)',
      ' Minimum / Average / Maximum Object : 0.01K / 0.27K / 5.00K',
      '  OBJS ACTIVE  USE OBJ SIZE  SLABS OBJ/SLAB CACHE SIZE NAME',
      '   512    511  99%    0.01K      1      512         4K kmalloc-8',
      '    39      7  17%    0.10K      1       39         4K a_very_long_name_of_a_cache_that_is',
      '    30     29  96%    5.00K      5        6       160K task_struct',
      '    12     12 100%    0.31K      1       12         4K bio-312',
      '    12      3  25%    0.38K      1       21         8K bio-376',
      '     0      0   0%    0.30K      0       13         0K btrfs_delayed_node',
    ]);
    expect(new Set([heading, rows[0], rows[2]].map((line) => line!.length))).toEqual(new Set([78]));
  });

  it.each(SORTED)('sorts by %s', (order, names) => {
    const { rows } = slabTable(parseSlabinfo(SLABINFO)!, order);
    const shown = rows.map((row) => row.slice(55).trimEnd());
    expect(shown.map((name) => (name.startsWith('a_very') ? 'a_very' : name)).join(' ')).toBe(
      names,
    );
  });

  it('shows the caches of the machine to root', () => {
    const { stdout, stderr } = runScript('slabtop -o; sudo slabtop -o -s n');
    expect(stderr).toBe('slabtop: Unable to create slabinfo structure: Permission denied\n');
    const [objects, slabs, caches, , , blank, heading, ...rows] = stdout.trimEnd().split('\n');
    expect(objects).toMatch(/^ Active \/ Total Objects \(% used\) {4}: \d+ \/ \d+ \(\d+\.\d%\)$/u);
    expect(slabs).toContain(' Slabs (% used)      : ');
    expect(caches).toContain(` / ${rows.length} (`);
    expect(blank).toBe('');
    expect(heading).toMatch(/^ {2}OBJS ACTIVE {2}USE /u);
    const names = rows.map((row) => row.slice(55).trimEnd());
    expect(names).toContain('kmalloc-96');
    expect(names).toEqual(names.toSorted());
  });

  it('shows them again and again, in the order that a key asks for, until q', () => {
    const guest = new ScreenGuest('sudo slabtop -d 1; echo "status $?"', SIZE);
    const rows = guest.untilShown((lines) => lines.length === 11, 'four caches');
    expect(rows[6]).toMatch(/^\[\[ {2}OBJS ACTIVE .* NAME +\]\]$/u);
    expect(rows[5]).toBe('');
    const isSorted = (lines: readonly string[]): boolean => {
      const names = lines.slice(7).map((line) => line.slice(55));
      return names.join() === names.toSorted().join();
    };
    expect(isSorted(rows)).toBe(false);
    guest.machine.type('n');
    guest.untilShown(isSorted, 'them by name');
    guest.machine.type('q');
    guest.machine.waitFor('status 0');
  });

  it('refuses delays that are none', () => {
    const { stderr } = runScript('slabtop -d x; slabtop -d 0; slabtop -o -d 1; slabtop -z');
    expect(stderr.split('\n').slice(0, 6)).toEqual([
      "slabtop: illegal delay: 'x'",
      'slabtop: delay must be positive integer',
      'slabtop: Cannot combine -d and -o options',
      "slabtop: invalid option -- 'z'",
      '',
      'Usage:',
    ]);
  });
});
