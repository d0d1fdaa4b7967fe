// SPDX-License-Identifier: GPL-2.0-or-later
/** Threads: what they share, how they end, who gets a signal, and how they wait for each other. */
import { beforeEach, describe, expect, it } from 'vitest';

import { RawMachine, RawProgram, type RawMain } from '../../tests/support/raw-machine.ts';
import { type Sleeping, WOULD_BLOCK } from '../uapi/coroutine.ts';
import { FUTEX } from '../uapi/futex.ts';
import { exitStatus } from '../uapi/process.ts';
import { SIG, SIG_BLOCK, SIGNAL } from '../uapi/signal.ts';
import type { ThreadOptions } from '../uapi/user-cpu.ts';

let machine: RawMachine;
beforeEach(() => {
  machine = new RawMachine({ cmdline: 'kasan=off' });
  // What is made once, such as slabs, is made now.
  machine.run(function* (p) {
    for (let n = 0; n < 8; n++) yield* p.fork(function* () {});
    while ((yield* p.call('wait4', -1, 0, 0)) > 0);
    for (let n = 0; n < 8; n++) yield* join(p, yield* thread(p, function* () {}));
  });
});

function* create(p: RawProgram, main: RawMain, options: ThreadOptions): Sleeping<number> {
  const start = (cpu: RawProgram['cpu']): Sleeping<number> => run(new RawProgram(cpu), main);
  const result = p.cpu.createThread(start, options);
  return result === WOULD_BLOCK ? yield* p.cpu.wait() : result;
}

function* run(p: RawProgram, main: RawMain): Sleeping<number> {
  return (yield* main(p)) ?? 0;
}

/** Makes a thread; returns the word to join it by. */
function* thread(p: RawProgram, main: RawMain): Sleeping<number> {
  const word = yield* p.take(8);
  yield* create(p, main, { parentTid: word, clearChildTid: word });
  return word;
}

function* join(p: RawProgram, word: number): Sleeping<void> {
  for (;;) {
    const tid = p.cpu.load32(word);
    if (tid === 0) return;
    yield* p.call('futex', word, FUTEX.WAIT, tid, 0);
  }
}

function* nap(p: RawProgram, milliseconds: number): Sleeping<void> {
  yield* p.call('nanosleep', yield* p.words(0, milliseconds * 1_000_000), 0);
}

/** Sleeps for good, without touching the heap that threads share. */
const sleeps = (word: number): RawMain =>
  function* (p) {
    for (;;) yield* p.call('futex', word, FUTEX.WAIT, 0, 0);
  };

/** Runs `main` as a process; gives its wait status and what it noted. Nothing may stay behind. */
function outcome(main: (note: (text: unknown) => void) => RawMain): {
  status: number;
  notes: unknown[];
} {
  const notes: unknown[] = [];
  const { tasks } = machine.kernel;
  const before = { pages: machine.freePages, tasks: tasks.size };
  const process = machine.start(main((text) => notes.push(text)));
  machine.wait(process);
  expect({ pages: machine.freePages, tasks: tasks.size }).toEqual(before);
  return { status: process.exitStatus, notes };
}

