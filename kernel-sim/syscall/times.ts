// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * How much CPU time was used. Linux: kernel/sys.c.
 *
 * @syscall 98 getrusage partial "times and context switches; no page faults"
 * @syscall 100 times full
 */
import { addUsage, type CpuUsage, groupUsage, taskUsage } from '../kernel/sched/cputime.ts';
import type { Process } from '../process/process.ts';
import { ERRNO } from '../uapi/errno.ts';
import { CLOCK_TICK_NS, RUSAGE, RUSAGE_FIELDS } from '../uapi/sched.ts';
import { putWord, writeBytes } from './arguments.ts';
import type { SyscallParts, SyscallTable } from './parts.ts';

const NS_PER_US = 1000;
const US_PER_S = 1_000_000;

export function timeCalls({ sim, scheduler }: SyscallParts): SyscallTable {
  return {
    times(process, address) {
      const { group } = process.task;
      const own = groupUsage(scheduler, group);
      if (address !== 0) {
        const bytes = new Uint8Array(32);
        const view = new DataView(bytes.buffer);
        for (const [index, { userNs, systemNs }] of [own, group.childUsage].entries()) {
          putWord(view, 16 * index, Math.floor(userNs / CLOCK_TICK_NS));
          putWord(view, 16 * index + 8, Math.floor(systemNs / CLOCK_TICK_NS));
        }
        const error = writeBytes(process, address, bytes);
        if (error < 0) return error;
      }
      return Math.floor(sim.now() / CLOCK_TICK_NS);
    },

    getrusage(process, who, address) {
      const { task } = process;
      if (who === RUSAGE.THREAD) return writeUsage(process, address, taskUsage(scheduler, task));
      if (who === RUSAGE.CHILDREN) return writeUsage(process, address, task.group.childUsage);
      if (who !== RUSAGE.SELF) return -ERRNO.EINVAL;
      return writeUsage(process, address, groupUsage(scheduler, task.group));
    },
  };
}

/** What a child and its children used, where somebody wants to know: 0 or -EFAULT. */
export function reportUsage(
  { scheduler, tasks }: SyscallParts,
  process: Process,
  address: number,
  pid: number,
): number {
  const group = tasks.get(pid)?.group;
  if (address === 0 || group === undefined) return 0;
  const usage = groupUsage(scheduler, group);
  addUsage(usage, group.childUsage);
  return writeUsage(process, address, usage);
}

/** Stores a struct rusage: 0 or -EFAULT. */
function writeUsage(process: Process, address: number, usage: CpuUsage): number {
  const bytes = new Uint8Array(RUSAGE_FIELDS.SIZE);
  const view = new DataView(bytes.buffer);
  for (const [offset, nanoseconds] of [
    [RUSAGE_FIELDS.utime, usage.userNs],
    [RUSAGE_FIELDS.stime, usage.systemNs],
  ] as const) {
    const microseconds = Math.floor(nanoseconds / NS_PER_US);
    putWord(view, offset, Math.floor(microseconds / US_PER_S));
    putWord(view, offset + 8, microseconds % US_PER_S);
  }
  putWord(view, RUSAGE_FIELDS.nvcsw, usage.voluntarySwitches);
  putWord(view, RUSAGE_FIELDS.nivcsw, usage.involuntarySwitches);
  return writeBytes(process, address, bytes);
}
