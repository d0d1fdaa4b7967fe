// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * One thread of control that the scheduler runs.
 *
 * A task knows how to run, whom it acts as and which signals wait for it. What makes it a process
 * (memory, open files) belongs to process/, which hangs itself on `process`.
 *
 * Linux: struct task_struct.
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { SIGNAL } from '../../uapi/signal.ts';
import type { IrqTrace } from '../locking/lockdep/irq-trace.ts';
import type { HeldLock } from '../locking/lockdep/lock-class.ts';
import type { Blocker } from '../locking/blocker.ts';
import type { Credentials } from '../credentials.ts';
import type { Trace } from '../ptrace.ts';
import { KERNEL_SIGINFO, type SigInfo } from '../siginfo.ts';
import { type Context, STACK_WORDS } from './context.ts';
import { SchedEntity } from './entity.ts';
import { ThreadGroup } from './thread-group.ts';

/**
 * What `ps` prints: running or runnable, interruptible and uninterruptible sleep, zombie, stopped.
 */
export type TaskState = 'R' | 'S' | 'D' | 'Z' | 'T' | 'X';

const TRACE_STOP_BIT = 1 << 31;

export interface TaskSpec {
  readonly pid: number;
  readonly name: string;
  readonly credentials: Credentials;
  readonly parent: Task | undefined;
  readonly body: Sleeping<void>;
  readonly isKernelThread: boolean;
  /** The process that it is another thread of; without one it leads a new one. */
  readonly group?: ThreadGroup;
}

export class Task implements Context {
  /** The thread's number. It changes once in a life: exec makes a thread the leader. */
  pid: number;
  /** What Linux calls comm: at most 15 bytes. */
  name: string;
  credentials: Credentials;
  readonly group: ThreadGroup;
  readonly body: Sleeping<void>;
  readonly isKernelThread: boolean;

  // Scheduling: the scheduler's alone.
  state: TaskState = 'R';
  readonly sched: SchedEntity;
  cpu = 0;
  sliceEndNs = 0;
  /** Its preempt count while it is not on a CPU: kernel/sched/preempt.ts. */
  preemptCount = 0;
  irqsOff = false;
  irqsOffSinceNs = 0;
  /** Since when the task has computed in a driver without sleeping; Infinity outside of drivers. */
  stintStartNs = Infinity;
  runtimeNs = 0;
  /** Past so much run time somebody looks at the CPU time of its process: process/limits.ts. */
  cpuLimitNs = Infinity;
  /** setuid(2) made it one more of a user's than RLIMIT_NPROC allows: execve(2) looks again. */
  exceedsProcesses = false;
  startNs = 0;
  /** Why it sleeps, or said that it will: kernel/sched/task-state.ts. 0: it runs. */
  sleepState = 0;
  /** What it sleeps on, as `ps -o wchan` names it. */
  waitChannel = '';
  /** Asleep uninterruptibly, but a signal that kills wakes it. Linux: TASK_WAKEKILL. */
  isKillable = false;
  /** Since when it sleeps uninterruptibly; Infinity when it does not. */
  blockedSinceNs = Infinity;
  /** What it waits for that others have. */
  blocker: Blocker | undefined = undefined;
  /** Read sections of RCU that it is in: kernel/rcu/rcu.ts. */
  rcuDepth = 0;

  // The shadow stack (uapi/module-abi.ts), and whether it ended in an oops.
  readonly stack = new Int32Array(STACK_WORDS);
  sp = 0;
  dying = false;
  /** /proc/PID/make-it-fail and /proc/PID/fail-nth: kernel/fault-inject.ts. */
  makeItFail: boolean;
  failNth = 0;
  /** Pointers that its frames hold, once one does: uapi/module-abi.ts, `openRoots`. */
  roots: Float64Array | undefined = undefined;
  /** Physical address of its kernel stack's pages, 0 for one that takes them when it needs them. */
  stackPages = 0;
  /** Where its kernel stack begins, 0 as long as nobody has asked: mm/kernel-stacks.ts. */
  kernelStack = 0;
  /** Where its task_struct lies in memory, 0 for one that has none. */
  address = 0;
  /** Locks that it holds or asked for, the last one last: lockdep's. */
  readonly heldLocks: HeldLock[] = [];
  /** Where it turned interrupts on and off, once it did. */
  irqTrace: IrqTrace | undefined = undefined;
  /** Modules whose code is on the stack, innermost last. */
  readonly modules: { readonly name: string }[] = [];

  // Signals: bit n-1 stands for signal n.
  /** Sent to this thread alone; those sent to the process are in `group`. */
  pending = 0;
  /** Why, of those that have more to say than that the kernel sent them. */
  readonly siginfo = new Map<number, SigInfo>();
  blocked = 0;
  /** Caught signals that the program has not looked at. */
  taken = 0;
  /** Something is to be done before the task returns to user mode. */
  hasWork = false;

  /** Who watches it, if anybody does. */
  trace: Trace | undefined = undefined;

  /** The process that this task is, if it is one: process/ knows its shape. */
  process: unknown = undefined;

  constructor(spec: TaskSpec) {
    this.pid = spec.pid;
    this.name = spec.name.slice(0, 15);
    this.credentials = spec.credentials;
    this.body = spec.body;
    this.isKernelThread = spec.isKernelThread;
    this.sched = new SchedEntity((spec.group?.leader ?? spec.parent)?.sched);
    this.makeItFail = (spec.group?.leader ?? spec.parent)?.makeItFail ?? false;
    this.group = spec.group ?? new ThreadGroup(this, spec.parent);
    this.group.threads.add(this);
    this.group.alive++;
    if (spec.group === undefined) spec.parent?.children.add(this);
  }

  // What belongs to the process as a whole.

  /** The process's number, as getpid(2) says it. */
  get tgid(): number {
    return this.group.leader.pid;
  }

  get isLeader(): boolean {
    return this.group.leader === this;
  }

  get parent(): Task | undefined {
    return this.group.parent;
  }
  set parent(parent: Task | undefined) {
    this.group.parent = parent;
  }

  get children(): Set<Task> {
    return this.group.children;
  }

  get pgid(): number {
    return this.group.pgid;
  }
  set pgid(pgid: number) {
    this.group.pgid = pgid;
  }

  get sid(): number {
    return this.group.sid;
  }
  set sid(sid: number) {
    this.group.sid = sid;
  }

  get ignored(): number {
    return this.group.ignored;
  }
  set ignored(signals: number) {
    this.group.ignored = signals;
  }

  get caught(): number {
    return this.group.caught;
  }
  set caught(signals: number) {
    this.group.caught = signals;
  }

  /**
   * Signals that are neither blocked nor ignored: they end an interruptible sleep, as a stop for
   * the tracer does, which stands in the bit that no signal has.
   */
  get deliverable(): number {
    const signals = (this.pending | this.group.pending) & ~this.blocked;
    return this.trace?.wanted === undefined ? signals : signals | TRACE_STOP_BIT;
  }

  /** Takes a signal off, the thread's own first, and says why it was sent. */
  dequeueSignal(signal: number): SigInfo {
    const bit = 1 << (signal - 1);
    const from = (this.pending & bit) === 0 ? this.group : this;
    from.pending &= ~bit;
    const info = from.siginfo.get(signal);
    from.siginfo.delete(signal);
    return info ?? KERNEL_SIGINFO;
  }

  /** True if a signal that cannot be survived waits. */
  get isKilled(): boolean {
    return ((this.pending | this.group.pending) & (1 << (SIGNAL.KILL - 1))) !== 0;
  }
}
