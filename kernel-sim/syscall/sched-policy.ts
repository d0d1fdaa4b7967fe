// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Who may change how a task is scheduled. Linux: user_check_sched_setscheduler and
 * check_same_owner of kernel/sched/syscalls.c, with RLIMIT_NICE and RLIMIT_RTPRIO at 0.
 */
import { capable } from '../kernel/credentials.ts';
import type { TaskTable } from '../kernel/pid.ts';
import type { Scheduler } from '../kernel/sched/scheduler.ts';
import type { Task } from '../kernel/sched/task.ts';
import { weightOf } from '../kernel/sched/weights.ts';
import { ERRNO } from '../uapi/errno.ts';
import { SCHED, type SchedPolicy } from '../uapi/sched.ts';
import type { SyscallParts } from './parts.ts';

const { EINVAL, EPERM, ESRCH } = ERRNO;
const RT_PRIORITY_MAX = 99;
const POLICIES: ReadonlySet<number> = new Set(Object.values(SCHED));

export interface PolicyRequest {
  readonly policy: SchedPolicy;
  readonly nice: number;
  readonly rtPriority: number;
  readonly resetsOnFork: boolean;
  readonly sliceNs: number;
}

/** Pid 0 is the caller. */
export function findTask(tasks: TaskTable, caller: Task, pid: number): Task | undefined {
  return pid === 0 ? caller : tasks.get(pid);
}

/** Changes what `wanted` says of a task, if the caller may: 0 or a negative errno. */
export function applyPolicy(
  { scheduler, tasks }: SyscallParts,
  caller: Task,
  pid: number,
  wanted: (task: Task) => PolicyRequest,
): number {
  if (pid < 0) return -EINVAL;
  const task = findTask(tasks, caller, pid);
  if (task === undefined) return -ESRCH;
  const request = wanted(task);
  const error = refusal(caller, task, request);
  if (error === 0) setPolicy(scheduler, task, request);
  return error;
}

/** 0, -EINVAL for what makes no sense, -EPERM for what `caller` may not do. */
function refusal(caller: Task, task: Task, request: PolicyRequest): number {
  const { policy, rtPriority } = request;
  if (!POLICIES.has(policy)) return -EINVAL;
  const isRealTime = policy === SCHED.FIFO || policy === SCHED.RR;
  if (rtPriority < 0 || rtPriority > RT_PRIORITY_MAX) return -EINVAL;
  if (isRealTime !== rtPriority > 0) return -EINVAL;
  if (capable(caller.credentials)) return 0;
  const { sched } = task;
  const isNicer = !isRealTime && request.nice < sched.nice;
  const isNewRealTime = isRealTime && policy !== sched.policy;
  const isHigher = isRealTime && rtPriority > sched.rtPriority;
  const leavesIdle = sched.policy === SCHED.IDLE && policy !== SCHED.IDLE;
  const clearsReset = sched.resetsOnFork && !request.resetsOnFork;
  const isPrivileged = isNicer || isNewRealTime || isHigher || leavesIdle || clearsReset;
  return isPrivileged || !isSameOwner(caller, task) ? -EPERM : 0;
}

/** The task is the caller's to change. */
export function isSameOwner(caller: Task, task: Task): boolean {
  const { euid } = caller.credentials;
  const { credentials } = task;
  return capable(caller.credentials) || euid === credentials.euid || euid === credentials.uid;
}

export function setPolicy(scheduler: Scheduler, task: Task, request: PolicyRequest): void {
  scheduler.setPolicy(task, (sched) => {
    sched.policy = request.policy;
    sched.nice = request.nice;
    sched.rtPriority = request.rtPriority;
    sched.resetsOnFork = request.resetsOnFork;
    sched.sliceNs = request.sliceNs;
    sched.weight = weightOf(request.policy, request.nice);
    sched.rrLeftNs = 0;
  });
}
