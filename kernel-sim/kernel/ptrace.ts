// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Tracing: who watches whom, and where the watched task stands.
 *
 * A tracee stops before and after each system call, and before each signal takes effect; its tracer
 * learns of the stop by wait4(2) and lets it go on. What happens in the system calls themselves is
 * process/tracing.ts.
 *
 * Linux: kernel/ptrace.c, and ptrace_stop of kernel/signal.c.
 */
import type { Sleeping } from '../uapi/coroutine.ts';
import { PTRACE_EVENT, PTRACE_O, SYSCALL_STOP_BIT } from '../uapi/ptrace.ts';
import { SIGNAL } from '../uapi/signal.ts';
import type { Scheduler } from './sched/scheduler.ts';
import type { Task } from './sched/task.ts';
import type { SigInfo } from './siginfo.ts';

/** What a tracee has stopped for. */
export type TraceStop =
  | { readonly kind: 'entry'; readonly number: number; readonly values: readonly number[] }
  | { readonly kind: 'exit'; readonly number: number; readonly result: number }
  | { readonly kind: 'signal'; readonly signal: number; readonly info?: SigInfo }
  | { readonly kind: 'group'; readonly signal: number }
  | { readonly kind: 'event'; readonly event: number; readonly message: number };

/** How one task is traced. */
export class Trace {
  readonly tracer: Task;
  options = 0;
  /** Where the tracee stands; undefined while it runs. */
  stop: TraceStop | undefined = undefined;
  /** The tracer has been told of `stop`. */
  isReported = false;
  /** The tracer wants to see system calls, and not only signals. */
  seesCalls = false;
  /** A stop is asked for at the tracee's next trap: of a new tracee, or by PTRACE_INTERRUPT. */
  wanted: TraceStop | undefined = undefined;
  /** The signal with which the tracer let the tracee go on. */
  injected = 0;
  /** The last event's message, such as a child's pid. */
  message = 0;

  constructor(tracer: Task) {
    this.tracer = tracer;
  }

  has(option: number): boolean {
    return (this.options & option) !== 0;
  }

  /** As wait4(2) reports the stop: the signal, and the event above it. */
  get status(): number {
    const { stop } = this;
    const signal = stop === undefined ? 0 : this.#signalOf(stop);
    const event =
      stop?.kind === 'event' ? stop.event : stop?.kind === 'group' ? PTRACE_EVENT.STOP : 0;
    return (event << 16) | (signal << 8) | 0x7f;
  }

  #signalOf(stop: TraceStop): number {
    if (stop.kind === 'signal' || stop.kind === 'group') return stop.signal;
    if (stop.kind === 'event') return SIGNAL.TRAP;
    return this.has(PTRACE_O.TRACESYSGOOD) ? SIGNAL.TRAP | SYSCALL_STOP_BIT : SIGNAL.TRAP;
  }

  /** Lets the tracee go on. Context: its tracer, or whoever ends the tracing. */
  resume(scheduler: Scheduler, tracee: Task, signal = 0): void {
    this.stop = undefined;
    this.injected = signal;
    scheduler.resume(tracee);
  }
}

/**
 * Stops the running task for its tracer. Returns the signal that the tracer passes on. Context: the
 * tracee, on its way into or out of the kernel.
 */
export function* traceStop(
  task: Task,
  stop: TraceStop,
  scheduler: Scheduler,
  tell: (tracer: Task) => void,
): Sleeping<number> {
  const { trace } = task;
  if (trace === undefined) return stop.kind === 'signal' ? stop.signal : 0;
  trace.stop = stop;
  trace.isReported = false;
  if (stop.kind === 'event') trace.message = stop.message;
  tell(trace.tracer);
  // Only the tracer, its end, or a kill makes an end of it.
  while (trace.stop !== undefined && !task.isKilled) yield* scheduler.sleep('T', 'ptrace_stop');
  trace.stop = undefined;
  return trace.injected;
}
