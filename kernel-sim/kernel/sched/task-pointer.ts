// SPDX-License-Identifier: GPL-2.0-or-later
/** Where a task's task_struct lies. */
import type { Ram } from '../../hw/ram/ram.ts';
import type { Task } from './task.ts';

/** What tasks without a task_struct, kernel threads, have in the kernel's image. */
const TASK_ALIGN = 64;

export function taskPointer(ram: Ram, { address, pid }: Task): number {
  return address === 0 ? ram.toPointer(pid * TASK_ALIGN) : address;
}
