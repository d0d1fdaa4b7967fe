// SPDX-License-Identifier: GPL-2.0-or-later
/** What views may see of a machine: plain values, taken between two slices. */
import type { Machine } from '../init/machine.ts';
import type {
  CpuView,
  ForegroundView,
  LogLine,
  MachineSnapshot,
  TaskView,
} from '../machine-types.ts';
import { PAGE_SIZE } from '../mm/page.ts';
import type { Kernel } from '../init/kernel.ts';
import { groupUsage } from '../kernel/sched/cputime.ts';
import type { Task, TaskState } from '../kernel/sched/task.ts';
import { isIdle } from '../kernel/sched/task-state.ts';
import { taintLetters } from '../kernel/taint.ts';
import { processOf } from '../process/process.ts';
import { SCHED } from '../uapi/sched.ts';

/** `sinceSequence` and `sinceHappening` say what the viewer has already. */
export function takeSnapshot(
  machine: Machine,
  sinceSequence = 0,
  sinceHappening = 0,
): MachineSnapshot {
  const { kernel } = machine;
  return {
    nowNs: machine.nowNs,
    state: machine.state,
    tainted: kernel.taint.mask,
    log: kernel.printk.since(sinceSequence) satisfies readonly LogLine[],
    modules: [...kernel.loader.modules].map((module) => ({
      name: module.name,
      sizeBytes: module.image.sizeBytes,
      references: module.references,
      usedBy: [...module.users].map((user) => user.name),
      state: module.hasOopsed ? 'Oopsed' : module.state,
      taints: taintLetters(module.taint),
    })),
    tasks: tasksOf(kernel),
    cpus: cpusOf(kernel),
    loadAverages: loadsOf(kernel, machine.nowNs),
    happenings: machine.happenings.slice(sinceHappening),
    memory: {
      totalBytes: kernel.pages.totalPages * PAGE_SIZE,
      freeBytes: kernel.pages.freeBytes,
    },
    foreground: kernel.consoles.foregroundGroups.map((group) => foregroundOf(kernel, group)),
  };
}

function tasksOf(kernel: Kernel): TaskView[] {
  return [...kernel.tasks.all()].flatMap((task) => {
    const { state } = task;
    return state === 'X' ? [] : [taskView(kernel, task, state)];
  });
}

function taskView(kernel: Kernel, task: Task, state: Exclude<TaskState, 'X'>): TaskView {
  const { pid, name, cpu, sched, startNs, waitChannel } = task;
  const usage = groupUsage(kernel.scheduler, task.group);
  const process = state === 'Z' ? undefined : processOf(task);
  return {
    pid,
    name,
    // As ps shows it: a kernel thread that waits for work is idle.
    state: isIdle(task) ? 'I' : state,
    cpu,
    ppid: task.parent?.pid ?? 0,
    uid: task.credentials.euid,
    policy: POLICY_NAMES[sched.policy],
    nice: sched.nice,
    priority: sched.shownPriority,
    userNs: usage.userNs,
    systemNs: usage.systemNs,
    startNs,
    commandLine: process?.arguments.join(' ').slice(0, COMMAND_LINE_MAX) ?? '',
    waitChannel,
    threads: 1,
    rssBytes: (process?.space.residentPages ?? 0) * PAGE_SIZE,
  };
}

/** Longer ones than a view can show. */
const COMMAND_LINE_MAX = 1024;

const POLICY_NAMES = {
  [SCHED.OTHER]: 'OTHER',
  [SCHED.FIFO]: 'FIFO',
  [SCHED.RR]: 'RR',
  [SCHED.BATCH]: 'BATCH',
  [SCHED.IDLE]: 'IDLE',
} as const;

function cpusOf({ scheduler }: Kernel): CpuView[] {
  return scheduler.cpus.map((cpu) => {
    const { userNs, niceNs, systemNs, idleNs, irqNs } = scheduler.timesOf(cpu);
    const running = cpu.current?.pid ?? 0;
    return { id: cpu.id, userNs: userNs + niceNs, systemNs, idleNs, irqNs, running };
  });
}

function loadsOf({ scheduler }: Kernel, nowNs: number): MachineSnapshot['loadAverages'] {
  const [one, five, fifteen] = scheduler.load.hundredths(nowNs);
  return [one / 100, five / 100, fifteen / 100];
}

/** Who has a terminal's keys: a shell that reads them is at its prompt. */
function foregroundOf(kernel: Kernel, group: number): ForegroundView {
  // Kernel threads are of group 0, which a terminal has when nobody does.
  const leader = group === 0 ? undefined : kernel.tasks.inGroup(group)[0];
  if (leader === undefined) return { name: '', atPrompt: false };
  const isShell = leader.name === 'bash' || leader.name === 'sh';
  return { name: leader.name, atPrompt: isShell && leader.waitChannel === 'wait_woken' };
}
