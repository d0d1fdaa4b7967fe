// SPDX-License-Identifier: GPL-2.0-or-later
/** Locks of one machine, joined to its memory, its scheduler and its reports. */
import { DebugLocks } from '../kernel/locking/debug-locks.ts';
import { Lockdep } from '../kernel/locking/lockdep/lockdep.ts';
import { Mutexes } from '../kernel/locking/mutex.ts';
import { Spinlocks } from '../kernel/locking/spinlock.ts';
import { taskPointer } from '../kernel/sched/task-pointer.ts';
import { LOCKDEP_UNRELIABLE } from '../kernel/taint.ts';
import type { Kernel } from './kernel.ts';

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
  scheduler.preempt.watcher = lockdep;
  kernel.slabs.onFree = (pointer, bytes) => lockdep.memoryFreed(pointer, bytes);
  const mutexes = new Mutexes(parts, (task) => taskPointer(ram, task));
  return { debugLocks, lockdep, mutexes, spinlocks: new Spinlocks(parts) };
}
