// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What the threads of one process share, as far as scheduling and signals go. The process's number
 * is that of its first thread, the leader.
 *
 * Linux: struct signal_struct and struct sighand_struct.
 */
import type { TimedEvent } from '../../sim/event-queue.ts';
import { Rlimits } from '../rlimit.ts';
import { type CpuUsage, noUsage } from './cputime.ts';
import type { SigInfo } from '../siginfo.ts';
import type { Task } from './task.ts';

/** A timer of real time that runs. */
export interface RealTimer {
  readonly event: TimedEvent;
  readonly atNs: number;
  readonly intervalNs: number;
}

/** Linux: struct k_sigaction. */
export interface SignalAction {
  readonly handler: number;
  /** SA. */
  readonly flags: number;
  /** Blocked while the handler runs. */
  readonly mask: number;
}

export class ThreadGroup {
  /** Stays until the whole group is gone, even when it ended first. */
  leader: Task;
  /** Those that have not begun to end, the eldest first: they take signals. */
  readonly threads = new Set<Task>();
  /** Those that have not ended. A leader that ends waits for the others. */
  alive = 0;
  /** CPU time of threads that have ended, and of children that have been waited for. */
  readonly endedUsage: CpuUsage = noUsage();
  readonly childUsage: CpuUsage = noUsage();
  parent: Task | undefined;
  readonly children = new Set<Task>();
  pgid: number;
  sid: number;

  // Signals: bit n-1 stands for signal n.
  /** Sent to the process; any thread that does not block it may take it. */
  pending = 0;
  readonly siginfo = new Map<number, SigInfo>();
  ignored = 0;
  caught = 0;
  /** What rt_sigaction(2) was told of the signals that are not treated by default. */
  actions = new Map<number, SignalAction>();
  /** One thread has taken a signal to stop, and told the others. */
  isStopped = false;

  // What the parent has not heard of yet. Linux: group_exit_code, SIGNAL_STOP_CONTINUED.
  /** The signal that stopped it, 0 when it runs or wait(2) has told of the stop. */
  stopSignal = 0;
  wasContinued = false;
  /** The first thread that runs again sends the parent SIGCHLD. */
  mustTellContinued = false;

  /** Orphans among its descendants become its children: PR_SET_CHILD_SUBREAPER. */
  isSubreaper = false;
  /** Sent to it when its parent ends, 0 for none: PR_SET_PDEATHSIG. */
  parentDeathSignal = 0;
  /** When alarm(2) rings, and how often then: ITIMER_REAL. */
  realTimer: RealTimer | undefined = undefined;

  /** It gave up the terminal of its session: TIOCNOTTY. Inherited. */
  hasNoTerminal: boolean;

  /** How all of it ends, once exit_group(2) or a fatal signal has said so. */
  exitStatus: number | undefined = undefined;
  /** The thread that calls execve(2): all others end, and it becomes the leader. */
  execTask: Task | undefined = undefined;

  /** What it may use: setrlimit(2). A child begins with the same. */
  readonly rlimits: Rlimits;

  /** How gladly it is killed when memory runs out, -1000 to 1000. A child begins with the same. */
  oomScoreAdj: number;

  constructor(leader: Task, parent: Task | undefined) {
    this.leader = leader;
    this.parent = parent;
    this.pgid = parent?.pgid ?? 0;
    this.sid = parent?.sid ?? 0;
    this.rlimits = new Rlimits(parent?.group.rlimits);
    this.oomScoreAdj = parent?.group.oomScoreAdj ?? 0;
    this.hasNoTerminal = parent?.group.hasNoTerminal ?? false;
  }

  /** SIGCONT reached a group that is stopped. */
  goOn(): void {
    this.isStopped = false;
    this.stopSignal = 0;
    this.wasContinued = true;
    this.mustTellContinued = true;
  }
}
