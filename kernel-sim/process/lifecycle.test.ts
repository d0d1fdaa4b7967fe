// SPDX-License-Identifier: GPL-2.0-or-later
/** Processes from beginning to end: what a parent learns, and that nothing is left behind. */
import { beforeEach, describe, expect, it } from 'vitest';

import { nameOf, RawMachine, type RawMain } from '../../tests/support/raw-machine.ts';
import type { FileOperations } from '../fs/open-file.ts';
import { WOULD_BLOCK } from '../uapi/coroutine.ts';
import { makedev, O, S } from '../uapi/fs.ts';
import { exitStatus, SPAWN_ACTION, WNOHANG } from '../uapi/process.ts';
import { SIG, SIG_BLOCK, SIGNAL } from '../uapi/signal.ts';
import type { Process } from './process.ts';

let machine: RawMachine;
beforeEach(() => {
  // Without the sanitizer, whose quarantine keeps freed memory for a while.
  machine = new RawMachine({ cmdline: 'kasan=off' });
  // What is made once, such as slabs, is made now.
  machine.run(function* (p) {
    for (let n = 0; n < 8; n++) yield* p.fork(exits(0));
    while ((yield* p.call('wait4', -1, 0, 0)) > 0);
  });
});

function exits(code: number): RawMain {
  return function* (p) {
    yield* p.call('exit', code);
  };
}

const sleeps: RawMain = function* (p) {
  const time = yield* p.words(1000, 0);
  yield* p.call('nanosleep', time, 0);
};

/** Runs `main` and gives what it noted; no page may be missing afterwards. */
function noted(main: (note: (text: unknown) => void) => RawMain): unknown[] {
  const notes: unknown[] = [];
  const before = machine.freePages;
  const { tasks } = machine.kernel;
  const { size } = tasks;
  machine.run(main((text) => notes.push(text)));
  machine.until(() => tasks.size === size, 'the end of all children');
  expect(machine.freePages).toBe(before);
  return notes;
}

