// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Events as lanes: what each CPU ran, and what each task did, from when to when.
 *
 * Events come in the order in which the machine did things; since each CPU has a time of its own,
 * those of two CPUs may be some microseconds out of order. Within a lane time never runs backwards.
 */
import { HAPPENED, type TimelineData } from './timeline-data.ts';

export const SPAN = {
  RUNNING: 0,
  RUNNABLE: 1,
  SLEEPING: 2,
  /** Asleep for a lock. */
  BLOCKED: 3,
  SPINNING: 4,
  IRQ: 5,
  SOFTIRQ: 6,
  HELD: 7,
  /** Asleep for a lock in a circle of tasks that wait for each other. */
  STUCK: 8,
} as const;

/** Spans in columns, by their beginnings. */
export interface Spans {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** `SPAN`. */
  readonly states: readonly number[];
  /** Index of the event with which it began. */
  readonly events: readonly number[];
}

export interface Lane {
  readonly kind: 'cpu' | 'task';
  /** Of a CPU its number, of a task its pid. */
  readonly id: number;
  readonly spans: Spans;
  /** Above a CPU's lane its interrupts, under a task's the locks that it holds. */
  readonly marks: Spans;
}

class SpanList implements Spans {
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly states: number[] = [];
  readonly events: number[] = [];

  add(startNs: number, endNs: number, state: number, event: number): void {
    // What took no time is not seen, and what began before the last one ended begins there.
    const from = Math.max(startNs, this.ends.at(-1) ?? 0);
    if (endNs <= from) return;
    this.put(from, endNs, state, event);
  }

  /** The same for spans that may overlap. */
  put(startNs: number, endNs: number, state: number, event: number): void {
    this.starts.push(startNs);
    this.ends.push(endNs);
    this.states.push(state);
    this.events.push(event);
  }
}

interface Open {
  readonly startNs: number;
  readonly state: number;
  readonly event: number;
}

class TaskLane {
  readonly spans = new SpanList();
  readonly marks = new SpanList();
  now: Open | undefined;
  hasEnded = false;
  /** Something happened to it in a driver. */
  wasInDriver = false;
  /** The event with which it began to wait for a lock. */
  contended: number | undefined;
  readonly held = new Map<number, Open>();

  become(state: number | undefined, timeNs: number, event: number): void {
    if (this.now !== undefined) {
      this.spans.add(this.now.startNs, timeNs, this.now.state, this.now.event);
    }
    this.now = state === undefined ? undefined : { startNs: timeNs, state, event };
  }

  release(address: number, timeNs: number): void {
    const open = this.held.get(address);
    if (open === undefined) return;
    this.held.delete(address);
    this.marks.put(open.startNs, timeNs, SPAN.HELD, open.event);
  }
}

class CpuLane {
  readonly spans = new SpanList();
  readonly marks = new SpanList();
  pid = 0;
  startNs = 0;
  event = 0;
  readonly interrupts: Open[] = [];

  run(pid: number, timeNs: number, event: number): void {
    if (this.pid !== 0) this.spans.add(this.startNs, timeNs, SPAN.RUNNING, this.event);
    this.pid = pid;
    this.startNs = timeNs;
    this.event = event;
  }

  leave(state: number, timeNs: number): void {
    const at = this.interrupts.findLastIndex((open) => open.state === state);
    const [open] = at < 0 ? [] : this.interrupts.splice(at, 1);
    if (open !== undefined) this.marks.put(open.startNs, timeNs, state, open.event);
  }
}

/** CPUs first, then tasks that were in a driver, then the others; each by their numbers. */
export function lanesOf(data: TimelineData): readonly Lane[] {
  const builder = new LaneBuilder(data);
  for (let event = 0; event < data.kinds.length; event++) builder.take(event);
  return builder.finish();
}

class LaneBuilder {
  readonly #data: TimelineData;
  readonly #cpus: readonly CpuLane[];
  readonly #tasks = new Map<number, TaskLane>();

  constructor(data: TimelineData) {
    this.#data = data;
    this.#cpus = Array.from({ length: data.cpus }, () => new CpuLane());
  }

  take(event: number): void {
    const { kinds, timesNs, cpuIds, pids, a, sites } = this.#data;
    const timeNs = timesNs[event] ?? 0;
    const pid = pids[event] ?? 0;
    const value = a[event] ?? 0;
    const cpu = this.#cpus[cpuIds[event] ?? 0];
    if (cpu === undefined) return;
    if (sites[event] !== 0) this.#task(pid).wasInDriver = true;
    switch (kinds[event] ?? 0) {
      case HAPPENED.SWITCH:
        this.#switch(cpu, value, timeNs, event);
        return;
      case HAPPENED.SPAWN:
      case HAPPENED.WAKE:
        this.#task(value).become(SPAN.RUNNABLE, timeNs, event);
        return;
      case HAPPENED.WAIT:
        this.#wait(cpu, pid, timeNs, event);
        return;
      case HAPPENED.EXIT:
        this.#task(pid).become(undefined, timeNs, event);
        this.#task(pid).hasEnded = true;
        if (cpu.pid === pid) cpu.run(0, timeNs, event);
        return;
      case HAPPENED.LOCK_CONTENDED:
        this.#contended(pid, timeNs, event);
        return;
      case HAPPENED.LOCK:
        this.#lock(pid, value, timeNs, event);
        return;
      case HAPPENED.UNLOCK:
        this.#task(pid).release(value, timeNs);
        return;
      case HAPPENED.IRQ_ENTER:
        cpu.interrupts.push({ startNs: timeNs, state: SPAN.IRQ, event });
        return;
      case HAPPENED.IRQ_EXIT:
        cpu.leave(SPAN.IRQ, timeNs);
        return;
      case HAPPENED.SOFTIRQ_ENTER:
        cpu.interrupts.push({ startNs: timeNs, state: SPAN.SOFTIRQ, event });
        return;
      case HAPPENED.SOFTIRQ_EXIT:
        cpu.leave(SPAN.SOFTIRQ, timeNs);
        return;
    }
  }

