// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Sending signals. What a signal does to its receiver happens when that returns to user mode
 * (process/signal-delivery.ts); here it is noted, and a sleeper is woken for it.
 *
 * Linux: kernel/signal.c.
 */
import type { Sim } from '../sim/sim.ts';
import { EVENT } from '../sim/trace.ts';
import { ERRNO } from '../uapi/errno.ts';
import { SI, SIGNAL } from '../uapi/signal.ts';
import type { Credentials } from './credentials.ts';
import type { TaskTable } from './pid.ts';
import type { Scheduler } from './sched/scheduler.ts';
import type { Task } from './sched/task.ts';
import { KERNEL_SIGINFO, type SigInfo, userSiginfo } from './siginfo.ts';

export function signalBit(signal: number): number {
  return 1 << (signal - 1);
}

const bits = (...signals: number[]): number => signals.reduce((set, n) => set | signalBit(n), 0);

const { CHLD, CONT, KILL, STOP, TSTP, TTIN, TTOU, URG, WINCH } = SIGNAL;
/** What a process does with a signal that it neither catches nor ignores. */
export const IGNORED_BY_DEFAULT = bits(CHLD, CONT, URG, WINCH);
export const STOPS_BY_DEFAULT = bits(STOP, TSTP, TTIN, TTOU);
export const UNBLOCKABLE = bits(KILL, STOP);

const SIGNAL_MAX = 31;
const INIT_PID = 1;

/**
 * What a sleep answers that a signal ended and that must not begin again: -EINTR to the program,
 * whatever its handler says. Linux: an -EINTR, where others are -ERESTARTSYS.
 */
export const INTERRUPTED_FOR_GOOD = -65_537;

export class Signals {
  readonly #sim: Sim;
  readonly #scheduler: Scheduler;
  readonly #tasks: TaskTable;

  constructor(sim: Sim, scheduler: Scheduler, tasks: TaskTable) {
    this.#sim = sim;
    this.#scheduler = scheduler;
    this.#tasks = tasks;
  }

