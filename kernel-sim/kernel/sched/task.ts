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
import type { Credentials } from '../credentials.ts';
import { SchedEntity } from './entity.ts';

/**
 * What `ps` prints: running or runnable, interruptible and uninterruptible sleep, zombie, stopped.
 */
export type TaskState = 'R' | 'S' | 'D' | 'Z' | 'T' | 'X';

/** Frames of the shadow stack: two words each, and more than 16 KiB of kernel stack can hold. */
const STACK_WORDS = 2 * 1024;

export interface TaskSpec {
  readonly pid: number;
  readonly name: string;
  readonly credentials: Credentials;
  readonly parent: Task | undefined;
  readonly body: Sleeping<void>;
  readonly isKernelThread: boolean;
}

export class Task {
  readonly pid: number;
  /** What Linux calls comm: at most 15 bytes. */
  name: string;
  credentials: Credentials;
  parent: Task | undefined;
  readonly children = new Set<Task>();
  readonly body: Sleeping<void>;
  readonly isKernelThread: boolean;
  pgid = 0;
  sid = 0;

  // Scheduling: the scheduler's alone.
  state: TaskState = 'R';
  readonly sched: SchedEntity;
  cpu = 0;
  sliceEndNs = 0;
  /** Its preempt count while it is not on a CPU: kernel/sched/preempt.ts. */
  preemptCount = 0;
  irqsOff = false;
  /** Since when the task has computed in a driver without sleeping; Infinity outside of drivers. */
  stintStartNs = Infinity;
  runtimeNs = 0;
  startNs = 0;
  /** What it sleeps on, as `ps -o wchan` names it. */
  waitChannel = '';

  // The shadow stack (uapi/module-abi.ts), and whether it ended in an oops.
  readonly stack = new Int32Array(STACK_WORDS);
  sp = 0;
  dying = false;
  /** Modules whose code is on the stack, innermost last. */
  readonly modules: { readonly name: string }[] = [];

  // Signals: bit n-1 stands for signal n.
  pending = 0;
  blocked = 0;
  ignored = 0;
  caught = 0;
  /** Caught signals that the program has not looked at. */
  taken = 0;
  /** Something is to be done before the task returns to user mode. */
  hasWork = false;

  /** The process that this task is, if it is one: process/ knows its shape. */
  process: unknown = undefined;

  constructor(spec: TaskSpec) {
    this.pid = spec.pid;
    this.name = spec.name.slice(0, 15);
    this.credentials = spec.credentials;
    this.parent = spec.parent;
    this.body = spec.body;
    this.isKernelThread = spec.isKernelThread;
    this.pgid = spec.parent?.pgid ?? 0;
    this.sid = spec.parent?.sid ?? 0;
    this.sched = new SchedEntity(spec.parent?.sched);
    spec.parent?.children.add(this);
  }

  /** Signals that are neither blocked nor ignored: they end an interruptible sleep. */
  get deliverable(): number {
    return this.pending & ~this.blocked;
  }

  /** True if a signal that cannot be survived waits. */
  get isKilled(): boolean {
    return (this.pending & (1 << (SIGNAL.KILL - 1))) !== 0;
  }
}