  finish(): readonly Lane[] {
    const { nowNs, timesNs } = this.#data;
    const endNs = timesNs.reduce((latest, timeNs) => Math.max(latest, timeNs), nowNs);
    for (const cpu of this.#cpus) {
      cpu.run(0, endNs, 0);
      for (const { state } of cpu.interrupts.toReversed()) cpu.leave(state, endNs);
    }
    for (const [pid, task] of this.#tasks) {
      const isStuck = task.now?.state === SPAN.BLOCKED && this.#isInCircle(pid);
      if (task.now !== undefined && isStuck) task.now = { ...task.now, state: SPAN.STUCK };
    }
    for (const task of this.#tasks.values()) {
      task.become(undefined, endNs, 0);
      for (const address of task.held.keys()) task.release(address, endNs);
    }
    const tasks = [...this.#tasks].toSorted(
      ([one, { wasInDriver: isOne }], [other, { wasInDriver: isOther }]) =>
        Number(isOther) - Number(isOne) || one - other,
    );
    return [
      ...this.#cpus.map(({ spans, marks }, id) => ({
        kind: 'cpu' as const,
        id,
        spans,
        marks: inOrder(marks),
      })),
      ...tasks.map(([id, { spans, marks }]) => ({
        kind: 'task' as const,
        id,
        spans,
        marks: inOrder(marks),
      })),
    ];
  }

  /** Who has the lock that it waits for waits, in the end, for it. */
  #isInCircle(pid: number): boolean {
    const passed = new Set<number>();
    let next: number | undefined = pid;
    while (next !== undefined && !passed.has(next)) {
      passed.add(next);
      next = this.#holderFor(next);
    }
    return next === pid;
  }

  /** Who has the lock that a task waits for. */
  #holderFor(pid: number): number | undefined {
    const contended = this.#tasks.get(pid)?.contended;
    if (contended === undefined) return undefined;
    const address = this.#data.a[contended] ?? 0;
    return [...this.#tasks].find(([, { held }]) => held.has(address))?.[0];
  }

  #task(pid: number): TaskLane {
    let task = this.#tasks.get(pid);
    if (task === undefined) {
      task = new TaskLane();
      if (pid !== 0) this.#tasks.set(pid, task);
    }
    return task;
  }

  #switch(cpu: CpuLane, next: number, timeNs: number, event: number): void {
    const before = this.#task(cpu.pid);
    // Who did not say that it waits would have gone on.
    if (before.now?.state === SPAN.RUNNING || before.now?.state === SPAN.SPINNING) {
      before.become(SPAN.RUNNABLE, timeNs, event);
    }
    cpu.run(next, timeNs, event);
    if (next === 0) return;
    const task = this.#task(next);
    if (!task.hasEnded) task.become(SPAN.RUNNING, timeNs, event);
  }

  #wait(cpu: CpuLane, pid: number, timeNs: number, event: number): void {
    const task = this.#task(pid);
    if (!task.hasEnded) {
      const isBlocked = task.contended !== undefined;
      task.become(isBlocked ? SPAN.BLOCKED : SPAN.SLEEPING, timeNs, task.contended ?? event);
    }
    if (cpu.pid === pid) cpu.run(0, timeNs, event);
  }

  #contended(pid: number, timeNs: number, event: number): void {
    const task = this.#task(pid);
    task.contended = event;
    task.become(SPAN.SPINNING, timeNs, event);
  }

  #lock(pid: number, address: number, timeNs: number, event: number): void {
    const task = this.#task(pid);
    task.contended = undefined;
    if (task.now?.state === SPAN.SPINNING) task.become(SPAN.RUNNING, timeNs, event);
    task.held.set(address, { startNs: timeNs, state: SPAN.HELD, event });
  }
}

/** Spans of locks end in another order than they begin. */
function inOrder(spans: Spans): Spans {
  const order = spans.starts.map((_each, n) => n);
  order.sort((one, other) => (spans.starts[one] ?? 0) - (spans.starts[other] ?? 0));
  const pick = (column: readonly number[]): number[] => order.map((n) => column[n] ?? 0);
  return {
    starts: pick(spans.starts),
    ends: pick(spans.ends),
    states: pick(spans.states),
    events: pick(spans.events),
  };
}

/** The last span that begins at or before an instant; -1: none does. */
export function lastStarted({ starts }: Spans, timeNs: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= timeNs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
