// SPDX-License-Identifier: GPL-2.0-or-later
/** A person at the first terminal of a booted machine: prompts, ^C, jobs, completion, respawn. */
import { beforeEach, expect, test } from 'vitest';

import { TestMachine } from '../../../tests/support/machine.ts';
import { bootMachine, defaultImage } from '../../index.ts';

const PROMPT = '\u001b[01;32muser@pc\u001b[00m:\u001b[01;34m~\u001b[01;31m\u001b[00m$ ';
/** The same with a status that is not 0. */
const ANY_PROMPT = new RegExp(
  PROMPT.replaceAll(/[[$]/g, String.raw`\$&`).replace('31m', String.raw`31m(?: \d+)?`),
  'gu',
);
const INTERRUPT = '\u0003';
const END_OF_FILE = '\u0004';
/** Long enough for any command that does not sleep. */
const MOMENT_NS = 50_000_000;

let guest: TestMachine;

beforeEach(() => {
  guest = new TestMachine((host) => bootMachine(defaultImage(), host));
  guest.machine.deliver({ kind: 'resize', tty: 0, rows: 24, columns: 80 });
  guest.runUntil(() => guest.terminal.endsWith(PROMPT), 'the first prompt');
});

function wait(nanoseconds = MOMENT_NS): void {
  const end = guest.machine.nowNs + nanoseconds;
  while (guest.machine.nowNs < end && guest.machine.state !== 'halted') {
    guest.machine.run(guest.machine.nowNs + 1_000_000);
  }
}

/** Types, waits a moment, and gives what came since, without colours, paste marks and returns. */
function type(text: string): string {
  const from = guest.terminal.length;
  guest.type(text);
  wait();
  return guest.terminal
    .slice(from)
    .replaceAll(ANY_PROMPT, '$ ')
    .replaceAll(/\u001b\[\?2004[hl]|\u001b\[J|\r/g, '');
}

test('a command runs and the prompt comes back', () => {
  expect(type('echo hi\r')).toBe('echo hi\nhi\n$ ');
});

test('what is not there is said in bash’s words', () => {
  expect(type('nope\r')).toBe('nope\nbash: nope: command not found\n$ ');
  expect(type('echo $?\r')).toBe('echo $?\n127\n$ ');
  expect(type('/etc\r')).toBe('/etc\nbash: /etc: Is a directory\n$ ');
  expect(type('echo )\r')).toContain("bash: syntax error near unexpected token `)'\n$ ");
});

test('^C ends a program, a loop of builtins, a half-typed line', () => {
  type('sleep 100\r');
  expect(type(INTERRUPT)).toBe('^C\n$ ');
  expect(type('echo $?\r')).toBe('echo $?\n130\n$ ');
  type('while true; do :; done\r');
  expect(type(INTERRUPT)).toBe('^C\n$ ');
  type('while true; do sleep 1; done\r');
  expect(type(INTERRUPT)).toBe('^C\n$ ');
  type('echo half');
  expect(type(INTERRUPT)).toBe('^C\n$ ');
  expect(type('echo "open\r')).toBe('echo "open\n> ');
  expect(type(INTERRUPT)).toBe('^C\n$ ');
});

test('commands go over several lines', () => {
  expect(type('for i in 1 2\r')).toBe('for i in 1 2\n> ');
  expect(type('do echo $i\r')).toBe('do echo $i\n> ');
  expect(type('done\r')).toBe('done\n1\n2\n$ ');
});

test('jobs in the background are told of', () => {
  expect(type('sleep 100 &\r')).toMatch(/^sleep 100 &\n\[1\] \d+\n\$ $/);
  expect(type('jobs\r')).toBe('jobs\n[1]+  Running                 sleep 100 &\n$ ');
  type('kill %1\r');
  expect(type('\r')).toContain('[1]+  Terminated              sleep 100\n$ ');
});

test('deaths by signal are named', () => {
  expect(type("sh -c 'kill -9 $$'\r")).toContain('\nKilled\n$ ');
  expect(type("sh -c 'kill -SEGV $$'\r")).toContain('\nSegmentation fault\n$ ');
});

test('Tab completes commands and paths', () => {
  expect(type('ech\t')).toBe('echo ');
  expect(type('/etc/pass\t\r')).toBe('/etc/passwd \n/etc/passwd\n$ ');
  expect(type('cd /tm\t\r')).toContain('cd /tmp/\n');
});

test('a program reads what was typed ahead', () => {
  expect(type('cat\rahead\r')).toBe('cat\nahead\n');
  expect(type(END_OF_FILE)).toBe('$ ');
});

test('the last line of a session is kept, and a new session begins', () => {
  type('echo kept\r');
  expect(type('exit\r')).toContain('exit\nlogout\n');
  expect(type('\u001b[A\r')).toContain('exit');
  wait();
  expect(type('cat .bash_history\r')).toContain('echo kept\nexit\n');
  expect(type(END_OF_FILE)).toContain('logout\n');
  expect(type('echo again\r')).toContain('\nagain\n$ ');
});