  /**
   * Sends to the process of `task` without asking who may: one thread that does not block the
   * signal takes it, `task` itself if it can. Context: any.
   */
  send(task: Task, signal: number, info = KERNEL_SIGINFO): void {
    const { group } = task;
    const bit = signalBit(signal);
    if (!this.#prepare(task, signal)) return;
    if (this.#isDiscarded(task, bit)) return;
    note(group, signal, info);
    const taker = wantsSignal(task, bit)
      ? task
      : [...group.threads].find((thread) => wantsSignal(thread, bit));
    if (taker !== undefined) this.#notify(taker, signal);
  }

  /** Sends to one thread alone, as tgkill(2) and faults do. Context: any. */
  sendThread(task: Task, signal: number, info = KERNEL_SIGINFO): void {
    const bit = signalBit(signal);
    if (!this.#prepare(task, signal) || !task.group.threads.has(task)) return;
    if (this.#isDiscarded(task, bit)) return;
    note(task, signal, info);
    if ((task.blocked & bit) === 0) this.#notify(task, signal);
  }

  /** What a system call of the running task brings on it, such as SIGPIPE. Linux: send_sig. */
  sendCurrent(signal: number): void {
    const { current } = this.#scheduler;
    this.sendThread(current, signal, userSiginfo(current));
  }

  /**
   * For what a thread did itself, such as a bad load: a signal that it blocks or ignores kills it
   * all the same. Linux: force_sig.
   */
  force(task: Task, signal: number, info = KERNEL_SIGINFO): void {
    const bit = signalBit(signal);
    if (((task.blocked | task.ignored) & bit) !== 0) {
      task.blocked &= ~bit;
      task.ignored &= ~bit;
      task.caught &= ~bit;
    }
    note(task, signal, info);
    this.#notify(task, signal);
  }

  /** Ends every thread of a process but `survivor`. Linux: zap_other_threads. */
  killOtherThreads(survivor: Task): void {
    for (const thread of survivor.group.threads) {
      if (thread === survivor) continue;
      thread.pending |= signalBit(KILL);
      this.#notify(thread, KILL);
    }
  }

  /** One thread has stopped: so do the others. Linux: do_signal_stop. */
  stopOtherThreads(stopped: Task): void {
    stopped.group.isStopped = true;
    for (const thread of stopped.group.threads) {
      if (thread === stopped || thread.state === 'T') continue;
      thread.pending |= signalBit(STOP);
      this.#notify(thread, STOP);
    }
  }

  /** A thread ends: what waits for its process is the others' to take. */
  retarget(task: Task): void {
    for (const thread of task.group.threads) {
      if (thread.deliverable !== 0) this.#notify(thread, 0);
    }
  }

  /** Makes a task look up on its way to user mode, and before that from an interruptible sleep. */
  prod(task: Task): void {
    this.#notify(task, 0);
  }

  /** False for a task that takes no signals. */
  #prepare(task: Task, signal: number): boolean {
    if (task.isKernelThread || task.state === 'X' || task.state === 'Z') return false;
    if (task.group.threads.size === 0) return false;
    if (this.#sim.trace.on) this.#sim.trace.emit(EVENT.SIGNAL, task.pid, signal);
    // To stop and to continue: the later one counts.
    if ((signalBit(signal) & STOPS_BY_DEFAULT) !== 0) discardPending(task, signalBit(CONT));
    if (signal === CONT) {
      discardPending(task, STOPS_BY_DEFAULT);
      if (task.group.isStopped) task.group.goOn();
      for (const thread of task.group.threads) this.#scheduler.resume(thread);
    }
    return true;
  }

  #notify(task: Task, signal: number): void {
    task.hasWork = true;
    if (task.state === 'S') this.#scheduler.wake(task);
    if (signal === KILL) {
      this.#scheduler.resume(task);
      if (task.isKillable) this.#scheduler.wake(task);
    }
    this.#scheduler.kick();
  }

  /** To every member of a process group. False if it has none. Context: any. */
  sendToGroup(pgid: number, signal: number, info = KERNEL_SIGINFO): boolean {
    const members = this.#tasks.inGroup(pgid);
    for (const task of members) this.send(task, signal, info);
    return members.length > 0;
  }

  /** kill(2): 0, -EINVAL, -ESRCH or -EPERM. Signal 0 only asks. */
  kill(sender: Task, pid: number, signal: number): number {
    if (signal < 0 || signal > SIGNAL_MAX) return -ERRNO.EINVAL;
    const targets = this.#targets(sender, pid);
    if (targets.length === 0) return -ERRNO.ESRCH;
    const allowed = targets.filter((task) => maySignal(sender, task, signal));
    if (allowed.length === 0) return -ERRNO.EPERM;
    const info = userSiginfo(sender);
    if (signal !== 0) for (const task of allowed) this.send(task, signal, info);
    return 0;
  }

  /** tgkill(2), and tkill(2) without a `tgid`: the errno, or 0. */
  killThread(sender: Task, tgid: number | undefined, tid: number, signal: number): number {
    const task = this.#tasks.get(tid);
    if (task === undefined || task.state === 'X') return -ERRNO.ESRCH;
    if (tgid !== undefined && task.tgid !== tgid) return -ERRNO.ESRCH;
    if (signal < 0 || signal > SIGNAL_MAX) return -ERRNO.EINVAL;
    if (task.group !== sender.group && !maySignal(sender, task, signal)) return -ERRNO.EPERM;
    if (signal !== 0) this.sendThread(task, signal, userSiginfo(sender, SI.TKILL));
    return 0;
  }

  #targets(sender: Task, pid: number): Task[] {
    if (pid > 0) {
      const task = this.#tasks.get(pid);
      return task === undefined || task.state === 'X' ? [] : [task];
    }
    if (pid === 0) return this.#tasks.inGroup(sender.pgid);
    if (pid < -1) return this.#tasks.inGroup(-pid);
    return [...this.#tasks.all()].filter(
      (task) =>
        task.isLeader && task.pid > INIT_PID && task.group !== sender.group && !task.isKernelThread,
    );
  }

  /**
   * An ignored signal vanishes at once, unless it is blocked: then the process may change its mind.
   */
  #isDiscarded(task: Task, bit: number): boolean {
    if ((bit & UNBLOCKABLE) !== 0) return task.tgid === INIT_PID;
    if ((task.blocked & bit) !== 0 || (task.caught & bit) !== 0) return false;
    // A tracer wants to know of it all the same.
    if (task.trace !== undefined) return false;
    if (task.tgid === INIT_PID || (task.ignored & bit) !== 0) return true;
    return (IGNORED_BY_DEFAULT & bit) !== 0;
  }
}

/** A signal that waits already stays with its reason. */
function note(at: Task | Task['group'], signal: number, info: SigInfo): void {
  const bit = signalBit(signal);
  if ((at.pending & bit) === 0) {
    if (info === KERNEL_SIGINFO) at.siginfo.delete(signal);
    else at.siginfo.set(signal, info);
  }
  at.pending |= bit;
}

/** Forgets signals that wait for a process, wherever. Linux: flush_sigqueue_mask. */
export function discardPending(task: Task, mask: number): void {
  task.group.pending &= ~mask;
  for (const thread of task.group.threads) thread.pending &= ~mask;
}

function wantsSignal(task: Task, bit: number): boolean {
  return (task.blocked & bit) === 0 && task.group.threads.has(task);
}

/** Linux: kill_ok_by_cred, and check_kill_permission, which lets a shell continue any job of it. */
function maySignal(from: Task, to: Task, signal: number): boolean {
  const sender: Credentials = from.credentials;
  const target: Credentials = to.credentials;
  return (
    (signal === CONT && from.sid === to.sid) ||
    sender.euid === 0 ||
    sender.euid === target.suid ||
    sender.euid === target.uid ||
    sender.uid === target.suid ||
    sender.uid === target.uid
  );
}
