// SPDX-License-Identifier: GPL-2.0-or-later
/** What a timeline is told of a machine: the events of its run, and who and what they are about. */
import { expect, it } from 'vitest';

import { TestMachine } from '../../tests/support/machine.ts';
import type { Kernel } from '../init/kernel.ts';
import type { MachineOptions } from '../init/machine.ts';
import { HAPPENED } from '../machine-types.ts';
import { EVENT } from '../sim/trace.ts';
import { timelineBuffers, timelineView } from './timeline.ts';

it('says who ran, and what their numbers stand for', () => {
  const kernel = kernelAfter('sleep 0.01; cat /proc/uptime', { keepsTimeline: true });
  const view = timelineView(kernel, { from: 0 });
  if (view === undefined) throw new Error('the machine keeps events');
  const { kinds, a, next, first, names, texts } = view;
  expect(next - first).toBe(kinds.length);
  const ran = new Set([...a].filter((_pid, n) => kinds[n] === HAPPENED.SWITCH));
  const called = names.filter(({ pid }) => ran.has(pid)).map(({ name }) => name);
  expect(called).toEqual(expect.arrayContaining(['sleep', 'cat', 'kthreadd']));
  expect(texts.map(({ text }) => text)).toContain('hrtimer_nanosleep');
  const rest = timelineView(kernel, { from: next - 2 });
  expect(rest?.kinds).toEqual(kinds.subarray(-2));
  expect(structuredClone(view, { transfer: timelineBuffers(view) }).kinds).toHaveLength(next);
});

it('is not there for a machine that keeps no events', () => {
  expect(timelineView(kernelAfter('true', {}), { from: 0 })).toBeUndefined();
});

it('numbers events as the trace does', () => {
  const known: Readonly<Record<string, number>> = EVENT;
  const same = Object.keys(HAPPENED).map((name) => [name, known[name]]);
  expect(Object.fromEntries(same)).toEqual(HAPPENED);
});

function kernelAfter(text: string, options: MachineOptions): Kernel {
  const script = { text, user: 'user', args: [] } as const;
  const guest = TestMachine.boot({ script }, options);
  guest.runUntil(() => guest.machine.state === 'halted', 'the end of the script');
  return guest.machine.kernel;
}
