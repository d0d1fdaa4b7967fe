// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Scheduling policies. Linux: kernel/sched/syscalls.c.
 *
 * SCHED_DEADLINE is none of ours: asking for it is -EINVAL, as for a policy that does not exist.
 *
 * @syscall 142 sched_setparam full
 * @syscall 143 sched_getparam full
 * @syscall 144 sched_setscheduler full
 * @syscall 145 sched_getscheduler full
 * @syscall 146 sched_get_priority_max full
 * @syscall 147 sched_get_priority_min full
 * @syscall 148 sched_rr_get_interval full
 */
import { RR_SLICE_NS } from '../kernel/sched/rt.ts';
import type { Process } from '../process/process.ts';
import { ERRNO } from '../uapi/errno.ts';
import { SCHED, SCHED_RESET_ON_FORK, type SchedPolicy } from '../uapi/sched.ts';
import { putWord, writeBytes, writeWords32 } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';
import { applyPolicy, findTask } from './sched-policy.ts';

const { EFAULT, EINVAL, ESRCH } = ERRNO;
const RT_PRIORITY_MAX = 99;
const NS_PER_S = 1_000_000_000;

export function schedulingCalls(parts: SyscallParts): SyscallTable {
  const { tasks } = parts;

  return {
    sched_setscheduler(process, pid, policyWord, address) {
      if (policyWord < 0 || address === 0) return -EINVAL;
      const priority = readWord32(process, address);
      if (typeof priority !== 'number') return -EFAULT;
      const policy = (policyWord & ~SCHED_RESET_ON_FORK) as SchedPolicy;
      const resetsOnFork = (policyWord & SCHED_RESET_ON_FORK) !== 0;
      return applyPolicy(parts, process.task, pid, ({ sched }) => {
        const { nice, sliceNs } = sched;
        return { policy, nice, rtPriority: priority, resetsOnFork, sliceNs };
      });
    },

    sched_setparam(process, pid, address) {
      if (address === 0) return -EINVAL;
      const priority = readWord32(process, address);
      if (typeof priority !== 'number') return -EFAULT;
      return applyPolicy(parts, process.task, pid, ({ sched }) => {
        const { policy, nice, resetsOnFork, sliceNs } = sched;
        return { policy, nice, rtPriority: priority, resetsOnFork, sliceNs };
      });
    },

    sched_getscheduler(process, pid) {
      if (pid < 0) return -EINVAL;
      const sched = findTask(tasks, process.task, pid)?.sched;
      if (sched === undefined) return -ESRCH;
      return sched.policy | (sched.resetsOnFork ? SCHED_RESET_ON_FORK : 0);
    },

    sched_getparam(process, pid, address) {
      if (pid < 0 || address === 0) return -EINVAL;
      const sched = findTask(tasks, process.task, pid)?.sched;
      return sched === undefined ? -ESRCH : writeWords32(process, address, sched.rtPriority);
    },

    sched_get_priority_max: (_process, policy) => priorityLimit(policy, RT_PRIORITY_MAX),
    sched_get_priority_min: (_process, policy) => priorityLimit(policy, 1),

    sched_rr_get_interval(process, pid, address) {
      if (pid < 0) return -EINVAL;
      const sched = findTask(tasks, process.task, pid)?.sched;
      if (sched === undefined) return -ESRCH;
      const fairNs = sched.isRealTime ? 0 : sched.sliceNs;
      const sliceNs = sched.policy === SCHED.RR ? RR_SLICE_NS : fairNs;
      const bytes = new Uint8Array(16);
      const view = new DataView(bytes.buffer);
      putWord(view, 0, Math.floor(sliceNs / NS_PER_S));
      putWord(view, 8, sliceNs % NS_PER_S);
      return writeBytes(process, address, bytes);
    },
  };
}

function priorityLimit(policy: number, realTime: number): number {
  if (policy === SCHED.FIFO || policy === SCHED.RR) return realTime;
  const isFair = policy === SCHED.OTHER || policy === SCHED.BATCH || policy === SCHED.IDLE;
  return isFair ? 0 : -EINVAL;
}

function readWord32({ space }: Process, address: number): number | undefined {
  const bytes = space.loadBytes(address, 4);
  return bytes === undefined ? undefined : new DataView(bytes.buffer).getInt32(0, true);
}
