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
import { processOf } from '../process/process.ts';
import { ERRNO } from '../uapi/errno.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const { EACCES, EINVAL, EPERM, ESRCH } = ERRNO;

export function groupCalls({ tasks }: SyscallParts): SyscallTable {
  return {
    getpid: (process) => process.task.tgid,
    getppid: (process) => process.task.parent?.pid ?? 0,
    getpgrp: (process) => process.task.pgid,
    getpgid: (process, pid) => (pid === 0 ? process.task.pgid : (tasks.get(pid)?.pgid ?? -ESRCH)),
    getsid: (process, pid) => (pid === 0 ? process.task.sid : (tasks.get(pid)?.sid ?? -ESRCH)),

    setpgid(process, pid, pgid) {
      const own = process.task;
      const task = pid === 0 ? own : tasks.get(pid);
      if (pgid < 0) return -EINVAL;
      if (task === undefined) return -ESRCH;
      if (task.parent === own) {
        if (task.sid !== own.sid) return -EPERM;
        if (processOf(task)?.hasExeced === true) return -EACCES;
      } else if (task !== own) return -ESRCH;
      if (task.sid === task.pid) return -EPERM;
      const wanted = pgid === 0 ? task.pid : pgid;
      const isNew = wanted === task.pid;
      if (!isNew && !tasks.inGroup(wanted).some(({ sid }) => sid === own.sid)) return -EPERM;
      task.pgid = wanted;
      return 0;
    },

    setsid({ task }) {
      if (task.sid === task.pid || tasks.inGroup(task.pid).length > 0) return -EPERM;
      task.sid = task.pid;
      task.pgid = task.pid;
      return task.pid;
    },
  };
}