describe('wait4', () => {
  it.each<[string, RawMain, number]>([
    ['an exit code', exits(3), exitStatus(3)],
    ['the low byte of one', exits(0x1ff), exitStatus(0xff)],
    [
      'a return',
      function* () {
        return 7;
      },
      exitStatus(7),
    ],
    [
      'a signal',
      function* (p) {
        yield* p.call('kill', yield* p.call('getpid'), SIGNAL.TERM);
      },
      SIGNAL.TERM,
    ],
    [
      'a bad load',
      function* (p) {
        p.cpu.load8(16);
        yield* p.call('getpid');
        return 0;
      },
      SIGNAL.SEGV,
    ],
    [
      'a program that throws',
      () => {
        throw new Error('a bug of ours');
      },
      SIGNAL.SEGV,
    ],
  ])('tells %s', (_what, child, status) => {
    const notes = noted(
      (note) =>
        function* (p) {
          const at = yield* p.take(8);
          const pid = yield* p.fork(child);
          note((yield* p.call('wait4', pid, at, 0)) === pid);
          note(p.cpu.load32(at));
          note(yield* p.named('wait4', pid, at, 0));
        },
    );
    expect(notes).toEqual([true, status, 'ECHILD']);
  });

  it('waits for one child, for any, or not at all', () => {
    const notes = noted(
      (note) =>
        function* (p) {
          const first = yield* p.fork(sleeps);
          const second = yield* p.fork(exits(2));
          note((yield* p.call('wait4', second, 0, 0)) === second);
          note(yield* p.call('wait4', first, 0, WNOHANG));
          note(yield* p.named('wait4', second, 0, WNOHANG));
          yield* p.call('kill', first, SIGNAL.KILL);
          note((yield* p.call('wait4', -1, 0, 0)) === first);
          note(yield* p.named('wait4', -1, 0, WNOHANG));
        },
    );
    expect(notes).toEqual([true, 0, 'ECHILD', true, 'ECHILD']);
  });

  it('waits for a process group, and only for one with children of ours', () => {
    const notes = noted(
      (note) =>
        function* (p) {
          const own = yield* p.fork(exits(1));
          const other = yield* p.fork(exits(2));
          yield* p.call('setpgid', other, 0);
          note((yield* p.call('wait4', -other, 0, 0)) === other);
          note(yield* p.named('wait4', -other, 0, 0));
          note((yield* p.call('wait4', 0, 0, 0)) === own);
          note(yield* p.named('wait4', 1, 0, 0));
        },
    );
    expect(notes).toEqual([true, 'ECHILD', true, 'ECHILD']);
  });

  it('with a bad address keeps the zombie for the next one', () => {
    const notes = noted(
      (note) =>
        function* (p) {
          const pid = yield* p.fork(exits(1));
          note(yield* p.named('wait4', pid, 16, 0));
          note((yield* p.call('wait4', pid, 0, 0)) === pid);
        },
    );
    expect(notes).toEqual(['EFAULT', true]);
  });

  it('is interrupted by a signal that is caught, and the child stays', () => {
    const notes = noted(
      (note) =>
        function* (p) {
          yield* p.call('rt_sigaction', SIGNAL.USR1, yield* p.words(SIG.CATCH), 0, 8);
          const self = yield* p.call('getpid');
          const child = yield* p.fork(sleeps);
          yield* p.fork(function* (c) {
            yield* c.call('nanosleep', yield* c.words(0, 1_000_000), 0);
            yield* c.call('kill', self, SIGNAL.USR1);
          });
          note(yield* p.named('wait4', child, 0, 0));
          note(p.cpu.takeSignals());
          yield* p.call('kill', child, SIGNAL.KILL);
          note((yield* p.call('wait4', child, 0, 0)) === child);
        },
    );
    expect(notes).toEqual(['EINTR', 1 << (SIGNAL.USR1 - 1), true]);
  });

  it('of one that ignores SIGCHLD answers when there is no child left', () => {
    const notes = noted(
      (note) =>
        function* (p) {
          yield* p.call('rt_sigaction', SIGNAL.CHLD, yield* p.words(SIG.IGN), 0, 8);
          for (let ms = 1; ms < 4; ms++) {
            yield* p.fork(function* (c) {
              yield* c.call('nanosleep', yield* c.words(0, ms * 1_000_000), 0);
            });
          }
          note(yield* p.named('wait4', -1, 0, 0));
          note(machine.kernel.sim.now() > 0);
        },
    );
    expect(notes).toEqual(['ECHILD', true]);
  });
});

describe('a zombie', () => {
  it('is there until it is waited for, without memory', () => {
    let pid = 0;
    const parent = machine.start(function* (p) {
      pid = yield* p.fork(exits(0));
      yield* p.call('nanosleep', yield* p.words(1, 0), 0);
      yield* p.call('wait4', pid, 0, 0);
      yield* p.call('nanosleep', yield* p.words(1, 0), 0);
    });
    const stateOf = (): string | undefined => machine.kernel.tasks.get(pid)?.state;
    machine.until(() => pid !== 0 && stateOf() === 'Z', 'the zombie');
    expect(machine.kernel.process(pid)?.space.residentPages).toBe(0);
    expect([...machine.kernel.process(pid)!.files.entries()]).toEqual([]);
    machine.until(() => stateOf() === undefined, 'its end');
    machine.wait(parent);
  });

  it('whose parent ends becomes init’s, who reaps it', () => {
    const pids: number[] = [];
    const parents: (number | undefined)[] = [];
    machine.run(function* (p) {
      pids.push(yield* p.fork(exits(0)), yield* p.fork(sleeps));
      yield* p.call('nanosleep', yield* p.words(0, 1000), 0);
      parents.push(...pids.map((pid) => machine.kernel.tasks.get(pid)?.parent?.pid));
    });
    machine.run(exits(0));
    const [zombie, orphan] = pids.map((pid) => machine.kernel.tasks.get(pid));
    expect(new Set(parents).size).toBe(1);
    expect(zombie).toBeUndefined();
    expect(orphan?.parent?.pid).toBe(1);
    machine.kernel.signals.send(orphan!, SIGNAL.KILL);
    machine.until(() => orphan!.state === 'X', 'its end');
  });
});

