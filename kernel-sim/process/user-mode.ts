// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The border between a program and the kernel: traps, returns to user mode, and the loop that runs
 * one program after the other in a process.
 *
 * A trap is a plain call that answers at once whenever it can. When it must wait, when the CPU's
 * time is up, or when a signal waits, it answers WOULD_BLOCK and `wait` does the rest as a
 * coroutine. Nothing of the kernel is ever thrown into a program: a task that dies stops here and
 * its program's coroutine is let go.
 *
 * Linux: arch/x86/entry/common.c, kernel/entry/common.c.
 */
import { AssertionError } from '../lib/assert.ts';
import { Oops } from '../kernel/oops.ts';
import { INTERRUPTED_FOR_GOOD, STOPS_BY_DEFAULT } from '../kernel/signal.ts';
import type { Execution } from '../kernel/sched/execution.ts';
import type { Task } from '../kernel/sched/task.ts';
import { type AddressSpace, FAULT } from '../mm/address-space.ts';
import type { FaultKind } from '../mm/fault.ts';
import type { Sim } from '../sim/sim.ts';
import { EVENT } from '../sim/trace.ts';
import { type Sleeping, WOULD_BLOCK } from '../uapi/coroutine.ts';
import { COST } from '../uapi/costs.ts';
import { ERRNO } from '../uapi/errno.ts';
import { UNNUMBERED_CALLS } from '../uapi/ptrace.ts';
import { SA, SIG, SIGNAL } from '../uapi/signal.ts';
import { SYS } from '../uapi/syscall-numbers.ts';
import type { Program, ThreadOptions, UserCpu } from '../uapi/user-cpu.ts';
import type { Process } from './process.ts';
import { deliverSignals, type DeliveryParts, type SignalFrame } from './signal-delivery.ts';
import type { Tracing } from './tracing.ts';

/** A system call: plain, and answers a result, a negative errno, or `process.block(…)`. */
export type SyscallHandler = (
  process: Process,
  a0: number,
  a1: number,
  a2: number,
  a3: number,
  a4: number,
  a5: number,
) => number;

/**
 * Calls that begin again after a signal cut them short: all of them when no handler saw it, these
 * also after a handler with SA_RESTART. Linux: those that answer ERESTARTSYS.
 */
export const RESTARTED: ReadonlySet<number> = new Set([
  SYS.read,
  SYS.write,
  SYS.open,
  SYS.ioctl,
  SYS.wait4,
  SYS.waitid,
  SYS.connect,
  SYS.accept,
  SYS.accept4,
  SYS.sendto,
  SYS.sendmsg,
  SYS.sendmmsg,
  SYS.recvfrom,
  SYS.recvmsg,
  SYS.recvmmsg,
]);
/**
 * Those that answer EINTR after any handler. With a time they go on with what is left of it, as
 * `process.restart` says. Linux: ERESTARTNOHAND and ERESTART_RESTARTBLOCK.
 */
const RESTARTED_WITHOUT_HANDLER: ReadonlySet<number> = new Set([
  SYS.poll,
  SYS.ppoll,
  SYS.select,
  SYS.pselect6,
  SYS.nanosleep,
  SYS.pause,
  SYS.rt_sigsuspend,
]);

/** In place of a call's number, for what traps without one. */
const NO_CALL = -1;
const NO_CALLS: readonly undefined[] = [];

/** How long a program may compute where it cannot be interrupted. */
const STUCK_NS_MAX = 1_000_000_000;

/** Lockdep, as far as borders of the kernel know it. */
export interface LeaveWatcher {
  returnToUser(task: Task): void;
  taskExit(task: Task): void;
}

