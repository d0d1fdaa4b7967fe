// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * System calls of traced tasks, and who traces whom.
 *
 * A traced task has a dispatch table of its own, whose calls stop for the tracer before and after:
 * nobody else pays for tracing.
 *
 * Linux: kernel/ptrace.c, syscall_trace_enter and syscall_exit_work of kernel/entry/common.c.
 */
import { INTERRUPTED_FOR_GOOD, type Signals } from '../kernel/signal.ts';
import type { Scheduler } from '../kernel/sched/scheduler.ts';
import type { Task } from '../kernel/sched/task.ts';
import type { TaskTable } from '../kernel/pid.ts';
import { Trace, traceStop, type TraceStop } from '../kernel/ptrace.ts';
import { type Sleeping, WOULD_BLOCK } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import { PTRACE_EVENT, PTRACE_O, UNNUMBERED_CALLS } from '../uapi/ptrace.ts';
import { SIGNAL } from '../uapi/signal.ts';
import { SYS } from '../uapi/syscall-numbers.ts';
import { type Process, processOf } from './process.ts';
import { RESTARTED, type SyscallHandler } from './user-mode.ts';

/** What a tracer sees of a call that begins again after a signal. Linux: include/linux/errno.h. */
const ERESTARTSYS = 512;
/** Calls that answer with a new task: clone, fork, posix_spawn. */
const MAKING: ReadonlySet<number> = new Set([
  UNNUMBERED_CALLS.clone,
  UNNUMBERED_CALLS.fork,
  SYS.posix_spawn,
]);
const CHILD_EVENTS = PTRACE_O.TRACEFORK | PTRACE_O.TRACEVFORK | PTRACE_O.TRACECLONE;

export interface TracingParts {
  readonly scheduler: Scheduler;
  readonly signals: Signals;
  readonly tasks: TaskTable;
}

/** A tracee that stopped or ended, and its wait status. */
export interface TraceNews {
  readonly task: Task;
  readonly pid: number;
  readonly uid: number;
  readonly status: number;
}

export class Tracing {
  /** The dispatch table of traced tasks: as the usual one, with stops. */
  #calls: readonly SyscallHandler[] | undefined;
  readonly #parts: TracingParts;
  readonly #usual: readonly (SyscallHandler | undefined)[];
  readonly #tracees = new Map<Task, Set<Task>>();
  readonly #ended = new Map<Task, TraceNews[]>();

  constructor(parts: TracingParts, usual: readonly (SyscallHandler | undefined)[]) {
    this.#parts = parts;
    this.#usual = usual;
  }

  /**
   * What `tracer` has to hear of a tracee that `isWanted`: a stop, or the end of one that is not
   * its child. `report` may refuse it with a negative errno. Answers the tracee's number,
   * WOULD_BLOCK when there is nothing to say yet, or undefined when it traces none of them.
   */
  tell(
    tracer: Task,
    isWanted: (tracee: Task) => boolean,
    report: (tracee: TraceNews) => number,
  ): number | undefined {
    const { leader } = tracer.group;
    const ended = this.#ended.get(leader) ?? [];
    const index = ended.findIndex(({ task }) => isWanted(task));
    const gone = ended[index];
    if (gone !== undefined) {
      const error = report(gone);
      if (error < 0) return error;
      ended.splice(index, 1);
      return gone.pid;
    }
    let answer: number | undefined;
    for (const tracee of this.#tracees.get(leader) ?? []) {
      if (!isWanted(tracee)) continue;
      answer = WOULD_BLOCK;
      const { trace, pid, credentials } = tracee;
      if (trace?.stop === undefined || trace.isReported) continue;
      const error = report({ task: tracee, pid, uid: credentials.uid, status: trace.status });
      if (error < 0) return error;
      trace.isReported = true;
      return pid;
    }
    return answer;
  }

  /** From now on `tracee` stops for `tracer`. `first` is a stop that it makes at once. */
  attach(tracer: Task, tracee: Task, options: number, first: TraceStop | undefined): Trace {
    const leader = tracer.group.leader;
    const trace = new Trace(leader);
    trace.options = options;
    tracee.trace = trace;
    this.#setCalls(tracee);
    const tracees = this.#tracees.get(leader) ?? new Set<Task>();
    tracees.add(tracee);
    this.#tracees.set(leader, tracees);
    if (first !== undefined) this.interrupt(tracee, first);
    return trace;
  }

  /** The dispatch table of a task that has done no wrong. */
  callsOf(task: Task): readonly (SyscallHandler | undefined)[] {
    if (task.trace === undefined) return this.#usual;
    // The usual table is filled after this object is made, but before any task runs.
    return (this.#calls ??= this.#usual.map((_, number) => this.#traced(number)));
  }

  #setCalls(task: Task): void {
    const process = processOf(task);
    if (process?.hasFaulted === false) process.calls = this.callsOf(task);
  }

  /** Asks for a stop where `tracee` would return to user mode. */
  interrupt(tracee: Task, stop: TraceStop): void {
    const { trace } = tracee;
    if (trace === undefined || trace.stop !== undefined) return;
    trace.wanted = stop;
    this.#parts.signals.prod(tracee);
  }

