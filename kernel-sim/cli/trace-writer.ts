// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The trace as Chrome's trace events (JSON), which Perfetto and chrome://tracing open: a process
 * for each CPU's scheduling, and a thread for each task's system calls.
 *
 * @see https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 */
import type { Machine } from '../index.ts';
import { encodeUtf8 } from '../lib/utf8.ts';
import { EVENT, type Trace, type TraceEvent } from '../sim/trace.ts';
import { SYS } from '../uapi/syscall-numbers.ts';
import type { Outbox } from './outbox.ts';

/** Pieces of about this size go out. */
const PIECE_CHARACTERS = 64 * 1024;
const NS_PER_US = 1000;
/** Process numbers of the two groups of rows. */
const CPUS = 1;
const TASKS = 2;

const KIND_NAMES = new Map<number, string>(
  Object.entries(EVENT).map(([name, kind]) => [kind, name.toLowerCase()]),
);
const SYSCALL_NAMES = new Map<number, string>(
  Object.entries(SYS).map(([name, number]) => [number, name]),
);

/** What argument `b` of an event is; `a` is a number or a text by kind. */
const TEXT_IN_A = new Set<number>([EVENT.WAIT, EVENT.MODULE, EVENT.OOPS, EVENT.INPUT]);
const TEXT_IN_B = new Set<number>([EVENT.PRINTK, EVENT.SLAB_ALLOC, EVENT.SLAB_FREE]);

export class TraceWriter {
  readonly #trace: Trace;
  readonly #outbox: Outbox;
  #piece = '[\n';
  /** By CPU: what runs there, and since when. */
  readonly #running = new Map<number, { pid: number; sinceNs: number }>();

  constructor(machine: Machine, outbox: Outbox) {
    this.#trace = machine.kernel.sim.trace;
    this.#outbox = outbox;
    this.#put({ ph: 'M', name: 'process_name', pid: CPUS, args: { name: 'CPUs' } });
    this.#put({ ph: 'M', name: 'process_name', pid: TASKS, args: { name: 'Tasks' } });
    this.#trace.start((event) => this.#write(event));
  }

  /** The last piece. Nothing is recorded afterwards. */
  finish(): void {
    this.#trace.stop();
    this.#piece += '{"ph":"M","name":"end","pid":1}\n]\n';
    this.#flush();
  }

  #write(event: TraceEvent): void {
    const ts = event.timeNs / NS_PER_US;
    const name = SYSCALL_NAMES.get(event.a) ?? `syscall_${event.a}`;
    switch (event.kind) {
      case EVENT.SYSCALL_ENTER:
        this.#put({ ph: 'B', name, pid: TASKS, tid: event.pid, ts });
        break;
      case EVENT.SYSCALL_EXIT:
        this.#put({ ph: 'E', name, pid: TASKS, tid: event.pid, ts, args: { result: event.b } });
        break;
      case EVENT.SWITCH:
        this.#switch(event, ts);
        break;
      default:
        this.#put({
          ph: 'i',
          s: 't',
          name: KIND_NAMES.get(event.kind) ?? 'event',
          pid: TASKS,
          tid: event.pid,
          ts,
          args: {
            a: this.#argument(event.a, TEXT_IN_A, event),
            b: this.#argument(event.b, TEXT_IN_B, event),
          },
        });
    }
  }

  #switch(event: TraceEvent, ts: number): void {
    const before = this.#running.get(event.cpu);
    if (before !== undefined && before.pid !== 0) {
      const start = before.sinceNs / NS_PER_US;
      const name = `pid ${before.pid}`;
      this.#put({ ph: 'X', name, pid: CPUS, tid: event.cpu, ts: start, dur: ts - start });
    }
    this.#running.set(event.cpu, { pid: event.a, sinceNs: event.timeNs });
  }

  #argument(value: number, texts: ReadonlySet<number>, event: TraceEvent): number | string {
    return texts.has(event.kind) ? this.#trace.textOf(value) : value;
  }

  #put(event: object): void {
    this.#piece += `${JSON.stringify(event)},\n`;
    if (this.#piece.length > PIECE_CHARACTERS) this.#flush();
  }

  #flush(): void {
    this.#outbox.trace(encodeUtf8(this.#piece));
    this.#piece = '';
  }
}