/** What user mode needs of the kernel. */
export interface UserModeParts extends DeliveryParts {
  readonly sim: Sim;
  readonly execution: Execution;
  /** Handlers by number: a dense array, since it is looked up at each call. */
  readonly syscalls: readonly (SyscallHandler | undefined)[];
  readonly fork: (parent: Process, child: Program) => number;
  readonly createThread: (process: Process, start: Program, options: ThreadOptions) => number;
  /** Who watches what a task holds when it leaves the kernel, or for ever. */
  readonly lockdep: LeaveWatcher;
  /** A program touched what it must not: it gets a signal. */
  readonly onFault: (process: Process, kind: FaultKind, address: number) => void;
  /** Memory with nothing in it. */
  readonly nowhere: AddressSpace;
  /** A program of ours failed by itself: a bug of it, told to whoever debugs. */
  readonly onProgramError: (process: Process, thrown: unknown) => void;
  readonly tracing: Tracing;
}

export class UserMode implements UserCpu {
  signalEntry: UserCpu['signalEntry'] = undefined;
  readonly #process: Process;
  readonly #parts: UserModeParts;
  readonly #execution: Execution;
  /** The program's memory; after a fault, one with nothing in it. */
  #space: AddressSpace;
  /** What the call that answered WOULD_BLOCK had to say, when nothing is left of it to do. */
  #result = 0;
  #number = 0;
  /** CPU time at which the program began to compute where it cannot switch. */
  #stuckSinceNs: number | undefined = undefined;
  #arguments: readonly [number, number, number, number, number, number] = [0, 0, 0, 0, 0, 0];

  constructor(process: Process, parts: UserModeParts) {
    this.#process = process;
    this.#parts = parts;
    this.#execution = parts.execution;
    this.#space = process.space;
  }

  get initialStack(): number {
    return this.#process.initialStack;
  }

