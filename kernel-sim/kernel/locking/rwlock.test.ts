// SPDX-License-Identifier: GPL-2.0-or-later
/** Locks with two sides, semaphores and sequence counters: who gets in, in what order. */
import { describe, expect, it } from 'vitest';

import { ERRNO } from '../../uapi/errno.ts';
import { finished } from '../../lib/coroutine.ts';
import type { Sleeping, Switching } from '../../uapi/coroutine.ts';
import { WAIT } from './lock-sleep.ts';
import { LOCK_KIND } from './lockdep/lock-kind.ts';
import { ACQUIRE } from './lockdep/lockdep.ts';
import { Rwlocks } from './rwlock.ts';
import { RwSemaphores } from './rwsem.ts';
import { Semaphores } from './semaphore.ts';
import { Seqcounts } from './seqlock.ts';
import { LockRig } from './testing/lock-rig.ts';

const HOLD_NS = 100_000;

/** Either kind of lock with two sides, to be tested alike. */
interface TwoSided {
  readonly rig: LockRig;
  enter(reads: boolean): Sleeping<void>;
  leave(reads: boolean): Switching<void>;
  word(): number;
}

function spinning(cpus: number): TwoSided {
  const rig = new LockRig(cpus);
  const locks = new Rwlocks(rig.parts);
  const at = rig.place();
  locks.initialise(at, rig.lockdep.initMap(at, LOCK_KIND.RWLOCK).key);
  const side = (reads: boolean): Rwlocks['readers'] => (reads ? locks.readers : locks.writers);
  return {
    rig,
    enter: (reads) => finished(rig.contexts.lock(side(reads), at, ACQUIRE.WRITE)),
    leave: (reads) => finished(rig.contexts.unlock(side(reads), at)),
    word: () => rig.ram.load32(at),
  };
}

function sleeping(cpus: number): TwoSided {
  const rig = new LockRig(cpus);
  const locks = new RwSemaphores(rig.parts);
  const at = rig.place();
  locks.initialise(at, rig.lockdep.initMap(at, LOCK_KIND.RWSEM).key);
  return {
    rig,
    *enter(reads) {
      if (reads) yield* locks.read(at, ACQUIRE.READ, WAIT.UNINTERRUPTIBLE);
      else yield* locks.write(at, ACQUIRE.WRITE, WAIT.UNINTERRUPTIBLE);
    },
    *leave(reads) {
      if (reads) locks.endRead(at);
      else locks.endWrite(at);
      yield* rig.scheduler.reschedule();
    },
    word: () => rig.ram.loadPointer(at),
  };
}

/** Starts one that comes after `delayNs`, and tells when it is in and out. */
function visit(lock: TwoSided, name: string, reads: boolean, delayNs: number, log: string[]): void {
  const { rig } = lock;
  rig.spawn(name, function* () {
    yield* rig.compute(delayNs);
    yield* lock.enter(reads);
    log.push(`+${name}`);
    yield* rig.compute(HOLD_NS);
    log.push(`-${name}`);
    yield* lock.leave(reads);
  });
}

describe.each([
  ['a rwlock', spinning, 2 * 0x200],
  ['a rw_semaphore', sleeping, 2 * 256],
] as const)('%s', (_name, make, twoReaders) => {
  it('lets readers in together, and counts them', () => {
    const lock = make(2);
    const log: string[] = [];
    let seen = 0;
    visit(lock, 'a', true, 2000, log);
    visit(lock, 'b', true, 2000, log);
    lock.rig.sim.events.schedule(50_000, () => (seen = lock.word()));
    lock.rig.run();
    expect(log.slice(0, 2).toSorted()).toEqual(['+a', '+b']);
    expect([seen, lock.word()]).toEqual([twoReaders, 0]);
    expect(lock.rig.reports).toEqual([]);
  });

  it('keeps a writer alone, and lets nobody pass one that waits', () => {
    const lock = make(4);
    const log: string[] = [];
    visit(lock, 'r1', true, 2000, log);
    visit(lock, 'w', false, 20_000, log);
    visit(lock, 'r2', true, 50_000, log);
    visit(lock, 'r3', true, 70_000, log);
    lock.rig.run();
    expect(log.slice(0, 4)).toEqual(['+r1', '-r1', '+w', '-w']);
    expect(log.slice(4, 6).toSorted()).toEqual(['+r2', '+r3']);
    expect(lock.word()).toBe(0);
    expect(lock.rig.reports).toEqual([]);
  });
});

