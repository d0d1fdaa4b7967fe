// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Sessions and their terminals: which terminal controls whom, and who is in the foreground.
 *
 * A session has at most one controlling terminal, which it gets when its leader opens one. Keys
 * signal the terminal's foreground group; the other groups of the session are stopped when they try
 * to read.
 *
 * Linux: drivers/tty/tty_jobctrl.c.
 */
import { ERRNO } from '../../uapi/errno.ts';
import { SIGNAL } from '../../uapi/signal.ts';
import type { Task } from '../../kernel/sched/task.ts';
import type { Tty } from './tty.ts';

/** The controlling terminals of one machine, by session. */
export class JobControl {
  readonly #bySession = new Map<number, Tty>();
  /** Groups that were in the foreground of a terminal that hung up, until their leader exits. */
  readonly #hungUp = new Map<number, { readonly tty: Tty; readonly foreground: number }>();

  /** What /dev/tty is for a task. */
  controlling(task: Task): Tty | undefined {
    return task.group.hasNoTerminal ? undefined : this.#bySession.get(task.sid);
  }

  /** TIOCNOTTY: a leader gives the terminal up for its session, anybody else for itself. */
  disown(task: Task, tty: Tty): number {
    if (this.controlling(task) !== tty) return -ERRNO.ENOTTY;
    if (task.pid === task.sid) this.leaderExited(task);
    else task.group.hasNoTerminal = true;
    return 0;
  }

  /** TIOCGSID. */
  sessionOf(task: Task, tty: Tty): number {
    return this.controlling(task) === tty ? tty.session : -ERRNO.ENOTTY;
  }

  /** A session leader without a terminal takes this one, if it is free. Done by open(2). */
  adopt(task: Task, tty: Tty): void {
    if (task.pid === task.sid && tty.session === 0 && !this.#bySession.has(task.sid)) {
      this.#attach(task, tty);
    }
  }

  /** TIOCSCTTY. `steal` takes it away from another session, which only root may. */
  setControlling(task: Task, tty: Tty, steal: boolean): number {
    if (task.pid === task.sid && tty.session === task.sid) return 0;
    if (task.pid !== task.sid || this.#bySession.has(task.sid)) return -ERRNO.EPERM;
    if (tty.session !== 0) {
      if (!steal || task.credentials.euid !== 0) return -ERRNO.EPERM;
      this.#detach(tty);
    }
    this.#attach(task, tty);
    return 0;
  }

  /**
   * A session leader has exited: its terminal is free, and who was in the foreground is told.
   * Linux: disassociate_ctty.
   */
  leaderExited(task: Task): void {
    if (task.pid !== task.sid) return;
    const lost = this.#hungUp.get(task.sid);
    this.#hungUp.delete(task.sid);
    const tty = this.#bySession.get(task.sid) ?? lost?.tty;
    if (tty === undefined) return;
    const foreground = lost?.foreground ?? tty.foreground;
    if (lost === undefined) this.#detach(tty);
    if (foreground === 0) return;
    tty.groups.signalGroup(foreground, SIGNAL.HUP);
    tty.groups.signalGroup(foreground, SIGNAL.CONT);
  }

  /**
   * The other side of a terminal is gone: the session's leader hears SIGHUP now, who was in the
   * foreground when the leader has exited. Linux: __tty_hangup.
   */
  hangUp(tty: Tty): void {
    const { session, foreground } = tty;
    this.#bySession.delete(session);
    if (session !== 0) this.#hungUp.set(session, { tty, foreground });
    tty.hangUp();
  }

  /** TIOCGPGRP. */
  foregroundOf(task: Task, tty: Tty): number {
    return this.controlling(task) === tty ? tty.foreground : -ERRNO.ENOTTY;
  }

  /** TIOCSPGRP, and posix_spawn's SPAWN.FOREGROUND. */
  setForeground(task: Task, tty: Tty, pgid: number): number {
    const error = this.check(task, tty, SIGNAL.TTOU);
    if (error !== 0) return error === -ERRNO.EIO ? -ERRNO.ENOTTY : error;
    if (this.controlling(task) !== tty) return -ERRNO.ENOTTY;
    if (pgid < 0) return -ERRNO.EINVAL;
    const session = tty.groups.sessionOf(pgid);
    if (session === undefined) return -ERRNO.ESRCH;
    if (session !== task.sid) return -ERRNO.EPERM;
    tty.foreground = pgid;
    return 0;
  }

  /**
   * 0 if the task may read (SIGTTIN) or change (SIGTTOU) its terminal. A task in the background is
   * signalled, which stops it, and its call starts over: -EINTR. Linux: __tty_check_change.
   */
  check(task: Task, tty: Tty, signal: number): number {
    if (this.controlling(task) !== tty || tty.foreground === 0) return 0;
    if (task.pgid === tty.foreground) return 0;
    const bit = 1 << (signal - 1);
    if (((task.blocked | task.ignored) & bit) !== 0) {
      return signal === SIGNAL.TTIN ? -ERRNO.EIO : 0;
    }
    if (tty.groups.isOrphaned(task.pgid)) return -ERRNO.EIO;
    tty.groups.signalGroup(task.pgid, signal);
    return -ERRNO.EINTR;
  }

  #attach(task: Task, tty: Tty): void {
    tty.session = task.sid;
    tty.foreground = task.pgid;
    task.group.hasNoTerminal = false;
    this.#bySession.set(task.sid, tty);
  }

  #detach(tty: Tty): void {
    this.#bySession.delete(tty.session);
    tty.session = 0;
    tty.foreground = 0;
  }
}
