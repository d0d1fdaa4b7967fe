// SPDX-License-Identifier: GPL-2.0-or-later
/** Answers of a kernel with events as a test says. */
import type { TimelineView } from '../../../../kernel-sim/machine-types.ts';

export interface TestEvent {
  readonly kind: number;
  readonly at: number;
  readonly cpu?: number;
  readonly pid?: number;
  readonly a?: number;
  readonly b?: number;
}

export function testView(
  events: readonly TestEvent[],
  more: Partial<TimelineView> = {},
): TimelineView {
  const first = more.first ?? 0;
  return {
    nowNs: 0,
    cpus: 2,
    next: first + events.length,
    kinds: Uint8Array.from(events, ({ kind }) => kind),
    timesNs: Float64Array.from(events, ({ at }) => at),
    cpuIds: Uint8Array.from(events, ({ cpu = 0 }) => cpu),
    pids: Int32Array.from(events, ({ pid = 0 }) => pid),
    a: Float64Array.from(events, ({ a = 0 }) => a),
    b: Float64Array.from(events, ({ b = 0 }) => b),
    sites: new Int32Array(events.length),
    texts: [],
    names: [],
    places: [],
    ...more,
    first,
  };
}
