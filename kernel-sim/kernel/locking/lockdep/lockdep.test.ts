// SPDX-License-Identifier: GPL-2.0-or-later
/** Orders of locks, contexts, and what is said of them. The whole matrix: tests/catalogue. */
import { describe, expect, it } from 'vitest';

import { type OrderToken, UNORDERED } from '../../kcsan/happens.ts';
import { inTask, type Taker } from '../testing/taker.ts';
import { LOCK_KIND } from './lock-kind.ts';
import { ACQUIRE, type Acquire } from './lockdep.ts';

const heads = ({ reports }: Taker): (string | undefined)[] => reports.map(([first]) => first);

describe('two orders', () => {
  it('are a circle, told in full', () => {
    const rig = inTask((locks) => {
      locks.nest('a', 'b');
      locks.nest('b', 'a');
    });
    const at = (name: string): string =>
      `${rig.ram.formatPointer(rig.lock(name).pointer)} (${name}){+.+.}-{3:3}, at: 0x0+0x0/0x0`;
    expect(rig.reports).toEqual([
      [
        'WARNING: possible circular locking dependency detected',
        't/100 is trying to acquire lock:',
        at('a'),
        '',
        'but task is already holding lock:',
        at('b'),
        '',
        'which lock already depends on the new lock.',
        '',
        '',
        'the existing dependency chain (in reverse order) is:',
        '',
        '-> #1 (b){+.+.}-{3:3}:',
        '',
        '-> #0 (a){+.+.}-{3:3}:',
        '',
        'other info that might help us debug this:',
        '',
        ' Possible unsafe locking scenario:',
        '',
        '       CPU0                    CPU1',
        '       ----                    ----',
        '  lock(b);',
        '                               lock(a);',
        '                               lock(b);',
        '  lock(a);',
        '',
        ' *** DEADLOCK ***',
        '',
        '1 lock held by t/100:',
        ` #0: ${at('b')}`,
        '',
        'stack backtrace:',
        'STACK',
      ],
    ]);
    expect(rig.lockdep.refused.map(({ from, to }) => `${from.name} ${to.name}`)).toEqual(['b a']);
  });

  it('are none when the second lock was only tried', () => {
    const rig = inTask((locks) => {
      locks.nest('a', 'b');
      locks.take('b');
      locks.take('a', ACQUIRE.TRY);
    });
    expect(rig.reports).toEqual([]);
  });

  it('are named by the lock between, when there is one', () => {
    const rig = inTask((locks) => {
      locks.nest('a', 'b');
      locks.nest('b', 'c');
      locks.nest('c', 'a');
    });
    expect(rig.reports[0]).toContain('  a --> b --> c');
  });
});

describe('contexts', () => {
  it('that cannot go together are told with where the first was', () => {
    const rig = inTask((locks) => {
      locks.nest('a');
      locks.interrupt(() => locks.nest('a'));
    });
    expect(heads(rig)).toEqual(['WARNING: inconsistent lock state']);
    expect(rig.reports[0]).toContain('inconsistent {HARDIRQ-ON-W} -> {IN-HARDIRQ-W} usage.');
    expect(rig.reports[0]).toContain('t/100 [HC1[1]:SC0[0]:HE0:SE1] takes:');
  });

  it('can go together with interrupts off', () => {
    const rig = inTask((locks) => {
      locks.scheduler.preempt.disableInterrupts();
      locks.nest('a');
      locks.scheduler.preempt.enableInterrupts();
      locks.interrupt(() => locks.nest('a'));
    });
    expect(rig.reports).toEqual([]);
  });

  it('are marked, too, when interrupts come on under a lock', () => {
    const rig = inTask((locks) => {
      locks.interrupt(() => locks.nest('a'));
      locks.scheduler.preempt.disableInterrupts();
      locks.take('a');
      locks.scheduler.preempt.enableInterrupts();
    });
    expect(heads(rig)).toEqual(['WARNING: inconsistent lock state']);
  });

  it('let nobody wait asleep under a spinlock', () => {
    const rig = inTask((locks) => {
      locks.lock('m', 'MUTEX');
      locks.nest('s', 'm');
    });
    expect(heads(rig)).toEqual(['[ BUG: Invalid wait context ]']);
    expect(rig.reports[0]).toContain('context-{5:5}');
  });

  it('in which a handler can have no thread take no spinlock', () => {
    const rig = inTask((locks) => {
      locks.lockdep.setHardirqThreaded(false);
      locks.interrupt(() => locks.nest('s'));
    });
    expect(heads(rig)).toEqual(['[ BUG: Invalid wait context ]']);
  });
});

