// SPDX-License-Identifier: GPL-2.0-or-later
/** What a view sees: plain values, whole or since the last time, and nothing that can change. */
import { describe, expect, it } from 'vitest';

import { RawMachine } from '../../tests/support/raw-machine.ts';
import { TestMachine } from '../../tests/support/machine.ts';
import { SIGNAL } from '../uapi/signal.ts';
import { takeSnapshot } from './snapshot.ts';

describe('a snapshot', () => {
  const machine = new RawMachine();
  const { kernel, guest } = machine;
  const take = (...since: [number?, number?]) => takeSnapshot(guest.machine, ...since);

  it('is made of plain values', () => {
    const snapshot = take();
    expect(structuredClone(snapshot)).toEqual(snapshot);
    expect(snapshot).toMatchObject({
      nowNs: guest.machine.nowNs,
      state: 'idle',
      tainted: 0,
      modules: [],
      memory: { totalBytes: kernel.pages.totalPages * 4096, freeBytes: kernel.pages.freeBytes },
    });
  });

  it('changes nothing', () => {
    const first = take();
    expect(take()).toEqual(first);
  });

  it('shows each task as ps does', () => {
    const { tasks } = take();
    expect(tasks.find(({ pid }) => pid === 1)).toMatchObject({ name: 'script-init', state: 'S' });
    expect(tasks.find(({ name }) => name === 'khostfsd')).toMatchObject({ pid: 3, state: 'I' });
    expect(tasks.map(({ name }) => name)).toContain('sleep');
  });

  it('does not change when the machine goes on', () => {
    const before = take();
    const { freeBytes } = before.memory;
    const process = machine.start(function* (p) {
      yield* p.take(4096);
      p.cpu.charge(1e12);
      yield* p.cpu.wait();
    });
    kernel.printk.info('later');
    guest.machine.run(guest.machine.nowNs + 1_000_000);
    expect(take().tasks).toHaveLength(before.tasks.length + 1);
    expect(take().memory.freeBytes).toBeLessThan(freeBytes);
    expect(before.memory.freeBytes).toBe(freeBytes);
    expect(before.log.some(({ text }) => text === 'later')).toBe(false);
    kernel.signals.send(process.task, SIGNAL.KILL);
  });

  it('tells only what is new to who knows the rest', () => {
    const { log, happenings } = take();
    const next = log.at(-1)!.sequence + 1;
    kernel.printk.info('new');
    expect(take(next).log.map(({ text }) => text)).toEqual(['new']);
    expect(take(next + 1).log).toEqual([]);
    expect(happenings[0]).toMatchObject({ kind: 'booted' });
    expect(take(0, happenings.length).happenings).toEqual([]);
  });

  it('shows who has the keys: nobody, without a terminal', () => {
    expect(take().foreground[0]).toEqual({ name: '', atPrompt: false });
  });
});

describe('the foreground', () => {
  it('is the shell at its prompt, and the program that it runs', () => {
    const guest = TestMachine.boot();
    const foreground = () => takeSnapshot(guest.machine).foreground[0]!;
    guest.runUntil(() => foreground().atPrompt, 'the prompt');
    expect(foreground().name).toBe('bash');
    guest.type('sleep 1\r');
    guest.runUntil(() => foreground().name === 'sleep', 'sleep');
    expect(foreground().atPrompt).toBe(false);
    guest.runUntil(() => foreground().atPrompt, 'the prompt again');
  });
});
