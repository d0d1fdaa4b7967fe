// SPDX-License-Identifier: GPL-2.0-or-later
/** What the caption says, and what it offers to type. */
import { expect, it } from 'vitest';

import type { Happening } from '../../../kernel-sim/machine-types.ts';
import { newsOf } from './sentence.ts';

const loaded = (module: string, uses: string[] = [], exports: string[] = []): Happening => ({
  kind: 'module-loaded',
  atNs: 1,
  module,
  sizeBytes: 4096,
  lines: 0,
  uses,
  exports,
});
const refused = (errno: string, why = ''): Happening => ({
  kind: 'module-refused',
  atNs: 1,
  module: 'm',
  errno,
  why,
});
const device: Happening = { kind: 'device', atNs: 1, name: 'yes', major: 243 };
const sysctl: Happening = { kind: 'sysctl', atNs: 1, path: 'rust/example/test' };

function read(...happenings: readonly Happening[]): readonly [text: string, next?: string] {
  const { parts, next } = newsOf(happenings, []);
  const text = parts.map((part) => (part.kind === 'source' ? '' : part.text)).join('');
  return next === undefined ? [text] : [text, next];
}

it('names what a module registered, and what to try', () => {
  expect(read(device, loaded('m'))).toEqual([
    'm is in the kernel, 4096 bytes of it. init() printed nothing. ' +
      'It registered the character device yes, major number 243.',
    'sudo mknod -m 666 /dev/yes c 243 0; head -c 8 /dev/yes',
  ]);
  const [text, next] = read(sysctl, loaded('m'));
  expect(text).toContain('It made /proc/sys/rust/example/test.');
  expect(next).toBe('sysctl rust.example.test');
});

it('does not give one module what another registered', () => {
  const [text, next] = read(device, loaded('m'), loaded('n'));
  expect(text).not.toContain('yes');
  expect(next).toBe('sudo rmmod n');
});

it('says whose symbols a module uses, and which it has', () => {
  const [text, next] = read(loaded('m', ['core'], ['f', 'g']));
  expect(text).toContain('It uses core. Other modules may call f, g.');
  expect(next).toBe('lsmod');
});

it.each([
  ['EPERM', '', /put sudo before insmod/, 'sudo insmod m.ko'],
  ['EEXIST', '', /take it out first/, 'sudo rmmod m'],
  [
    'ENOENT',
    'Unknown symbol f (err -2)',
    /Unknown symbol f/,
    'sudo make modules_install && sudo modprobe m',
  ],
  ['EINVAL', "`x' invalid for parameter `p'", /of what type p is/, 'modinfo -p m.ko'],
  ['ENODEV', '', /init\(\) failed/, undefined],
])('says what to do about %s %s', (errno, why, text, next) => {
  const [said, offered] = read(refused(errno, why));
  expect(said).toMatch(text);
  expect(offered).toBe(next);
});

it('says what a module has left behind', () => {
  const unloaded: Happening = { kind: 'module-unloaded', atNs: 5000, module: 'm' };
  const line = { sequence: 1, timeNs: 6000, level: 4 };
  const said = (text: string): string =>
    newsOf([unloaded], [{ ...line, text }])
      .parts.map((part) => (part.kind === 'source' ? '' : part.text))
      .join('');
  expect(said('kmemleak: m left 2 unreferenced objects behind (96 bytes)')).toBe(
    'rmmod took m out, and left two objects of 96 bytes behind that nobody can free any more: ' +
      'Memory shows them.',
  );
  expect(said('kmemleak: n left 1 unreferenced object behind (96 bytes)')).toContain(
    'and what it owned with it.',
  );
});

it('has something to say before anything has happened', () => {
  expect(read()).toEqual(['The kernel is starting.']);
});

it.each([
  [
    'possible circular locking dependency detected',
    'lockdep caught audit: possible circular locking dependency. ' +
      'It can end in a deadlock, and need not have yet: Locks shows it.',
  ],
  ['held lock freed!', 'lockdep caught audit: held lock freed. Locks shows it.'],
])('says what lockdep has found: %s', (title, said) => {
  expect(read({ kind: 'lock-report', atNs: 9, task: 'audit', title })).toEqual([said]);
});

it.each([
  [[{ task: 'a', lock: 'x' }], 'a holds x and wants it again. It can never go on: '],
  [
    [
      { task: 'a', lock: 'x' },
      { task: 'b', lock: 'y' },
    ],
    'a holds y and wants x; b holds x and wants y. Neither can ever go on: ',
  ],
])('says who waits for whom for ever: %j', (waits, said) => {
  expect(read({ kind: 'deadlock', atNs: 9, waits })).toEqual([`${said}Locks shows the circle.`]);
});

const USE_AFTER_FREE = { kind: 'slab-use-after-free', sizeBytes: 4, isWrite: false } as const;
const FREED = { sizeBytes: 96, offset: 16, freed: { task: 'clear', agoNs: 5_243_000 } };

it.each([
  [
    USE_AFTER_FREE,
    FREED,
    /^cat read 4 bytes of memory that clear had freed 5\.2 ms before\. KASAN caught it; Memory/,
  ],
  [
    { kind: 'double-free', sizeBytes: 0, isWrite: false },
    FREED,
    /cat freed an object that clear had freed/,
  ],
  [
    { kind: 'slab-out-of-bounds', sizeBytes: 1, isWrite: true },
    { sizeBytes: 13, offset: 15 },
    /cat wrote one byte 2 bytes behind an object of 13\./,
  ],
  [
    { kind: 'slab-out-of-bounds', sizeBytes: 8, isWrite: false },
    { sizeBytes: 13, offset: 8 },
    /cat read 8 bytes from byte 8 of an object of 13, 3 too far/,
  ],
  [
    { kind: 'stack-out-of-bounds', sizeBytes: 4, isWrite: true },
    undefined,
    /cat wrote 4 bytes where nobody may \(stack-out-of-bounds\)\. KASAN caught it; the report/,
  ],
])('tells who did what to which memory: %j', (access, object, said) => {
  const [text] = read({
    kind: 'bad-memory',
    atNs: 9,
    task: 'cat',
    access: { ...access, address: 1, logSequence: 1 },
    ...(object === undefined ? {} : { object }),
  });
  expect(text).toMatch(said);
});
