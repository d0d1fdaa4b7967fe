// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * struct sched_attr: policy, nice value and slice in one. Linux: kernel/sched/syscalls.c.
 *
 * @syscall 314 sched_setattr partial "no SCHED_DEADLINE, no utilization clamps"
 * @syscall 315 sched_getattr full
 */
import type { Task } from '../kernel/sched/task.ts';
import { NICE_MAX, NICE_MIN } from '../kernel/sched/weights.ts';
import { ERRNO } from '../uapi/errno.ts';
import { SCHED, SCHED_ATTR, SCHED_FLAG, type SchedPolicy } from '../uapi/sched.ts';
import { putWord, writeBytes, writeWords32 } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';
import { applyPolicy, findTask, type PolicyRequest } from './sched-policy.ts';

const { E2BIG, EFAULT, EINVAL, ESRCH } = ERRNO;
const PAGE_SIZE = 4096;
const SLICE_NS_MIN = 100_000;
const SLICE_NS_MAX = 100_000_000;
const KNOWN_FLAGS = SCHED_FLAG.RESET_ON_FORK | SCHED_FLAG.KEEP_POLICY | SCHED_FLAG.KEEP_PARAMS;

export function schedAttrCalls(parts: SyscallParts): SyscallTable {
  return {
    sched_setattr(process, pid, address, flags) {
      if (address === 0 || pid < 0 || flags !== 0) return -EINVAL;
      const head = process.space.loadBytes(address, 4);
      if (head === undefined) return -EFAULT;
      const sizeBytes = new DataView(head.buffer).getUint32(0, true) || SCHED_ATTR.SIZE;
      if (sizeBytes < SCHED_ATTR.SIZE || sizeBytes > PAGE_SIZE) {
        return writeWords32(process, address, SCHED_ATTR.SIZE) || -E2BIG;
      }
      const bytes = process.space.loadBytes(address, sizeBytes);
      if (bytes === undefined) return -EFAULT;
      if (bytes.subarray(SCHED_ATTR.SIZE + 8).some((byte) => byte !== 0)) return -E2BIG;
      const attr = new DataView(bytes.buffer);
      return applyPolicy(parts, process.task, pid, (task) => requestOf(attr, task));
    },

    sched_getattr(process, pid, address, sizeBytes, flags) {
      const isSized = sizeBytes >= SCHED_ATTR.SIZE && sizeBytes <= PAGE_SIZE;
      if (address === 0 || pid < 0 || !isSized || flags !== 0) return -EINVAL;
      const sched = findTask(parts.tasks, process.task, pid)?.sched;
      if (sched === undefined) return -ESRCH;
      const bytes = new Uint8Array(SCHED_ATTR.SIZE);
      const view = new DataView(bytes.buffer);
      view.setUint32(SCHED_ATTR.size, SCHED_ATTR.SIZE, true);
      view.setUint32(SCHED_ATTR.policy, sched.policy, true);
      putWord(view, SCHED_ATTR.flags, sched.resetsOnFork ? SCHED_FLAG.RESET_ON_FORK : 0);
      view.setUint32(SCHED_ATTR.priority, sched.rtPriority, true);
      if (!sched.isRealTime) {
        view.setInt32(SCHED_ATTR.nice, sched.nice, true);
        putWord(view, SCHED_ATTR.runtime, sched.sliceNs);
      }
      return writeBytes(process, address, bytes);
    },
  };
}

/** What a struct sched_attr asks for a task. */
function requestOf(attr: DataView, { sched }: Task): PolicyRequest {
  const flags = attr.getUint32(SCHED_ATTR.flags, true);
  const keepsPolicy = (flags & SCHED_FLAG.KEEP_POLICY) !== 0;
  const keepsParams = (flags & SCHED_FLAG.KEEP_PARAMS) !== 0;
  const isKnown = (flags & ~KNOWN_FLAGS) === 0;
  const asked = keepsPolicy ? sched.policy : attr.getInt32(SCHED_ATTR.policy, true);
  const runtimeNs = Number(attr.getBigUint64(SCHED_ATTR.runtime, true));
  const slice = Math.max(SLICE_NS_MIN, Math.min(SLICE_NS_MAX, runtimeNs));
  const nice = attr.getInt32(SCHED_ATTR.nice, true);
  const isFair = asked === SCHED.OTHER || asked === SCHED.BATCH;
  return {
    // An unknown flag is refused as an unknown policy is.
    policy: (isKnown ? asked : -1) as SchedPolicy,
    nice: keepsParams || !isFair ? sched.nice : Math.max(NICE_MIN, Math.min(NICE_MAX, nice)),
    rtPriority: keepsParams ? sched.rtPriority : attr.getInt32(SCHED_ATTR.priority, true),
    resetsOnFork: (flags & SCHED_FLAG.RESET_ON_FORK) !== 0,
    sliceNs: keepsParams || runtimeNs === 0 ? sched.sliceNs : slice,
  };
}
