// SPDX-License-Identifier: GPL-2.0-or-later
/** Where a task's task_struct lies. */
import type { Ram } from '../../hw/ram/ram.ts';
import type { Task } from './task.ts';

/** What tasks without a task_struct, kernel threads, have in the kernel's image. */
const TASK_ALIGN = 64;
/** Above all numbers of tasks: idle tasks all have number 0. */
const IDLE_FIRST = 32_768;

export function taskPointer(ram: Ram, { address, pid, cpu }: Task): number {
  if (address !== 0) return address;
  return ram.toPointer((pid === 0 ? IDLE_FIRST + cpu : pid) * TASK_ALIGN);
}
