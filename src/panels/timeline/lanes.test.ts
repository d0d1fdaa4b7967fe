// SPDX-License-Identifier: GPL-2.0-or-later
/** Lanes from events: who ran, who waited and for what, who held which lock. */
import { describe, expect, it } from 'vitest';

import { chromeTrace } from './chrome-trace.ts';
import { spanWords } from './event-words.ts';
import { lanesOf, SPAN, type Lane, type Spans } from './lanes.ts';
import { busyShares } from './overview.tsx';
import { HAPPENED, withAnswer, type TimelineData } from './timeline-data.ts';
import { testView, type TestEvent } from './testing/test-view.ts';
import { centre, moveByKey, pan, rulerTicks, zoom } from './viewport.ts';

const LOCK = 0x1000;
const { SWITCH, WAIT, WAKE, EXIT, LOCK_CONTENDED, IRQ_ENTER, IRQ_EXIT } = HAPPENED;
const NAMES = [
  { pid: 7, name: 'teller' },
  { pid: 8, name: 'audit' },
];

function dataOf(events: readonly TestEvent[], nowNs = 1000): TimelineData {
  const texts = [
    { id: 0, text: 'pipe_read' },
    { id: 1, text: 'Bank.accounts' },
  ];
  return withAnswer(undefined, testView(events, { nowNs, texts, names: NAMES }));
}

function lane(lanes: readonly Lane[], kind: Lane['kind'], id: number): Lane {
  const found = lanes.find((each) => each.kind === kind && each.id === id);
  if (found === undefined) throw new Error(`no lane of ${kind} ${id}`);
  return found;
}

function rows({ starts, ends, states }: Spans): readonly (readonly number[])[] {
  return starts.map((start, n) => [start, ends[n] ?? 0, states[n] ?? 0]);
}

describe('lanes', () => {
  it('show a task from its waking to its sleep', () => {
    const lanes = lanesOf(
      dataOf([
        { kind: WAKE, at: 100, pid: 8, a: 7 },
        { kind: SWITCH, at: 150, a: 7 },
        { kind: WAIT, at: 400, pid: 7, a: 0 },
        { kind: WAKE, at: 600, pid: 8, a: 7 },
        { kind: SWITCH, at: 700, a: 7 },
      ]),
    );
    expect(rows(lane(lanes, 'task', 7).spans)).toEqual([
      [100, 150, SPAN.RUNNABLE],
      [150, 400, SPAN.RUNNING],
      [400, 600, SPAN.SLEEPING],
      [600, 700, SPAN.RUNNABLE],
      [700, 1000, SPAN.RUNNING],
    ]);
    expect(rows(lane(lanes, 'cpu', 0).spans)).toEqual([
      [150, 400, SPAN.RUNNING],
      [700, 1000, SPAN.RUNNING],
    ]);
  });

  it('let who is put back wait for its turn', () => {
    const lanes = lanesOf(
      dataOf([
        { kind: SWITCH, at: 10, a: 7 },
        { kind: SWITCH, at: 50, pid: 7, a: 8 },
        { kind: EXIT, at: 90, pid: 8 },
        { kind: SWITCH, at: 95, a: 7 },
      ]),
    );
    expect(rows(lane(lanes, 'task', 7).spans)).toEqual([
      [10, 50, SPAN.RUNNING],
      [50, 95, SPAN.RUNNABLE],
      [95, 1000, SPAN.RUNNING],
    ]);
    expect(rows(lane(lanes, 'task', 8).spans)).toEqual([[50, 90, SPAN.RUNNING]]);
  });

  it('tell spinning from sleeping for a lock, and show who holds it', () => {
    const data = dataOf([
      { kind: SWITCH, at: 0, a: 7 },
      { kind: HAPPENED.LOCK, at: 20, pid: 7, a: LOCK, b: 1 },
      { kind: SWITCH, at: 30, cpu: 1, a: 8 },
      { kind: LOCK_CONTENDED, at: 40, cpu: 1, pid: 8, a: LOCK, b: 1 },
      { kind: WAIT, at: 60, cpu: 1, pid: 8, a: 0 },
      { kind: HAPPENED.UNLOCK, at: 200, pid: 7, a: LOCK, b: 1 },
      { kind: WAKE, at: 205, pid: 7, a: 8 },
      { kind: SWITCH, at: 210, cpu: 1, a: 8 },
      { kind: HAPPENED.LOCK, at: 220, cpu: 1, pid: 8, a: LOCK, b: 1 },
    ]);
    const lanes = lanesOf(data);
    const audit = lane(lanes, 'task', 8);
    expect(rows(audit.spans).slice(1, 3)).toEqual([
      [40, 60, SPAN.SPINNING],
      [60, 205, SPAN.BLOCKED],
    ]);
    expect(spanWords(data, SPAN.BLOCKED, audit.spans.events[2] ?? 0)).toBe(
      'waits for Bank.accounts',
    );
    expect(rows(lane(lanes, 'task', 7).marks)).toEqual([[20, 200, SPAN.HELD]]);
    expect(rows(audit.marks)).toEqual([[220, 1000, SPAN.HELD]]);
  });

  it('put interrupts above what they interrupt', () => {
    const lanes = lanesOf(
      dataOf([
        { kind: SWITCH, at: 0, a: 7 },
        { kind: IRQ_ENTER, at: 100, pid: 7, a: 4, b: 1 },
        { kind: HAPPENED.SOFTIRQ_ENTER, at: 120, pid: 7, a: 1 },
        { kind: HAPPENED.SOFTIRQ_EXIT, at: 130, pid: 7, a: 1 },
        { kind: IRQ_EXIT, at: 140, pid: 7, a: 4 },
      ]),
    );
    const cpu = lane(lanes, 'cpu', 0);
    expect(rows(cpu.spans)).toEqual([[0, 1000, SPAN.RUNNING]]);
    expect(rows(cpu.marks)).toEqual([
      [100, 140, SPAN.IRQ],
      [120, 130, SPAN.SOFTIRQ],
    ]);
  });

  it('never overlap, whatever comes', () => {
    const events: TestEvent[] = [];
    let random = 1;
    for (let n = 0; n < 5000; n++) {
      random = (random * 48_271) % 2_147_483_647;
      const kind = (random >> 3) % 40;
      events.push({ kind, at: n * 3 + (random % 9), cpu: random % 3, pid: random % 5, a: n % 6 });
    }
    for (const { spans } of lanesOf(dataOf(events, 20_000))) {
      for (const [n, start] of spans.starts.entries()) {
        expect(spans.ends[n] ?? 0).toBeGreaterThan(start);
        expect(start).toBeGreaterThanOrEqual(spans.ends[n - 1] ?? 0);
      }
    }
  });
});

