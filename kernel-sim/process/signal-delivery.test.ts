// SPDX-License-Identifier: GPL-2.0-or-later
/** What a program sees of signals: handlers, masks, calls cut short, timers, stopped children. */
import { beforeEach, describe, expect, it, test } from 'vitest';

import { RawMachine, type RawMain, type RawProgram } from '../../tests/support/raw-machine.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { CLD, P, PR, WCONTINUED, WEXITED, WNOHANG, WNOWAIT, WUNTRACED } from '../uapi/process.ts';
import { SA, SIG, SIGINFO, SIGNAL, SIG_BLOCK } from '../uapi/signal.ts';

let machine: RawMachine;
let notes: unknown[];
beforeEach(() => {
  machine = new RawMachine();
  notes = [];
});

const HANDLER = 3;
const note = (text: unknown): void => void notes.push(text);

function run(main: RawMain): unknown[] {
  machine.run(main);
  return notes;
}

/** The handler of every signal of this program. */
function onSignal(p: RawProgram, handler: (signal: number) => Sleeping<void>): void {
  p.cpu.signalEntry = (_name, signal) => handler(signal);
}

function* catches(
  p: RawProgram,
  signal: number,
  { flags = 0, mask = 0, handler = HANDLER } = {},
): Sleeping<void> {
  // 64-bit words: handler, flags, restorer, mask.
  const action = yield* p.words(handler, flags, 0, mask);
  note(yield* p.call('rt_sigaction', signal, action, 0, 8));
}

function* pause(p: RawProgram, ms: number): Sleeping<number> {
  return yield* p.call('nanosleep', yield* p.words(0, ms * 1_000_000), 0);
}

/** A child that sends this process a signal, in a while. */
function* signalSoon(p: RawProgram, signal: number, ms = 10): Sleeping<number> {
  return yield* p.fork(function* (child) {
    yield* pause(child, ms);
    yield* child.call('kill', yield* child.call('getppid'), signal);
  });
}

describe('a handler', () => {
  it('runs when its signal comes, with the signal blocked, and leaves the mask as it was', () => {
    const notesOf = run(function* (p) {
      const set = yield* p.take(8);
      const blocked = function* (): Sleeping<number> {
        yield* p.call('rt_sigprocmask', SIG_BLOCK, 0, set, 8);
        return p.cpu.load32(set);
      };
      onSignal(p, function* (signal) {
        note(['handled', signal, yield* blocked()]);
      });
      yield* catches(p, SIGNAL.USR1, { mask: 1 << (SIGNAL.USR2 - 1) });
      yield* p.call('kill', yield* p.call('getpid'), SIGNAL.USR1);
      note(yield* blocked());
    });
    const both = (1 << (SIGNAL.USR1 - 1)) | (1 << (SIGNAL.USR2 - 1));
    expect(notesOf).toEqual([0, ['handled', SIGNAL.USR1, both], 0]);
  });

  it('runs once with SA_RESETHAND: the next one kills', () => {
    const main: RawMain = function* (p) {
      onSignal(p, function* () {
        note('handled');
      });
      yield* catches(p, SIGNAL.TERM, { flags: SA.RESETHAND });
      for (;;) yield* p.call('kill', yield* p.call('getpid'), SIGNAL.TERM);
    };
    expect(machine.run(main)).toBe(SIGNAL.TERM);
    expect(notes).toEqual([0, 'handled']);
  });

  it('is entered again by its own signal only with SA_NODEFER', () => {
    const depth = (flags: number): RawMain =>
      function* (p) {
        let level = 0;
        let most = 0;
        let runs = 0;
        onSignal(p, function* () {
          most = Math.max(most, ++level);
          if (++runs < 3) yield* p.call('kill', yield* p.call('getpid'), SIGNAL.USR1);
          level--;
        });
        yield* catches(p, SIGNAL.USR1, { flags });
        yield* p.call('kill', yield* p.call('getpid'), SIGNAL.USR1);
        note(most);
      };
    machine.run(depth(0));
    machine.run(depth(SA.NODEFER));
    expect(notes).toEqual([0, 1, 0, 3]);
  });
});

