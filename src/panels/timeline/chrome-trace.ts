// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A timeline as Chrome's Trace Event Format, which Perfetto and chrome://tracing open: CPUs, tasks
 * and locks are processes, their lanes threads. Times are in microseconds.
 */
import { spanWords, STATE_WORDS } from './event-words.ts';
import type { Lane, Spans } from './lanes.ts';
import { taskName, type TimelineData } from './timeline-data.ts';

interface TraceEvent {
  readonly ph: 'X' | 'M';
  readonly pid: number;
  readonly tid: number;
  readonly name: string;
  readonly cat?: string;
  readonly ts?: number;
  readonly dur?: number;
  readonly args?: Readonly<Record<string, string>>;
}

const PROCESSES = { cpu: 1, task: 2, lock: 3 } as const;
export function chromeTrace(data: TimelineData, lanes: readonly Lane[]): string {
  const traceEvents: TraceEvent[] = [
    nameOf('process_name', PROCESSES.cpu, 0, 'CPUs'),
    nameOf('process_name', PROCESSES.task, 0, 'Tasks'),
    nameOf('process_name', PROCESSES.lock, 0, 'Locks held'),
  ];
  for (const lane of lanes) {
    const { kind, id, spans, marks } = lane;
    const name = kind === 'cpu' ? `CPU ${id}` : taskName(data, id);
    traceEvents.push(nameOf('thread_name', PROCESSES[kind], id, name));
    addSpans(traceEvents, data, PROCESSES[kind], id, spans);
    if (kind === 'task' && marks.starts.length > 0) {
      traceEvents.push(nameOf('thread_name', PROCESSES.lock, id, name));
    }
    addSpans(traceEvents, data, kind === 'cpu' ? PROCESSES.cpu : PROCESSES.lock, id, marks);
  }
  return JSON.stringify({ displayTimeUnit: 'ns', traceEvents });
}

function nameOf(name: string, pid: number, tid: number, said: string): TraceEvent {
  return { ph: 'M', pid, tid, name, args: { name: said } };
}

function addSpans(
  to: TraceEvent[],
  data: TimelineData,
  pid: number,
  tid: number,
  { starts, ends, states, events }: Spans,
): void {
  for (let n = 0; n < starts.length; n++) {
    const state = states[n] ?? 0;
    const event = events[n] ?? 0;
    const place = data.places.get(data.sites[event] ?? 0)?.source;
    to.push({
      ph: 'X',
      pid,
      tid,
      cat: STATE_WORDS[state] ?? '',
      name: spanWords(data, state, event),
      ts: (starts[n] ?? 0) / 1000,
      dur: ((ends[n] ?? 0) - (starts[n] ?? 0)) / 1000,
      ...(place === undefined ? {} : { args: { source: `${place.file}:${place.line}` } }),
    });
  }
}