describe('lives of locks', () => {
  it('end where somebody frees one that is held', () => {
    const rig = inTask((locks) => {
      locks.take('a');
      locks.lockdep.memoryFreed(locks.lock('a').pointer - 8, 64);
    });
    expect(heads(rig)).toEqual(['WARNING: held lock freed!']);
  });

  it('know who gives back what nobody has', () => {
    const rig = inTask((locks) => locks.lockdep.release(locks.lock('a')));
    expect(heads(rig)).toEqual(['WARNING: bad unlock balance detected!']);
    expect(rig.reports[0]).toContain('no locks held by t/100.');
  });

  it('begin with an initialiser', () => {
    const rig = inTask((locks) => locks.lockdep.acquire(locks.lockdep.mapOf(locks.place(), 0)));
    expect(heads(rig)).toEqual(['INFO: trying to register non-static key.']);
  });

  it('may be nested 48 deep, on levels below 8', () => {
    const deep = inTask((locks) => {
      for (let n = 0; n < 48; n++) locks.take(`l${n}`);
    });
    expect(heads(deep)).toEqual(['BUG: MAX_LOCK_DEPTH too low!']);
    const level = inTask((locks) => locks.take('a', { subclass: 8 }));
    expect(heads(level)).toEqual(['BUG: looking up invalid subclass: 8']);
  });

  it('of one class are fine on levels, and under a lock that orders them', () => {
    const rig = inTask((locks) => {
      const key = locks.lockdep.table.makeKey('node');
      const [one, two] = [0, 1].map(() =>
        locks.lockdep.initMap(locks.place(), { ...LOCK_KIND.SPINLOCK, key }),
      );
      locks.lockdep.acquire(one!);
      locks.lockdep.acquire(two!, { subclass: 1 });
      locks.lockdep.release(two!);
      locks.lockdep.release(one!);
      locks.take('outer');
      locks.lockdep.acquire(one!, { nest: locks.lock('outer') });
      locks.lockdep.acquire(two!, { nest: locks.lock('outer') });
      locks.lockdep.release(two!);
      locks.lockdep.release(one!);
    });
    expect(rig.reports).toEqual([]);
    expect(rig.lockdep.classes.map(({ name }) => name)).toEqual(['node', 'node/1', 'outer']);
  });

  it('must not be nested under a lock that is not held', () => {
    const rig = inTask((locks) => locks.take('a', { nest: locks.lock('outer') }));
    expect(heads(rig)).toEqual(['WARNING: Nested lock was not taken']);
  });
});

describe('readers', () => {
  const READER = ACQUIRE.READ_RECURSIVE;

  /** Each pair is taken and given back: what it is, and how. */
  function pairs(...all: (readonly [string, Acquire, string, Acquire])[]): Taker {
    return inTask((locks) => {
      for (const [outer, how, inner, howInner] of all) {
        locks.take(outer, how);
        locks.take(inner, howInner);
        locks.lockdep.release(locks.lock(inner));
        locks.lockdep.release(locks.lock(outer));
      }
    });
  }

  it('may have a lock twice, if they pass waiting writers', () => {
    const twice = (how: Acquire): Taker =>
      inTask((locks) => [1, 2].map(() => locks.take('a', how)));
    expect(heads(twice(READER))).toEqual([]);
    expect(heads(twice(ACQUIRE.READ))).toEqual(['WARNING: possible recursive locking detected']);
  });

  it('close no circle with others who share both locks, but with writers', () => {
    const shared = pairs(['a', READER, 'b', READER], ['b', READER, 'a', READER]);
    expect(heads(shared)).toEqual([]);
    const waiting = pairs(['a', ACQUIRE.WRITE, 'b', READER], ['b', ACQUIRE.WRITE, 'a', READER]);
    expect(heads(waiting)).toEqual(['WARNING: possible circular locking dependency detected']);
  });

  it('who wait for writers close one with each other', () => {
    const queued = pairs(
      ['a', ACQUIRE.READ, 'b', ACQUIRE.READ],
      ['b', ACQUIRE.READ, 'a', ACQUIRE.READ],
    );
    expect(heads(queued)).toEqual(['WARNING: possible circular locking dependency detected']);
    // Whoever holds `b` passes a writer that waits for `a`.
    const passing = pairs(
      ['a', ACQUIRE.READ, 'b', ACQUIRE.WRITE],
      ['b', ACQUIRE.WRITE, 'a', READER],
    );
    expect(heads(passing)).toEqual([]);
  });
});

it('says what comes before what, of locks that were tried, too', () => {
  const told: (readonly [string, OrderToken])[] = [];
  const rig = inTask((locks) => {
    locks.scheduler.happens = {
      ...UNORDERED,
      acquire: (token) => told.push(['acquire', token]),
      release: (token) => told.push(['release', token]),
    };
    locks.take('a', ACQUIRE.TRY);
    locks.lockdep.release(locks.lock('a'));
  });
  const { pointer } = rig.lock('a');
  const [first, second, last] = [
    ['acquire', pointer],
    ['acquire', pointer + 1],
    ['release', pointer],
  ];
  expect(told.slice(0, 3)).toEqual([first, second, last]);
});
