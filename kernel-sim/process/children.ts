// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a parent learns of its children: SIGCHLD when one ends, stops or goes on, and wait(2).
 *
 * Linux: do_notify_parent of kernel/signal.c, and the second half of kernel/exit.c.
 */
import type { TaskTable } from '../kernel/pid.ts';
import { signalBit, type Signals } from '../kernel/signal.ts';
import { accountChild, groupUsage } from '../kernel/sched/cputime.ts';
import type { Scheduler } from '../kernel/sched/scheduler.ts';
import type { Task } from '../kernel/sched/task.ts';
import type { SigInfo } from '../kernel/siginfo.ts';
import { type Sleeping, WOULD_BLOCK } from '../uapi/coroutine.ts';
import { ERRNO } from '../uapi/errno.ts';
import {
  CLD,
  CONTINUED_STATUS,
  stopStatus,
  WCONTINUED,
  WEXITED,
  WEXITSTATUS,
  WIFEXITED,
  WNOHANG,
  WNOWAIT,
  WSTOPSIG,
  WUNTRACED,
  WTERMSIG,
} from '../uapi/process.ts';
import { SA, SIGNAL } from '../uapi/signal.ts';
import { type Process, processOf } from './process.ts';
import type { Tracing } from './tracing.ts';

const INIT_PID = 1;
/** A clock tick of user space: 100 a second. */
const TICK_NS = 10_000_000;

/** A change of a child, as wait4(2) and waitid(2) report it. */
export interface ChildChange {
  readonly pid: number;
  readonly uid: number;
  /** CLD, and with it the exit code or the signal. */
  readonly code: number;
  readonly value: number;
  /** The same in wait4's encoding. */
  readonly status: number;
}

export interface WaitRequest {
  /** As waitpid(2) means it: a pid, -1 any child, 0 the caller's group, -n that of group n. */
  readonly pid: number;
  /** WEXITED, WUNTRACED, WCONTINUED, WNOHANG, WNOWAIT. */
  readonly options: number;
  /** Hands the change to the program: 0 or a negative errno, which leaves the child as it is. */
  readonly report: (change: ChildChange) => number;
}

export interface ChildrenParts {
  readonly scheduler: Scheduler;
  readonly signals: Signals;
  readonly tasks: TaskTable;
  /** The last trace of a process goes. */
  readonly forget: (task: Task) => void;
  readonly tracing: Tracing;
}

export class Children {
  readonly #parts: ChildrenParts;

  constructor(parts: ChildrenParts) {
    this.#parts = parts;
  }

  /** The task has ended: a zombie for its parent, or gone at once if that does not care. */
  ended(task: Task): void {
    const { parent } = task;
    const isIgnored = parent === undefined || (parent.ignored & signalBit(SIGNAL.CHLD)) !== 0;
    if (isIgnored || (flagsOf(parent) & SA.NOCLDWAIT) !== 0) {
      task.state = 'X';
      this.#parts.forget(task);
    } else task.state = 'Z';
    const change = endOf(task);
    if (!isIgnored) this.#parts.signals.send(parent, SIGNAL.CHLD, this.#infoOf(task, change));
    // One that ignores SIGCHLD waits, too: until there is no child left.
    wakeWaiters(parent);
  }

  /** The task has stopped or goes on. */
  stoppedOrContinued(task: Task): void {
    const { parent } = task;
    if (parent === undefined) return;
    const { stopSignal } = task.group;
    const change =
      stopSignal === 0
        ? { code: CLD.CONTINUED, value: SIGNAL.CONT }
        : { code: CLD.STOPPED, value: stopSignal };
    if ((flagsOf(parent) & SA.NOCLDSTOP) === 0) {
      this.#parts.signals.send(parent, SIGNAL.CHLD, this.#infoOf(task, change));
    }
    wakeWaiters(parent);
  }

  #infoOf(task: Task, change: { readonly code: number; readonly value: number }): SigInfo {
    const { userNs, systemNs } = groupUsage(this.#parts.scheduler, task.group);
    return {
      code: change.code,
      pid: task.pid,
      uid: task.credentials.uid,
      status: change.value,
      userTicks: Math.floor(userNs / TICK_NS),
      systemTicks: Math.floor(systemNs / TICK_NS),
    };
  }

  /** Gives the children of a task that ends to another. Linux: forget_original_parent. */
  reparent(task: Task): void {
    const reaper = this.#reaperOf(task);
    for (const child of task.children) {
      const { parentDeathSignal } = child.group;
      if (parentDeathSignal !== 0) this.#parts.signals.send(child, parentDeathSignal);
      const group = child.pgid;
      const kept = task.pgid !== group && task.sid === child.sid;
      child.parent = reaper;
      reaper?.children.add(child);
      if (kept) this.#tellOrphans(group);
      if (child.state === 'Z') this.ended(child);
    }
    task.children.clear();
  }

