// SPDX-License-Identifier: GPL-2.0-or-later
import { beforeEach, describe, expect, it } from 'vitest';

import { DebugObjects, type ObjectType } from './debug-objects.ts';
import { FakeWarner } from './testing/fake-warner.ts';

const AT = 0x5_0ff8;
const TIMER: ObjectType = {
  name: 'timer_list',
  hint: () => 0x1234,
  forget: (at) => forgotten.push(at),
};
const HEAD: ObjectType = { name: 'rcu_head' };

let forgotten: number[];
let warner: FakeWarner;

function objects(isOn = true): DebugObjects {
  return new DebugObjects({
    isOn,
    warner: () => warner,
    formatPointer: (pointer) => pointer.toString(16),
    nameOf: () => 'fires [clock]',
  });
}

const report = (what: string, type = 'timer_list', hint = 'fires [clock]'): string =>
  `ODEBUG: ${what} (active state 0) object: 50ff8 object type: ${type} hint: ${hint}`;

beforeEach(() => {
  forgotten = [];
  warner = new FakeWarner();
});

describe('an object that somebody will come back to', () => {
  it.each([
    ['is freed', (all: DebugObjects) => all.freed(AT, 8), 'free active'],
    [
      'is freed with all around it',
      (all: DebugObjects) => all.freed(AT - 4096, 9000),
      'free active',
    ],
    ['is set up anew', (all: DebugObjects) => all.init(TIMER, AT), 'init active'],
  ])('%s: that is told, and nobody comes back', (_what, act, what) => {
    const all = objects();
    all.init(TIMER, AT);
    all.activate(TIMER, AT);
    act(all);
    expect(warner.said).toEqual([report(what)]);
    expect(forgotten).toEqual([AT]);
  });

  it('is handed in again: that is told, of a kind that has no function to name', () => {
    const all = objects();
    expect([all.activate(HEAD, AT), all.activate(HEAD, AT)]).toEqual([true, false]);
    expect(warner.said).toEqual([report('activate active', 'rcu_head', '0x0')]);
  });
});

describe('nothing is told', () => {
  it.each([
    ['of its neighbours', (all: DebugObjects) => (all.freed(AT - 8, 8), all.freed(AT + 8, 8))],
    ['once somebody has come', (all: DebugObjects) => (all.deactivate(AT), all.freed(AT, 8))],
  ])('%s', (_what, act) => {
    const all = objects();
    all.init(TIMER, AT);
    all.activate(TIMER, AT);
    act(all);
    expect(warner.said).toEqual([]);
  });

  it('where nobody looks', () => {
    const all = objects(false);
    all.init(TIMER, AT);
    all.activate(TIMER, AT);
    all.freed(AT, 8);
    all.assertInit(TIMER, AT + 64);
    expect(warner.said).toEqual([]);
  });
});

it('what was never set up is told once', () => {
  const all = objects();
  all.assertInit(TIMER, AT);
  all.assertInit(TIMER, AT);
  expect(warner.said).toEqual([report('assert_init not available')]);
});

it('after five reports it is silent', () => {
  const all = objects();
  for (let n = 0; n < 9; n++) all.assertInit(TIMER, AT + 64 * n);
  expect(warner.said).toHaveLength(5);
});
