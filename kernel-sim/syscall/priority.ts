// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Nice values. Linux: kernel/sys.c.
 *
 * @syscall 140 getpriority full
 * @syscall 141 setpriority full
 */
import { capable } from '../kernel/credentials.ts';
import type { Task } from '../kernel/sched/task.ts';
import { NICE_MAX, NICE_MIN } from '../kernel/sched/weights.ts';
import { ERRNO } from '../uapi/errno.ts';
import { PRIO } from '../uapi/sched.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';
import { findTask, isSameOwner, setPolicy } from './sched-policy.ts';

const { EACCES, EINVAL, EPERM, ESRCH } = ERRNO;

export function priorityCalls({ scheduler, tasks }: SyscallParts): SyscallTable {
  /** Whom getpriority(2) and setpriority(2) mean, or -EINVAL. */
  function whom(caller: Task, which: number, who: number): Task[] | number {
    if (which === PRIO.PROCESS) {
      const task = findTask(tasks, caller, who);
      return task === undefined ? [] : [task];
    }
    if (which === PRIO.PGRP) return tasks.inGroup(who === 0 ? caller.pgid : who);
    if (which !== PRIO.USER) return -EINVAL;
    const uid = who === 0 ? caller.credentials.uid : who;
    return [...tasks.all()].filter((task) => task.credentials.uid === uid);
  }

  return {
    getpriority(process, which, who) {
      const targets = whom(process.task, which, who);
      if (typeof targets === 'number') return targets;
      // 20 - nice, so that no answer looks like an errno; of several, the most favoured.
      return Math.max(-ESRCH, ...targets.map(({ sched }) => 20 - sched.nice));
    },

    setpriority(process, which, who, value) {
      const { task: caller } = process;
      const targets = whom(caller, which, who);
      if (typeof targets === 'number') return targets;
      const nice = Math.max(NICE_MIN, Math.min(NICE_MAX, value | 0));
      let result = -ESRCH;
      for (const task of targets) {
        if (!isSameOwner(caller, task)) result = -EPERM;
        else if (nice < task.sched.nice && !capable(caller.credentials)) result = -EACCES;
        else {
          if (result === -ESRCH) result = 0;
          const { policy, rtPriority, resetsOnFork, sliceNs } = task.sched;
          setPolicy(scheduler, task, { policy, nice, rtPriority, resetsOnFork, sliceNs });
        }
      }
      return result;
    },
  };
}