  /** The nearest ancestor that asked for orphans, else init. */
  #reaperOf(task: Task): Task | undefined {
    for (let each = task.parent; each !== undefined; each = each.parent) {
      if (each.group.isSubreaper) return each;
    }
    return this.#parts.tasks.get(INIT_PID);
  }

  /** A task that ends may have been the last that could continue its own group. */
  leaveGroup(task: Task): void {
    const { parent, pgid, sid } = task;
    if (parent !== undefined && parent.pgid !== pgid && parent.sid === sid) {
      this.#tellOrphans(pgid, task);
    }
  }

  /** POSIX: a group that becomes orphaned with a stopped member is hung up and continued. */
  #tellOrphans(pgid: number, leaving?: Task): void {
    const { tasks, signals } = this.#parts;
    if (!tasks.hasStoppedMembers(pgid) || !tasks.isOrphanedGroup(pgid, leaving)) return;
    signals.sendToGroup(pgid, SIGNAL.HUP);
    signals.sendToGroup(pgid, SIGNAL.CONT);
  }

  // ---- Waiting ------------------------------------------------------------------------------

  /** The pid of a child that changed as wanted; 0 with WNOHANG when none has; or -ECHILD. */
  wait(process: Process, request: WaitRequest): number {
    const answer = this.#look(process, request);
    if (answer !== WOULD_BLOCK) return answer;
    if ((request.options & WNOHANG) !== 0) return 0;
    return process.block(this.#waitBlocking(process, request));
  }

  *#waitBlocking(process: Process, request: WaitRequest): Sleeping<number> {
    for (;;) {
      const answer = this.#look(process, request);
      if (answer !== WOULD_BLOCK) return answer;
      const error = yield* process.childExit.sleepInterruptible();
      if (error < 0) return error;
    }
  }

  #look(process: Process, { pid, options, report }: WaitRequest): number {
    const traced = this.#parts.tracing.tell(
      process.task,
      (task) => isWanted(process.task, task, pid),
      (news) => report({ ...news, code: CLD.TRAPPED, value: WSTOPSIG(news.status) }),
    );
    if (traced !== undefined && traced !== WOULD_BLOCK) return traced;
    let isAny = traced === WOULD_BLOCK;
    for (const child of process.task.children) {
      if (!isWanted(process.task, child, pid)) continue;
      // Who does not ask for the end does not wait for a zombie.
      if (child.state !== 'Z' || (options & WEXITED) !== 0) isAny = true;
      const change = changeOf(child, options);
      if (change === undefined) continue;
      const error = report(change);
      if (error < 0) return error;
      if ((options & WNOWAIT) === 0) this.#take(process.task, child, change);
      return child.pid;
    }
    return isAny ? WOULD_BLOCK : -ERRNO.ECHILD;
  }

  /** What has been told is not told again. */
  #take(parent: Task, child: Task, { code }: ChildChange): void {
    if (code === CLD.STOPPED) child.group.stopSignal = 0;
    else if (code === CLD.CONTINUED) child.group.wasContinued = false;
    else {
      child.state = 'X';
      this.#parts.scheduler.happens.acquire(child);
      accountChild(this.#parts.scheduler, parent.group, child.group);
      this.#parts.forget(child);
    }
  }
}

/** How the parent wants to hear of its children: SA. */
function flagsOf(parent: Task): number {
  return parent.group.actions.get(SIGNAL.CHLD)?.flags ?? 0;
}

function changeOf(child: Task, options: number): ChildChange | undefined {
  const { pid } = child;
  const { stopSignal, wasContinued } = child.group;
  const { uid } = child.credentials;
  if (child.state === 'Z') {
    if ((options & WEXITED) === 0) return undefined;
    return { pid, uid, ...endOf(child) };
  }
  if (stopSignal !== 0 && (options & WUNTRACED) !== 0) {
    return { pid, uid, code: CLD.STOPPED, value: stopSignal, status: stopStatus(stopSignal) };
  }
  if (wasContinued && (options & WCONTINUED) !== 0) {
    return { pid, uid, code: CLD.CONTINUED, value: SIGNAL.CONT, status: CONTINUED_STATUS };
  }
  return undefined;
}

/** How a child ended. */
function endOf(child: Task): { code: number; value: number; status: number } {
  const status = processOf(child)?.exitStatus ?? 0;
  return WIFEXITED(status)
    ? { code: CLD.EXITED, value: WEXITSTATUS(status), status }
    : { code: CLD.KILLED, value: WTERMSIG(status), status };
}

function isWanted(parent: Task, child: Task, pid: number): boolean {
  if (pid > 0) return child.pid === pid;
  if (pid === 0) return child.pgid === parent.pgid;
  return pid === -1 || child.pgid === -pid;
}

function wakeWaiters(parent: Task | undefined): void {
  if (parent !== undefined) processOf(parent)?.childExit.wakeAll();
}
