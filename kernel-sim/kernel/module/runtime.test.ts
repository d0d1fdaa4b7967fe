// SPDX-License-Identifier: GPL-2.0-or-later
/** `$k`: frames, the way of what is thrown, and drops; none of it trusts a driver. */
import { beforeEach, describe, expect, it } from 'vitest';

import { COST } from '../../uapi/costs.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { Oops } from '../oops.ts';
import { ERRNO_VALUES, errnoValue, ErrnoValue } from './errno-value.ts';
import { isCoroutine } from '../../lib/coroutine.ts';
import { DriverRuntime, isSwitching, KERNEL_STACK_BYTES } from './runtime.ts';

let k: DriverRuntime;
let told: string[];

beforeEach(() => {
  k = makeRuntime(new DriverRuntime());
});

function makeRuntime(runtime: DriverRuntime): DriverRuntime {
  told = [];
  runtime.stack = new Int32Array(2048);
  runtime.attach({
    overrun: () => void told.push('overrun'),
    watch: () => void told.push('watch'),
    panic(thrown) {
      told.push(
        `panic: ${thrown instanceof Error || typeof thrown === 'string' ? thrown : typeof thrown}`,
      );
      runtime.dying = true;
      return new Oops('panic');
    },
    stackOverflow() {
      told.push('overflow');
      runtime.dying = true;
      return new Oops('overflow');
    },
    step: (site) => site === 1,
  });
  return runtime;
}

/** What `body` throws. */
function thrownBy(body: () => void): unknown {
  try {
    body();
  } catch (thrown) {
    return thrown;
  }
  return 'nothing';
}

/** How often a coroutine stops before its end. */
function stops(coroutine: Generator): number {
  let count = 0;
  while (coroutine.next().done !== true) count++;
  return count;
}

describe('a frame', () => {
  it('is charged, and knows all of the kernel stack below it', () => {
    k.setHorizon(1000);
    expect([k.enter(7, 100), k.enter(8, 50)]).toEqual([0, 2]);
    expect([...k.stack.subarray(0, 5)]).toEqual([7, 100, 8, 150, 0]);
    expect([k.sp, k.budget]).toEqual([4, 1000 - 2 * COST.FUNCTION_ENTRY]);
  });

  it.each([
    ['that just fits', KERNEL_STACK_BYTES, 'nothing'],
    ['of one byte too much', KERNEL_STACK_BYTES + 1, expect.any(Oops)],
  ])('%s', (_what, bytes, outcome) => {
    k.enter(1, 1000);
    expect(thrownBy(() => k.enter(2, bytes - 1000))).toEqual(outcome);
    expect(k.sp).toBe(bytes > KERNEL_STACK_BYTES ? 2 : 4);
  });

  /** How deep a recursion gets; far more than any stack holds is "too deep". */
  function depth(runtime: DriverRuntime, frameBytes: number): number {
    for (let deep = 0; deep < 100_000; deep++) {
      if (thrownBy(() => runtime.enter(1, frameBytes)) !== 'nothing') return deep;
    }
    return Infinity;
  }

  it.each([0, 1, 16, 64, 4096])('of %i bytes cannot be entered for ever', (frameBytes) => {
    expect(depth(k, frameBytes)).toBeLessThanOrEqual(1024);
    expect(told).toEqual(['overflow']);
  });

  it('could be if nobody counted', () => {
    class Unguarded extends DriverRuntime {
      override enter(): number {
        this.sp += 2;
        return this.sp - 2;
      }
    }
    expect(depth(makeRuntime(new Unguarded()), 64)).toBe(Infinity);
  });
});

describe('what a driver throws', () => {
  it('passes on as it is when it is an Errno', () => {
    expect(k.unwind(ERRNO_VALUES.EIO)).toBe(ERRNO_VALUES.EIO);
    expect(() => k.caught(ERRNO_VALUES.EIO)).not.toThrow();
    expect(told).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['an error', new Error('boom')],
    ['a number that looks like one', -5],
    ['an object that looks like one', { number: 5 }],
    ['one that inherits from one', Object.create(ERRNO_VALUES.EIO) as unknown],
    ['undefined', undefined],
    ['null', null],
  ])('is a panic when it is %s', (_what, thrown) => {
    expect(k.unwind(thrown)).toBeInstanceOf(Oops);
    expect(told).toHaveLength(1);
  });

  it('is reported once, however many functions it passes through', () => {
    let thrown: unknown = new Error('boom');
    for (let n = 0; n < 5; n++) thrown = k.unwind(thrown);
    expect(thrown).toBeInstanceOf(Oops);
    expect(told).toEqual(['panic: Error: boom']);
  });

  it('cannot be caught when it is a panic', () => {
    expect(thrownBy(() => k.caught(new Error('boom')))).toBeInstanceOf(Oops);
    expect(thrownBy(() => k.caught(new Error('again')))).toBeInstanceOf(Error);
    expect(told).toEqual(['panic: Error: boom']);
  });

  it('cannot be caught at all once the task dies, even if it is an Errno', () => {
    k.dying = true;
    expect(thrownBy(() => k.caught(ERRNO_VALUES.EIO))).toBe(ERRNO_VALUES.EIO);
    expect(told).toEqual([]);
  });
});