describe('a call that a signal cuts short', () => {
  const readsPipe = (flags: number): RawMain =>
    function* (p) {
      const ends = yield* p.take(8);
      yield* p.call('pipe', ends);
      const [input, output] = [p.cpu.load32(ends), p.cpu.load32(ends + 4)];
      onSignal(p, function* () {
        note('handled');
        p.cpu.store8(ends, 42);
        yield* p.call('write', output, ends, 1);
      });
      yield* catches(p, SIGNAL.USR1, { flags });
      yield* signalSoon(p, SIGNAL.USR1);
      note(yield* p.named('read', input, ends, 1));
    };

  it('answers EINTR after a handler', () => {
    expect(run(readsPipe(0))).toEqual([0, 'handled', 'EINTR']);
  });

  it('begins again after a handler with SA_RESTART', () => {
    expect(run(readsPipe(SA.RESTART))).toEqual([0, 'handled', 1]);
  });

  it('answers EINTR all the same when it waits for a time', () => {
    const main: RawMain = function* (p) {
      onSignal(p, function* () {});
      yield* catches(p, SIGNAL.USR1, { flags: SA.RESTART });
      yield* signalSoon(p, SIGNAL.USR1);
      note(yield* pause(p, 500));
    };
    expect(run(main)).toEqual([0, -ERRNO.EINTR]);
  });

  it('goes on with the time that is left after a stop', () => {
    const main: RawMain = function* (p) {
      const child = yield* p.fork(function* (c) {
        yield* c.call('exit', (yield* pause(c, 100)) === 0 ? 7 : 8);
      });
      yield* pause(p, 20);
      yield* p.call('kill', child, SIGNAL.STOP);
      yield* pause(p, 20);
      yield* p.call('kill', child, SIGNAL.CONT);
      const status = yield* p.take(4);
      yield* p.call('wait4', child, status, 0);
      note(p.cpu.load32(status) >> 8);
    };
    const before = machine.kernel.sim.now();
    expect(run(main)).toEqual([7]);
    expect(machine.kernel.sim.now() - before).toBeLessThan(130_000_000);
  });
});

test('sigsuspend lets through what was blocked, and blocks it again', () => {
  const main: RawMain = function* (p) {
    onSignal(p, function* (signal) {
      note(signal);
    });
    yield* catches(p, SIGNAL.USR1);
    const usr1 = yield* p.words(1 << (SIGNAL.USR1 - 1));
    yield* p.call('rt_sigprocmask', SIG_BLOCK, usr1, 0, 8);
    yield* p.call('kill', yield* p.call('getpid'), SIGNAL.USR1);
    const set = yield* p.take(8);
    yield* p.call('rt_sigpending', set, 8);
    note(p.cpu.load32(set) === 1 << (SIGNAL.USR1 - 1) ? 'waits' : 'gone');
    note(yield* p.named('rt_sigsuspend', yield* p.words(0), 8));
    yield* p.call('rt_sigprocmask', SIG_BLOCK, 0, set, 8);
    note(p.cpu.load32(set) === 1 << (SIGNAL.USR1 - 1) ? 'blocked' : 'open');
  };
  expect(run(main)).toEqual([0, 'waits', SIGNAL.USR1, 'EINTR', 'blocked']);
});

test('alarm kills who does not handle it; an interval timer rings again and again', () => {
  expect(
    machine.run(function* (p) {
      yield* p.call('alarm', 1);
      yield* p.call('pause');
    }),
  ).toBe(SIGNAL.ALRM);
  const main: RawMain = function* (p) {
    let rings = 0;
    onSignal(p, function* () {
      rings++;
    });
    yield* catches(p, SIGNAL.ALRM);
    note(yield* p.call('setitimer', 0, yield* p.words(0, 1000, 0, 5000), 0));
    while (rings < 3) yield* p.call('pause');
    const left = yield* p.take(32);
    yield* p.call('getitimer', 0, left);
    note([p.cpu.load32(left + 8), p.cpu.load32(left + 24) <= 1000]);
    yield* p.call('alarm', 7);
    note(yield* p.call('alarm', 0));
  };
  expect(run(main)).toEqual([0, 0, [1000, true], 7]);
});