describe('answers', () => {
  const event = (at: number): TestEvent => ({ kind: WAKE, at, a: 7 });

  it('are put behind one another', () => {
    const one = withAnswer(undefined, testView([event(1), event(2)], { first: 10 }));
    const both = withAnswer(one, testView([event(3)], { first: 12 }));
    expect([both.first, both.next, [...both.timesNs]]).toEqual([10, 13, [1, 2, 3]]);
  });

  it('stand alone when something is missing between them', () => {
    const one = withAnswer(undefined, testView([event(1)], { first: 10 }));
    const later = withAnswer(one, testView([event(9)], { first: 40 }));
    expect([later.first, [...later.timesNs]]).toEqual([40, [9]]);
  });
});

describe('what is in sight', () => {
  const all = { startNs: 0, endNs: 1_000_000 };
  const view = { startNs: 400_000, endNs: 500_000 };

  it('keeps the instant around which it zooms', () => {
    expect(zoom(view, 0.5, 425_000, all)).toEqual({ startNs: 412_500, endNs: 462_500 });
    expect(zoom(view, 1e9, 425_000, all)).toEqual(all);
  });

  it('stays within what there is', () => {
    expect(pan(view, -1e9, all)).toEqual({ startNs: 0, endNs: 100_000 });
    expect(pan(view, 1e9, all)).toEqual({ startNs: 900_000, endNs: 1_000_000 });
    expect(centre(view, 10, all)).toEqual({ startNs: 0, endNs: 100_000 });
  });

  it('moves by W, A, S and D alone', () => {
    expect(moveByKey('d', view, 0, all)).toEqual({ startNs: 415_000, endNs: 515_000 });
    expect(moveByKey('x', view, 0, all)).toBeUndefined();
  });

  it('has round instants on its ruler', () => {
    expect(rulerTicks(view, 500, 90)).toEqual([
      400_000, 420_000, 440_000, 460_000, 480_000, 500_000,
    ]);
  });
});

it('tells those that wait in a circle from those that wait for them', () => {
  const waits = (pid: number, a: number): TestEvent[] => [
    { kind: LOCK_CONTENDED, at: 300 + pid, cpu: pid % 2, pid, a },
    { kind: WAIT, at: 400 + pid, cpu: pid % 2, pid, a: 0 },
  ];
  const lanes = lanesOf(
    dataOf(
      [
        { kind: HAPPENED.LOCK, at: 100, pid: 6, a: 0x60 },
        { kind: HAPPENED.LOCK, at: 200, cpu: 1, pid: 7, a: 0x70 },
        ...waits(6, 0x70),
        ...waits(8, 0x60),
        ...waits(7, 0x60),
      ],
      900,
    ),
  );
  const last = lanes.filter(({ kind }) => kind === 'task').map((lane) => lane.spans.states.at(-1));
  expect(last).toEqual([SPAN.STUCK, SPAN.STUCK, SPAN.BLOCKED]);
});

it('knows how busy the CPUs were', () => {
  const lanes = lanesOf(
    dataOf([
      { kind: SWITCH, at: 0, a: 7 },
      { kind: WAIT, at: 500, pid: 7, a: 0 },
    ]),
  );
  expect(busyShares(lanes, { startNs: 0, endNs: 1000 }, 4)).toEqual([0.5, 0.5, 0, 0]);
});

it('is saved as Chrome reads it', () => {
  const data = dataOf(
    [
      { kind: SWITCH, at: 1000, a: 7 },
      { kind: WAIT, at: 3500, pid: 7, a: 0 },
    ],
    4000,
  );
  const { traceEvents } = JSON.parse(chromeTrace(data, lanesOf(data))) as {
    traceEvents: readonly Record<string, unknown>[];
  };
  expect(traceEvents).toContainEqual({
    ph: 'X',
    pid: 1,
    tid: 0,
    cat: 'running',
    name: 'teller/7',
    ts: 1,
    dur: 2.5,
  });
  expect(traceEvents).toContainEqual(
    expect.objectContaining({ pid: 2, tid: 7, cat: 'sleeping', name: 'waits in pipe_read' }),
  );
});
