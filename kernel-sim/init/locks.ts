// SPDX-License-Identifier: GPL-2.0-or-later
/** Locks of one machine, joined to its memory, its scheduler and its reports. */
import { CallbackMaps } from '../kernel/locking/lockdep/callback-maps.ts';
import { DebugLocks } from '../kernel/locking/debug-locks.ts';
import { LockContexts } from '../kernel/locking/lock-contexts.ts';
import { LockDebug } from '../kernel/locking/lock-debug.ts';
import { Lockdep } from '../kernel/locking/lockdep/lockdep.ts';
import { Mutexes } from '../kernel/locking/mutex.ts';
import { Rwlocks } from '../kernel/locking/rwlock.ts';
import { RwSemaphores } from '../kernel/locking/rwsem.ts';
import { Semaphores } from '../kernel/locking/semaphore.ts';
import { Seqcounts } from '../kernel/locking/seqlock.ts';
import { SpinQueues } from '../kernel/locking/spin-queue.ts';
import { Spinlocks } from '../kernel/locking/spinlock.ts';
import type { Task } from '../kernel/sched/task.ts';
import { taskPointer } from '../kernel/sched/task-pointer.ts';
import { LOCKDEP_UNRELIABLE } from '../kernel/taint.ts';
import { RcuUsage } from '../kernel/rcu/usage.ts';
import type { Kernel } from './kernel.ts';

export interface Locks {
  readonly debugLocks: DebugLocks;
  readonly lockdep: Lockdep;
  readonly callbackMaps: CallbackMaps;
  readonly mutexes: Mutexes;
  readonly spinlocks: Spinlocks;
  readonly rwlocks: Rwlocks;
  readonly rwSemaphores: RwSemaphores;
  readonly semaphores: Semaphores;
  readonly seqcounts: Seqcounts;
  readonly lockContexts: LockContexts;
  /** What a lock's owner word says of a task. */
  readonly addressOf: (task: Task) => number;
  readonly taskAt: (address: number) => Task | undefined;
  readonly rcuUsage: RcuUsage;
}

export function makeLocks(kernel: Kernel): Locks {
  const { sim, ram, scheduler, sites, taint, tasks, runtime: execution } = kernel;
  const debugLocks = new DebugLocks(taint, LOCKDEP_UNRELIABLE);
  const { lockdep: isOn, lockDebug, lockStat, recursiveReaders } = kernel.options.detectors;
  const formatPointer = (pointer: number): string => ram.formatPointer(pointer);
  const lockdep = new Lockdep({
    sim,
    scheduler,
    execution,
    sites,
    depot: kernel.stackDepot,
    debugLocks,
    options: { isOn, countsTimes: lockStat, recursiveReaders },
    formatPointer,
    printer: {
      framed: (headline, lines) => kernel.die.lockdep.framed(headline, lines),
      plain: (lines) => kernel.die.lockdep.plain(lines),
    },
  });
  scheduler.preempt.watcher = lockdep;
  kernel.slabs.onFree = (pointer, bytes) => {
    lockdep.memoryFreed(pointer, bytes);
    kernel.debugObjects.freed(pointer, bytes);
  };
  const addressOf = (task: Task): number => taskPointer(ram, task);
  const taskAt = (address: number): Task | undefined => {
    for (const task of tasks.all()) if (addressOf(task) === address) return task;
    return undefined;
  };
  const debug = new LockDebug({
    scheduler,
    debugLocks,
    isEnabled: lockDebug,
    formatPointer,
    addressOf,
    taskAt,
    report: (lines) => kernel.die.lockBug(lines),
    warn: (text) => kernel.die.warn(text),
    warnOnce: (text) => kernel.die.warnOnce(text),
  });
  const holdersOf = (pointer: number): readonly Task[] =>
    [...tasks.all()].filter(({ heldLocks }) =>
      heldLocks.some(({ map, isHad }) => isHad && map.pointer === pointer),
    );
  const spinners = new SpinQueues(scheduler, execution);
  const owners = { addressOf, taskAt, holdersOf };
  const parts = { sim, ram, scheduler, execution, lockdep, debug, spinners, ...owners };
  const callbackMaps = new CallbackMaps(lockdep, sites, execution);
  return {
    callbackMaps,
    debugLocks,
    lockdep,
    rcuUsage: watchReaders(kernel, lockdep, debugLocks),
    mutexes: new Mutexes(parts),
    spinlocks: new Spinlocks(parts),
    rwlocks: new Rwlocks(parts),
    rwSemaphores: new RwSemaphores(parts),
    semaphores: new Semaphores(parts),
    seqcounts: new Seqcounts(parts),
    lockContexts: new LockContexts(scheduler),
    addressOf,
    taskAt,
  };
}

function watchReaders(kernel: Kernel, lockdep: Lockdep, debugLocks: DebugLocks): RcuUsage {
  const { scheduler, sites, runtime, options } = kernel;
  const usage = new RcuUsage({
    scheduler,
    lockdep,
    debugLocks,
    isOn: options.detectors.lockdep,
    printer: { framed: (headline, lines) => kernel.die.lockdep.framed(headline, lines) },
    place() {
      const site = runtime.sp < 2 ? 0 : runtime.stack[runtime.sp - 2]!;
      const { file = 'kernel', line = 0 } = sites.resolve(site);
      return { site, text: `${file}:${line}` };
    },
  });
  kernel.rcu.watcher = usage;
  return usage;
}
