// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Numbers of processes, groups and sessions.
 *
 * @syscall 39 getpid full
 * @syscall 109 setpgid full
 * @syscall 110 getppid full
 * @syscall 111 getpgrp full
 * @syscall 112 setsid full
 * @syscall 121 getpgid full
 * @syscall 124 getsid full
 */
import { ERRNO } from '../uapi/errno.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const { EINVAL, EPERM, ESRCH } = ERRNO;

export function groupCalls({ tasks }: SyscallParts): SyscallTable {
  return {
    getpid: (process) => process.task.tgid,
    getppid: (process) => process.task.parent?.pid ?? 0,
    getpgrp: (process) => process.task.pgid,
    getpgid: (process, pid) => (pid === 0 ? process.task.pgid : (tasks.get(pid)?.pgid ?? -ESRCH)),
    getsid: (process, pid) => (pid === 0 ? process.task.sid : (tasks.get(pid)?.sid ?? -ESRCH)),

    setpgid(process, pid, pgid) {
      const task = pid === 0 ? process.task : tasks.get(pid);
      if (pgid < 0) return -EINVAL;
      if (task === undefined || (task !== process.task && task.parent !== process.task)) {
        return -ESRCH;
      }
      if (task.sid !== process.task.sid || task.sid === task.pid) return -EPERM;
      const wanted = pgid === 0 ? task.pid : pgid;
      const isOwn = wanted === task.pid;
      if (!isOwn && !tasks.inGroup(wanted).some((each) => each.sid === task.sid)) return -EPERM;
      task.pgid = wanted;
      return 0;
    },

    setsid({ task }) {
      if (tasks.inGroup(task.pid).length > 0) return -EPERM;
      task.sid = task.pid;
      task.pgid = task.pid;
      return task.pid;
    },
  };
}
