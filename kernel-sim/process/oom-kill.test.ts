// SPDX-License-Identifier: GPL-2.0-or-later
/** Out of memory: who dies, what the log says, and that the others go on. */
import { beforeEach, describe, expect, it } from 'vitest';

import { RawMachine, type RawMain, type RawProgram } from '../../tests/support/raw-machine.ts';
import { runScript } from '../../tests/support/machine.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { MAP, PROT } from '../uapi/mman.ts';
import { SIGNAL } from '../uapi/signal.ts';

const MIB = 1024 * 1024;
let machine: RawMachine;
beforeEach(() => {
  machine = new RawMachine({ cmdline: 'kasan=off' });
});

/** Maps so much without a reservation, and touches it page by page. */
function* touch(p: RawProgram, bytes: number): Sleeping<void> {
  const flags = MAP.PRIVATE | MAP.ANONYMOUS | MAP.NORESERVE;
  const at = yield* p.call('mmap', 0, bytes, PROT.READ | PROT.WRITE, flags, -1, 0);
  for (let offset = 0; offset < bytes; offset += 4096) p.cpu.store8(at + offset, 1);
  yield* p.call('getpid');
}

const hog: RawMain = (p) => touch(p, 100 * MIB);

function* adjust(p: RawProgram, value: string): Sleeping<number> {
  const fd = yield* p.call('open', yield* p.text('/proc/self/oom_score_adj'), 1, 0);
  const result = yield* p.call('write', fd, yield* p.text(value), value.length);
  yield* p.call('close', fd);
  return result;
}

describe('the OOM killer', () => {
  it('kills the one that takes all, and gives all back', () => {
    const before = machine.freePages;
    expect(machine.run(hog)).toBe(SIGNAL.KILL);
    expect(machine.freePages).toBe(before);
    const { logText, machine: booted } = machine.guest;
    expect(booted.kernel.pages.events.oomKill).toBe(1);
    expect(logText).toMatch(/invoked oom-killer: gfp_mask=0x140dca\(.*\), order=0/u);
    expect(logText).toMatch(/Out of memory: Killed process \d+ \(\S+\) total-vm:\d+kB, /u);
    expect(logText).toMatch(/, anon-rss:\d+kB, file-rss:0kB, shmem-rss:0kB, UID:0 /u);
    expect(logText).toMatch(/ UID:0 pgtables:\d+kB oom_score_adj:0$/mu);
  });

  it('kills the largest, whoever asks, and the one that asked goes on', () => {
    const notes: unknown[] = [];
    machine.run(function* (p) {
      const large = yield* p.fork(function* (c) {
        yield* touch(c, 30 * MIB);
        yield* c.call('nanosleep', yield* c.words(1000, 0), 0);
      });
      yield* p.call('nanosleep', yield* p.words(0, 100_000_000), 0);
      const status = yield* p.words(0);
      yield* touch(p, 29.5 * MIB);
      notes.push((yield* p.call('wait4', large, status, 0)) === large, p.cpu.load32(status));
    });
    expect(notes).toEqual([true, SIGNAL.KILL]);
    expect(machine.guest.logText).toMatch(/oom_reaper: reaped process \d+ .* anon-rss:0kB/u);
  });

  it('spares what asks to be spared', () => {
    const status = machine.run(function* (p) {
      const spared = yield* p.fork(function* (c) {
        yield* adjust(c, '-1000');
        yield* touch(c, 30 * MIB);
        yield* c.call('nanosleep', yield* c.words(0, 500_000_000), 0);
      });
      yield* p.call('nanosleep', yield* p.words(0, 100_000_000), 0);
      const child = yield* p.fork(hog);
      const at = yield* p.words(0, 0);
      yield* p.call('wait4', child, at, 0);
      yield* p.call('wait4', spared, at + 4, 0);
      return p.cpu.load32(at) === SIGNAL.KILL && p.cpu.load32(at + 4) === 0 ? 0 : 1;
    });
    expect(status).toBe(0);
  });

  it('reads and checks its bias', () => {
    const { stdout, stderr } = runScript(
      'cat /proc/self/oom_score_adj; echo 500 > /proc/$$/oom_score_adj\n' +
        'cat /proc/self/oom_score_adj\n' +
        'echo 100 > /proc/$$/oom_score_adj || echo refused\n' +
        'echo 1001 > /proc/$$/oom_score_adj || echo wrong; cat /proc/self/oom_score',
    );
    expect(stdout).toBe('0\n500\nrefused\nwrong\n1000\n');
    expect(stderr).toMatch(/Permission denied[^]*Invalid argument/u);
  });
});

describe('/proc', () => {
  it('says what a process has mapped', () => {
    const { stdout } = runScript('cat /proc/self/maps; cat /proc/self/statm; ls /proc/self/task');
    expect(stdout).toMatch(/^555555577000-[0-9a-f]{12} rw-p 00000000 00:00 0 {26}\[heap\]$/mu);
    expect(stdout).toMatch(/^7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0 {26}\[stack\]$/mu);
    expect(stdout).toMatch(/^\d+ \d+ 0 0 0 \d+ 0\n\d+\n$/mu);
  });

  it('counts what memory is used for', () => {
    const { stdout } = runScript('echo x > /tmp/x; cat /proc/meminfo');
    for (const name of ['AnonPages', 'Shmem', 'PageTables', 'Cached']) {
      expect(stdout).toMatch(new RegExp(`^${name}: +[1-9]\\d* kB$`, 'mu'));
    }
  });
});
