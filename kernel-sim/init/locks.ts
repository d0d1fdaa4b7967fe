// SPDX-License-Identifier: GPL-2.0-or-later
/** Locks of one machine, joined to its memory, its scheduler and its reports. */
import { Lockdep } from '../kernel/locking/lockdep.ts';
import { Mutexes } from '../kernel/locking/mutex.ts';
import { Spinlocks } from '../kernel/locking/spinlock.ts';
import type { Task } from '../kernel/sched/task.ts';
import type { Kernel } from './kernel.ts';

/** What tasks without a task_struct, kernel threads, have in the kernel's image. */
const TASK_ALIGN = 64;

export interface Locks {
  readonly lockdep: Lockdep;
  readonly mutexes: Mutexes;
  readonly spinlocks: Spinlocks;
}

export function makeLocks(kernel: Kernel): Locks {
  const { sim, ram, scheduler, sites, taint, runtime: execution } = kernel;
  const lockdep = new Lockdep({
    sim,
    scheduler,
    execution,
    sites,
    taint,
    formatPointer: (pointer) => ram.formatPointer(pointer),
    report: (headline, body) => kernel.die.lockdep(headline, body),
  });
  const parts = { ram, scheduler, execution, lockdep };
  const addressOf = ({ address, pid }: Task): number =>
    address === 0 ? ram.toPointer(pid * TASK_ALIGN) : address;
  return { lockdep, mutexes: new Mutexes(parts, addressOf), spinlocks: new Spinlocks(parts) };
}
