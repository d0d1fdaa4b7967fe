// SPDX-License-Identifier: GPL-2.0-or-later
/** Job control at a terminal, as bash 5.2 answered the same keys. */
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
const STOP = '\u001a';

let guest: TestMachine;

beforeEach(() => {
  guest = new TestMachine((host) => bootMachine(defaultImage(), host));
  guest.machine.deliver({ kind: 'resize', tty: 0, rows: 24, columns: 80 });
  guest.runUntil(() => guest.terminal.endsWith(PROMPT), 'the first prompt');
});

function pass(nanoseconds: number): void {
  const end = guest.machine.nowNs + nanoseconds;
  while (guest.machine.nowNs < end) guest.machine.run(guest.machine.nowNs + 1_000_000);
}

/** Types, lets time pass, and gives what came since; pids are the letters PID. */
function type(text: string, milliseconds = 50): string {
  const from = guest.terminal.length;
  guest.type(text);
  pass(milliseconds * 1_000_000);
  return guest.terminal
    .slice(from)
    .replaceAll(ANY_PROMPT, '$ ')
    .replaceAll(/\u001b\[\?2004[hl]|\u001b\[J|\r/g, '')
    .replaceAll(
      /(?<=^|\n)(\[\d+\][-+ ]? | {6,})\d+(?= |\n)/g,
      (_, before: string) => `${before.trimEnd()} PID`,
    );
}

test('^Z stops a job, fg lets it go on in front', () => {
  expect(type('cat\r')).toBe('cat\n');
  expect(type(STOP)).toBe('^Z\n[1]+  Stopped                 cat\n$ ');
  expect(type('jobs\r')).toBe('jobs\n[1]+  Stopped                 cat\n$ ');
  expect(type('jobs -l\r')).toBe('jobs -l\n[1]+ PID Stopped                 cat\n$ ');
  expect(type('jobs -p\r')).toMatch(/^jobs -p\n\d+\n\$ $/);
  expect(type('fg\r')).toBe('fg\ncat\n');
  expect(type('hi\r')).toBe('hi\nhi\n');
  expect(type(END_OF_FILE)).toBe('$ ');
  expect(type('echo $?; jobs\r')).toBe('echo $?; jobs\n0\n$ ');
});

test('a job in the background that reads stops, and is told of', () => {
  expect(type('cat &\r')).toBe('cat &\n[1] PID\n$ ');
  expect(type('\r')).toBe('\n\n[1]+  Stopped                 cat\n$ ');
  expect(type('jobs -l\r')).toBe('jobs -l\n[1]+ PID Stopped (tty input)     cat\n$ ');
  expect(type('bg\r')).toContain('[1]+ cat &\n');
  expect(type('\r')).toBe('\n\n[1]+  Stopped                 cat\n$ ');
  expect(type('fg\r')).toBe('fg\ncat\n');
  expect(type(INTERRUPT)).toBe('^C\n$ ');
});

test('jobs, their marks, and moving them', () => {
  type(`sleep 22\r`);
  type(STOP);
  type('sleep 33 | cat\r');
  type(STOP);
  type('sleep 44\r');
  expect(type(STOP)).toBe('^Z\n[3]+  Stopped                 sleep 44\n$ ');
  expect(type('fg %-\r')).toBe('fg %-\nsleep 33 | cat\n');
  expect(type(STOP)).toBe('^Z\n[2]+  Stopped                 sleep 33 | cat\n$ ');
  expect(type('echo $?\r')).toBe('echo $?\n148\n$ ');
  expect(type('jobs -l\r')).toBe(
    'jobs -l\n[1] PID Stopped                 sleep 22\n' +
      '[2]+ PID Stopped                 sleep 33\n' +
      ' PID                       | cat\n' +
      '[3]- PID Stopped                 sleep 44\n$ ',
  );
  expect(type('bg %1 %?cat\r')).toBe('bg %1 %?cat\n[1] sleep 22 &\n[2]+ sleep 33 | cat &\n$ ');
  expect(type('jobs\r')).toBe(
    'jobs\n[1]   Running                 sleep 22 &\n' +
      '[2]-  Running                 sleep 33 | cat &\n' +
      '[3]+  Stopped                 sleep 44\n$ ',
  );
  expect(type('jobs -r\r')).not.toContain('Stopped');
  expect(type('jobs -s\r')).toBe('jobs -s\n[3]+  Stopped                 sleep 44\n$ ');
  expect(type('bg %1\r')).toBe('bg %1\nbash: bg: job 1 already in background\n$ ');
  expect(type('fg %nope\r')).toBe('fg %nope\nbash: fg: %nope: no such job\n$ ');
  type('kill %1 %2 %3\r');
  expect(type('\r')).toBe(
    '\n[1]   Terminated              sleep 22\n' +
      '[2]-  Terminated              sleep 33 | cat\n' +
      '[3]+  Terminated              sleep 44\n$ ',
  );
  expect(type('fg\r')).toBe('fg\nbash: fg: current: no such job\n$ ');
});

test('a stopped job keeps the shell, once', () => {
  type('sleep 100\r');
  type(STOP);
  expect(type('exit\r')).toBe('exit\nlogout\nThere are stopped jobs.\n$ ');
  expect(type('echo still\r')).toBe('echo still\nstill\n$ ');
  expect(type(END_OF_FILE)).toBe('\nlogout\nThere are stopped jobs.\n$ ');
  expect(type('jobs\r')).toBe('jobs\n[1]+  Stopped                 sleep 100\n$ ');
  expect(type('exit\r')).toMatch(/^exit\nlogout\n/);
  expect(type('ps -e\r', 100)).not.toContain('sleep');
});

test('what a job did to the terminal ends with its stop', () => {
  type("sh -c 'stty -echo; kill -STOP $$; stty -a | grep -o .echo[[:space:]]'\r");
  expect(type('stty -a | grep -o "[- ]echo "\r')).toContain('\n echo \n$ ');
  expect(type('fg\r')).toContain('-echo');
});

test('stty tostop stops a writer in the background', () => {
  type('stty tostop\r');
  type('sh -c "sleep 0.1; echo out" &\r', 200);
  expect(type('jobs -l\r')).toContain('Stopped (tty output)    sh -c');
  expect(type('fg\r')).toContain('\nout\n$ ');
});

test('endings are told of in bash’s words', () => {
  type('(exit 3) &\r');
  expect(type('\r')).toContain('[1]+  Exit 3                  (exit 3)\n$ ');
  type("sh -c 'kill -SEGV $$' &\r");
  expect(type('\r')).toContain('[1]+  Segmentation fault      sh -c');
  type('sleep 0.01 &\r', 100);
  expect(type('\r')).toContain('[1]+  Done                    sleep 0.01\n$ ');
  expect(type('sleep 30 & disown; jobs\r')).toMatch(/\[1\] PID\n\$ $/);
});

test('set -b tells at once', () => {
  type('set -b\r');
  expect(type('sleep 0.2 &\r', 400)).toContain('[1]+  Done                    sleep 0.2\n');
});

test('wait -n, and a ^C while waiting', () => {
  type('sleep 30 & sleep 0.4 & (sleep 0.2; exit 5) &\r');
  expect(type('wait -n; echo $?\r', 200)).toContain(
    '[3]+  Exit 5                  (sleep 0.2; exit 5)\n5\n$ ',
  );
  expect(type('wait %2; echo $?\r', 400)).toContain('\n0\n$ ');
  type('wait\r');
  expect(type(INTERRUPT)).toBe('^C\n$ ');
  expect(type('jobs\r')).toContain('[1]+  Running                 sleep 30 &\n');
});

test('a shell in a shell can be suspended', () => {
  type('bash\r', 100);
  expect(type('suspend\r', 100)).toContain('\n[1]+  Stopped                 bash\n$ ');
  expect(type('suspend\r')).toContain('bash: suspend: cannot suspend a login shell\n');
  type('fg\r', 100);
  expect(type('echo $SHLVL\r')).toBe('echo $SHLVL\n2\n$ ');
});
