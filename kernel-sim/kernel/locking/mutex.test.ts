// SPDX-License-Identifier: GPL-2.0-or-later
/** Mutexes: sleeping, order, hand-over, signals, and the word that says who holds it. */
import { describe, expect, it } from 'vitest';

import { ERRNO } from '../../uapi/errno.ts';
import { SIGNAL } from '../../uapi/signal.ts';
import { WAIT } from './lock-sleep.ts';
import { LockRig } from './testing/lock-rig.ts';

const HOLD_NS = 100_000;

describe('a mutex', () => {
  it('is the address of its holder, then two words and an empty list', () => {
    const rig = new LockRig(1);
    const lock = rig.makeMutex();
    const { ram } = rig;
    const words: number[] = [];
    const task = rig.spawn('a', function* () {
      yield* rig.mutexLock(lock);
      words.push(ram.loadPointer(lock), ram.load32(lock + 8));
      words.push(ram.loadPointer(lock + 16), ram.loadPointer(lock + 24));
      rig.mutexes.unlock(lock);
      words.push(ram.loadPointer(lock));
    });
    rig.run();
    const list = lock + 16;
    expect(words).toEqual([rig.addressOf(task.pid), 0, list, list, 0]);
  });

  it('lets others sleep, uninterruptibly, and marks that they wait', () => {
    const rig = new LockRig(2);
    const lock = rig.makeMutex();
    let seen: unknown;
    rig.spawn('holder', function* () {
      yield* rig.mutexLock(lock);
      yield* rig.compute(HOLD_NS);
      seen = [waiter.state, waiter.waitChannel, rig.ram.loadPointer(lock) % 8];
      rig.mutexes.unlock(lock);
    });
    const waiter = rig.spawn('waiter', function* () {
      yield* rig.compute(2000);
      yield* rig.mutexLock(lock);
      rig.mutexes.unlock(lock);
    });
    rig.run();
    expect(seen).toEqual(['D', '__mutex_lock', 1]);
    expect(waiter.runtimeNs).toBeLessThan(HOLD_NS / 2);
    expect(rig.ram.loadPointer(lock)).toBe(0);
  });

  it('is handed to who has waited longest, before somebody greedy takes it a third time', () => {
    const rig = new LockRig(2);
    const lock = rig.makeMutex();
    const order: string[] = [];
    rig.spawn('greedy', function* () {
      for (let round = 0; round < 5; round++) {
        yield* rig.mutexLock(lock);
        order.push('greedy');
        yield* rig.compute(50_000);
        rig.mutexes.unlock(lock);
      }
    });
    rig.spawn('patient', function* () {
      yield* rig.compute(5000);
      yield* rig.mutexLock(lock);
      order.push('patient');
      rig.mutexes.unlock(lock);
    });
    rig.run();
    expect(order.indexOf('patient')).toBeGreaterThan(0);
    expect(order.indexOf('patient')).toBeLessThanOrEqual(2);
    expect(order).toHaveLength(6);
  });

  it.each([
    ['EINTR', -ERRNO.EINTR, true],
    ['nothing', 0, false],
  ])('answers a signal with %s (%i) where interruptible is %s', (_name, answer, interruptible) => {
    const rig = new LockRig(2);
    const lock = rig.makeMutex();
    let errno: number | undefined;
    const waiter = rig.spawn('waiter', function* () {
      yield* rig.compute(20_000);
      errno = yield* rig.mutexLock(lock, interruptible ? WAIT.INTERRUPTIBLE : WAIT.UNINTERRUPTIBLE);
      rig.say('back');
      if (errno === 0) rig.mutexes.unlock(lock);
    });
    rig.spawn('holder', function* () {
      yield* rig.mutexLock(lock);
      yield* rig.compute(HOLD_NS / 2);
      waiter.pending |= 1 << (SIGNAL.INT - 1);
      // What sending a signal does: it wakes who sleeps interruptibly.
      if (waiter.state === 'S') rig.scheduler.wake(waiter);
      yield* rig.compute(HOLD_NS);
      rig.say('free');
      rig.mutexes.unlock(lock);
    });
    rig.run();
    expect(errno).toBe(answer);
    const spoken = rig.log.filter((line) => line.includes('@')).map((line) => line.split(' ')[0]);
    expect(spoken).toEqual(interruptible ? ['back', 'free'] : ['free', 'back']);
    expect(rig.ram.loadPointer(lock)).toBe(0);
  });

  it('of who never gives it back is waited for for ever', () => {
    const rig = new LockRig(2);
    const lock = rig.makeMutex();
    rig.spawn('gone', function* () {
      yield* rig.mutexLock(lock);
    });
    const waiter = rig.spawn('waiter', function* () {
      yield* rig.compute(5000);
      yield* rig.mutexLock(lock);
    });
    rig.run();
    expect([waiter.state, rig.log]).toEqual(['D', ['gone ends']]);
  });

  it('may not be waited for with preemption off', () => {
    const rig = new LockRig(1);
    const [spinlock, mutex] = [rig.makeSpinlock(), rig.makeMutex()];
    rig.spawn('a', function* () {
      yield* rig.spinLock(spinlock);
      yield* rig.mutexLock(mutex);
    });
    rig.run();
    expect(rig.log).toEqual(['a may sleep at 1', 'a ends']);
  });
});

describe('lockdep', () => {
  it('tells of both places where a task takes a mutex that it has, once', () => {
    const rig = new LockRig(1);
    const lock = rig.makeMutex();
    const task = rig.spawn('a', function* () {
      yield* rig.mutexLock(lock);
      yield* rig.mutexLock(lock);
    });
    rig.run();
    expect(task.state).toBe('D');
    expect(rig.reports).toHaveLength(1);
    const [report = []] = rig.reports;
    const at = `${rig.ram.formatPointer(lock)} (0x0){+.+.}-{4:4}, at: 0x0+0x0/0x0`;
    expect(report.filter((line) => line === at)).toHaveLength(2);
    expect(report).toContain('1 lock held by a/100:');
    expect(report).toContain(` #0: ${at}`);
  });

  it('is silent when somebody has died with locks, whose fate nobody knows', () => {
    const rig = new LockRig(1);
    const lock = rig.makeMutex();
    rig.taint.mask = 1 << 7;
    rig.spawn('a', function* () {
      yield* rig.mutexLock(lock);
      yield* rig.mutexLock(lock);
    });
    rig.run();
    expect(rig.reports).toEqual([]);
  });
});