describe('fork', () => {
  it('copies memory, and neither side sees the other’s changes', () => {
    const notes = noted(
      (note) =>
        function* (p) {
          const at = yield* p.words(1);
          const pid = yield* p.fork(function* (c) {
            const seen = c.cpu.load32(at);
            c.cpu.store32(at, 2);
            yield* c.call('exit', seen);
          });
          const status = yield* p.words(0);
          yield* p.call('wait4', pid, status, 0);
          note([p.cpu.load32(at), p.cpu.load32(status)]);
        },
    );
    expect(notes).toEqual([[1, exitStatus(1)]]);
  });
});

/** A driver's file whose release must wait. */
class Slow implements FileOperations {
  released = 0;
  readonly release = (): number => WOULD_BLOCK;
  *releaseBlocking(): Generator<void, void> {
    yield* machine.kernel.scheduler.sleepFor(1_000_000, false);
    this.released++;
  }
}

describe('exec', () => {
  const TRUE = '/bin/true';
  const WHICH_ARE_OPEN = '[ -e /proc/$$/fd/3 ] && exit 1; [ -e /proc/$$/fd/4 ] || exit 2; exit 9';

  it.each<[string, string, string | number]>([
    ['what does not exist', '/bin/nope', 'ENOENT'],
    ['a directory', '/bin', 'EACCES'],
    ['a file that may not be run', '/etc/passwd', 'EACCES'],
    ['a name that is too long', `/${'x'.repeat(300)}`, 'ENAMETOOLONG'],
    ['an empty name', '', 'ENOENT'],
  ])('of %s keeps the old program and all it has', (_what, path, error) => {
    const notes = noted(
      (note) =>
        function* (p) {
          const kept = yield* p.words(77);
          yield* p.call('open', yield* p.text('/etc/passwd'), O.CLOEXEC, 0);
          const argv = yield* p.texts('x');
          note(yield* p.named('execve', yield* p.text(path), argv, 0));
          note(p.cpu.load32(kept));
          note(yield* p.named('lseek', 3, 0, 1));
        },
    );
    expect(notes).toEqual([error, 77, 0]);
  });

  it('with too many arguments keeps the old program, too', () => {
    const notes = noted(
      (note) =>
        function* (p) {
          const text = yield* p.text('x'.repeat(140_000));
          const argv = yield* p.words(text, 0);
          note(yield* p.named('execve', yield* p.text(TRUE), argv, 0));
          note(p.cpu.load8(text));
        },
    );
    expect(notes).toEqual(['E2BIG', 'x'.codePointAt(0)]);
  });

  it('closes what is marked, waiting for a driver that must, before the new program runs', () => {
    const { vfs, charDevices } = machine.kernel;
    const slow = new Slow();
    const rdev = makedev(240, 0);
    charDevices.registerRegion(rdev, 1, 'slow');
    charDevices.add(rdev, 1, slow);
    vfs.mknod(vfs.kernelContext, '/tmp/slow', S.IFCHR | 0o666, rdev);
    const notes = noted(
      (note) =>
        function* (p) {
          const child = yield* p.fork(function* (c) {
            const path = yield* c.text('/tmp/slow');
            note(yield* c.named('open', path, O.CLOEXEC, 0));
            note(yield* c.named('open', path, 0, 0));
            const code = yield* c.texts('sh', '-c', WHICH_ARE_OPEN);
            yield* c.call('execve', yield* c.text('/bin/sh'), code, yield* c.texts('PATH=/bin'));
          });
          const status = yield* p.words(0);
          yield* p.call('wait4', child, status, 0);
          note(p.cpu.load32(status) >> 8);
        },
    );
    expect(notes).toEqual([3, 4, 9]);
    expect(slow.released).toBe(2);
  });
});

