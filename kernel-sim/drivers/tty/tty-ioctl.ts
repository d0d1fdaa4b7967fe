// SPDX-License-Identifier: GPL-2.0-or-later
/** Requests to terminals: settings, size, foreground group. Linux: tty_ioctl(4). */
import { WOULD_BLOCK } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { SIGNAL } from '../../uapi/signal.ts';
import { TERMIOS, TTY_IOCTL, WINSIZE } from '../../uapi/termios.ts';
import type { Task } from '../../kernel/sched/task.ts';
import type { IoMemory } from '../../mm/io-memory.ts';
import { getBytes, getInt32, putBytes, putInt32 } from '../../fs/user-int.ts';
import type { JobControl } from './job-control.ts';
import { decodeTermios, encodeTermios } from './termios.ts';
import type { Tty, WindowSize } from './tty.ts';

/** TCFLSH's argument. */
const FLUSH = { INPUT: 0, OUTPUT: 1, BOTH: 2 } as const;

export interface TtyRequest {
  readonly jobs: JobControl;
  readonly task: Task;
  readonly tty: Tty;
  readonly memory: IoMemory;
}

/** Answers 0, a negative errno, or WOULD_BLOCK while output is on its way. */
export function ttyIoctl(request: TtyRequest, cmd: number, arg: number): number {
  const { jobs, task, tty, memory } = request;
  switch (cmd) {
    case TTY_IOCTL.TCGETS:
      return putBytes(memory, arg, encodeTermios(tty.termios));
    case TTY_IOCTL.TCSETS:
    case TTY_IOCTL.TCSETSW:
    case TTY_IOCTL.TCSETSF:
      return setTermios(request, cmd, arg);
    case TTY_IOCTL.TCFLSH:
      return flush(request, arg);
    case TTY_IOCTL.TIOCGWINSZ:
      return putBytes(memory, arg, encodeWindow(tty.window));
    case TTY_IOCTL.TIOCSWINSZ:
      return setWindow(request, arg);
    case TTY_IOCTL.TIOCSCTTY:
      return jobs.setControlling(task, tty, arg === 1);
    case TTY_IOCTL.TIOCNOTTY:
      return jobs.disown(task, tty);
    case TTY_IOCTL.TIOCGSID: {
      const session = jobs.sessionOf(task, tty);
      return session < 0 ? session : putInt32(memory, arg, session);
    }
    case TTY_IOCTL.TIOCGPGRP: {
      const pgid = jobs.foregroundOf(task, tty);
      return pgid < 0 ? pgid : putInt32(memory, arg, pgid);
    }
    case TTY_IOCTL.TIOCSPGRP: {
      const pgid = getInt32(memory, arg);
      return pgid === undefined ? -ERRNO.EFAULT : jobs.setForeground(task, tty, pgid);
    }
    case TTY_IOCTL.FIONREAD: {
      const { input, isCanonical } = tty.discipline;
      return putInt32(memory, arg, input.available(isCanonical));
    }
    default:
      return -ERRNO.ENOTTY;
  }
}

function setTermios({ jobs, task, tty, memory }: TtyRequest, cmd: number, arg: number): number {
  const denied = jobs.check(task, tty, SIGNAL.TTOU);
  if (denied !== 0) return denied;
  const bytes = getBytes(memory, arg, TERMIOS.SIZE);
  if (bytes === undefined) return -ERRNO.EFAULT;
  if (cmd !== TTY_IOCTL.TCSETS && tty.port.pending > 0) return WOULD_BLOCK;
  if (cmd === TTY_IOCTL.TCSETSF) flushInput(tty);
  tty.setTermios(decodeTermios(bytes));
  return 0;
}

function flush({ jobs, task, tty }: TtyRequest, which: number): number {
  const denied = jobs.check(task, tty, SIGNAL.TTOU);
  if (denied !== 0) return denied;
  if (which !== FLUSH.INPUT && which !== FLUSH.OUTPUT && which !== FLUSH.BOTH) {
    return -ERRNO.EINVAL;
  }
  if (which !== FLUSH.OUTPUT) flushInput(tty);
  if (which !== FLUSH.INPUT) tty.discipline.flushOutput();
  return 0;
}

function flushInput(tty: Tty): void {
  tty.discipline.flushInput();
  tty.port.flushInput();
}

function setWindow({ tty, memory }: TtyRequest, arg: number): number {
  const bytes = getBytes(memory, arg, WINSIZE.SIZE);
  if (bytes === undefined) return -ERRNO.EFAULT;
  tty.resize(decodeWindow(bytes));
  return 0;
}

function encodeWindow(window: WindowSize): Uint8Array {
  const bytes = new Uint8Array(WINSIZE.SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint16(WINSIZE.row, window.rows, true);
  view.setUint16(WINSIZE.col, window.columns, true);
  view.setUint16(WINSIZE.xpixel, window.xPixels, true);
  view.setUint16(WINSIZE.ypixel, window.yPixels, true);
  return bytes;
}

function decodeWindow(bytes: Uint8Array): WindowSize {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return {
    rows: view.getUint16(WINSIZE.row, true),
    columns: view.getUint16(WINSIZE.col, true),
    xPixels: view.getUint16(WINSIZE.xpixel, true),
    yPixels: view.getUint16(WINSIZE.ypixel, true),
  };
}
