// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * On which CPUs a task may run. Linux: kernel/sched/syscalls.c, kernel/sys.c.
 *
 * @syscall 203 sched_setaffinity full
 * @syscall 204 sched_getaffinity full
 * @syscall 309 getcpu full
 */
import { ERRNO } from '../uapi/errno.ts';
import { writeWords32 } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';
import { findTask, isSameOwner } from './sched-policy.ts';

const { EFAULT, EINVAL, EPERM, ESRCH } = ERRNO;
/** What a kernel with up to 64 CPUs copies out: one word. */
const CPUMASK_BYTES = 8;

export function affinityCalls({ scheduler, tasks }: SyscallParts): SyscallTable {
  const online = (1 << scheduler.cpus.length) - 1;

  return {
    sched_setaffinity(process, pid, sizeBytes, address) {
      const mask = process.space.loadBytes(address, Math.min(CPUMASK_BYTES, sizeBytes >>> 0));
      if (mask === undefined) return -EFAULT;
      const task = findTask(tasks, process.task, pid);
      if (task === undefined) return -ESRCH;
      if (task.sched.isBound) return -EINVAL;
      if (!isSameOwner(process.task, task)) return -EPERM;
      const affinity = (mask[0] ?? 0) & online;
      if (affinity === 0) return -EINVAL;
      scheduler.setAffinity(task, affinity);
      return 0;
    },

    sched_getaffinity(process, pid, sizeBytes, address) {
      if (sizeBytes <= 0 || sizeBytes % CPUMASK_BYTES !== 0) return -EINVAL;
      const task = findTask(tasks, process.task, pid);
      if (task === undefined) return -ESRCH;
      const { affinity } = task.sched;
      return writeWords32(process, address, affinity & online, 0) || CPUMASK_BYTES;
    },

    getcpu(process, cpu, node) {
      const error = cpu === 0 ? 0 : writeWords32(process, cpu, process.task.cpu);
      return error || (node === 0 ? 0 : writeWords32(process, node, 0));
    },
  };
}
