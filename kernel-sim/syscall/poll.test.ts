// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest';

import { RawMachine, type RawProgram } from '../../tests/support/raw-machine.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { POLL } from '../uapi/fs.ts';
import { SIG, SIG_SETMASK, SIGNAL } from '../uapi/signal.ts';

const NS_PER_MS = 1_000_000;

function* pipeOf(p: RawProgram): Sleeping<readonly [reader: number, writer: number]> {
  const buffer = yield* p.take(16);
  yield* p.call('pipe', buffer);
  return [p.cpu.load32(buffer), p.cpu.load32(buffer + 4)];
}

/** Polls one descriptor: the answer, and what has happened. */
function* pollOne(
  p: RawProgram,
  fd: number,
  events: number,
  timeoutMs: number,
): Sleeping<readonly [number | string, number]> {
  const list = yield* p.put(new Uint8Array(Int32Array.of(fd, events).buffer));
  const answer = yield* p.named('poll', list, 1, timeoutMs);
  return [answer, p.cpu.load32(list + 4) >>> 16];
}

it('wakes when somebody writes, and makes no event before', () => {
  const machine = new RawMachine();
  let answer: readonly unknown[] = [];
  let writer = -1;
  const poller = machine.start(function* (p) {
    const [reader, end] = yield* pipeOf(p);
    writer = end;
    answer = yield* pollOne(p, reader, POLL.IN, -1);
  });
  const { machine: guest } = machine.guest;
  machine.until(() => poller.task.waitChannel !== '', 'the poll');
  // Only the reaper's own sleep, far away, is left to happen.
  expect(guest.nextEventNs).toBeGreaterThan(guest.nowNs + 1000 * NS_PER_MS);

  const file = poller.files.remove(writer);
  if (typeof file !== 'object') throw new Error('the pipe has a writing end');
  machine.kernel.vfs.close(file);
  machine.wait(poller);
  expect(answer).toEqual([1, POLL.HUP]);
});

it('leaves the one reader its wake-up', () => {
  const machine = new RawMachine();
  const answers: unknown[] = [];
  machine.run(function* (p) {
    const [reader, writer] = yield* pipeOf(p);
    yield* p.fork(function* (child) {
      answers.push(['poll', ...(yield* pollOne(child, reader, POLL.IN, 1000))]);
    });
    yield* p.fork(function* (child) {
      answers.push(['read', yield* child.named('read', reader, yield* child.take(16), 5)]);
    });
    yield* p.call('nanosleep', yield* p.words(0, 10 * NS_PER_MS), 0);
    yield* p.call('write', writer, yield* p.text('hello'), 5);
    yield* p.call('nanosleep', yield* p.words(0, 10 * NS_PER_MS), 0);
  });
  expect(answers).toContainEqual(['read', 5]);
});

it('ends with its time, and not before', () => {
  const machine = new RawMachine();
  const times: number[] = [];
  let answer: readonly unknown[] = [];
  machine.run(function* (p) {
    const [reader] = yield* pipeOf(p);
    times.push(machine.guest.machine.nowNs);
    answer = yield* pollOne(p, reader, POLL.IN, 250);
    times.push(machine.guest.machine.nowNs);
  });
  expect(answer).toEqual([0, 0]);
  expect(Math.round(((times[1] ?? 0) - (times[0] ?? 0)) / NS_PER_MS)).toBeCloseTo(250, -1);
});

it('selects what is ready, and says how much time is left', () => {
  const machine = new RawMachine();
  const log: unknown[] = [];
  machine.run(function* (p) {
    const [reader, writer] = yield* pipeOf(p);
    const set = yield* p.take(8);
    const other = yield* p.take(8);
    const time = yield* p.words(0, 5000);
    const fill = (): void => {
      p.cpu.store32(set, 1 << reader);
      p.cpu.store32(other, 1 << writer);
    };
    fill();
    log.push(yield* p.named('select', 8, set, 0, 0, time), p.cpu.load32(set));
    log.push(p.cpu.load32(time + 8));
    fill();
    log.push(yield* p.named('select', 8, set, other, 0, 0));
    log.push(p.cpu.load32(set), p.cpu.load32(other) === 1 << writer);
    yield* p.call('write', writer, set, 4);
    fill();
    log.push(yield* p.named('pselect6', 8, set, other, 0, yield* p.words(1, 0), 0));
    p.cpu.store32(set, 1 << 28);
    log.push(yield* p.named('select', 61, set, 0, 0, 0));
    p.cpu.store32(set + 4, 1 << 28);
    log.push(yield* p.named('select', 61, set, 0, 0, 0));
    log.push(yield* p.named('select', -1, 0, 0, 0, 0), yield* p.named('select', 8, 16, 0, 0, 0));
  });
  expect(log).toEqual([0, 0, 0, 1, 0, true, 2, 'EBADF', 'EBADF', 'EINVAL', 'EFAULT']);
});

it.each([
  ['ppoll', 'lets a signal in that is blocked before and after'],
  ['pselect6', 'does so, too'],
] as const)('%s %s', (name, _what) => {
  const machine = new RawMachine();
  const log: unknown[] = [];
  const USR1 = 1 << 9;
  machine.run(function* (p) {
    const act = yield* p.words(SIG.CATCH, 0, 0, 0);
    yield* p.call('rt_sigaction', SIGNAL.USR1, act, 0, 8);
    const [blocked, none, old] = [yield* p.words(USR1), yield* p.words(0), yield* p.take(8)];
    yield* p.call('rt_sigprocmask', SIG_SETMASK, blocked, 0, 8);
    yield* p.call('kill', yield* p.call('getpid'), SIGNAL.USR1);
    const time = yield* p.words(0, NS_PER_MS);
    const pair = yield* p.words(none, 8);
    const waits = name === 'ppoll' ? [0, 0, time, 0, 8] : [0, 0, 0, 0, time, 0];
    const lets = name === 'ppoll' ? [0, 0, time, none, 8] : [0, 0, 0, 0, time, pair];
    log.push(yield* p.named(name, ...waits));
    p.cpu.store32(time + 8, NS_PER_MS);
    log.push(yield* p.named(name, ...lets));
    yield* p.call('rt_sigprocmask', SIG_SETMASK, 0, old, 8);
    log.push(p.cpu.load32(old) === USR1);
  });
  expect(log).toEqual([0, 'EINTR', true]);
});