  syscall(number: number, a0 = 0, a1 = 0, a2 = 0, a3 = 0, a4 = 0, a5 = 0): number {
    const process = this.#process;
    const { trace } = this.#parts.sim;
    this.#execution.budget -= COST.SYSCALL;
    process.syscalls++;
    if (trace.all) trace.emit(EVENT.SYSCALL_ENTER, number);
    const handler = process.calls[number];
    let result: number;
    try {
      result = handler === undefined ? this.#missing() : handler(process, a0, a1, a2, a3, a4, a5);
    } catch (thrown) {
      result = process.block(this.#fail(thrown));
    }
    if (result !== WOULD_BLOCK) {
      if (trace.all) trace.emit(EVENT.SYSCALL_EXIT, number, result);
      if (this.#execution.budget >= 0 && !process.task.hasWork) return result;
    }
    this.#result = result;
    this.#number = number;
    this.#arguments = [a0, a1, a2, a3, a4, a5];
    return WOULD_BLOCK;
  }

  *wait(): Sleeping<number> {
    const process = this.#process;
    this.#stuckSinceNs = undefined;
    let result = yield* this.#finish(this.#result);
    if (this.#execution.budget < 0) yield;
    // A signal for the process may be this thread's to take, though another was told of it.
    if (process.task.deliverable !== 0) process.task.hasWork = true;
    while (process.task.hasWork) {
      const frames = yield* deliverSignals(process, this.#parts);
      const again = this.#mustRestart(result, frames);
      if (frames.length > 0) {
        yield* this.#runHandlers(frames);
        // What a handler has interrupted stays so, whatever signals come next.
        if (!again) this.#number = NO_CALL;
      }
      if (again && process.leaving === undefined) result = yield* this.#finish(this.#restart());
    }
    process.restart = undefined;
    if (process.task.heldLocks.length > 0) this.#parts.lockdep.returnToUser(process.task);
    // The program is not gone back to: `runUserMode` takes over.
    while (process.leaving !== undefined) yield;
    if (process.hasFaulted) this.#recover();
    return result;
  }

  /** The program has seen the signal of its fault, and goes on behind it. */
  #recover(): void {
    this.#process.hasFaulted = false;
    this.#space = this.#process.space;
    this.#process.calls = this.#parts.tracing.callsOf(this.#process.task);
  }

  /** Runs what a handler left in `process.pending`, if it left something. */
  *#finish(answered: number): Sleeping<number> {
    const process = this.#process;
    const { pending } = process;
    if (pending === undefined) return answered;
    process.pending = undefined;
    let result = 0;
    try {
      result = yield* pending;
    } catch (thrown) {
      yield* this.#fail(thrown);
    }
    const { trace } = this.#parts.sim;
    if (trace.all) trace.emit(EVENT.SYSCALL_EXIT, this.#number, result);
    if (result !== INTERRUPTED_FOR_GOOD) return result;
    this.#number = NO_CALL;
    return -ERRNO.EINTR;
  }

  /** The first handler decides. Without one, such as after a stop, nobody need know. */
  #mustRestart(result: number, frames: readonly SignalFrame[]): boolean {
    if (result !== -ERRNO.EINTR) return false;
    const [first] = frames;
    if (first === undefined) {
      return RESTARTED.has(this.#number) || RESTARTED_WITHOUT_HANDLER.has(this.#number);
    }
    return (first.action.flags & SA.RESTART) !== 0 && RESTARTED.has(this.#number);
  }

  /** Runs the program's handlers on top of what it was doing, the last first. */
  *#runHandlers(frames: readonly SignalFrame[]): Sleeping<void> {
    const process = this.#process;
    const { task } = process;
    // The handler of a fault works on what is really there.
    if (process.hasFaulted) this.#recover();
    // A handler may make calls of its own.
    const { restart } = process;
    const number = this.#number;
    const args = this.#arguments;
    for (const { signal, action, blocked } of frames.toReversed()) {
      if (process.leaving !== undefined) return;
      if (action.handler > SIG.CATCH) yield* this.signalEntry?.(action.handler, signal) ?? [];
      task.blocked = blocked;
    }
    if (task.deliverable !== 0) task.hasWork = true;
    process.restart = restart;
    this.#number = number;
    this.#arguments = args;
  }

  #restart(): number {
    const process = this.#process;
    const { restart } = process;
    process.restart = undefined;
    if (restart !== undefined) return this.#traced(UNNUMBERED_CALLS.restart_syscall, restart);
    return process.calls[this.#number]?.(process, ...this.#arguments) ?? 0;
  }

  fork(child: Program): number {
    this.#number = NO_CALL;
    if (this.#process.hasFaulted) return WOULD_BLOCK;
    this.#result = this.#traced(UNNUMBERED_CALLS.fork, () =>
      this.#parts.fork(this.#process, child),
    );
    this.#execution.budget -= COST.SYSCALL;
    const { task, pending } = this.#process;
    const goesOn = this.#execution.budget >= 0 && !task.hasWork && pending === undefined;
    return goesOn ? this.#result : WOULD_BLOCK;
  }

  createThread(start: Program, options: ThreadOptions = {}): number {
    this.#number = NO_CALL;
    if (this.#process.hasFaulted) return WOULD_BLOCK;
    const create = (): number => this.#parts.createThread(this.#process, start, options);
    this.#result = this.#traced(UNNUMBERED_CALLS.clone, create);
    this.#execution.budget -= COST.SYSCALL;
    const { task, pending } = this.#process;
    const goesOn = this.#execution.budget >= 0 && !task.hasWork && pending === undefined;
    return goesOn ? this.#result : WOULD_BLOCK;
  }

  /** What is no call by number of ours, but is one to who traces. */
  #traced(number: number, run: () => number): number {
    const process = this.#process;
    if (process.task.trace === undefined) return run();
    return process.block(this.#parts.tracing.around(process, number, [], run));
  }

  charge(nanoseconds: number): number {
    const { task } = this.#process;
    this.#execution.budget -= nanoseconds;
    task.sched.userNs += nanoseconds;
    if (this.#execution.budget >= 0 && !task.hasWork) return 0;
    this.#number = NO_CALL;
    this.#result = 0;
    return WOULD_BLOCK;
  }

  overrun(): boolean {
    const { task } = this.#process;
    const { scheduler, signals } = this.#parts;
    try {
      scheduler.overrun();
    } catch (thrown) {
      // The power has gone off: nothing of the program goes on.
      if (!(thrown instanceof Oops)) throw thrown;
      this.#process.leaving = { kind: 'exit', status: thrown.signal };
      task.hasWork = true;
      return true;
    }
    this.#stuckSinceNs ??= scheduler.runtimeNs(task);
    if (scheduler.runtimeNs(task) - this.#stuckSinceNs > STUCK_NS_MAX) {
      signals.send(task, SIGNAL.XCPU);
    }
    return task.hasWork && (task.deliverable & ~task.caught & ~STOPS_BY_DEFAULT) !== 0;
  }

  takeSignals(): number {
    const { task } = this.#process;
    const { taken } = task;
    task.taken = 0;
    return taken;
  }

  load8(address: number): number {
    const value = this.#space.load8(address);
    return value === FAULT ? this.#fault() : value;
  }

  load32(address: number): number {
    const value = this.#space.load32(address);
    return value === FAULT ? this.#fault() : value;
  }

  store8(address: number, value: number): void {
    if (this.#space.store8(address, value) === FAULT) this.#fault();
  }

  store32(address: number, value: number): void {
    if (this.#space.store32(address, value) === FAULT) this.#fault();
  }

  loadBytes(address: number, length: number): Uint8Array {
    const bytes = this.#space.loadBytes(address, length);
    if (bytes !== undefined) return bytes;
    this.#fault();
    return new Uint8Array(length);
  }

  storeBytes(address: number, bytes: Uint8Array): void {
    if (this.#space.storeBytes(address, bytes) === FAULT) this.#fault();
  }

  /**
   * A bad load or store. Its signal takes effect at the program's next trap, since a load cannot
   * switch; until then nothing that the program does has any effect.
   */
  #fault(): number {
    const process = this.#process;
    if (process.hasFaulted) return 0;
    const { faultKind: kind, faultAddress: address } = process.space;
    process.hasFaulted = true;
    this.#space = this.#parts.nowhere;
    process.calls = NO_CALLS;
    this.#parts.onFault(process, kind, address);
    return 0;
  }

  /** A call that is not there, or that comes after a fault: then the signal is taken instead. */
  #missing(): number {
    return this.#process.hasFaulted ? 0 : -ERRNO.ENOSYS;
  }

  /** Something was thrown in kernel mode: an oops ends the task, anything else is our own bug. */
  *#fail(thrown: unknown): Sleeping<number> {
    if (!(thrown instanceof Oops)) throw new AssertionError('the kernel failed', { cause: thrown });
    this.#process.leaving = { kind: 'exit', status: thrown.signal };
    for (;;) yield;
  }
}

/**
 * Runs `program` and what it execs into, until the process leaves. Returns its wait status.
 *
 * The program's coroutine is driven by hand, so that it can be let go at any of its stops.
 */
export function* runUserMode(
  process: Process,
  parts: UserModeParts,
  program: Program,
): Sleeping<number> {
  let next = program;
  for (;;) {
    process.leaving = undefined;
    process.hasFaulted = false;
    const coroutine = next(new UserMode(process, parts));
    const leaving = yield* driveProgram(process, parts, coroutine);
    if (leaving.kind === 'exit') return leaving.status;
    next = leaving.program;
  }
}

function* driveProgram(
  process: Process,
  parts: UserModeParts,
  coroutine: Sleeping<number>,
): Sleeping<NonNullable<Process['leaving']>> {
  for (;;) {
    let step: IteratorResult<void, number> | undefined;
    try {
      step = coroutine.next();
    } catch (thrown) {
      if (thrown instanceof AssertionError) throw thrown;
      parts.onProgramError(process, thrown);
      parts.exitGroup(process, SIGNAL.SEGV);
    }
    // A program that ends right after a fault has not ended by itself.
    while (step?.done === true && process.hasFaulted && process.leaving === undefined) {
      yield* deliverSignals(process, parts);
      process.hasFaulted = process.task.hasWork;
    }
    if (process.leaving !== undefined) return process.leaving;
    if (step?.done === true) return returned(process, parts, (step.value & 0xff) << 8);
    yield;
  }
}

/** A return from the main program ends the process, from a thread's start the thread alone. */
function returned(
  process: Process,
  parts: UserModeParts,
  status: number,
): NonNullable<Process['leaving']> {
  if (process.task.isLeader) parts.exitGroup(process, status);
  return { kind: 'exit', status };
}
