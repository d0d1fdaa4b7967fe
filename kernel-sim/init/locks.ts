// SPDX-License-Identifier: GPL-2.0-or-later
/** Locks of one machine, joined to its memory, its scheduler and its reports. */
import { DebugLocks } from '../kernel/locking/debug-locks.ts';
import { Lockdep } from '../kernel/locking/lockdep/lockdep.ts';
import { Mutexes } from '../kernel/locking/mutex.ts';
import { Spinlocks } from '../kernel/locking/spinlock.ts';
import type { Task } from '../kernel/sched/task.ts';
import { LOCKDEP_UNRELIABLE } from '../kernel/taint.ts';
import type { Kernel } from './kernel.ts';

/** What tasks without a task_struct, kernel threads, have in the kernel's image. */
const TASK_ALIGN = 64;

export interface Locks {
  readonly debugLocks: DebugLocks;
  readonly lockdep: Lockdep;
  readonly mutexes: Mutexes;
  readonly spinlocks: Spinlocks;
}

export function makeLocks(kernel: Kernel): Locks {
  const { sim, ram, scheduler, sites, taint, runtime: execution } = kernel;
  const debugLocks = new DebugLocks(taint, LOCKDEP_UNRELIABLE);
  const { lockdep: isOn, lockStat, recursiveReaders } = kernel.options.detectors;
  const lockdep = new Lockdep({
    sim,
    scheduler,
    execution,
    sites,
    depot: kernel.stackDepot,
    debugLocks,
    options: { isOn, countsTimes: lockStat, recursiveReaders },
    formatPointer: (pointer) => ram.formatPointer(pointer),
    printer: {
      framed: (headline, lines) => kernel.die.lockdep.framed(headline, lines),
      plain: (lines) => kernel.die.lockdep.plain(lines),
    },
  });
  const parts = { ram, scheduler, execution, lockdep };
  const addressOf = ({ address, pid }: Task): number =>
    address === 0 ? ram.toPointer(pid * TASK_ALIGN) : address;
  scheduler.preempt.watcher = lockdep;
  const mutexes = new Mutexes(parts, addressOf);
  return { debugLocks, lockdep, mutexes, spinlocks: new Spinlocks(parts) };
}
