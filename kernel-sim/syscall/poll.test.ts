// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest';

import { RawMachine, type RawProgram } from '../../tests/support/raw-machine.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { POLL } from '../uapi/fs.ts';

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