describe('a rw_semaphore', () => {
  it('given back by a reader that has none is reported', () => {
    const rig = new LockRig(1, { isOn: false });
    const locks = new RwSemaphores(rig.parts);
    const at = rig.place();
    locks.initialise(at, rig.lockdep.initMap(at, LOCK_KIND.RWSEM).key);
    rig.spawn('a', function* () {
      yield* locks.read(at, ACQUIRE.READ, WAIT.UNINTERRUPTIBLE);
      locks.endRead(at);
      locks.endRead(at);
    });
    rig.run();
    expect(rig.reports.join('\n')).toContain('DEBUG_RWSEMS_WARN_ON(tmp < 0): count = 0xffff');
  });

  it('goes from writing to reading, and lets other readers in', () => {
    const rig = new LockRig(2);
    const locks = new RwSemaphores(rig.parts);
    const at = rig.place();
    locks.initialise(at, rig.lockdep.initMap(at, LOCK_KIND.RWSEM).key);
    rig.spawn('writer', function* () {
      yield* locks.write(at, ACQUIRE.WRITE, WAIT.UNINTERRUPTIBLE);
      yield* rig.compute(HOLD_NS);
      locks.downgrade(at);
      yield* rig.compute(HOLD_NS);
      rig.say('done');
      locks.endRead(at);
    });
    rig.spawn('reader', function* () {
      yield* rig.compute(5000);
      yield* locks.read(at, ACQUIRE.READ, WAIT.UNINTERRUPTIBLE);
      rig.say('reads');
      locks.endRead(at);
    });
    rig.run();
    const said = rig.log.filter((line) => line.includes('@')).map((line) => line.split(' ')[0]);
    expect(said).toEqual(['reads', 'done']);
    expect([rig.reports, rig.ram.loadPointer(at)]).toEqual([[], 0]);
  });
});

describe('a semaphore', () => {
  it('lets so many pass, and then one for each that comes back', () => {
    const rig = new LockRig(4);
    const semaphores = new Semaphores(rig.parts);
    const at = rig.place();
    semaphores.initialise(at, 2);
    let inside = 0;
    let most = 0;
    for (const name of ['a', 'b', 'c', 'd']) {
      rig.spawn(name, function* () {
        yield* semaphores.down(at, WAIT.UNINTERRUPTIBLE);
        most = Math.max(most, ++inside);
        yield* rig.compute(HOLD_NS);
        inside--;
        semaphores.up(at);
      });
    }
    rig.run();
    expect([most, inside, rig.ram.load32(at + 4)]).toEqual([2, 0, 2]);
  });

  it('is given up after a time', () => {
    const rig = new LockRig(1);
    const semaphores = new Semaphores(rig.parts);
    const at = rig.place();
    semaphores.initialise(at, 0);
    const answers: unknown[] = [];
    rig.spawn('a', function* () {
      answers.push(yield* semaphores.down(at, WAIT.UNINTERRUPTIBLE, 1_000_000));
      answers.push(rig.sim.now() >= 1_000_000);
    });
    rig.run();
    expect(answers).toEqual([-ERRNO.ETIME, true]);
  });
});

describe('a sequence counter', () => {
  function torn(isRead: boolean): number {
    const rig = new LockRig(2);
    const counts = new Seqcounts(rig.parts);
    const at = rig.place();
    counts.initialise(at, rig.lockdep.initMap(at, LOCK_KIND.OTHER).key);
    let [low, high, wrong] = [0, 0, 0];
    rig.spawn('writer', function* () {
      for (let round = 1; round < 100; round++) {
        counts.writeBegin(at);
        low = round;
        yield* rig.compute(4000);
        high = round;
        counts.writeEnd(at);
        yield* rig.compute(13_000);
      }
    });
    rig.spawn('reader', function* () {
      for (let round = 0; round < 100; round++) {
        let start: number;
        let pair: [number, number];
        do {
          start = yield* counts.readBegin(at);
          pair = [low, 0];
          yield* rig.compute(25_000);
          pair[1] = high;
        } while (isRead && counts.mustRetry(at, start));
        if (pair[0] !== pair[1]) wrong++;
      }
    });
    rig.run();
    return wrong;
  }

  it('lets nobody keep what was half written', () => expect(torn(true)).toBe(0));

  it('is needed', () => expect(torn(false)).toBeGreaterThan(0));
});
