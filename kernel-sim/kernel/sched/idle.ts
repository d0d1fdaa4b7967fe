// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a CPU runs when there is nothing to do: `swapper/N`, task 0 of each.
 *
 * It is never resumed, since doing nothing takes no code; interrupts of an idle CPU run on top of
 * it, and its frames are what stands below theirs in a report.
 *
 * Linux: kernel/sched/idle.c, init_task.
 */
import { ROOT } from '../credentials.ts';
import { kernelSite } from '../module/sites.ts';
import { Task } from './task.ts';

const FRAMES = ['start_secondary', 'cpu_startup_entry', 'do_idle', 'default_idle'] as const;
const FRAME_BYTES = 48;

export function makeIdleTask(cpu: number): Task {
  const task = new Task({
    pid: 0,
    name: `swapper/${cpu}`,
    credentials: ROOT,
    parent: undefined,
    isKernelThread: true,
    body: (function* () {})(),
  });
  task.cpu = cpu;
  for (const [index, name] of FRAMES.entries()) {
    task.stack[2 * index] = kernelSite(name);
    task.stack[2 * index + 1] = FRAME_BYTES * (index + 1);
  }
  task.sp = 2 * FRAMES.length;
  return task;
}
