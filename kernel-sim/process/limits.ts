// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Keeping processes to their resource limits. What is asked for at each open, write or mapping
 * is told to the file table and the address space beforehand; CPU time and the number of a user's
 * tasks are looked at here.
 *
 * Linux: check_process_timers of kernel/time/posix-cpu-timers.c, copy_process of kernel/fork.c.
 */
import { capable } from '../kernel/credentials.ts';
import type { TaskTable } from '../kernel/pid.ts';
import type { Rlimits } from '../kernel/rlimit.ts';
import type { Task } from '../kernel/sched/task.ts';
import type { ThreadGroup } from '../kernel/sched/thread-group.ts';
import type { Signals } from '../kernel/signal.ts';
import type { AddressSpace } from '../mm/address-space.ts';
import { RLIM_INFINITY, RLIMIT } from '../uapi/resource.ts';
import { SIGNAL } from '../uapi/signal.ts';
import type { Process } from './process.ts';

const NS_PER_S = 1_000_000_000;
const ROOT_UID = 0;

/** Tells all that give something out what the process may have. */
export function applyLimits({ task, files, space }: Process): void {
  const { rlimits } = task.group;
  files.openMax = rlimits.soft(RLIMIT.NOFILE);
  files.sizeMax = rlimits.soft(RLIMIT.FSIZE);
  limitSpace(space, rlimits);
  watchCpuTime(task.group);
}

export function limitSpace({ limits }: AddressSpace, rlimits: Rlimits): void {
  limits.stackBytes = rlimits.soft(RLIMIT.STACK);
  limits.dataBytes = rlimits.soft(RLIMIT.DATA);
  limits.totalBytes = rlimits.soft(RLIMIT.AS);
}

/** True if with so many `more` its user keeps to a task's RLIMIT_NPROC, or nobody minds. */
export function mayHaveTasks(
  tasks: TaskTable,
  { group, credentials }: Task,
  more: number,
): boolean {
  const { uid } = credentials;
  const limit = group.rlimits.soft(RLIMIT.NPROC);
  if (limit === RLIM_INFINITY || uid === ROOT_UID || capable(credentials)) return true;
  let count = more;
  for (const task of tasks.all()) if (task.credentials.uid === uid) count++;
  return count <= limit;
}

/** Has the scheduler say when the limit may have been reached. */
function watchCpuTime(group: ThreadGroup): void {
  const seconds = group.rlimits.soft(RLIMIT.CPU);
  const leftNs = seconds * NS_PER_S - cpuTimeNs(group);
  // All threads may run at once: then each has used its part of what is left.
  const partNs = Math.max(0, leftNs / group.threads.size);
  for (const thread of group.threads) thread.cpuLimitNs = thread.runtimeNs + partNs;
}

/** CPU time of all threads that there ever were. */
function cpuTimeNs(group: ThreadGroup): number {
  let sum = group.endedUsage.userNs + group.endedUsage.systemNs;
  for (const { runtimeNs } of new Set([group.leader, ...group.threads])) sum += runtimeNs;
  return sum;
}

/** SIGXCPU once a second past the soft limit, SIGKILL at the hard one. Context: any. */
export function checkCpuTime({ group }: Task, signals: Signals): void {
  const { soft, hard } = group.rlimits.get(RLIMIT.CPU);
  const seconds = cpuTimeNs(group) / NS_PER_S;
  if (seconds >= hard) {
    signals.send(group.leader, SIGNAL.KILL);
    for (const thread of group.threads) thread.cpuLimitNs = Infinity;
    return;
  }
  if (seconds >= soft) {
    signals.send(group.leader, SIGNAL.XCPU);
    group.rlimits.set(RLIMIT.CPU, { soft: soft + 1, hard: Math.max(hard, soft + 1) }, true);
  }
  watchCpuTime(group);
}
