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
import { SIGNAL } from '../uapi/signal.ts';
import type { Credentials } from './credentials.ts';
import type { TaskTable } from './pid.ts';
import type { Scheduler } from './sched/scheduler.ts';
import type { Task } from './sched/task.ts';

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

export class Signals {
  readonly #sim: Sim;
  readonly #scheduler: Scheduler;
  readonly #tasks: TaskTable;

  constructor(sim: Sim, scheduler: Scheduler, tasks: TaskTable) {
    this.#sim = sim;
    this.#scheduler = scheduler;
    this.#tasks = tasks;
  }

  /** Sends without asking who may. Context: any. */
  send(task: Task, signal: number): void {
    if (task.isKernelThread || task.state === 'Z' || task.state === 'X') return;
    const bit = signalBit(signal);
    if (this.#sim.trace.on) this.#sim.trace.emit(EVENT.SIGNAL, task.pid, signal);
    // To stop and to continue: the later one counts.
    if ((bit & STOPS_BY_DEFAULT) !== 0) task.pending &= ~signalBit(CONT);
    if (signal === CONT) {
      task.pending &= ~STOPS_BY_DEFAULT;
      this.#scheduler.resume(task);
    }
    if (this.#isDiscarded(task, bit)) return;
    task.pending |= bit;
    if ((task.blocked & bit) !== 0) return;
    task.hasWork = true;
    if (task.state === 'S') this.#scheduler.wake(task);
    if (signal === KILL) this.#scheduler.resume(task);
    this.#scheduler.kick();
  }

  /** To every member of a process group. False if it has none. Context: any. */
  sendToGroup(pgid: number, signal: number): boolean {
    const members = this.#tasks.inGroup(pgid);
    for (const task of members) this.send(task, signal);
    return members.length > 0;
  }

  /** kill(2): 0, -EINVAL, -ESRCH or -EPERM. Signal 0 only asks. */
  kill(sender: Task, pid: number, signal: number): number {
    if (signal < 0 || signal > SIGNAL_MAX) return -ERRNO.EINVAL;
    const targets = this.#targets(sender, pid);
    if (targets.length === 0) return -ERRNO.ESRCH;
    const allowed = targets.filter((task) => maySignal(sender, task, signal));
    if (allowed.length === 0) return -ERRNO.EPERM;
    if (signal !== 0) for (const task of allowed) this.send(task, signal);
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
      (task) => task.pid > INIT_PID && task !== sender && !task.isKernelThread,
    );
  }

  /**
   * An ignored signal vanishes at once, unless it is blocked: then the process may change its mind.
   */
  #isDiscarded(task: Task, bit: number): boolean {
    if ((bit & UNBLOCKABLE) !== 0) return task.pid === INIT_PID;
    if ((task.blocked & bit) !== 0 || (task.caught & bit) !== 0) return false;
    if (task.pid === INIT_PID || (task.ignored & bit) !== 0) return true;
    return (IGNORED_BY_DEFAULT & bit) !== 0;
  }
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