  /** Lets `tracee` go on, untraced, with a signal or 0. */
  detach(tracee: Task, signal: number): void {
    const { trace } = tracee;
    if (trace === undefined) return;
    tracee.trace = undefined;
    this.#setCalls(tracee);
    this.#tracees.get(trace.tracer)?.delete(tracee);
    trace.resume(this.#parts.scheduler, tracee, signal);
  }

  /** A task ends: it is no longer traced, and its tracer hears of it. */
  taskEnded(task: Task, status: number): void {
    const { trace } = task;
    if (trace !== undefined) {
      const { tracer } = trace;
      this.detach(task, 0);
      // A parent hears of its child anyway, when the whole process has ended.
      if (!task.isLeader || task.parent !== tracer) {
        const list = this.#ended.get(tracer) ?? [];
        list.push({ task, pid: task.pid, uid: task.credentials.uid, status });
        this.#ended.set(tracer, list);
        this.#tell(tracer);
      }
    }
    if (task.isLeader) this.#tracerEnded(task);
  }

  #tracerEnded(tracer: Task): void {
    this.#ended.delete(tracer);
    for (const tracee of this.#tracees.get(tracer) ?? []) {
      const kills = tracee.trace?.has(PTRACE_O.EXITKILL) === true;
      this.detach(tracee, 0);
      if (kills) this.#parts.signals.send(tracee, SIGNAL.KILL);
    }
    this.#tracees.delete(tracer);
  }

  /** Stops the running task. Returns the signal that its tracer passes on. */
  *stop(task: Task, stop: TraceStop): Sleeping<number> {
    return yield* traceStop(task, stop, this.#parts.scheduler, (tracer) => this.#tell(tracer));
  }

  /** Makes a stop that was asked for. False if none was. */
  *stopIfWanted(task: Task): Sleeping<boolean> {
    const stop = task.trace?.wanted;
    if (task.trace === undefined || stop === undefined) return false;
    task.trace.wanted = undefined;
    yield* this.stop(task, stop);
    return true;
  }

  #tell(tracer: Task): void {
    this.#parts.signals.send(tracer, SIGNAL.CHLD);
    processOf(tracer)?.childExit.wakeAll();
  }

  // ---- Calls ----------------------------------------------------------------------------------

  #traced(number: number): SyscallHandler {
    return (process, ...values) => process.block(this.#call(process, number, values));
  }

  *#call(
    process: Process,
    number: number,
    values: readonly [number, number, number, number, number, number],
  ): Sleeping<number> {
    const handler = this.#usual[number];
    const run = (): number => handler?.(process, ...values) ?? -ERRNO.ENOSYS;
    return yield* this.around(process, number, values, run);
  }

  /** A call of a traced task, which `run` makes, with its stops. */
  *around(
    process: Process,
    number: number,
    values: readonly number[],
    run: () => number,
  ): Sleeping<number> {
    const { task } = process;
    yield* this.stopIfWanted(task);
    if (task.trace?.seesCalls === true) yield* this.stop(task, { kind: 'entry', number, values });
    // Killed meanwhile: it does not happen.
    if (task.isKilled) return -ERRNO.EINTR;
    let result = run();
    if (result === WOULD_BLOCK) {
      const { pending } = process;
      process.pending = undefined;
      result = pending === undefined ? 0 : yield* pending;
    }
    const { leaving } = process;
    if (leaving?.kind === 'exit') return result;
    // An exec takes effect when the tracer has seen it.
    process.leaving = undefined;
    yield* this.#events(process, number, result, leaving !== undefined);
    if (task.trace?.seesCalls === true) {
      const restarts = result === -ERRNO.EINTR && RESTARTED.has(number);
      const shown = restarts ? -ERESTARTSYS : forTracer(result);
      yield* this.stop(task, { kind: 'exit', number, result: shown });
    }
    process.leaving ??= leaving;
    if (leaving !== undefined) task.hasWork = true;
    return result;
  }

  *#events(process: Process, number: number, result: number, isExec: boolean): Sleeping<void> {
    const { task } = process;
    const { trace } = task;
    if (trace === undefined) return;
    if (isExec && trace.has(PTRACE_O.TRACEEXEC)) {
      yield* this.stop(task, { kind: 'event', event: PTRACE_EVENT.EXEC, message: task.pid });
    } else if (MAKING.has(number) && result > 0 && (trace.options & CHILD_EVENTS) !== 0) {
      const child = this.#parts.tasks.get(result);
      if (child !== undefined) {
        this.attach(trace.tracer, child, trace.options, { kind: 'signal', signal: SIGNAL.STOP });
      }
      yield* this.stop(task, { kind: 'event', event: PTRACE_EVENT.FORK, message: result });
    }
  }
}

/** What ended for good ends as the program will see it. */
function forTracer(result: number): number {
  return result === INTERRUPTED_FOR_GOOD ? -ERRNO.EINTR : result;
}
