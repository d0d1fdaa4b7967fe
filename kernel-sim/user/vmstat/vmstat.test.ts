// SPDX-License-Identifier: GPL-2.0-or-later
/** vmstat and free: what procps 4.0.2 prints, with this machine's numbers. */
import { describe, expect, it } from 'vitest';

import { runScript } from '../../../tests/support/machine.ts';
import { parseSlabinfo } from '../support/slabinfo.ts';
import { ratesOf, type Sample } from './sample.ts';
import { SLAB_HEADING, slabRows } from './table.ts';

const GROUPS = 'procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----';
const COLUMNS = ' r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st';

function sample(ticks: readonly number[], ctxt: number): Sample {
  const memory = { total: 0, used: 0, free: 0, available: 0, shared: 0, buffers: 0, cached: 0 };
  const swap = { active: 0, inactive: 0, swapTotal: 0, swapFree: 0 };
  return { memory: { ...memory, ...swap }, ticks, get: (name) => (name === 'ctxt' ? ctxt : 0) };
}

describe('vmstat', () => {
  it('shows the averages since boot and then what went by', () => {
    const { stdout } = runScript('vmstat 1 3; grep MemFree /proc/meminfo; cat /proc/uptime');
    const [groups, columns, ...rows] = stdout.split('\n');
    expect([groups, columns]).toEqual([GROUPS, COLUMNS]);
    const numbers = rows.slice(0, 3).map((row) => row.trim().split(/ +/u).map(Number));
    expect(numbers.map((row) => row.length)).toEqual([17, 17, 17]);
    for (const row of numbers) {
      const shares = row.slice(12).reduce((sum, share) => sum + share, 0);
      expect(Math.abs(shares - 100)).toBeLessThan(3);
    }
    // Nothing else runs.
    expect(numbers[2]![14]).toBeGreaterThan(95);
    const [, free] = /^MemFree: +(\d+)/mu.exec(stdout)!;
    expect(Math.abs(numbers[2]![3]! - Number(free))).toBeLessThan(400);
    expect(Number(stdout.trimEnd().split('\n').at(-1)!.split(' ')[0])).toBeGreaterThanOrEqual(2);
  });

  it('shares out what went by, rounded', () => {
    const before = sample([100, 0, 50, 850, 0, 0, 0, 0, 0, 0], 1000);
    const now = sample([120, 5, 60, 1015, 0, 0, 0, 0, 0, 0], 1101);
    expect(ratesOf(now, before, 2).cpuPercent).toEqual([13, 5, 83, 0, 0, 0]);
    expect(ratesOf(now, before, 2).perSecond('ctxt')).toBe(51);
    // Since boot, by the 12 seconds of the CPUs.
    expect(ratesOf(now).perSecond('ctxt')).toBe(92);
  });

  it('shows wide rows, active memory, times, and no averages', () => {
    const { stdout } = runScript('vmstat -w -a -t; vmstat -y 1 1');
    const [groups, columns, row, ...rest] = stdout.trimEnd().split('\n');
    expect(groups).toMatch(/^--procs-- -+memory-+ -.*-cpu---------- -----timestamp-----$/u);
    expect(columns).toMatch(/ inact {7}active {3}si .* gu {17}UTC$/u);
    expect(row).toMatch(/ 2026-01-01 00:00:0\d$/u);
    expect([groups, columns, row].map((line) => line!.length)).toEqual([137, 137, 137]);
    expect(rest).toHaveLength(3);
  });

  it('adds up with -s what other files say', () => {
    const { stdout } = runScript('vmstat -s; vmstat -f; cat /proc/meminfo /proc/stat');
    const [, total] = /^MemTotal: +(\d+)/mu.exec(stdout)!;
    const [, created] = /^processes (\d+)/mu.exec(stdout)!;
    const [first, ...lines] = stdout.split('\n');
    expect(first).toBe(`${total!.padStart(13)} K total memory`);
    expect(lines[26]).toMatch(/^ {4,}\d+ forks$/u);
    expect(Number(created) - Number.parseInt(lines[26]!, 10)).toBe(2);
    expect(lines[25]).toMatch(/^ {3}1767225600 boot time$/u);
  });

  it('lists slab caches with -m, to root', () => {
    const { stdout, stderr } = runScript('vmstat -m; sudo vmstat -m');
    expect(stderr).toBe('vmstat: Unable to create slabinfo structure: Permission denied\n');
    expect(stdout).toMatch(/^kmalloc-96 {14}( +\d+){2} +\d+ +\d+$/mu);
    const line = 'a_very_long_name_of_a_cache_that_is 7 39 104 39 1 : tunables 0 0 0';
    const caches = parseSlabinfo(`slabinfo - version: 2.1\n${line} : slabdata 1 1 0\n`)!;
    expect(slabRows(caches)).toEqual(['a_very_long_name_of_a_ca      7     39    104     39\n']);
    expect(SLAB_HEADING).toBe('Cache                       Num  Total   Size  Pages\n');
  });

  it('refuses what makes no sense', () => {
    const { stderr } = runScript('vmstat x; vmstat 0; vmstat -S z; vmstat 1 2 3');
    expect(stderr.split('\n').slice(0, 5)).toEqual([
      "vmstat: failed to parse argument: 'x'",
      'vmstat: delay must be positive integer',
      'vmstat: -S requires k, K, m or M (default is KiB)',
      '',
      'Usage:',
    ]);
  });
});

describe('free', () => {
  it('repeats itself so often, with a blank line between', () => {
    const { stdout } = runScript('free -c 3 -s .5; cat /proc/uptime');
    const lines = stdout.split('\n');
    const shape = lines.slice(0, 11).map((line) => line.slice(0, 4));
    expect(shape.join('|')).toBe('    |Mem:|Swap||    |Mem:|Swap||    |Mem:|Swap');
    expect(Number.parseFloat(lines.at(-2)!)).toBeGreaterThanOrEqual(1);
  });

  it('tells buffers from caches with -w, and low memory with -l', () => {
    const { stdout } = runScript('free -w -l -t');
    const [head, memory, low, high] = stdout.split('\n');
    expect(head).toBe(
      '               total        used        free      shared     buffers       cache' +
        '   available',
    );
    const numbers = (line = ''): number[] => line.split(/ +/u).slice(1).map(Number);
    expect(numbers(memory)).toHaveLength(7);
    const [total = 0, used = 0, left = 0] = numbers(low);
    expect(total - used).toBe(left);
    expect(high).toBe('High:              0           0           0');
  });

  it('refuses intervals and counts that are none', () => {
    const { stderr } = runScript('free -s 0; free -s x; free -c x; free -c 0; free -s ""');
    expect(stderr.trimEnd().split('\n')).toEqual([
      "free: seconds argument `0' is not positive number",
      "free: seconds argument failed: 'x': Invalid argument",
      "free: failed to parse count argument: 'x'",
      "free: failed to parse count argument: '0': Numerical result out of range",
      "free: seconds argument failed: ''",
    ]);
  });
});
