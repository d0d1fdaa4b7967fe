// SPDX-License-Identifier: GPL-2.0-or-later
/** The trace: two runs are the same exactly when their hashes are. */
import { describe, expect, it } from 'vitest';

import { RawMachine } from '../../tests/support/raw-machine.ts';
import { EVENT, Trace, type TraceContext, type TraceEvent } from './trace.ts';

interface Step {
  readonly nowNs?: number;
  readonly cpu?: number;
  readonly pid?: number;
  readonly kind?: TraceEvent['kind'];
  readonly a?: number;
  readonly b?: number;
}

function makeTrace(): { trace: Trace; at: { nowNs: number; cpu: number; pid: number } } {
  const at = { nowNs: 0, cpu: 0, pid: 0 };
  const context: TraceContext = {
    now: () => at.nowNs,
    site: () => 0,
    get cpu() {
      return at.cpu;
    },
    get pid() {
      return at.pid;
    },
  };
  return { trace: new Trace(context), at };
}

function hashOf(...steps: readonly Step[]): number {
  const { trace, at } = makeTrace();
  trace.start();
  for (const { nowNs = 1000, cpu = 0, pid = 7, kind = EVENT.WAKE, a = 1, b = 2 } of steps) {
    Object.assign(at, { nowNs, cpu, pid });
    trace.emit(kind, a, b);
  }
  return trace.hash;
}

describe('the hash', () => {
  it('is the same for the same events', () => {
    expect(hashOf({ a: 3 }, { b: 4 })).toBe(hashOf({ a: 3 }, { b: 4 }));
  });

  it.each<[string, Step]>([
    ['the kind', { kind: EVENT.WAIT }],
    ['the instant', { nowNs: 1001 }],
    ['the instant by 2^32', { nowNs: 1000 + 2 ** 32 }],
    ['the CPU', { cpu: 1 }],
    ['the task', { pid: 8 }],
    ['the first argument', { a: 5 }],
    ['its sign', { a: -1 }],
    ['the second argument', { b: 5 }],
    ['which argument is which', { a: 2, b: 1 }],
  ])('differs when %s does', (_what, step) => {
    expect(hashOf(step)).not.toBe(hashOf({}));
  });

  it('differs by the order and by the number of events', () => {
    expect(hashOf({ a: 1 }, { a: 2 })).not.toBe(hashOf({ a: 2 }, { a: 1 }));
    expect(hashOf({}, {})).not.toBe(hashOf({}));
  });

  it('differs when a text does, although its number is the same', () => {
    const [one, other] = ['pipe_read', 'pipe_write'].map((text) => {
      const { trace } = makeTrace();
      trace.start();
      trace.emit(EVENT.WAIT, trace.intern(text));
      return trace.hash;
    });
    expect(one).not.toBe(other);
  });
});

describe('texts', () => {
  it('get numbers in the order of their first use, and keep them', () => {
    const { trace } = makeTrace();
    expect(['a', 'b', 'a', 'c', 'b'].map((text) => trace.intern(text))).toEqual([0, 1, 0, 2, 1]);
    expect([0, 1, 2, 3].map((id) => trace.textOf(id))).toEqual(['a', 'b', 'c', '']);
  });

  it('change the hash once', () => {
    const { trace } = makeTrace();
    trace.intern('a');
    const { hash } = trace;
    trace.intern('a');
    expect(trace.hash).toBe(hash);
  });
});

describe('a listener', () => {
  it('is told each event while it listens', () => {
    const { trace, at } = makeTrace();
    const heard: TraceEvent[] = [];
    trace.start((event) => heard.push(event));
    Object.assign(at, { nowNs: 5, cpu: 1, pid: 42 });
    trace.emit(EVENT.SYSCALL_EXIT, 3, -9);
    trace.stop();
    expect(trace.on).toBe(false);
    trace.emit(EVENT.WAKE);
    expect(heard).toEqual([{ kind: EVENT.SYSCALL_EXIT, timeNs: 5, cpu: 1, pid: 42, a: 3, b: -9 }]);
    expect(trace.count).toBe(2);
  });

  it('changes nothing of the hash', () => {
    const { trace, at } = makeTrace();
    Object.assign(at, { nowNs: 1000, pid: 7 });
    trace.start(() => undefined);
    trace.emit(EVENT.WAKE, 1, 2);
    expect(trace.hash).toBe(hashOf({}));
  });
});

describe('a machine that nobody traces', () => {
  it('emits nothing, and interns nothing', () => {
    const { trace } = new RawMachine().kernel.sim;
    expect([trace.on, trace.count, trace.hash]).toEqual([false, 0, makeTrace().trace.hash]);
    expect(trace.textOf(0)).toBe('');
  });
});

describe('kinds', () => {
  it('have numbers of their own', () => {
    expect(new Set(Object.values(EVENT)).size).toBe(Object.keys(EVENT).length);
  });
});