describe('without memory', () => {
  /** Takes all pages but so many; answers how to give them back. */
  function starve(pages: number): () => void {
    const { pages: allocator } = machine.kernel;
    const taken: number[] = [];
    for (let at = allocator.allocPages(0); at !== 0; at = allocator.allocPages(0)) taken.push(at);
    const giveBack = (): void => {
      for (const at of taken.splice(0)) allocator.freePages(at, 0);
    };
    for (const at of taken.splice(0, pages)) allocator.freePages(at, 0);
    return giveBack;
  }

  it.each([0, 1, 2, 3, 5, 8, 13, 21, 34, 55])(
    'a spawn and a fork with %i pages succeed or are ENOMEM, and lose nothing',
    (pages) => {
      const notes: unknown[] = [];
      const before = machine.freePages;
      const tasks = machine.kernel.tasks.size;
      machine.run(function* (p) {
        const path = yield* p.text('/bin/true');
        const argv = yield* p.texts('true');
        // Nobody makes room.
        for (const { group } of machine.kernel.tasks.all()) group.oomScoreAdj = -1000;
        const giveBack = starve(pages);
        for (const pid of [
          yield* p.call('posix_spawn', path, argv, 0, 0),
          yield* p.fork(exits(0)),
        ]) {
          notes.push(pid > 0 ? 'child' : nameOf(pid));
          if (pid > 0) yield* p.call('wait4', pid, 0, 0);
        }
        giveBack();
      });
      expect(machine.freePages).toBe(before);
      expect(machine.kernel.tasks.size).toBe(tasks);
      expect(notes).toHaveLength(2);
      expect(
        notes.every((note) => note === 'child' || note === 'ENOMEM' || note === 'EFAULT'),
      ).toBe(true);
      expect(pages === 0 && notes.includes('child')).toBe(false);
    },
  );
});

describe('posix_spawn', () => {
  it.each<[string, readonly number[], string]>([
    ['a descriptor that is not open', [0, 0, 1, SPAWN_ACTION.DUP2, 99, 1], 'EBADF'],
    ['too many actions', [0, 0, 65], 'EFAULT'],
    ['fewer than no actions', [0, 0, -1], 'EFAULT'],
  ])('with %s leaves no child behind', (_what, request, error) => {
    const notes = noted(
      (note) =>
        function* (p) {
          const words = new Uint8Array(Int32Array.from(request).buffer);
          const path = yield* p.text('/bin/true');
          const argv = yield* p.texts('true');
          note(yield* p.named('posix_spawn', path, argv, 0, yield* p.put(words)));
          note(yield* p.named('wait4', -1, 0, 0));
        },
    );
    expect(notes).toEqual([error, 'ECHILD']);
  });
});

describe('an oops', () => {
  it('is what the process died of, whatever other signals wait', () => {
    const { vfs, charDevices, die } = machine.kernel;
    const rdev = makedev(240, 0);
    const read = (): number => {
      throw die.panic(new Error('in read'));
    };
    charDevices.registerRegion(rdev, 1, 'bad');
    charDevices.add(rdev, 1, { read });
    vfs.mknod(vfs.kernelContext, '/tmp/bad', S.IFCHR | 0o666, rdev);
    const status = machine.run(function* (p) {
      yield* p.call('rt_sigprocmask', SIG_BLOCK, yield* p.words(1), 0, 8);
      yield* p.call('kill', yield* p.call('getpid'), SIGNAL.HUP);
      const fd = yield* p.call('open', yield* p.text('/tmp/bad'), 0, 0);
      yield* p.call('read', fd, yield* p.take(16), 1);
    });
    expect(status).toBe(SIGNAL.SEGV);
    expect(machine.guest.logText).toContain('Error: in read');
  });
});

/** A process that is killed wherever it is: nothing of it may stay. */
describe('SIGKILL', () => {
  it.each<[string, RawMain]>([
    ['asleep', sleeps],
    [
      'reading an empty pipe',
      function* (p) {
        const at = yield* p.take(8);
        yield* p.call('pipe', at);
        yield* p.call('read', p.cpu.load32(at), at, 1);
      },
    ],
    [
      'computing',
      function* (p) {
        for (;;) if (p.cpu.charge(1000) === WOULD_BLOCK) yield* p.cpu.wait();
      },
    ],
    [
      'stopped',
      function* (p) {
        yield* p.call('kill', yield* p.call('getpid'), SIGNAL.STOP);
      },
    ],
  ])('ends a process that is %s, and leaves nothing of it', (_where, main) => {
    const before = machine.freePages;
    const process: Process = machine.start(main);
    const { machine: running } = machine.guest;
    running.run(running.nowNs + 5_000_000);
    expect(process.task.state).not.toBe('X');
    machine.kernel.signals.send(process.task, SIGNAL.KILL);
    machine.wait(process);
    expect(process.exitStatus).toBe(SIGNAL.KILL);
    expect(machine.freePages).toBe(before);
  });
});