test('waitid tells of a stop, a continuation and an end, each once', () => {
  const main: RawMain = function* (p) {
    const child = yield* p.fork(function* (c) {
      for (;;) yield* c.call('pause');
    });
    const info = yield* p.take(128);
    const changes = function* (options: number): Sleeping<void> {
      const answer = yield* p.named('waitid', P.PID, child, info, options);
      const field = (offset: number): number => p.cpu.load32(info + offset);
      const isChild = field(SIGINFO.pid) === child;
      note(isChild ? [field(SIGINFO.code), field(SIGINFO.status)] : answer);
    };
    const all = WEXITED | WUNTRACED | WCONTINUED;
    yield* changes(all | WNOHANG);
    yield* p.call('kill', child, SIGNAL.STOP);
    yield* changes(all | WNOWAIT);
    yield* changes(all);
    yield* changes(all | WNOHANG);
    yield* p.call('kill', child, SIGNAL.CONT);
    yield* changes(all);
    yield* p.call('kill', child, SIGNAL.KILL);
    yield* changes(WUNTRACED | WCONTINUED | WNOHANG);
    yield* changes(all);
    p.cpu.store32(info + SIGINFO.pid, 0);
    yield* changes(all);
  };
  const stop = [CLD.STOPPED, SIGNAL.STOP];
  const end = [CLD.KILLED, SIGNAL.KILL];
  const notesOf = run(main);
  expect(notesOf.slice(0, 5)).toEqual([0, stop, stop, 0, [CLD.CONTINUED, SIGNAL.CONT]]);
  expect(notesOf.slice(-2)).toEqual([end, 'ECHILD']);
});

test('SA_NOCLDWAIT leaves no zombies, and SA_NOCLDSTOP tells of ends only', () => {
  const main: RawMain = function* (p) {
    let told = 0;
    onSignal(p, function* () {
      told++;
    });
    yield* catches(p, SIGNAL.CHLD, { flags: SA.NOCLDWAIT | SA.NOCLDSTOP });
    const child = yield* p.fork(function* (c) {
      for (;;) yield* c.call('pause');
    });
    yield* p.call('kill', child, SIGNAL.STOP);
    yield* pause(p, 10);
    note(told);
    yield* p.call('kill', child, SIGNAL.KILL);
    note(yield* p.named('wait4', child, 0, 0));
    yield* pause(p, 1);
    note([told, yield* p.named('wait4', -1, 0, 0)]);
  };
  expect(run(main)).toEqual([0, 0, 'EINTR', [1, 'ECHILD']]);
});

test('orphans go to the nearest subreaper, and who asked for it is signalled', () => {
  const main: RawMain = function* (p) {
    yield* p.call('prctl', PR.SET_CHILD_SUBREAPER, 1);
    const own = yield* p.call('getpid');
    yield* p.fork(function* (middle) {
      yield* middle.fork(function* (orphan) {
        onSignal(orphan, function* (signal) {
          note(['told', signal, (yield* orphan.call('getppid')) === own]);
        });
        yield* catches(orphan, SIGNAL.USR2);
        yield* orphan.call('prctl', PR.SET_PDEATHSIG, SIGNAL.USR2);
        yield* orphan.call('pause');
      });
      yield* pause(middle, 10);
    });
    while ((yield* p.call('wait4', -1, 0, 0)) > 0) note('reaped');
  };
  expect(run(main)).toEqual([0, ['told', SIGNAL.USR2, true], 'reaped', 'reaped']);
});

test('a group that is orphaned with a stopped member is hung up', () => {
  const main: RawMain = function* (p) {
    yield* p.fork(function* (leader) {
      yield* leader.call('setsid');
      const member = yield* leader.fork(function* (c) {
        onSignal(c, function* (signal) {
          note(signal);
          yield* c.call('exit', 0);
        });
        yield* catches(c, SIGNAL.HUP);
        yield* c.call('setpgid', 0, 0);
        for (;;) yield* c.call('pause');
      });
      yield* pause(leader, 5);
      yield* leader.call('kill', member, SIGNAL.STOP);
      yield* leader.call('wait4', member, 0, WUNTRACED);
    });
    yield* p.call('wait4', -1, 0, 0);
    yield* pause(p, 20);
  };
  expect(run(main)).toEqual([0, SIGNAL.HUP]);
});

test('a bad load is written to the log', () => {
  machine.run(function* (p) {
    p.cpu.load8(0x10);
    yield* p.call('getpid');
  });
  expect(machine.guest.logText).toMatch(/\[\d+\]: segfault at 10 error 4$/m);
});

test('SIGKILL and SIGSTOP cannot be caught', () => {
  const main: RawMain = function* (p) {
    for (const signal of [SIGNAL.KILL, SIGNAL.STOP]) {
      yield* catches(p, signal, { handler: SIG.IGN });
    }
  };
  expect(run(main)).toEqual([-ERRNO.EINVAL, -ERRNO.EINVAL]);
});
