// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Why a signal was sent: one record for each signal that waits; of several of a kind, the first's.
 *
 * Linux: struct kernel_siginfo, and what __send_signal_locked makes of SEND_SIG_NOINFO.
 */
import { SI } from '../uapi/signal.ts';
import type { Task } from './sched/task.ts';

export interface SigInfo {
  /** SI, CLD, SEGV or BUS. */
  readonly code: number;
  /** Who sent it, or which child changed. */
  readonly pid?: number;
  readonly uid?: number;
  /** A child's: its exit code or signal, and its times in clock ticks. */
  readonly status?: number;
  readonly userTicks?: number;
  readonly systemTicks?: number;
  /** A fault's. */
  readonly address?: number;
}

/** The kernel's own, with nothing more to say. */
export const KERNEL_SIGINFO: SigInfo = { code: SI.KERNEL };

/** kill(2)'s, and what a task's own system call brought on it. */
export function userSiginfo(sender: Task, code: number = SI.USER): SigInfo {
  return { code, pid: sender.tgid, uid: sender.credentials.uid };
}
