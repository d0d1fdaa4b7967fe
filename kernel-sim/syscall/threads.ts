// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Threads: their numbers, and signals for one alone. How one is made: `UserCpu.createThread`.
 *
 * @syscall 186 gettid full
 * @syscall 200 tkill full
 * @syscall 218 set_tid_address full
 * @syscall 234 tgkill full
 */
import { ERRNO } from '../uapi/errno.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const { EINVAL } = ERRNO;

export function threadCalls({ signals }: SyscallParts): SyscallTable {
  return {
    gettid: (process) => process.task.pid,

    set_tid_address(process, address) {
      process.clearChildTid = address;
      return process.task.pid;
    },

    tkill(process, tid, signal) {
      if (tid <= 0) return -EINVAL;
      return signals.killThread(process.task, undefined, tid, signal);
    },

    tgkill(process, tgid, tid, signal) {
      if (tid <= 0 || tgid <= 0) return -EINVAL;
      return signals.killThread(process.task, tgid, tid, signal);
    },
  };
}