describe('an Errno', () => {
  it.each(Object.entries(ERRNO))('%s is one frozen value for %i', (name, number) => {
    const value = errnoValue(-number);
    expect(value).toBe(errnoValue(number));
    expect(Object.isFrozen(value)).toBe(true);
    expect([ErrnoValue.numberOf(value), value.number, String(value)]).toEqual([
      number,
      number,
      name,
    ]);
  });

  it.each([5, '5', {}, null, undefined, Object.create(ErrnoValue.prototype)])(
    'is not %j',
    (thrown) => {
      expect(ErrnoValue.numberOf(thrown)).toBe(0);
    },
  );
});

describe('a drop', () => {
  class Owner {
    [Symbol.dispose](): void {
      told.push('dispose');
    }
  }
  const withGlue = (): object => {
    const owner = new Owner();
    Object.defineProperty(owner, k.DROP, { value: () => void told.push('glue') });
    return owner;
  };

  it.each<[string, () => unknown, string[]]>([
    ['an object with a dispose', () => new Owner(), ['dispose']],
    ['one with glue, which calls the dispose itself', withGlue, ['glue']],
    ['one with neither', () => ({}), []],
    ['one whose dispose is no function', () => ({ [Symbol.dispose]: 5 }), []],
    ['null', () => null, []],
    ['undefined', () => undefined, []],
    ['a number', () => 5, []],
  ])('of %s', (_what, make, expected) => {
    k.drop(make());
    expect(told).toEqual(expected);
    told.length = 0;
    expect(stops(k.dropSwitching(make()))).toBe(0);
    expect(told).toEqual(expected);
  });

  it('runs nothing once the task dies', () => {
    k.dying = true;
    k.drop(new Owner());
    stops(k.dropSwitching(withGlue()));
    expect(told).toEqual([]);
  });

  const sleepy = {
    *[Symbol.dispose](): Generator<void, void> {
      yield;
      told.push('dispose');
    },
  };

  it('of what may sleep sleeps where that is allowed', () => {
    expect(stops(k.dropSwitching(sleepy))).toBe(1);
    expect(told).toEqual(['dispose']);
  });

  it('of what may sleep is a panic where it is not', () => {
    expect(thrownBy(() => k.drop(sleepy))).toBeInstanceOf(Oops);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('may sleep');
  });
});

describe('a call by value', () => {
  function* coroutine(): Generator<void, string> {
    yield;
    return 'done';
  }

  it.each<[string, unknown]>([
    ['a number', 5],
    ['an array', [1]],
    ['an iterator of somebody else', [1].values()],
    ['an object with a next', { next: () => 1 }],
  ])('that answers %s is over', (_what, answer) => {
    expect(isCoroutine(answer)).toBe(false);
    expect(k.sync(answer)).toBe(answer);
    expect(k.maybe(answer).next().value).toBe(answer);
  });

  it('that answers a coroutine of ours is finished, or is a panic', () => {
    expect(isCoroutine(coroutine())).toBe(true);
    const finishing = k.maybe(coroutine());
    finishing.next();
    expect(finishing.next()).toEqual({ done: true, value: 'done' });
    expect(thrownBy(() => k.sync(coroutine()))).toBeInstanceOf(Oops);
  });

  it.each<[string, unknown, boolean]>([
    ['a generator function', coroutine, true],
    ['a plain function', () => 1, false],
    ['a class', Oops, false],
    ['no function', {}, false],
  ])('may be foreseen for %s', (_what, fn, answer) => {
    expect(isSwitching(fn)).toBe(answer);
  });
});

describe('points', () => {
  it('in a coroutine stop once, and then the watchdog looks', () => {
    expect(stops(k.reschedule())).toBe(1);
    expect(told).toEqual(['watch']);
  });

  it('in a plain function do not', () => {
    k.overrun();
    expect(told).toEqual(['overrun']);
  });

  it.each([
    [1, 1],
    [2, 0],
  ])('at statement %i stop %i times, as decided', (site, count) => {
    expect(stops(k.step(site))).toBe(count);
  });
});
