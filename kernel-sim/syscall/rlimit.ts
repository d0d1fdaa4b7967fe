// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Resource limits. Linux: kernel/sys.c.
 *
 * Numbers past 2^53 are rounded, and those next to 2^64 count as RLIM_INFINITY.
 *
 * @syscall 97 getrlimit full
 * @syscall 160 setrlimit full
 * @syscall 302 prlimit64 full
 */
import { capable } from '../kernel/credentials.ts';
import type { Rlimit } from '../kernel/rlimit.ts';
import type { Task } from '../kernel/sched/task.ts';
import { applyLimits } from '../process/limits.ts';
import { type Process, processOf } from '../process/process.ts';
import { ERRNO } from '../uapi/errno.ts';
import { RLIM_INFINITY, RLIM_NLIMITS, RLIMIT64 } from '../uapi/resource.ts';
import { readWord, writeBytes } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const { EFAULT, EINVAL, EPERM, ESRCH } = ERRNO;
const TWO_TO_THE_64 = 2 ** 64;
const INFINITY_BITS = -1n;

export function rlimitCalls({ tasks }: SyscallParts): SyscallTable {
  return {
    getrlimit(process, resource, address) {
      if (!isResource(resource)) return -EINVAL;
      return write(process, address, process.task.group.rlimits.get(resource));
    },

    setrlimit(process, resource, address) {
      const limit = read(process, address);
      return typeof limit === 'number' ? limit : set(process, process.task, resource, limit);
    },

    prlimit64(process, pid, resource, newAddress, oldAddress) {
      const limit = newAddress === 0 ? undefined : read(process, newAddress);
      if (typeof limit === 'number') return limit;
      const task = pid === 0 ? process.task : tasks.get(pid);
      if (task === undefined || task.state === 'X') return -ESRCH;
      if (task.group !== process.task.group && !mayLimit(process.task, task)) return -EPERM;
      if (!isResource(resource)) return -EINVAL;
      const old = task.group.rlimits.get(resource);
      const error = limit === undefined ? 0 : set(process, task, resource, limit);
      if (error < 0 || oldAddress === 0) return error;
      return write(process, oldAddress, old);
    },
  };
}

function isResource(resource: number): boolean {
  return resource >= 0 && resource < RLIM_NLIMITS;
}

function set(caller: Process, task: Task, resource: number, limit: Rlimit): number {
  if (!isResource(resource)) return -EINVAL;
  const error = task.group.rlimits.set(resource, limit, capable(caller.credentials));
  if (error < 0) return error;
  // A leader may have ended before its threads.
  const [thread = task] = task.group.threads;
  const process = processOf(thread);
  if (process !== undefined && task.group.threads.size > 0) applyLimits(process);
  return 0;
}

/** Linux: check_prlimit_permission. */
function mayLimit({ credentials: own }: Task, { credentials: other }: Task): boolean {
  if (capable(own)) return true;
  const isSameUser = [other.uid, other.euid, other.suid].every((uid) => uid === own.uid);
  return isSameUser && [other.gid, other.egid, other.sgid].every((gid) => gid === own.gid);
}

function read(process: Process, address: number): Rlimit | number {
  const soft = readWord(process, address + RLIMIT64.cur);
  const hard = readWord(process, address + RLIMIT64.max);
  if (soft < 0 || hard < 0) return -EFAULT;
  return { soft: fromWord(soft), hard: fromWord(hard) };
}

function fromWord(value: number): number {
  return value >= TWO_TO_THE_64 ? RLIM_INFINITY : value;
}

function write(process: Process, address: number, { soft, hard }: Rlimit): number {
  const view = new DataView(new ArrayBuffer(RLIMIT64.SIZE));
  view.setBigInt64(RLIMIT64.cur, toBits(soft), true);
  view.setBigInt64(RLIMIT64.max, toBits(hard), true);
  return writeBytes(process, address, new Uint8Array(view.buffer));
}

function toBits(limit: number): bigint {
  return limit === RLIM_INFINITY ? INFINITY_BITS : BigInt.asIntN(64, BigInt(limit));
}
