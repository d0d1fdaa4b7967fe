// SPDX-License-Identifier: GPL-2.0-or-later
/** Tab on what commands take, and the prompt, at the terminal of a booted machine. */
import { beforeEach, expect, test } from 'vitest';

import { TestMachine } from '../../../tests/support/machine.ts';

const MOMENT_NS = 50_000_000;
const CLEAR_LINE = '\u0005\u0015';

let guest: TestMachine;

beforeEach(() => {
  guest = TestMachine.boot();
  guest.machine.deliver({ kind: 'resize', tty: 0, rows: 24, columns: 80 });
  guest.runUntil(() => guest.terminal.endsWith('$ '), 'the first prompt');
});

/** Types, waits a moment, and gives what came since without colours, paste marks and returns. */
function type(text: string): string {
  const from = guest.terminal.length;
  guest.type(text);
  const end = guest.machine.nowNs + MOMENT_NS;
  while (guest.machine.nowNs < end) guest.machine.run(guest.machine.nowNs + 1_000_000);
  return guest.terminal.slice(from).replaceAll(/\u001b\[[?\d;]*[a-zA-Z]|\r/gu, '');
}

function run(command: string): string {
  const from = guest.terminal.length;
  guest.type(`${command}\r`);
  guest.runUntil(
    () => /\$ (?:\u001B\[\S*)?$/u.test(guest.terminal.slice(from + command.length)),
    command,
  );
  return guest.terminal.slice(from).replaceAll(/\u001b\[[?\d;]*[a-zA-Z]|\r/gu, '');
}

/** What `keys` make of an empty line. */
function completed(keys: string): string {
  const shown = type(keys).replaceAll('\u0007', '');
  type(CLEAR_LINE);
  return shown;
}

test('insmod takes module files and then their parameters', () => {
  run('cd symbols; make');
  expect(completed('insmod ticket_u\t')).toBe('insmod ticket_user.ko ');
  expect(completed('sudo -u root insmod ./ticket_u\t')).toBe(
    'sudo -u root insmod ./ticket_user.ko ',
  );
  expect(completed('insmod ticket_user.k\tc\t')).toBe('insmod ticket_user.ko count=');
  expect(completed('insmod ticket_user.ko count=3 c\t')).toBe('insmod ticket_user.ko count=3 c');
});

test('rmmod and modprobe -r take what is loaded, modprobe and modinfo what is installed', () => {
  run('cd hello_world; make; sudo insmod helloworld.ko');
  expect(completed('sudo rmmod hel\t')).toBe('sudo rmmod helloworld ');
  expect(completed('modprobe -r \t')).toBe('modprobe -r helloworld ');
  expect(completed('modprobe hel\t')).toBe('modprobe hel');
  run('cd');
  run('sudo mkdir -p /lib/modules/$(uname -r)/extra');
  run('sudo cp hello_world/helloworld.ko /lib/modules/$(uname -r)/extra; sudo depmod');
  expect(completed('modprobe hel\t')).toBe('modprobe helloworld ');
  expect(completed('modinfo hellow\t')).toBe('modinfo helloworld ');
  expect(completed('modinfo hello_world/\t')).toBe('modinfo hello_world/helloworld.ko ');
});

test('sysctl takes keys, level by level', () => {
  expect(completed('sysctl kernel.hostn\t')).toBe('sysctl kernel.hostname ');
  expect(completed('sudo sysctl -w kernel.hostn\t')).toBe('sudo sysctl -w kernel.hostname=');
  expect(completed('sysctl kern\t')).toBe('sysctl kernel.');
  expect(completed('sysctl kernel/hostn\t')).toBe('sysctl kernel/hostname ');
});

test('cd and rmdir take directories, kill takes jobs', () => {
  run('mkdir t; cd t; mkdir apple; touch apricot');
  expect(completed('cd ap\t')).toBe('cd apple/');
  expect(completed('rmdir \t')).toBe('rmdir apple/');
  expect(completed('cat < ap\t')).toBe('cat < ap');
  run('sleep 100 &');
  expect(completed('kill %\t')).toBe('kill %1 ');
});

test('a command is expected after sudo with options, assignments and keywords', () => {
  expect(completed('sudo -u root rmmo\t')).toBe('sudo -u root rmmod ');
  expect(completed('A=1 rmmo\t')).toBe('A=1 rmmod ');
  expect(completed('if ! rmmo\t')).toBe('if ! rmmod ');
  expect(completed('echo sudo; 2>/dev/null rmmo\t')).toBe('echo sudo; 2>/dev/null rmmod ');
});

test('a word that begins with - is completed to what the executable says of its options', () => {
  expect(completed('ls --group-d\t')).toBe('ls --group-directories-first ');
  expect(completed('sudo head --li\t')).toBe('sudo head --lines=');
  expect(completed('modprobe --first\t')).toBe('modprobe --first-time ');
  expect(completed('rmmod --h\t')).toBe('rmmod --help ');
  expect(completed('ls -- --al\t')).toBe('ls -- --al');
  const listed = completed('rmmod -\t\t');
  for (const option of ['-f', '-v', '--force', '--wait']) expect(listed).toContain(option);
});

test('the prompt tells the status of what failed', () => {
  expect(run('false')).toMatch(/\nuser@pc:~ 1\$ $/u);
  expect(run('cd /tmp')).toMatch(/\nuser@pc:\/tmp\$ $/u);
  expect(run('(exit 42)')).toMatch(/\nuser@pc:\/tmp 42\$ $/u);
});

test('PS1 of one’s own, its escapes, and PROMPT_COMMAND', () => {
  expect(run("PS1='\\A \\H \\j \\#\\? \\$ '")).toMatch(/\n00:00 pc 0 2 \$ $/u);
  expect(run('false')).toMatch(/\n00:00 pc 0 3 1 \$ $/u);
  expect(run("PS1='\\t \\D{%Y} \\$ '")).toMatch(/\n00:00:\d\d 2026 \$ $/u);
  run("PS1='\\$ '; PROMPT_COMMAND='echo before; false'");
  expect(run('(exit 7)')).toMatch(/\nbefore\n\$ $/u);
  expect(run('echo $?')).toMatch(/\n7\nbefore\n\$ $/u);
});