describe('a thread', () => {
  it('shares memory, files and directories, and has a number of its own', () => {
    const { notes, status } = outcome(
      (note) =>
        function* (p) {
          const at = yield* p.words(1);
          const [passwd, tmp] = [yield* p.text('/etc/passwd'), yield* p.text('/tmp')];
          const pid = yield* p.call('getpid');
          const word = yield* thread(p, function* (t) {
            note((yield* t.call('getpid')) === pid);
            note((yield* t.call('gettid')) === t.cpu.load32(word) && p.cpu.load32(word) !== pid);
            note((yield* t.call('getppid')) === (yield* p.call('getppid')));
            t.cpu.store32(at, 2);
            note(yield* t.call('open', passwd, 0, 0));
            yield* t.call('chdir', tmp);
            yield* t.call('umask', 0o77);
            return 5;
          });
          yield* join(p, word);
          note([p.cpu.load32(at), yield* p.call('lseek', 3, 0, 1), yield* p.call('umask', 0)]);
          const buffer = yield* p.take(64);
          note(yield* p.call('getcwd', buffer, 64));
          return 7;
        },
    );
    expect(notes).toEqual([true, true, true, 3, [2, 0, 0o77], 5]);
    expect(status).toBe(exitStatus(7));
  });

  it.each<[string, (p: RawProgram) => Sleeping<unknown>, number]>([
    ['exit_group', (p) => p.call('exit_group', 9), exitStatus(9)],
    [
      'a bad store',
      function* (p) {
        p.cpu.store32(16, 1);
        yield* p.call('getpid');
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
    [
      'a fatal signal',
      function* (p) {
        yield* p.call('tkill', yield* p.call('gettid'), SIGNAL.TERM);
      },
      SIGNAL.TERM,
    ],
  ])('ends all by %s', (_what, end, expected) => {
    const { status } = outcome(
      () =>
        function* (p) {
          const word = yield* p.words(0);
          for (let n = 0; n < 3; n++) yield* thread(p, sleeps(word));
          yield* thread(p, function* (t) {
            yield* end(t);
          });
          yield* sleeps(word)(p);
        },
    );
    expect(status).toBe(expected);
  });

  it('ends alone by exit or by returning, and the leader before the others', () => {
    const { status, notes } = outcome(
      (note) =>
        function* (p) {
          const pid = yield* p.call('getpid');
          yield* thread(p, function* (t) {
            yield* nap(t, 5);
            note(machine.kernel.process(pid)?.task.group.threads.size);
            note(machine.kernel.tasks.get(pid)?.state);
            return 3;
          });
          yield* p.call('exit', 4);
        },
    );
    expect(notes).toEqual([1, 'D']);
    expect(status).toBe(exitStatus(4));
  });

  it('keeps the zombie from being reaped until the last one is gone', () => {
    const { notes } = outcome(
      (note) =>
        function* (p) {
          let isDone = false;
          const child = yield* p.fork(function* (c) {
            yield* thread(c, function* (t) {
              yield* nap(t, 5);
              isDone = true;
            });
            yield* c.call('exit', 4);
          });
          yield* p.call('wait4', child, 0, 0);
          note(isDone);
        },
    );
    expect(notes).toEqual([true]);
  });
});

describe('a signal for the process', () => {
  it('goes to a thread that does not block it', () => {
    const { notes } = outcome(
      (note) =>
        function* (p) {
          yield* p.call('rt_sigaction', SIGNAL.USR1, yield* p.words(SIG.CATCH), 0, 8);
          const word = yield* p.words(0);
          const other = yield* thread(p, function* (t) {
            note(yield* t.named('futex', word, FUTEX.WAIT, 0, 0));
            note(t.cpu.takeSignals() !== 0);
          });
          yield* nap(p, 1);
          yield* p.call('rt_sigprocmask', SIG_BLOCK, yield* p.words(1 << (SIGNAL.USR1 - 1)), 0, 8);
          yield* p.call('kill', yield* p.call('getpid'), SIGNAL.USR1);
          yield* join(p, other);
          note(p.cpu.takeSignals());
        },
    );
    expect(notes).toEqual(['EINTR', true, 0]);
  });

  it('waits while all block it, for the first that does not', () => {
    const { notes } = outcome(
      (note) =>
        function* (p) {
          yield* p.call('rt_sigaction', SIGNAL.USR1, yield* p.words(SIG.CATCH), 0, 8);
          const set = yield* p.words(1 << (SIGNAL.USR1 - 1));
          yield* p.call('rt_sigprocmask', SIG_BLOCK, set, 0, 8);
          yield* p.call('kill', yield* p.call('getpid'), SIGNAL.USR1);
          note(p.cpu.takeSignals());
          const other = yield* thread(p, function* (t) {
            yield* t.call('rt_sigprocmask', 1, set, 0, 8);
            note(t.cpu.takeSignals() !== 0);
          });
          yield* join(p, other);
        },
    );
    expect(notes).toEqual([0, true]);
  });

  it('stops and continues all of it', () => {
    const process = machine.start(function* (p) {
      const word = yield* p.words(0);
      for (let n = 0; n < 3; n++) yield* thread(p, sleeps(word));
      yield* sleeps(word)(p);
    });
    const { signals } = machine.kernel;
    const { threads } = process.task.group;
    const allAre = (state: string) => (): boolean =>
      threads.size === 4 && [...threads].every((task) => task.state === state);
    machine.until(allAre('S'), 'all asleep');
    signals.send(process.task, SIGNAL.STOP);
    machine.until(allAre('T'), 'all stopped');
    signals.send(process.task, SIGNAL.CONT);
    machine.until(allAre('S'), 'all asleep again');
    signals.send(process.task, SIGNAL.KILL);
    machine.wait(process);
    expect(process.exitStatus).toBe(SIGNAL.KILL);
  });
});

describe('tgkill', () => {
  it('reaches one thread and nobody else’s', () => {
    const { notes } = outcome(
      (note) =>
        function* (p) {
          yield* p.call('rt_sigaction', SIGNAL.USR1, yield* p.words(SIG.CATCH), 0, 8);
          const word = yield* p.words(0);
          const other = yield* thread(p, function* (t) {
            note(yield* t.named('futex', word, FUTEX.WAIT, 0, 0));
          });
          const tid = p.cpu.load32(other);
          const pid = yield* p.call('getpid');
          yield* nap(p, 1);
          note(yield* p.named('tgkill', tid, tid, SIGNAL.USR1));
          note(yield* p.named('tgkill', 1, tid, SIGNAL.USR1));
          note(yield* p.named('tgkill', pid, 0, SIGNAL.USR1));
          note(yield* p.named('tgkill', pid, tid, 99));
          note(yield* p.named('tgkill', pid, tid, 0));
          note(yield* p.named('tgkill', pid, tid, SIGNAL.USR1));
          yield* join(p, other);
          note(p.cpu.takeSignals());
        },
    );
    expect(notes).toEqual(['ESRCH', 'ESRCH', 'EINVAL', 'EINVAL', 0, 0, 'EINTR', 0]);
  });
});

describe('exec', () => {
  it.each(['the leader', 'another thread'])('by %s ends the others and keeps the pid', (who) => {
    const { notes } = outcome(
      (note) =>
        function* (p) {
          const child = yield* p.fork(function* (c) {
            const word = yield* c.words(0);
            const path = yield* c.text('/bin/sh');
            const argv = yield* c.texts('sh', '-c', 'exit $(( $$ == PID ? 6 : 1 ))');
            const env = yield* c.texts(`PID=${yield* c.call('getpid')}`);
            const exec: RawMain = function* (t) {
              yield* t.call('execve', path, argv, env);
            };
            for (let n = 0; n < 3; n++) yield* thread(c, sleeps(word));
            if (who === 'the leader') yield* exec(c);
            yield* thread(c, exec);
            yield* sleeps(word)(c);
          });
          const status = yield* p.words(0);
          note((yield* p.call('wait4', child, status, 0)) === child);
          note(p.cpu.load32(status));
        },
    );
    expect(notes).toEqual([true, exitStatus(6)]);
  });

  it('by a thread whose leader has ended takes its place', () => {
    const { notes } = outcome(
      (note) =>
        function* (p) {
          const child = yield* p.fork(function* (c) {
            const [path, argv] = [yield* c.text('/bin/true'), yield* c.texts('true')];
            yield* thread(c, function* (t) {
              yield* nap(t, 2);
              yield* t.call('execve', path, argv, 0);
            });
            yield* c.call('exit', 4);
          });
          const status = yield* p.words(1);
          note((yield* p.call('wait4', child, status, 0)) === child);
          note(p.cpu.load32(status));
        },
    );
    expect(notes).toEqual([true, 0]);
  });
});
