// SPDX-License-Identifier: GPL-2.0-or-later
/** /proc/meminfo and its like, added up: every page is somewhere, and every object in a slab. */
import { expect, it } from 'vitest';

import { runScript } from '../support/machine.ts';

const PAGE_KIB = 4;

/** Lines of meminfo by name, in KiB. */
function meminfo(text: string): (name: string) => number {
  const lines = new Map(
    Array.from(text.matchAll(/^(\S+):\s+(\d+) kB$/gmu), ([, name = '', kib]) => [
      name,
      Number(kib),
    ]),
  );
  return (name) => lines.get(name) ?? Number.NaN;
}

/** Everything that a page may be used for, but for pipes. */
const USES = 'MemFree AnonPages Shmem Slab PageTables VmallocUsed KernelStack Percpu'.split(' ');

it.each([
  ['a machine at rest', ''],
  ['one with files and processes', 'head -c 300000 /dev/zero > /tmp/x; sleep 9 & sleep 9 &'],
  ['one that has forked and ended them', 'for i in 1 2 3; do (true); bash -c :; done'],
  ['one with a module', 'cd hello_world; make > /dev/null; sudo insmod helloworld.ko; cd'],
])(
  'accounts for every page of %s',
  (_what, script) => {
    const { stdout } = runScript(`${script}\ncat /proc/meminfo`);
    const kib = meminfo(stdout);
    const sum = USES.reduce((total, name) => total + kib(name), 0);
    expect(kib('MemTotal') - sum).toBe(0);
  },
  60_000,
);

it('has what a pipe holds on no line, as Linux', () => {
  const { stdout } = runScript('{ seq 2000; cat /proc/meminfo; } | { sleep 1; cat; }');
  const kib = meminfo(stdout);
  const sum = USES.reduce((total, name) => total + kib(name), 0);
  // 8893 digits and newlines.
  expect(kib('MemTotal') - sum).toBe(3 * PAGE_KIB);
});

it('lists as many free pages by order as there are', () => {
  const { stdout } = runScript('cat /proc/buddyinfo; grep MemFree /proc/meminfo');
  const [buddies = '', free = ''] = stdout.split('\n');
  expect(buddies).toMatch(/^Node 0, zone {3}Normal( +\d+){11} $/u);
  const counts = buddies.trim().split(/ +/u).slice(-11).map(Number);
  const pages = counts.reduce((sum, count, order) => sum + count * 2 ** order, 0);
  // cat(1) and grep(1) are two processes, of which each takes what the other gave back.
  expect(Math.abs(pages * PAGE_KIB - Number(/\d+/u.exec(free)![0]))).toBeLessThan(100);
});

it('lists the slab caches as slabtop reads them, for root', () => {
  const { stdout, stderr } = runScript(
    'cat /proc/slabinfo; sudo cat /proc/slabinfo; grep Slab /proc/meminfo',
  );
  expect(stderr).toContain('Permission denied');
  const [version, head, ...lines] = stdout.trimEnd().split('\n');
  expect(version).toBe('slabinfo - version: 2.1');
  expect(head).toMatch(/^# name {12}<active_objs> <num_objs> <objsize> <objperslab>/u);
  const slab = /Slab: +(\d+) kB/u.exec(lines.pop()!)![1];
  const tunables = 'tunables {4}0 {4}0 {4}0';
  const slabdata = 'slabdata +(\\d+) +(\\d+) {6}0';
  const row = new RegExp(`^(\\S+)${' +(\\d+)'.repeat(5)} : ${tunables} : ${slabdata}$`, 'u');
  let pages = 0;
  const names: string[] = [];
  for (const line of lines) {
    const [, name = '', ...texts] = row.exec(line) ?? [];
    const [active, all, sizeBytes, perSlab, pagesPerSlab, slabs] = texts.map(Number);
    names.push(name);
    expect(active!).toBeLessThanOrEqual(all!);
    expect(all).toBe(perSlab! * slabs!);
    expect(perSlab).toBe(Math.floor((pagesPerSlab! * 4096) / sizeBytes!));
    pages += pagesPerSlab! * slabs!;
  }
  expect(names).toEqual(expect.arrayContaining(['kmalloc-96', 'task_struct', 'kmem_cache']));
  expect(Math.abs(pages * PAGE_KIB - Number(slab))).toBeLessThan(100);
});

it('shows free blocks by migrate type to root', () => {
  const { stdout } = runScript('sudo cat /proc/pagetypeinfo');
  expect(stdout).toMatch(/^Page block order: 9\nPages per block: {2}512\n\nFree pages count/u);
  expect(stdout).toMatch(/^Node {4}0, zone {3}Normal, type {6}Movable ( +\d+){11} $/mu);
  expect(stdout).toMatch(/^Node 0, zone {3}Normal ( +\d+){5} $/mu);
});

it('counts pages by use and what happens to them', () => {
  const { stdout } = runScript(
    'cat /proc/vmstat; head -c 100000 /dev/zero > /tmp/x; (true); cat /proc/vmstat /proc/meminfo',
  );
  const counts = Array.from(stdout.matchAll(/^(\w+) (\d+)$/gmu), ([, name = '', value]) => {
    return [name, Number(value)] as const;
  });
  const half = counts.length / 2;
  const before = new Map(counts.slice(0, half));
  const after = new Map(counts.slice(half));
  const risen = (name: string): number => after.get(name)! - before.get(name)!;
  expect([...after.keys()]).toEqual([...before.keys()]);
  expect(risen('nr_shmem')).toBe(25);
  expect(risen('pgfault')).toBeGreaterThan(0);
  expect(risen('pgfree')).toBeGreaterThan(0);
  expect(risen('oom_kill')).toBe(0);
  expect(risen('pgalloc_normal') - risen('pgfree')).toBe(-risen('nr_free_pages'));
  const kib = meminfo(stdout);
  expect(after.get('nr_shmem')! * PAGE_KIB).toBe(kib('Shmem'));
  expect(after.get('nr_kernel_stack')).toBe(kib('KernelStack'));
});

it('describes the zone', () => {
  const { stdout } = runScript('cat /proc/zoneinfo');
  expect(stdout).toMatch(
    /^Node 0, zone {3}Normal\n {2}per-node stats\n {6}nr_inactive_anon \d+\n/u,
  );
  expect(stdout).toMatch(/^ {2}pages free {5}\d+\n {8}boost {4}0\n {8}min {6}0\n/mu);
  expect(stdout).toMatch(/^ {8}present {2}\d+\n {8}managed {2}\d+$/mu);
});
