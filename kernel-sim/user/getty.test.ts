// SPDX-License-Identifier: GPL-2.0-or-later
/** Terminals beyond the first: who comes gets a session, who goes takes it along. */
import { beforeEach, expect, test } from 'vitest';

import { TestMachine } from '../../tests/support/machine.ts';
import { bootMachine, defaultImage, Machine, takeSnapshot } from '../index.ts';

const PROMPT = /\$ (\u001b\[\S*)?$/;
const SECOND = 1;

let guest: TestMachine;

beforeEach(() => {
  guest = new TestMachine((host) => bootMachine(defaultImage(), host));
  guest.runUntil(() => foreground(0).atPrompt, 'the first prompt');
});

function foreground(tty: number): { readonly name: string; readonly atPrompt: boolean } {
  return takeSnapshot(guest.machine).foreground[tty]!;
}

function screen(tty = SECOND): string {
  return (guest.output.get(`ttyS${tty}`) ?? '').replaceAll(/\u001b\[[^a-zA-Z]*[a-zA-Z]|\r/g, '');
}

function setCarrier(isUp: boolean, tty = SECOND): void {
  guest.machine.deliver({ kind: 'carrier', tty, isUp });
}

function names(): readonly string[] {
  return takeSnapshot(guest.machine).tasks.map(({ name }) => name);
}

/** Takes a place at the terminal, and waits for its prompt. */
function come(tty = SECOND): void {
  setCarrier(true, tty);
  guest.runUntil(() => foreground(tty).atPrompt, 'a prompt');
}

function run(command: string, tty = SECOND): string {
  const from = screen(tty).length;
  guest.type(`${command}\r`, tty);
  guest.runUntil(() => PROMPT.test(screen(tty).slice(from + command.length)), command);
  return screen(tty).slice(from).split('\n').slice(1, -1).join('\n');
}

test('nobody is asked in before somebody comes', () => {
  expect(names().filter((name) => name === 'getty')).toHaveLength(3);
  expect(screen()).toBe('');
  guest.type('lost\r', SECOND);
  come();
  expect(screen()).toMatch(/^Ring Zero \S+ pc ttyS1\n\nuser@pc:~\$ $/);
  expect(run('ls -l /proc/self/fd/0 | cut -d ">" -f 2')).toBe(' /dev/ttyS1');
});

test('sessions do not disturb one another', () => {
  come();
  guest.type('sleep 100\r');
  guest.runUntil(() => foreground(0).name === 'sleep', 'sleep');
  expect(run('echo second')).toBe('second');
  guest.type('\u0003', SECOND);
  guest.type('\u0003');
  guest.runUntil(() => foreground(0).atPrompt, 'the first prompt again');
  expect(screen(0)).not.toContain('second');
});

test('who leaves takes the session along, and the next one gets a terminal fit to use', () => {
  come();
  run('stty -echo -icrnl');
  guest.type('sleep 100\u000a', SECOND);
  guest.runUntil(() => foreground(SECOND).name === 'sleep', 'sleep');
  setCarrier(false);
  guest.runUntil(() => names().filter((name) => name === 'getty').length === 3, 'getty');
  expect(names()).not.toContain('sleep');
  come();
  expect(run('echo again')).toBe('again');
  expect(foreground(0).atPrompt).toBe(true);
});

test('a recording brings the person back', () => {
  come();
  run('echo once');
  const recording = guest.machine.recording();
  const again = TestMachine.replay(recording, 10_000_000);
  expect(again.machine).toBeInstanceOf(Machine);
  expect(again.output.get('ttyS1')).toBe(guest.output.get('ttyS1'));
});
