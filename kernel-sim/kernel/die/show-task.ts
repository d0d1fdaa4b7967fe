// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What one task is doing: its line, and its stack.
 *
 * Linux: sched_show_task of kernel/sched/core.c. Differs: nobody measures how much of a stack was
 * never used.
 */
import {
  formatFrame,
  type Frame,
  kernelSite,
  type SiteRegistry,
  sleepingFrame,
} from '../module/sites.ts';
import type { Execution } from '../sched/execution.ts';
import type { Task } from '../sched/task.ts';
import type { Say } from './reporter.ts';

/** PF_KTHREAD, PF_FORKNOEXEC and PF_NOFREEZE; PF_RANDOMIZE. */
const KTHREAD_FLAGS = 0x20_8040;
const PROCESS_FLAGS = 0x40_0000;

export interface ShowTaskDependencies {
  readonly execution: Execution;
  readonly sites: SiteRegistry;
}

export function showTask(deps: ShowTaskDependencies, say: Say, task: Task): void {
  const { name, state, pid, tgid, parent, isKernelThread } = task;
  const ids =
    `pid:${String(pid).padEnd(5)} tgid:${String(tgid).padEnd(5)} ` +
    `ppid:${String(parent?.pid ?? 0).padEnd(6)}`;
  const flags = (isKernelThread ? KTHREAD_FLAGS : PROCESS_FLAGS).toString(16).padStart(4, '0');
  const head = `task:${name.padEnd(15)} state:${letterOf(task)} stack:0     ${ids}`;
  say(`${head} task_flags:0x${flags} flags:0x00004000`);
  // What has ended has no stack any more.
  if (state === 'X' || state === 'Z') return;
  say('Call Trace:');
  say(' <TASK>');
  const frames = framesOf(deps, task);
  if (state !== 'R') for (const frame of switchFrames(deps.sites)) say(` ${formatFrame(frame)}`);
  if (task.waitChannel !== '') say(` ${formatFrame(sleepingFrame(task.waitChannel))}`);
  for (const frame of frames) say(` ${formatFrame(frame)}`, frame);
  say(' </TASK>');
}

/** The stack of any task, innermost first. */
export function framesOf({ execution, sites }: ShowTaskDependencies, task: Task): Frame[] {
  return sites.frames(task.stack, task.stack === execution.stack ? execution.sp : task.sp);
}

/** Where a task is that does not run. */
function switchFrames(sites: SiteRegistry): Frame[] {
  return [sites.resolve(kernelSite('__schedule')), sites.resolve(kernelSite('schedule'))];
}

/** An idle kernel thread is shown as such. Linux: task_state_to_char. */
function letterOf({ isKernelThread, state }: Task): string {
  return isKernelThread && state === 'S' ? 'I' : state;
}
